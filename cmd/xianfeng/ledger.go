package main

import (
	"context"
	"fmt"
	"os"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/fault"
)

type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"重算全部台账的链、合计、上限与结账封印，指出第一处不符"`
}

type ledgerVerifyCmd struct{}

func (ledgerVerifyCmd) Run(ctx context.Context, cfg *app.Config) error {
	return with(ctx, cfg, func(a *app.App) error {
		by, scope, err := operator(ctx, a, "", access.Need{Resource: "ledger", Action: "verify"})
		if err != nil {
			return err
		}
		r, err := a.Points.Verify(ctx, by, scope)
		if err != nil {
			return err
		}
		if !r.OK {
			for _, b := range r.Broken {
				fmt.Fprintln(os.Stderr, " ", b)
			}
			return fault.Newf(fault.RuleBroken, "台账核验不通过：%d 处不符，第一处：%s", len(r.Broken), r.Broken[0])
		}
		_, err = fmt.Printf("台账完好：%d 个账户，%d 条分录，链、合计与上限全部相符；%d 个结账季度的封印全部相符\n台账首部校验码：%s\n", r.Accounts, r.Entries, r.Seals, r.Heads)
		return err
	})
}
