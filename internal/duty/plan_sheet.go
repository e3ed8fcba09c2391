package duty

import (
	"fmt"
	"io"
	"time"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

func planColumns() []sheet.Column {
	return []sheet.Column{
		{Key: "no", Title: "序号", Kind: sheet.Int, Width: 7},
		{Key: "day", Title: "计划日期", Kind: sheet.Date, Width: 14},
		{Key: "weekday", Title: "星期", Width: 7, Align: sheet.Center},
		{Key: "title", Title: "事项", Width: 40},
		{Key: "duty", Title: "对应职责", Width: 16},
		{Key: "owner", Title: "承办", Width: 18},
		{Key: "person", Title: "责任人", Width: 11, Align: sheet.Center},
		{Key: "state", Title: "落实情况", Width: 12, Align: sheet.Center},
		{Key: "note", Title: "备注", Width: 18},
	}
}

// writePlan writes a plan to be printed, signed and filed.
func writePlan(w io.Writer, p Plan, unit string, set org.UnitSettings, now time.Time) error {
	rows := func(yield func([]any, error) bool) {
		for i, it := range p.Items {
			owner := p.BranchName
			if it.GroupID != nil {
				owner = it.GroupName
			}
			note := ""
			if it.ChangedAt != nil {
				note = calendar.DateOf(*it.ChangedAt).Chinese() + "调整"
			}
			if !yield([]any{i + 1, it.PlannedOn, weekdayName(it.PlannedOn), it.Title, it.DutyName, owner, it.PersonName, stateName(it), note}, nil) {
				return
			}
		}
	}
	err := sheet.Write(w, sheet.Sheet{Name: "季度计划", Columns: planColumns(), Rows: rows, Frame: sheet.Frame{
		Title: p.BranchName + p.QuarterTitle + "工作计划", Unit: unit, RangeName: "计划季度", Range: p.QuarterTitle, ScopeNote: filedNote(p),
		Filled: calendar.DateOf(now), Signatures: []string{"支部书记(签字):", "填表人:", "年    月    日(盖章)"}, Unnumbered: true, Snapshot: now,
		Fonts: sheet.Fonts{Title: sheet.Font{Face: set.Fonts.Title, Bold: true}, Heading: sheet.Font{Face: set.Fonts.Heading}, Body: sheet.Font{Face: set.Fonts.Body}},
	}})
	if err != nil {
		return fmt.Errorf("plan as a workbook: %w", err)
	}
	return nil
}

// filedNote says how the plan stands with the Party office.
func filedNote(p Plan) string {
	if p.FiledAt == nil {
		return "草稿，应于" + p.DueOn.Chinese() + "前报备"
	}
	note := calendar.DateOf(*p.FiledAt).Chinese() + "报备"
	if p.Late {
		note += "，逾期"
	}
	if p.ChangedAt != nil {
		note += "；" + calendar.DateOf(*p.ChangedAt).Chinese() + "有调整"
	}
	return note
}

func weekdayName(d calendar.Date) string {
	return [...]string{"日", "一", "二", "三", "四", "五", "六"}[d.Weekday()]
}

func stateName(it PlanItem) string {
	switch it.State {
	case Met:
		return "已落实"
	case Missed:
		return "未落实"
	case Excused:
		return "已说明原因"
	case Due:
		return "待落实"
	}
	return ""
}
