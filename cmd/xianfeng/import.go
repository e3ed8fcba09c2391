package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

type importCmd struct {
	Roster importRosterCmd `cmd:"" help:"导入人员花名册：不加 --confirm 只预览，不改任何数据"`
}

type importRosterCmd struct {
	File           string `arg:"" type:"existingfile" help:"花名册工作簿（.xlsx）"`
	Confirm        bool   `help:"执行导入"`
	GoodRowsOnly   bool   `help:"有错的行跳过，只导入无误的行"`
	NoCreatePlaces bool   `help:"不新建部门、支部、小组：写了没有的就算错行"`
	As             string `help:"操作人的登录名（需有导入花名册的权限）；执行时必填"`
	Rows           bool   `help:"预览时逐行列出"`
}

func (c importRosterCmd) Run(ctx context.Context, cfg *app.Config) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "读不了文件 "+c.File)
	}
	return with(ctx, cfg, func(a *app.App) error {
		need := access.Need{Resource: "people", Action: "import"}
		by, scope, err := operator(ctx, a, c.As, need)
		if c.Confirm {
			by, scope, err = as(ctx, a, c.As, need)
		}
		if err != nil {
			return err
		}
		o := org.ImportOptions{NoCreatePlaces: c.NoCreatePlaces}
		name := filepath.Base(c.File)
		if !c.Confirm {
			preview, rows, err := a.Org.CheckImport(ctx, scope, data, o)
			if err != nil {
				return err
			}
			return c.show(preview, rows)
		}
		preview, err := a.Org.PreviewImport(ctx, by, scope, name, data, o)
		if err != nil {
			return err
		}
		if err := c.show(preview, nil); err != nil {
			return err
		}
		imported, err := a.Org.ConfirmImport(ctx, by, scope, preview.ID, org.ConfirmOptions{GoodRowsOnly: c.GoodRowsOnly, NoCreatePlaces: c.NoCreatePlaces, Plan: preview.Plan})
		if err != nil {
			return err
		}
		if err := a.Points.Tick(ctx); err != nil { // new members' accounts open now, not at the server's next round
			return err
		}
		return done(nil, "已导入：新增 %d 人，更新 %d 人，未变 %d 人，跳过 %d 行", imported.Counts.New, imported.Counts.Changed, imported.Counts.Unchanged, imported.Counts.Bad)
	})
}

// show prints what an import would do, each problem with sheet, row, column,
// value and reason.
func (c importRosterCmd) show(i org.Import, rows []org.ImportRow) error {
	fmt.Printf("读到 %d 行：新增 %d，更新 %d，未变 %d，有错 %d，提醒 %d\n", i.Counts.Rows, i.Counts.New, i.Counts.Changed, i.Counts.Unchanged, i.Counts.Bad, i.Counts.Warnings)
	for what, names := range map[string][]string{"部门": i.NewPlaces.Departments, "党支部": i.NewPlaces.Branches, "党小组": i.NewPlaces.Groups} {
		if len(names) > 0 {
			fmt.Printf("将新建%s %d 个：%v\n", what, len(names), names)
		}
	}
	for _, p := range i.Problems {
		fmt.Println(" ", p.Error())
	}
	if c.Rows {
		for _, r := range rows {
			fmt.Printf("  %s 第 %d 行 %-9s %s %s%s\n", r.Sheet, r.Row, r.Action, r.Name, r.Branch, r.Group)
		}
	}
	switch {
	case c.Confirm:
	case i.Counts.Bad > 0:
		return fault.Newf(fault.Invalid, "有 %d 行错误，以上只是预览，没有导入任何数据；改正后重试，或加 --confirm --good-rows-only 只导入无误的行", i.Counts.Bad)
	default:
		fmt.Println("以上只是预览，没有导入任何数据；加 --confirm --as 登录名 执行")
	}
	return nil
}
