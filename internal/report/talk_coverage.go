package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// talkCoverage is workbook 5, 谈心谈话情况表: how far each talker got with the talks that
// are due in a year (rule 21), up to its last day or today. That a talk took place and
// with whom is all it knows; nothing here can read what was said (rule 23).
func talkCoverage() Definition {
	return Definition{
		Kind: "talk-coverage", Resource: "talk_coverage", Name: "谈心谈话情况表", Short: "谈心谈话", annual: true, apart: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "谈心谈话情况按党支部汇总，请不要选择人员")
			}
			list, err := coverages(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(coverageColumns(), list, func(*coverage) opening { return opening{} })
			p.name, p.title = "谈心谈话情况", a.period()+"度谈心谈话情况表"
			if len(list) == 0 {
				p.note = "范围内没有应当进行的谈话"
			}
			seen := map[place]bool{}
			for _, c := range list {
				for _, b := range c.branches {
					at := place{Branch: b} // the zero place of those of no branch: the unit's
					if !seen[at] {
						seen[at] = true
						p.places = append(p.places, at)
					}
				}
			}
			return []page{p}, nil
		},
	}
}

// coverage is how far one talker got.
type coverage struct {
	Name      string
	Due, Done int
	Latest    calendar.Date
	Remaining []string    // whom there is still to talk with
	branches  []uuid.UUID // of those talked with, or to be; zero of no branch
}

// maxRemaining bounds how many names a row spells out.
const maxRemaining = 40

// remaining is 未谈名单.
func (c *coverage) remaining() string {
	if len(c.Remaining) <= maxRemaining {
		return strings.Join(c.Remaining, "、")
	}
	return strings.Join(c.Remaining[:maxRemaining], "、") + fmt.Sprintf("等%d人次", len(c.Remaining))
}

// rate is 完成率 in hundredths of a percent.
func (c *coverage) rate() any { return turnout{c.Due, c.Done}.rate() }

// coverageColumns are the columns of the workbook.
func coverageColumns() []column[*coverage] {
	rate := func(ref func(string) string) string { return "ROUND(" + ref("done") + "/" + ref("due") + "*100,2)" }
	return []column[*coverage]{
		{sheet.Column{Key: "talker", Title: "谈话人", Width: 14, Align: sheet.Center}, func(_ int, c *coverage) any { return c.Name }},
		{sheet.Column{Key: "due", Title: "应谈", Kind: sheet.Int, Width: 9, Total: true}, func(_ int, c *coverage) any { return c.Due }},
		{sheet.Column{Key: "done", Title: "已谈", Kind: sheet.Int, Width: 9, Total: true}, func(_ int, c *coverage) any { return c.Done }},
		{sheet.Column{Key: "remaining", Title: "未谈名单", Width: 56}, func(_ int, c *coverage) any { return c.remaining() }},
		{sheet.Column{Key: "latest", Title: "最近日期", Kind: sheet.Date, Width: 16}, func(_ int, c *coverage) any { return c.Latest }},
		{sheet.Column{Key: "rate", Title: "完成率(%)", Kind: sheet.Points, Width: 16, Formula: rate,
			Mean: &sheet.Mean{Of: "done", By: "due", Percent: true}}, func(_ int, c *coverage) any { return c.rate() }},
	}
}
