package main

import (
	"context"
	"fmt"

	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
)

// keysCmd needs no --as, as userCmd needs none: whoever may run it can read the key
// file itself.
type keysCmd struct {
	Status keysStatusCmd `cmd:"" help:"列出密钥：在不在文件中，各封存多少份内容"`
	Rotate keysRotateCmd `cmd:"" help:"换用新的密钥：密钥文件中加一个，库中各份内容的钥匙改由它包裹，内容本身不动；中断后再运行一次即可"`
	Retire keysRetireCmd `cmd:"" help:"从密钥文件中移除一个不再封存任何内容的旧密钥；更早的数据库备份将打不开其中的密封内容"`
	Create keysCreateCmd `cmd:"" help:"密钥文件确已遗失时：放弃打不开的内容，换一份新的密钥文件继续工作"`
}

type keysStatusCmd struct{}

func (keysStatusCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		keys, err := a.Keys.Status(ctx, a.DB)
		if err != nil {
			return err
		}
		fmt.Printf("密钥文件 %s\n", a.Keys.Path())
		for _, k := range keys {
			state := "已停用"
			switch {
			case !k.InFile && k.Lost:
				state = "已遗失"
			case !k.InFile && k.Rows > 0:
				state = "缺失"
			case !k.InFile:
				state = "不在文件中"
			case !k.Same:
				state = "与数据库登记的不同"
			case k.Current:
				state = "现用"
			}
			made := "—"
			if !k.Created.IsZero() {
				made = k.Created.In(calendar.Shanghai).Format("2006-01-02 15:04")
			}
			fmt.Printf("  第 %d 号\t%s\t建立于 %s\t封存 %d 份\n", k.ID, state, made, k.Rows)
		}
		return a.Keys.Err()
	})
}

type keysRotateCmd struct{ actingUser }

func (c keysRotateCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		by, _, err := operator(ctx, a, c.As, writeAccounts)
		if err != nil {
			return err
		}
		done, err := a.RotateKeys(ctx, by)
		if err != nil {
			return err
		}
		what := "上次中断的更换已完成"
		if done.Added {
			what = "已换用新的密钥"
		}
		fmt.Printf("%s：现用第 %d 号，重新包裹 %d 份。请立即单独备份密钥文件 %s\n", what, done.Key, done.Rows, a.Keys.Path())
		if done.Left > 0 {
			fmt.Printf("另有 %d 份由文件中没有的密钥封存，未动\n", done.Left)
		}
		return nil
	})
}

type keysRetireCmd struct {
	ID int `arg:"" name:"number" help:"密钥的号数，见 xianfeng keys status"`
	actingUser
}

func (c keysRetireCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		by, _, err := operator(ctx, a, c.As, writeAccounts)
		if err != nil {
			return err
		}
		if err := a.RetireKey(ctx, by, c.ID); err != nil {
			return err
		}
		_, err = fmt.Printf("已移除第 %d 号密钥\n", c.ID)
		return err
	})
}

type keysCreateCmd struct {
	GiveUp bool `help:"确认放弃：文件中没有的密钥所封存的内容将一直打不开，直到找回原来的密钥"`
	actingUser
}

func (c keysCreateCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		why := a.Keys.Err()
		if why == nil {
			_, err := fmt.Printf("密钥文件 %s 完好，不必新建\n", a.Keys.Path())
			return err
		}
		if !c.GiveUp {
			fmt.Println("先找原来的密钥文件：它的备份、旧服务器。确实找不回来，再加 --give-up 运行：已密封的内容将打不开，新的内容用新密钥封存。")
			return why
		}
		by, _, err := operator(ctx, a, c.As, writeAccounts)
		if err != nil {
			return err
		}
		path, lost, err := a.GiveUpKeys(ctx, by)
		if err != nil {
			return err
		}
		_, err = fmt.Printf("密钥文件 %s 可用，放弃 %d 份打不开的内容。请立即单独备份密钥文件；找回原来的密钥后，把它并入文件的 keys 列表即可重新打开\n", path, lost)
		return err
	})
}
