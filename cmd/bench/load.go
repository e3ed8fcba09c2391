package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// clients is how many ask at once, each over one connection that is kept open.
const clients = 4

// ask makes the n-th request of a client.
type ask func(client, n int) []byte

// get and post write requests in HTTP/1.1, ready to be sent.
func get(address, path, cookie string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAccept: application/json\r\nCookie: " + cookie + "\r\n\r\n")
}

func post(address, path, cookie, key, body string) []byte {
	return []byte("POST " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAccept: application/json\r\nContent-Type: application/json\r\nCookie: " +
		cookie + "\r\nIdempotency-Key: " + key + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// wire is one connection of a client. It is thinner than http.Client: on few
// cores the asking would take from what is measured.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(ctx context.Context, address string) (*wire, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (w *wire) close() { _ = w.conn.Close() }

// roundTrip sends a request and reads the answer whole; one that is no success is
// an error.
func (w *wire) roundTrip(request []byte, into io.Writer) error {
	if _, err := w.conn.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		said, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("%s: %s", answer.Status, said)
	}
	_, err = io.Copy(into, answer.Body)
	return err
}

// load asks for so long from n clients at once and gives answers per second.
func load(ctx context.Context, address string, n int, long time.Duration, next ask) (float64, error) {
	var all sync.WaitGroup
	counts, errs := make([]int, n), make([]error, n)
	start := time.Now()
	for client := range n {
		all.Go(func() { counts[client], errs[client] = askFor(ctx, address, client, long, next) })
	}
	all.Wait()
	took := time.Since(start).Seconds()
	sum := 0
	for _, c := range counts {
		sum += c
	}
	return float64(sum) / took, errors.Join(errs...)
}

func askFor(ctx context.Context, address string, client int, long time.Duration, next ask) (count int, err error) {
	w, err := dial(ctx, address)
	if err != nil {
		return 0, err
	}
	defer w.close()
	for start := time.Now(); time.Since(start) < long && ctx.Err() == nil; count++ {
		if err := w.roundTrip(next(client, count), io.Discard); err != nil {
			return count, err
		}
	}
	return count, ctx.Err()
}

// loaded makes a side of turns out of load.
func (b *bench) loaded(ctx context.Context, address string, n int, next ask) func() (float64, error) {
	return func() (float64, error) { return load(ctx, address, n, b.span(), next) }
}

// span is how long one turn lasts, rounds how many there are.
func (b *bench) span() time.Duration {
	if b.quick {
		return time.Second
	}
	return 3 * time.Second
}

func (b *bench) rounds() int {
	if b.quick {
		return 3
	}
	return 7
}
