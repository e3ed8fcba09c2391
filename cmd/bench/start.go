package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// start measures a first start in an empty directory, which makes its own
// PostgreSQL, a warm one, what the server keeps of memory, and the first page.
func (b *bench) start(ctx context.Context) ([]figure, error) {
	rounds := 3
	if b.quick {
		rounds = 1
	}
	var cold, warm, resident []float64
	var wire int
	for i := range rounds {
		data := b.filesOf(fmt.Sprintf("start-%d", i))
		for _, into := range []*[]float64{&cold, &warm} {
			start := time.Now()
			s, err := b.spawn(b.address(0), b.bin, "serve", "--listen", b.address(0), "--data", data)
			if err != nil {
				return nil, err
			}
			if err := s.await(ctx, "/"); err != nil {
				return nil, err
			}
			*into = append(*into, time.Since(start).Seconds())
			if into == &warm {
				if wire, err = firstPage(ctx, s.address); err != nil {
					return nil, err
				}
				time.Sleep(5 * time.Second) // its jobs have run, nothing goes on
				mb, err := residentMB(s.cmd.Process.Pid)
				if err != nil {
					return nil, err
				}
				resident = append(resident, mb)
			}
			b.stopServers()
		}
	}
	return []figure{
		figure{row: "start", work: "cold start: empty directory to first page"}.within(median(cold), 5, "s"),
		figure{row: "start", work: "warm start to first page"}.within(median(warm), 1, "s"),
		figure{row: "start", work: "idle memory of the server, PostgreSQL apart"}.within(median(resident), 60, "MB"),
		figure{row: "start", work: fmt.Sprintf("sign-in page compressed, all it loads (%.2f s at 10 Mbit/s)", float64(wire)*8/10e6)}.
			within(float64(wire)/1000, 500, "kB"),
	}, nil
}

var residentLine = regexp.MustCompile(`VmRSS:\s+([0-9]+) kB`)

func residentMB(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	m := residentLine.FindSubmatch(status)
	if m == nil {
		return 0, errors.New("no VmRSS in /proc")
	}
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	return kb / 1024, err
}

var (
	inPage   = regexp.MustCompile(`(?:src|href)="(/[^"]+)"`)
	imported = regexp.MustCompile(`(?:from|import)\s*["']\./([^"']+\.js)["']`)
	// The page that a first visit shows is loaded by the router, with its frame.
	signInPage = regexp.MustCompile(`assets/((?:LoginPage|GateLayout)-[^"']+\.(?:js|css))`)
)

// firstPage adds up the bytes on the wire of the sign-in page: the document, what
// it names, what those scripts import, and the route's own parts.
func firstPage(ctx context.Context, address string) (int, error) {
	seen := map[string]bool{}
	sum := 0
	todo := []string{"/"}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		packed, text, err := fetch(ctx, "http://"+address+at)
		if err != nil {
			return 0, err
		}
		sum += packed
		if at == "/" {
			for _, m := range inPage.FindAllStringSubmatch(text, -1) {
				todo = append(todo, m[1])
			}
		}
		if strings.HasSuffix(at, ".js") {
			for _, m := range imported.FindAllStringSubmatch(text, -1) {
				todo = append(todo, path.Dir(at)+"/"+m[1])
			}
			for _, m := range signInPage.FindAllStringSubmatch(text, -1) {
				todo = append(todo, "/assets/"+m[1])
			}
		}
	}
	if len(seen) < 5 {
		return 0, fmt.Errorf("the first page names %d files only: is the user interface built in?", len(seen))
	}
	return sum, nil
}

// fetch gives the bytes on the wire and the text.
func fetch(ctx context.Context, url string) (int, string, error) {
	get := func(encoding string) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", url, answer.Status)
		}
		var b bytes.Buffer
		_, err = io.Copy(&b, answer.Body)
		return b.Bytes(), err
	}
	packed, err := get("gzip")
	if err != nil {
		return 0, "", err
	}
	plain, err := get("identity")
	return len(packed), string(plain), err
}
