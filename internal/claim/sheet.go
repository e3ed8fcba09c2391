package claim

import (
	"io"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

func exportColumns() []sheet.Column {
	return []sheet.Column{
		{Key: "number", Title: "申报编号", Kind: sheet.Int, Width: 10},
		{Key: "person", Title: "姓名", Width: 10},
		{Key: "branch", Title: "党支部", Width: 18},
		{Key: "group", Title: "党小组", Width: 14},
		{Key: "matter", Title: "事项", Width: 36},
		{Key: "fact_on", Title: "发生日期", Kind: sheet.Date},
		{Key: "clause", Title: "依据条款", Width: 16},
		{Key: "rule", Title: "条款名称", Width: 20},
		{Key: "dimension", Title: "维度", Width: 8, Align: sheet.Center},
		{Key: "honour", Title: "荣誉名称", Width: 24},
		{Key: "requested", Title: "申报分值", Kind: sheet.Points, Width: 10},
		{Key: "claimed", Title: "申报人", Width: 10},
		{Key: "submitted", Title: "提交日期", Kind: sheet.Date},
		{Key: "verified", Title: "核实人", Width: 10},
		{Key: "state", Title: "状态", Width: 18, Align: sheet.Center},
		{Key: "reason", Title: "原因", Width: 30},
	}
}

func writeSheet(w io.Writer, items []Summary) error {
	rows := func(yield func([]any, error) bool) {
		for _, r := range items {
			if !yield(exportRow(r), nil) {
				return
			}
		}
	}
	return sheet.WriteList(w, "积分申报", exportColumns(), rows)
}

func exportRow(r Summary) []any {
	var submitted any
	if r.SubmittedAt != nil {
		submitted = calendar.DateOf(*r.SubmittedAt)
	}
	return []any{int(r.Number), r.PersonName, r.BranchName, r.GroupName, r.Matter, r.FactOn, r.RuleClause, r.RuleTitle, r.Dimension.Title(), r.Honour,
		r.Requested, r.ClaimedName, submitted, r.VerifiedBy, r.State.Title(), r.Reason}
}
