// Package localpg runs the private PostgreSQL behind the embedded default: a
// server that only this installation uses, reached through a unix socket.
//
// Layout under Options.Dir:
//
//	pg/pgdata     the cluster, owned by the account PostgreSQL runs as
//	pg/run        the socket, unless the path is too long or out of reach
//	pg/start.log  what the server said before its own log (pgdata/log) opened
//	pg.lock       flock, exclusive: held while anybody starts or stops the server
//	pg.users      flock, shared: held by every process that uses the server
//	pg.alive      flock, exclusive: inherited by the server's own processes
//
// Every change of state happens under pg.lock, so two processes never start,
// attach or stop at the same moment. The package needs Linux: it reads /proc.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	// MinVersion is the oldest major version of PostgreSQL that is accepted.
	MinVersion = 15

	adminRole = "postgres"
	ownerRole = "xianfeng_owner"
	database  = "xianfeng"
	port      = "5432" // only names the socket file; nothing listens on TCP

	pollEvery = 20 * time.Millisecond
	// othersGrace bounds how long Stop waits for other processes when this
	// process's death would take the server away from them.
	othersGrace = 15 * time.Second
	fastStop    = 30 * time.Second
	quitStop    = 15 * time.Second
	// orphanWait bounds how long a start waits for backends whose postmaster
	// was killed; they notice it within moments.
	orphanWait = 30 * time.Second
)

// Options says where the private server lives and how it is run.
type Options struct {
	// Dir is the data directory of the installation; PostgreSQL lives in Dir/pg.
	Dir string
	// BinDir is the value of PG_BIN_DIR; when set, no other place is searched.
	BinDir string
	// DieWithParent is for processes that stay (serve, tests): a server that
	// they started ends with them even after SIGKILL, and one that vanishes
	// under them is started again.
	DieWithParent bool
	// Unsafe trades durability for speed. For tests only.
	Unsafe bool
	// Log receives what happens to the server; nil is silent.
	Log *slog.Logger
}

// Server is this process's hold on the private PostgreSQL.
type Server struct {
	o    Options
	home home
	log  *slog.Logger

	users *os.File
	stop  context.CancelFunc
	kept  sync.WaitGroup

	mu     sync.Mutex // guards what a restart changes
	pid    int
	own    *child // nil when the server was attached to
	socket string
	major  int

	once    sync.Once
	stopErr error
}

// Start starts the private server, or attaches to it when it already runs, and
// makes sure that the owner's role and the database exist. It waits for crash
// recovery as long as ctx allows. Errors are Chinese sentences for the operator.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Dir == "" {
		return nil, errors.New("没有指定数据目录，请用 --data 或 XIANFENG_DATA 指定")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("无法确定数据目录 %s 的位置: %w", o.Dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("无法建立数据目录 %s，请检查上级目录的权限: %w", dir, err)
	}
	// Every process has to come to the same name for the same place.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("无法确定数据目录 %s 的位置: %w", o.Dir, err)
	}
	s := &Server{o: o, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.home, err = openHome(dir); err != nil {
		return nil, err
	}

	lock, err := s.home.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Close() }()
	if s.users, err = s.home.joinUsers(); err != nil {
		return nil, err
	}
	if err := s.ensureRunning(ctx); err != nil {
		_ = s.users.Close()
		return nil, err
	}

	keep, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	if o.DieWithParent {
		s.kept.Go(func() { s.keep(keep) })
	}
	return s, nil
}

// OwnerURL is the connection string of the database's owner. The role is no
// superuser; migrations and the pool use it.
func (s *Server) OwnerURL() string { return s.url(ownerRole, database) }

// AdminURL is the superuser's connection string to the named database, for
// creating, cloning and dropping whole databases.
func (s *Server) AdminURL(db string) string { return s.url(adminRole, db) }

// Version is the server's major version.
func (s *Server) Version() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.major
}

func (s *Server) url(role, db string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return socketURL(s.socket, role, db)
}

func socketURL(socket, role, db string) string {
	q := url.Values{"host": {socket}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// ensureRunning leaves a ready server behind, attached or started. The caller
// holds pg.lock.
func (s *Server) ensureRunning(ctx context.Context) error {
	for retried := false; ; {
		pf, err := s.home.running()
		if err != nil {
			return err
		}
		var own *child
		if pf == nil {
			own, pf, err = s.launch(ctx)
			if errors.Is(err, errGone) {
				continue
			}
			if err != nil {
				return err
			}
		}
		major, err := s.awaitReady(ctx, pf, own)
		if own == nil && errors.Is(err, errGone) {
			continue // it was shutting down when we looked: start our own
		}
		if err != nil {
			if own != nil {
				own.abandon()
				dropSocketDir(pf.socket)
			}
			if errors.Is(err, errGone) && !retried && sleep(ctx, time.Second) {
				retried = true
				s.log.Warn("private PostgreSQL ended while it started, trying once more", "error", err)
				continue // what was left of one that was killed may be gone by now
			}
			return err
		}
		s.mu.Lock()
		s.pid, s.own, s.socket, s.major = pf.pid, own, pf.socket, major
		s.mu.Unlock()
		s.log.Info("private PostgreSQL ready", "pid", pf.pid, "version", major,
			"started", own != nil, "socket", pf.socket)
		return nil
	}
}

// keep brings the server back when it vanishes. The socket stays where it was,
// so connection pools recover by themselves.
func (s *Server) keep(ctx context.Context) {
	const calm, worst = time.Second, 30 * time.Second
	wait := calm
	for sleep(ctx, wait) {
		s.mu.Lock()
		pid := s.pid
		s.mu.Unlock()
		if s.home.owns(pid) {
			wait = calm
			continue
		}
		s.log.Warn("private PostgreSQL is gone, starting it again", "pid", pid)
		switch err := s.revive(ctx); {
		case err == nil:
			wait = calm
		case ctx.Err() == nil:
			wait = min(2*wait, worst)
			s.log.Error("private PostgreSQL did not start", "error", err, "retry_in", wait)
		}
	}
}

func (s *Server) revive(ctx context.Context) error {
	lock, err := s.home.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	return s.ensureRunning(ctx)
}

// Stop gives up this process's hold. The last user stops the server: SIGINT,
// after 30 seconds or at the end of ctx SIGQUIT. A process whose death would
// end the server waits a while for the others first.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() { s.stopErr = s.stopOnce(ctx) })
	return s.stopErr
}

func (s *Server) stopOnce(ctx context.Context) error {
	s.stop()
	s.kept.Wait()
	defer func() { _ = s.users.Close() }()

	s.mu.Lock()
	ties := s.own != nil && s.o.DieWithParent
	s.mu.Unlock()

	patience, cancel := context.WithTimeout(ctx, othersGrace)
	defer cancel()
	for said := false; ; said = true {
		lock, err := s.home.lock(ctx)
		if err != nil {
			return err
		}
		last, err := s.home.lastUser(s.users)
		if last {
			err = s.home.shutdown(ctx)
		}
		_ = lock.Close()
		if err != nil || last {
			return err
		}
		if !ties {
			return nil
		}
		if !said {
			s.log.Info("waiting for other commands that use the private PostgreSQL")
		}
		if !sleep(patience, 5*pollEvery) {
			s.log.Warn("other commands still use the private PostgreSQL, which ends with this process")
			return nil
		}
	}
}

// sleep reports whether it slept to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
