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

// taskforceRegister is workbook 8, 行动党支部情况表: a line for each taskforce that
// was at work in the year (rule 27), as it stood on the year's last day or stands today,
// with what came of it in the year.
func taskforceRegister() Definition {
	return Definition{
		Kind: "taskforces", Resource: "taskforce_register", Name: "行动党支部情况表", Short: "行动支部", annual: true, apart: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "行动党支部等按名称列出，请不要选择人员")
			}
			list, err := taskforces(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(taskforceColumns(), list, func(t *taskforce) opening { return opening{branch: t.Branch} })
			p.name, p.title = "行动党支部情况", a.period()+"行动党支部情况表"
			p.note = "成果只计" + a.period() + "取得的"
			if len(list) == 0 {
				p.note = "范围内没有行动党支部等"
			}
			seen := map[place]bool{}
			for _, t := range list {
				at := place{Branch: t.Branch} // the zero place where the office itself proposed it
				if !seen[at] {
					seen[at] = true
					p.places = append(p.places, at)
				}
			}
			return []page{p}, nil
		},
	}
}

// taskforce is a line of the workbook.
type taskforce struct {
	Name, Kind string
	Branch     uuid.UUID // that proposed it
	ApprovalNo string
	ApprovedOn calendar.Date
	Purpose    string
	Head       string
	// Members of our own, on the last day of the time asked for or their own last one;
	// of them Party members; people of partner units.
	Members, Party, Outsiders int
	State                     string
	Last                      calendar.Date // 撤销日期
	Outcomes                  []result
}

// result is what came of a taskforce, of one kind.
type result struct {
	Name     string `json:"name"`
	Measure  string `json:"measure"`
	Money    bool   `json:"money"`
	Quantity int64  `json:"quantity"` // fen of money
}

// String tells it as a report does: 会签文件 6 份.
func (r result) String() string {
	if r.Money {
		return fmt.Sprintf("%s %d.%02d %s", r.Name, r.Quantity/100, r.Quantity%100, r.Measure)
	}
	return fmt.Sprintf("%s %d %s", r.Name, r.Quantity, r.Measure)
}

// approval is 批准文号/日期.
func (t *taskforce) approval() string {
	if t.ApprovalNo == "" {
		return ""
	}
	return t.ApprovalNo + "，" + t.ApprovedOn.Chinese()
}

func (t *taskforce) outcomes() string {
	parts := make([]string, len(t.Outcomes))
	for i, r := range t.Outcomes {
		parts[i] = r.String()
	}
	return strings.Join(parts, "；")
}

// state is 状态: as of the time asked for, whatever became of it since.
func (t *taskforce) state() string {
	switch t.State {
	case "concluded":
		return "已结项"
	case "archived":
		return "已归档"
	}
	return "运行中"
}

// taskforceColumns are the columns of the workbook.
func taskforceColumns() []column[*taskforce] {
	return []column[*taskforce]{
		{sheet.Column{Key: "seq", Title: "序号", Kind: sheet.Int, Width: 6}, func(n int, _ *taskforce) any { return n }},
		{sheet.Column{Key: "name", Title: "名称", Width: 20}, func(_ int, t *taskforce) any { return t.Name }},
		{sheet.Column{Key: "kind", Title: "类型", Width: 12, Align: sheet.Center}, func(_ int, t *taskforce) any { return t.Kind }},
		{sheet.Column{Key: "approval", Title: "批准文号/日期", Width: 24}, func(_ int, t *taskforce) any { return t.approval() }},
		{sheet.Column{Key: "purpose", Title: "任务", Width: 30}, func(_ int, t *taskforce) any { return t.Purpose }},
		{sheet.Column{Key: "head", Title: "书记（负责人）", Width: 15, Align: sheet.Center}, func(_ int, t *taskforce) any { return t.Head }},
		{sheet.Column{Key: "members", Title: "成员数", Kind: sheet.Int, Width: 8, Total: true}, func(_ int, t *taskforce) any { return t.Members }},
		{sheet.Column{Key: "party", Title: "党员数", Kind: sheet.Int, Width: 8, Total: true}, func(_ int, t *taskforce) any { return t.Party }},
		{sheet.Column{Key: "outsiders", Title: "外单位人数", Kind: sheet.Int, Width: 11, Total: true}, func(_ int, t *taskforce) any { return t.Outsiders }},
		{sheet.Column{Key: "state", Title: "状态", Width: 9, Align: sheet.Center}, func(_ int, t *taskforce) any { return t.state() }},
		{sheet.Column{Key: "last", Title: "撤销日期", Kind: sheet.Date, Width: 15}, func(_ int, t *taskforce) any { return t.Last }},
		{sheet.Column{Key: "outcomes", Title: "成果", Width: 34}, func(_ int, t *taskforce) any { return t.outcomes() }},
	}
}
