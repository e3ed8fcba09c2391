// Command xianfeng is the Party-building work management system of one office:
// server and command line in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/fault"
)

// cli is every command. What each does lies in the services; here is only what
// the command line adds: flags, files and sentences.
type cli struct {
	app.Config `embed:""`

	Serve   serveCmd   `cmd:"" help:"启动服务"`
	Migrate migrateCmd `cmd:"" help:"只升级数据库结构，然后退出"`
	Demo    demoCmd    `cmd:"" help:"在空的数据目录中建立演示单位：滨河区人民检察院一年的活动与积分"`
	Import  importCmd  `cmd:"" help:"导入 Excel"`
	Report  reportCmd  `cmd:"" help:"出具报表工作簿"`
	Ledger  ledgerCmd  `cmd:"" help:"积分台账"`
	User    userCmd    `cmd:"" help:"账号：列出、建立、停用、启用、重置密码、解锁"`
	Keys    keysCmd    `cmd:"" name:"keys" help:"封存谈话记录的密钥：查看、更换"`
	Show    configCmd  `cmd:"" name:"config" help:"打印当前生效的配置（隐去密码）"`
	OpenAPI openAPICmd `cmd:"" name:"openapi" help:"打印 API 文档（OpenAPI 3.1）"`
	Version versionCmd `cmd:"" help:"打印版本"`
}

const description = `先锋：机关党建工作管理系统。一次记录，处处可用。

常用:
  xianfeng demo                          建立演示单位
  xianfeng serve                         启动服务，打印地址
  xianfeng import roster 花名册.xlsx      预览导入；加 --confirm 执行
  xianfeng report quarter-summary --quarter 2026Q3 --as 登录名 --out 汇总.xlsx
  xianfeng ledger verify                 核验全部台账

每个参数也可用环境变量设置，见 xianfeng config。写入的命令用 --as 指明操作人，照其权限执行并记入审计。`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("xianfeng"), kong.Description(description), kong.Vars{"reports": reportKinds()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return fail(err)
	}
	k, err := parser.Parse(args)
	if err != nil {
		return fail(fmt.Errorf("命令写得不对：%w（xianfeng --help 查看用法）", err))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&c.Config); err != nil {
		return fail(err)
	}
	return 0
}

// fail prints one clear line and gives the exit code.
func fail(err error) int {
	var f *fault.Error
	if !errors.As(err, &f) {
		fmt.Fprintln(os.Stderr, "xianfeng:", err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "xianfeng:", f.Message)
	for _, d := range f.Details {
		fmt.Fprintf(os.Stderr, "  %s:%s\n", d.Field, d.Message)
	}
	if cause := errors.Unwrap(f); cause != nil && f.Code != fault.NotFound {
		slog.Debug("cause", "error", cause)
		if f.Code == fault.Internal || f.Code == fault.Unavailable {
			fmt.Fprintln(os.Stderr, "  原因：", strings.Join(strings.Fields(cause.Error()), " "))
		}
	}
	return 1
}

// with opens the application for one command and closes it after; it works
// beside a running server, sharing its private PostgreSQL.
func with(ctx context.Context, cfg *app.Config, fn func(a *app.App) error) (err error) {
	a, err := app.Open(ctx, *cfg, time.Now, app.NewLog(os.Stderr, cfg.LogFormat, "warn"), false)
	if err != nil {
		return err
	}
	defer func() {
		if e := a.Close(context.WithoutCancel(ctx)); err == nil {
			err = e
		}
	}()
	return fn(a)
}

// as finds the person who acts and how far the permission reaches for them.
func as(ctx context.Context, a *app.App, login string, need access.Need) (access.Actor, access.Scope, error) {
	if login == "" {
		return access.Actor{}, access.Scope{}, fault.New(fault.Unauthenticated, "请用 --as 登录名 指明由谁操作（照其权限执行并记入审计）")
	}
	by, err := a.Accounts.ActorByLogin(ctx, login)
	if err != nil {
		return by, access.Scope{}, err
	}
	scope, err := a.Policy.Decide(by, need)
	return by, scope, err
}
