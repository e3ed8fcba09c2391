package activity

import (
	"io"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

func exportColumns() []sheet.Column {
	return []sheet.Column{
		{Key: "day", Title: "日期", Kind: sheet.Date},
		{Key: "from", Title: "开始", Width: 8, Align: sheet.Center},
		{Key: "to", Title: "结束", Width: 8, Align: sheet.Center},
		{Key: "kind", Title: "类型", Width: 12},
		{Key: "title", Title: "活动名称", Width: 36},
		{Key: "organiser", Title: "组织者", Width: 24},
		{Key: "place", Title: "地点", Width: 18},
		{Key: "host", Title: "主持人", Width: 10},
		{Key: "recorder", Title: "记录人", Width: 10},
		{Key: "expected", Title: "应到", Kind: sheet.Int, Width: 7},
		{Key: "present", Title: "实到", Kind: sheet.Int, Width: 7},
		{Key: "absent", Title: "缺席", Kind: sheet.Int, Width: 7},
		{Key: "guests", Title: "列席", Kind: sheet.Int, Width: 7},
		{Key: "outsiders", Title: "外单位", Kind: sheet.Int, Width: 8},
		{Key: "served", Title: "服务对象", Width: 18},
		{Key: "quorum", Title: "法定人数", Width: 10, Align: sheet.Center},
		{Key: "late", Title: "是否补录", Width: 10, Align: sheet.Center},
		{Key: "state", Title: "状态", Width: 8, Align: sheet.Center},
	}
}

// title is the state in Chinese.
func (s State) title() string {
	switch s {
	case Draft:
		return "草稿"
	case Confirmed:
		return "已确认"
	case Superseded:
		return "已更正"
	case Withdrawn:
		return "已撤回"
	}
	return string(s)
}

func writeSheet(w io.Writer, items []Summary) error {
	rows := func(yield func([]any, error) bool) {
		for _, r := range items {
			if !yield(exportRow(r), nil) {
				return
			}
		}
	}
	return sheet.WriteList(w, "活动记录", exportColumns(), rows)
}

func exportRow(r Summary) []any {
	quorum, filed := "", ""
	if r.QuorumMet != nil {
		quorum = "达到"
		if !*r.QuorumMet {
			quorum = "未达到"
		}
	}
	if r.Late {
		filed = "补录"
	}
	from, to := r.StartsAt.In(calendar.Shanghai), r.EndsAt.In(calendar.Shanghai)
	return []any{calendar.DateOf(from), from.Format("15:04"), to.Format("15:04"), r.KindName, r.Title, r.OrganiserName, r.Place,
		r.HostName, r.RecorderName, r.Expected, r.Present, r.Absent, r.Guests, r.Outsiders, r.Served, quorum, filed, r.State.title()}
}
