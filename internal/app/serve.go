package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"xianfeng/internal/db"
)

// Version of the product; the build may set it.
var Version = "0.1.0"

// NewLog makes the structured log.
func NewLog(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // kong checked it
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Serve answers requests until ctx ends, then drains: no new ones, the running
// ones finish within DrainFor. say gets what a person at the terminal should read.
func (a *App) Serve(ctx context.Context, say io.Writer) error {
	s, err := a.Server()
	if err != nil {
		return err
	}
	if err := a.greet(ctx, say); err != nil {
		return err
	}
	jobs, stopJobs := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { a.runJobs(jobs) })
	failed := make(chan error, 1)
	go func() { failed <- s.Listen(a.Config.Listen) }()
	select {
	case err = <-failed:
		if err != nil {
			err = fmt.Errorf("监听 %s 失败，可能已有程序占用该端口: %w", a.Config.Listen, err)
		}
	case <-ctx.Done():
		a.Log.Info("stopping", "drain_for", a.Config.DrainFor)
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.DrainFor)
		err = s.Shutdown(drain)
		cancel()
	}
	stopJobs()
	wait.Wait()
	return err
}

// greet prints where to go and, on a first start, the one-time set-up link.
func (a *App) greet(ctx context.Context, say io.Writer) error {
	token, err := a.Accounts.SetupLink(ctx)
	if err != nil {
		return err
	}
	if token != "" {
		_, err = fmt.Fprintf(say, "首次启动：请在 24 小时内打开下面的一次性链接，设置单位和第一位管理员（重新启动会换新链接）：\n  http://%s/setup?token=%s\n", a.Config.Listen, token)
		return err
	}
	_, err = fmt.Fprintf(say, "先锋已启动：http://%s\n", a.Config.Listen)
	if err != nil {
		return err
	}
	demo, err := a.Accounts.HasDemo(ctx)
	if err != nil || !demo {
		return err
	}
	if !a.Config.DemoSignIns() {
		_, err = fmt.Fprintln(say, "注意：库中是演示数据，演示账号在此监听地址上不能登录（确需演示请加 --allow-demo）。")
		return err
	}
	_, err = fmt.Fprint(say, DemoSignInText())
	return err
}

func (a *App) sweep(ctx context.Context) error {
	n, err := a.Files.Sweep(ctx)
	if n > 0 {
		a.Log.Info("removed files that nothing refers to", "files", n)
	}
	return err
}

// runJobs is the one loop of a process. Each job is safe to run twice and takes
// an advisory lock, so that of several copies one does it.
func (a *App) runJobs(ctx context.Context) {
	type job struct {
		name  string
		every time.Duration
		run   func(context.Context) error
	}
	jobs := []job{
		{"open quarter", time.Minute, a.Points.Tick},
		{"settle notices", time.Minute, a.Notices.Tick},
		{"find occasions for talks", 10 * time.Minute, a.Talks.Tick},
		{"sweep files", 6 * time.Hour, a.sweep},
	}
	last := make([]time.Time, len(jobs))
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		for i, j := range jobs {
			if !last[i].IsZero() && time.Since(last[i]) < j.every {
				continue
			}
			last[i] = time.Now()
			if err := db.Alone(ctx, a.DB, j.name, j.run); err != nil && ctx.Err() == nil {
				a.Log.Error("job failed", "job", j.name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
