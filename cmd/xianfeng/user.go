package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// userCmd needs no --as: whoever may run it holds the data directory itself. It
// is what an office is left with when nobody can sign in any more; the audit row
// says that the command line did it.
type userCmd struct {
	List    userListCmd    `cmd:"" help:"列出账号"`
	Create  userCreateCmd  `cmd:"" help:"建立账号并打印一次性密码"`
	Disable userDisableCmd `cmd:"" help:"停用账号，会话立即结束"`
	Enable  userEnableCmd  `cmd:"" help:"启用账号"`
	Reset   userResetCmd   `cmd:"" help:"重置密码并打印一次性密码"`
	Unlock  userUnlockCmd  `cmd:"" help:"解除密码输错次数的限制"`
}

// operator is the command line itself, or the person that --as names.
func operator(ctx context.Context, a *app.App, login string, need access.Need) (access.Actor, access.Scope, error) {
	if login != "" {
		return as(ctx, a, login, need)
	}
	unit, name, err := a.Accounts.Unit(ctx)
	if err != nil {
		return access.Actor{}, access.Scope{}, err
	}
	if unit == uuid.Nil {
		return access.Actor{}, access.Scope{}, fault.New(fault.Unavailable, "尚未初始化：请先启动服务，用打印的一次性链接完成设置，或运行 xianfeng demo")
	}
	return access.Actor{Unit: unit, UnitName: name, Name: "命令行", Address: "command line"}, access.System(unit), nil
}

type actingUser struct {
	As string `help:"操作人的登录名；不填记为命令行"`
}

var writeAccounts = access.Need{Resource: "account", Action: "write"}

type userListCmd struct {
	Text string `arg:"" optional:"" help:"按登录名、姓名、拼音查找"`
}

func (c userListCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		_, scope, err := operator(ctx, a, "", writeAccounts)
		if err != nil {
			return err
		}
		accounts, err := a.Accounts.List(ctx, scope, c.Text)
		if err != nil {
			return err
		}
		for _, u := range accounts {
			state := "正常"
			switch {
			case u.DisabledAt != nil:
				state = "已停用"
			case u.Locked:
				state = "已锁定"
			}
			if _, err := fmt.Printf("%-16s %s\t%s\t%s\n", u.Login, u.PersonName, state, strings.Join(u.Roles, "、")); err != nil {
				return err
			}
		}
		return nil
	})
}

type userCreateCmd struct {
	actingUser
	Login string   `arg:"" help:"登录名"`
	Name  string   `required:"" help:"姓名；花名册中只有一人同名时自动关联，否则按花名册以外人员建立"`
	Role  []string `help:"同时授予的全院角色，如 party_office、leading_group、system_admin"`
}

func (c userCreateCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		by, scope, err := operator(ctx, a, c.As, writeAccounts)
		if err != nil {
			return err
		}
		grants, err := c.mayGrant(ctx, a)
		if err != nil {
			return err
		}
		n := account.NewAccount{Login: c.Login, Name: c.Name}
		if n.Person, err = a.Accounts.OnlyPerson(ctx, by.Unit, c.Name); err != nil {
			return err
		}
		made, password, err := a.Accounts.Create(ctx, by, scope, n)
		// Printed before the roles are given: a password is shown once, whatever follows.
		if err := done(err, "已为%s建立账号 %s\n一次性密码：%s（首次登录须修改）", made.PersonName, made.Login, password); err != nil {
			return err
		}
		for _, r := range c.Role {
			if _, err := a.Accounts.Grant(ctx, by, grants, account.NewGrant{Person: made.PersonID, Role: r, From: calendar.DateOf(a.Now())}); err != nil {
				return err
			}
		}
		return nil
	})
}

// mayGrant checks the roles that were asked for, and that the operator may give
// them, before anything is made.
func (c userCreateCmd) mayGrant(ctx context.Context, a *app.App) (access.Scope, error) {
	if len(c.Role) == 0 {
		return access.Scope{}, nil
	}
	for _, r := range c.Role {
		if role, ok := access.RoleByCode(r); !ok || role.Place != "unit" {
			return access.Scope{}, fault.Newf(fault.Invalid, "%s 不是全院角色；支部、小组、部门的角色请在页面上授予", r)
		}
	}
	_, scope, err := operator(ctx, a, c.As, access.Need{Resource: "grant", Action: "write"})
	return scope, err
}

type oneUser struct {
	actingUser
	Login string `arg:"" help:"登录名"`
}

// on finds the account and runs a step on it.
func (c oneUser) on(ctx context.Context, cfg *app.Config, fn func(*app.App, access.Actor, access.Scope, account.Account) error) error {
	return with(ctx, cfg, func(a *app.App) error {
		by, scope, err := operator(ctx, a, c.As, writeAccounts)
		if err != nil {
			return err
		}
		accounts, err := a.Accounts.List(ctx, scope, c.Login)
		if err != nil {
			return err
		}
		for _, u := range accounts {
			if u.Login == strings.ToLower(c.Login) {
				return fn(a, by, scope, u)
			}
		}
		return fault.Newf(fault.NotFound, "没有登录名为 %s 的账号；用 xianfeng user list 查看", c.Login)
	})
}

type userDisableCmd struct{ oneUser }

func (c userDisableCmd) Run(ctx context.Context, cfg *app.Config) error {
	return c.on(ctx, cfg, func(a *app.App, by access.Actor, scope access.Scope, u account.Account) error {
		return done(a.Accounts.Disable(ctx, by, scope, u.ID), "已停用 %s，其会话已结束", u.Login)
	})
}

type userEnableCmd struct{ oneUser }

func (c userEnableCmd) Run(ctx context.Context, cfg *app.Config) error {
	return c.on(ctx, cfg, func(a *app.App, by access.Actor, scope access.Scope, u account.Account) error {
		return done(a.Accounts.Enable(ctx, by, scope, u.ID), "已启用 %s", u.Login)
	})
}

type userUnlockCmd struct{ oneUser }

func (c userUnlockCmd) Run(ctx context.Context, cfg *app.Config) error {
	return c.on(ctx, cfg, func(a *app.App, by access.Actor, scope access.Scope, u account.Account) error {
		return done(a.Accounts.Unlock(ctx, by, scope, u.ID), "已解锁 %s", u.Login)
	})
}

type userResetCmd struct{ oneUser }

func (c userResetCmd) Run(ctx context.Context, cfg *app.Config) error {
	return c.on(ctx, cfg, func(a *app.App, by access.Actor, scope access.Scope, u account.Account) error {
		password, err := a.Accounts.Reset(ctx, by, scope, u.ID)
		return done(err, "%s 的一次性密码：%s（首次登录须修改）", u.Login, password)
	})
}

// done says what was done, unless it was refused.
func done(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	_, err = fmt.Printf(format+"\n", args...)
	return err
}
