package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/app"
	"xianfeng/internal/db"
	"xianfeng/internal/httpd"
)

// statement is one that the product sent, with its arguments as PostgreSQL writes them.
type statement struct {
	text  string
	args  []*string // nil is null
	types []string
}

// frames says whether a statement only begins or ends a transaction.
func frames(text string) bool {
	word := strings.ToUpper(strings.Fields(text + " ;")[0])
	return word == "BEGIN" || word == "COMMIT" || word == "ROLLBACK"
}

// traced is the product inside this process, with an ear on its database pool.
type traced struct {
	app    *app.App
	server *httpd.Server // once listening
	ahead  atomic.Int64  // its clock of the real one, in nanoseconds
	mu     sync.Mutex
	sent   []pgx.TraceQueryStartData
}

func (t *traced) now() time.Time { return time.Now().Add(time.Duration(t.ahead.Load())) }

// TraceQueryStart keeps what is sent.
func (t *traced) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Trim(q.SQL, " ;-") != "" && !strings.HasPrefix(q.SQL, "-- ping") {
		t.mu.Lock()
		t.sent = append(t.sent, q)
		t.mu.Unlock()
	}
	return ctx
}

// TraceQueryEnd is the other half of pgx.QueryTracer.
func (*traced) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// trace opens the product on an office, the pool set up as db.Open does.
func (b *bench) trace(o *office) (*traced, error) {
	cfg, err := pgx.ParseConfig(o.url)
	if err != nil {
		return nil, err
	}
	t := &traced{}
	cfg.Tracer, cfg.DefaultQueryExecMode = t, pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["timezone"], cfg.RuntimeParams["role"] = "Asia/Shanghai", db.AppRole
	t.app, err = app.New(bun.NewDB(stdlib.OpenDB(*cfg), pgdialect.New()), app.Config{Data: o.data, Listen: b.address(0)},
		t.now, slog.New(slog.DiscardHandler))
	return t, err
}

func (t *traced) close(ctx context.Context) {
	if t.server != nil {
		_ = t.server.Shutdown(ctx)
	}
	_ = t.app.Close(ctx)
}

// listen serves the API until close, and gives a client that is signed in as the
// clerk: its connection and its cookie.
func (t *traced) listen(ctx context.Context, address string) (*wire, string, error) {
	var err error
	if t.server, err = t.app.Server(); err != nil {
		return nil, "", err
	}
	s := &server{address: address, done: make(chan struct{})}
	go func() {
		s.ended = t.server.Listen(address)
		close(s.done)
	}()
	if err := s.await(ctx, "/readyz"); err != nil {
		return nil, "", err
	}
	cookie, err := s.signIn(ctx, clerk)
	if err != nil {
		return nil, "", err
	}
	w, err := dial(ctx, address)
	return w, cookie, err
}

// take gives the statements sent since the last call, as they were sent.
func (t *traced) take(ctx context.Context, conn *pgx.Conn) ([]statement, error) {
	t.mu.Lock()
	sent := t.sent
	t.sent = nil
	t.mu.Unlock()
	out := make([]statement, 0, len(sent))
	for _, q := range sent {
		s, err := written(ctx, conn, q)
		if err != nil {
			return nil, fmt.Errorf("%.80s: %w", oneLine(q.SQL), err)
		}
		out = append(out, s)
	}
	return out, nil
}

// written puts the arguments as text, by the types that the server gives them.
func written(ctx context.Context, conn *pgx.Conn, q pgx.TraceQueryStartData) (statement, error) {
	s := statement{text: q.SQL}
	args := slices.DeleteFunc(slices.Clone(q.Args), func(a any) bool { // how to ask, not what
		switch a.(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
			return true
		}
		return false
	})
	if len(args) == 0 {
		return s, nil
	}
	described, err := conn.Prepare(ctx, "", q.SQL)
	if err != nil {
		return s, err
	}
	for i, oid := range described.ParamOIDs {
		text, err := conn.TypeMap().Encode(oid, pgtype.TextFormatCode, args[i], []byte{})
		if err != nil {
			return s, err
		}
		var name string
		if err := conn.QueryRow(ctx, `SELECT format_type($1::oid, NULL)`, oid).Scan(&name); err != nil {
			return s, err
		}
		s.types = append(s.types, name)
		if text == nil {
			s.args = append(s.args, nil)
			continue
		}
		one := string(text)
		s.args = append(s.args, &one)
	}
	return s, nil
}

// forget drops what was heard; count tells how many statements were since, but
// for the frames of transactions.
func (t *traced) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = nil
}

func (t *traced) count() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, q := range t.sent {
		if !frames(q.SQL) {
			n++
		}
	}
	return n
}
