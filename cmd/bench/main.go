// Command bench measures the product's speed and size. Each figure is a ratio
// against something bare, taken in the same run on the same machine and data, in
// turns, so that what else the machine does hits both alike; medians are printed.
//
//	go run ./cmd/bench                     everything, about ten minutes
//	go run ./cmd/bench -only ledger,post   some rows
//	go run ./cmd/bench -quick              less data and time: for trying out, not for quoting
//
// It needs bin/xianfeng (make build) and PostgreSQL's programs, pgbench and psql
// among them. The data is invented and lies in a temporary directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"xianfeng/internal/localpg"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run: where it works, and the PostgreSQL it works on.
type bench struct {
	dir     string
	bin     string // the product
	quick   bool
	port    int
	out     io.Writer
	pg      *localpg.Server
	offices map[size]*office
	servers []*server
}

// work is a row or a few of the table, by the name that -only takes.
type work struct {
	name string
	run  func(*bench, context.Context) ([]figure, error)
}

func works() []work {
	return []work{
		{"start", (*bench).start},
		{"ledger", (*bench).ledger},
		{"policy", (*bench).policy},
		{"post", (*bench).post},
		{"meeting", (*bench).meeting},
		{"circle", (*bench).circle},
		{"growth", (*bench).growth},
		{"summary", (*bench).summary},
		{"fairness", (*bench).fairness},
		{"duty", (*bench).duty},
		{"close", (*bench).closing},
		{"workbook", (*bench).workbook},
		{"roster", (*bench).roster},
		{"plan", (*bench).plan},
		{"mentor", (*bench).mentor},
		{"person", (*bench).person},
		{"service", (*bench).service},
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "child" {
		return child(ctx, args[1:])
	}
	b := &bench{out: out, offices: map[size]*office{}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "rows to measure, with commas: start, ledger, policy, post, meeting, circle, growth, summary, fairness, duty, close, workbook, roster, plan, mentor, person, service")
	flags.BoolVar(&b.quick, "quick", false, "less data and fewer rounds")
	flags.StringVar(&b.bin, "bin", "bin/xianfeng", "the product")
	flags.IntVar(&b.port, "port", 8160, "first of ten free ports on 127.0.0.1")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	todo, err := chosen(*only)
	if err != nil {
		return err
	}
	if b.bin, err = filepath.Abs(b.bin); err != nil {
		return err
	}
	if _, err := os.Stat(b.bin); err != nil {
		return fmt.Errorf("%w: run make build first", err)
	}
	if b.dir, err = os.MkdirTemp("", "xianfeng-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	// PostgreSQL runs under an account of its own, which has to reach the socket.
	if err := os.Chmod(b.dir, 0o755); err != nil { //nolint:gosec // nothing secret lies here
		return err
	}
	defer b.close(context.WithoutCancel(ctx))
	return b.measure(ctx, todo)
}

func chosen(only string) ([]work, error) {
	if only == "" {
		return works(), nil
	}
	var out []work
	for _, name := range strings.Split(only, ",") {
		i := slices.IndexFunc(works(), func(w work) bool { return w.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no row %q", name)
		}
		out = append(out, works()[i])
	}
	return out, nil
}

// measure goes through the rows. One that fails does not stop the others.
func (b *bench) measure(ctx context.Context, todo []work) error {
	var table []figure
	var failed error
	for _, w := range todo {
		fmt.Fprintf(b.out, "… %s\n", w.name)
		figures, err := w.run(b, ctx)
		for _, f := range figures {
			fmt.Fprintf(b.out, "%s\n", f)
		}
		table = append(table, figures...)
		b.stopServers()
		if err != nil {
			err = fmt.Errorf("%s: %w", w.name, err)
			fmt.Fprintln(b.out, err)
			failed = errors.Join(failed, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	printTable(b.out, table, b.quick)
	return failed
}

func (b *bench) close(ctx context.Context) {
	b.stopServers()
	if b.pg != nil {
		if err := b.pg.Stop(ctx); err != nil {
			slog.Error("PostgreSQL did not stop", "error", err)
		}
	}
}

// child is a part that needs a process of its own.
func child(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("child: which?")
	}
	switch args[0] {
	case "ledger":
		return bareLedger(ctx, args[1:])
	case "workbook":
		return writeWorkbook(args[1:])
	case "service":
		return writeService(ctx, args[1:])
	case "bareservice":
		return writeBareService(ctx, args[1:])
	}
	return fmt.Errorf("child: there is no %q", args[0])
}
