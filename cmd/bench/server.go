package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"xianfeng/internal/httpd"
)

// server is a process that answers on address: the product, or a bare one.
type server struct {
	address string
	cmd     *exec.Cmd
	log     string        // file of what it said
	done    chan struct{} // closed when it ended, by ended
	ended   error
}

// spawn starts a program that is to listen on address.
func (b *bench) spawn(address, program string, args ...string) (*server, error) {
	s := &server{address: address, cmd: exec.Command(program, args...), done: make(chan struct{})}
	said, err := os.CreateTemp(b.dir, "log-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = said.Close() }()
	s.log = said.Name()
	s.cmd.Stdout, s.cmd.Stderr = said, said
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.ended = s.cmd.Wait()
		close(s.done)
	}()
	b.servers = append(b.servers, s)
	return s, nil
}

func (b *bench) address(offset int) string { return fmt.Sprintf("127.0.0.1:%d", b.port+offset) }

// serve starts the product on an office, as in production.
func (b *bench) serve(ctx context.Context, o *office, offset int) (*server, error) {
	address := b.address(offset)
	s, err := b.spawn(address, b.bin, "serve", "--listen", address, "--data", o.data, "--database-url", o.url)
	if err != nil {
		return nil, err
	}
	return s, s.await(ctx, "/readyz")
}

// await waits until the server answers a path.
func (s *server) await(ctx context.Context, path string) error {
	deadline := time.After(time.Minute)
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+path, nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.done:
			said, _ := os.ReadFile(s.log)
			return fmt.Errorf("the server ended (%w): %s", s.ended, said)
		case <-deadline:
			return fmt.Errorf("%s does not answer %s", s.address, path)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// stop ends the server as an operator does.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(40 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

func (b *bench) stopServers() {
	for _, s := range b.servers {
		s.stop()
	}
	b.servers = nil
}

// signIn gives the cookie of a new session.
func (s *server) signIn(ctx context.Context, login string) (string, error) {
	body, err := json.Marshal(map[string]string{"login": login, "password": password})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/api/session", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	for _, c := range answer.Cookies() {
		if c.Name == httpd.CookieName {
			return c.Name + "=" + c.Value, nil
		}
	}
	said, _ := io.ReadAll(answer.Body)
	return "", fmt.Errorf("sign-in of %s: %s %s", login, answer.Status, said)
}

// bare starts this program again as another process.
func (b *bench) bare(address string, args ...string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.spawn(address, self, append([]string{"child"}, args...)...)
}

// filesOf is a fresh directory under the run's.
func (b *bench) filesOf(name string) string { return filepath.Join(b.dir, name) }
