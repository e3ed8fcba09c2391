package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/report"
)

type reportCmd struct {
	Issue  issueReportCmd  `cmd:"" default:"withargs" help:"出具一种报表，如 report quarter-summary --quarter 2026Q3 --out 汇总.xlsx"`
	Verify verifyReportCmd `cmd:"" help:"核验一份报表文件：是不是本单位出具的，有没有改动"`
}

type issueReportCmd struct {
	Kind    string `arg:"" help:"哪一种报表：${reports}"`
	Quarter string `required:"" help:"季度，如 2026Q3；按年的报表是季度所在的那一年"`
	Branch  string `help:"只出一个支部：支部名称或编号"`
	Person  string `help:"只出一个人：花名册上唯一的姓名（个人积分台账）"`
	Out     string `required:"" type:"path" help:"写到哪个文件（.xlsx）"`
	As      string `help:"出具人的登录名：报表编号留存，只含其权限范围内的人；不填则只写文件，不编号、不留存"`
}

type verifyReportCmd struct {
	File string `arg:"" type:"existingfile" help:"报表工作簿（.xlsx）"`
	As   string `help:"核验人的登录名：只有其权限范围内的报表才列出原来的内容；不填记为命令行"`
}

// Run fails unless the file is byte for byte what was issued, so that a script can
// go by the exit code.
func (c verifyReportCmd) Run(ctx context.Context, cfg *app.Config) error {
	data, err := readAtMost(c.File, report.MaxVerified)
	if err != nil {
		return err
	}
	return with(ctx, cfg, func(a *app.App) error {
		by, scope, err := operator(ctx, a, c.As, access.Need{Resource: "report", Action: "read"})
		if err != nil {
			return err
		}
		v, err := a.Reports.Verify(ctx, by, scope, data)
		if err != nil {
			return err
		}
		for _, d := range v.Differences {
			fmt.Fprintln(os.Stderr, " ", d)
		}
		if left := v.Different - len(v.Differences); left > 0 {
			fmt.Fprintf(os.Stderr, "  …… 另有 %d 处\n", left)
		}
		if v.Verdict != report.Unchanged {
			return fault.New(fault.RuleBroken, v.Said)
		}
		_, err = fmt.Println(v.Said)
		return err
	})
}

// readAtMost reads a file that may have so many bytes; one byte more is left for the
// reader behind to refuse.
func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "读不了文件 "+path)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "读不了文件 "+path)
	}
	return data, nil
}

// reportKinds names the reports there are, for the help.
func reportKinds() string {
	var all []string
	for _, d := range report.Definitions() {
		all = append(all, d.Kind+" "+d.Name)
	}
	return strings.Join(all, "、")
}

// Run issues a report as the page does and writes the workbook to a file: first
// beside it, so that a failure leaves no half of one.
func (c issueReportCmd) Run(ctx context.Context, cfg *app.Config) error {
	all := report.Definitions()
	i := slices.IndexFunc(all, func(d report.Definition) bool { return d.Kind == c.Kind })
	if i < 0 {
		return fault.Newf(fault.Invalid, "没有 %s 这种报表，可以出具：%s", c.Kind, reportKinds())
	}
	quarter, err := calendar.ParseQuarter(c.Quarter)
	if err != nil {
		return fault.Field("quarter", err.Error())
	}
	return with(ctx, cfg, func(a *app.App) (err error) {
		by, scope, err := operator(ctx, a, c.As, all[i].Issue())
		if err != nil {
			return err
		}
		r := report.Request{Kind: c.Kind, Quarter: quarter, Branch: c.Branch}
		if c.Person != "" {
			if r.Person, err = a.Accounts.OnlyPerson(ctx, by.Unit, c.Person); err != nil {
				return err
			}
			if r.Person == uuid.Nil {
				return fault.Newf(fault.NotFound, "花名册上没有（或不止一位）%s，请在页面上选人出具", c.Person)
			}
		}
		f, err := os.CreateTemp(filepath.Dir(c.Out), ".xianfeng-*.xlsx")
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "写不了文件 "+c.Out+",请检查目录和权限")
		}
		defer func() { _ = os.Remove(f.Name()) }()
		said, err := c.write(ctx, a, by, scope, r, f)
		if e := f.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = os.Chmod(f.Name(), 0o644)
		}
		if err == nil {
			err = os.Rename(f.Name(), c.Out)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Printf("%s，写入 %s\n", said, c.Out)
		return err
	})
}

// write issues the report in somebody's name, or only writes it where nobody is
// named: what is kept needs somebody who answers for it.
func (c issueReportCmd) write(ctx context.Context, a *app.App, by access.Actor, scope access.Scope, r report.Request, w io.Writer) (said string, err error) {
	if c.As == "" {
		rows, err := a.Reports.Draft(ctx, by, scope, r, w)
		return fmt.Sprintf("共 %d 行，未编号、未留存（加 --as 登录名 正式出具）", rows), err
	}
	issue, err := a.Reports.Generate(ctx, by, scope, r, w)
	return fmt.Sprintf("已出具 %s，共 %d 行，校验码 %s", issue.Number, issue.Rows, issue.Checksum), err
}
