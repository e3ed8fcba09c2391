package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"xianfeng/internal/app"
)

type serveCmd struct{}

func (serveCmd) Run(ctx context.Context, cfg *app.Config) error {
	log := app.NewLog(os.Stderr, cfg.LogFormat, cfg.LogLevel)
	a, err := app.Open(ctx, *cfg, time.Now, log, true)
	if err != nil {
		return err
	}
	err = a.Serve(ctx, os.Stdout)
	if e := a.Close(context.WithoutCancel(ctx)); err == nil {
		err = e
	}
	return err
}

type migrateCmd struct{}

func (migrateCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(*app.App) error {
		_, err := fmt.Println("数据库结构已是最新")
		return err
	})
}

type demoCmd struct{}

func (demoCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		start := time.Now()
		if err := a.Demo(ctx); err != nil {
			return err
		}
		_, err := fmt.Printf("演示单位已建立，用时 %.1f 秒\n%s", time.Since(start).Seconds(), app.DemoSignInText())
		return err
	})
}

type configCmd struct{}

func (configCmd) Run(cfg *app.Config) error {
	for _, line := range cfg.Lines() {
		if _, err := fmt.Println(line); err != nil {
			return err
		}
	}
	return nil
}

type openAPICmd struct{}

func (openAPICmd) Run(cfg *app.Config) error { return app.WriteDocument(*cfg, os.Stdout) }

type versionCmd struct{}

func (versionCmd) Run() error {
	_, err := fmt.Println("xianfeng", app.Version)
	return err
}
