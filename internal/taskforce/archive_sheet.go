package taskforce

import (
	"io"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// leaf is one worksheet of the bundle's books.
func (d dossier) leaf(by access.Actor, at time.Time, name string, columns []sheet.Column, rows [][]any) sheet.Sheet {
	until := d.stage.Last.Chinese()
	return sheet.Sheet{Name: name, Columns: columns, Rows: sheet.RowsOf(rows), Frame: sheet.Frame{
		Title: d.stage.Name + name, Unit: by.UnitName, RangeName: "起止", Range: d.stage.From.Chinese() + "至" + until, Filled: calendar.DateOf(at),
		ScopeNote: "归档材料", Signatures: []string{"负责人(签字):", "审核人:", "归档人:", "年    月    日(盖章)"}, Unnumbered: true, Snapshot: at}}
}

func textColumn(key, title string, width float64) sheet.Column {
	return sheet.Column{Key: key, Title: title, Width: width}
}

func dayColumn(key, title string) sheet.Column {
	return sheet.Column{Key: key, Title: title, Kind: sheet.Date, Width: 16}
}

func countColumn(key, title string) sheet.Column {
	return sheet.Column{Key: key, Title: title, Kind: sheet.Int, Width: 8}
}

// writeStatus writes 情况表.xlsx: what it was, who was in it, what they did and what
// came of it.
func (d dossier) writeStatus(w io.Writer, by access.Actor, at time.Time) error {
	st := d.stage
	approved := "无须批准"
	if st.ApprovalNo != "" {
		approved = st.ApprovalNo + "，" + st.ApprovedOn.Chinese()
	}
	basic := [][]any{{"名称", st.Name}, {"类型", st.KindName}, {"批准文号、日期", approved}, {"提议支部", orNone(st.BranchName)},
		{"起止", st.From.Chinese() + "至" + st.Last.Chinese()}, {"任务", st.Purpose}, {"成果", orNone(sentence(d.sums))}, {"工作总结", st.Summary}}
	var people, outside, tasks, results, story [][]any
	for i, v := range d.served {
		row := []any{i + 1, v.Person.Name, v.Offices, v.From, nil, v.BranchName, "", "", ""}
		if v.To != nil {
			row[4] = *v.To
		}
		if a := v.Appraisal; a != nil {
			row[6], row[7], row[8] = a.Grade.Title(), a.Number, a.Text
		}
		people = append(people, row)
	}
	for i, o := range d.outsiders {
		outside = append(outside, []any{i + 1, o.Name, o.Partner, o.Title, o.From, o.To})
	}
	for i, t := range d.tasks {
		tasks = append(tasks, []any{i + 1, t.Title, t.Detail, t.Owner, t.Due, taskTitle(t.State), t.Done, t.Note})
	}
	for i, o := range d.outcomes {
		row := []any{i + 1, o.ReachedOn, o.KindName, o.Title, nil, nil, o.Measure, o.Reference, o.RecordedBy.Name, o.VoidReason}
		if o.Money {
			row[5] = o.Quantity
		} else {
			row[4] = o.Quantity
		}
		results = append(results, row)
	}
	for i := len(d.moments) - 1; i >= 0; i-- { // a story is read from its beginning
		m := d.moments[i]
		story = append(story, []any{m.Day, m.Title, m.Text, m.People, m.Outsiders})
	}
	number := countColumn("n", "序号")
	return sheet.Write(w,
		d.leaf(by, at, "基本情况", []sheet.Column{textColumn("what", "项目", 20), textColumn("is", "内容", 100)}, basic),
		d.leaf(by, at, "成员", []sheet.Column{number, textColumn("name", "姓名", 10), textColumn("office", "职务", 16), dayColumn("from", "起"), dayColumn("to", "止"),
			textColumn("home", "所在支部", 18), textColumn("grade", "鉴定等次", 12), textColumn("number", "鉴定编号", 22), textColumn("text", "鉴定意见", 50)}, people),
		d.leaf(by, at, "外单位人员", []sheet.Column{number, textColumn("name", "姓名", 12), textColumn("partner", "单位", 30), textColumn("title", "职务", 20),
			dayColumn("from", "起"), dayColumn("to", "止")}, outside),
		d.leaf(by, at, "任务", []sheet.Column{number, textColumn("title", "任务", 30), textColumn("detail", "说明", 40), textColumn("owner", "负责人", 10),
			dayColumn("due", "期限"), textColumn("state", "状态", 10), dayColumn("done", "完成日期"), textColumn("note", "办理情况", 40)}, tasks),
		d.leaf(by, at, "成果", []sheet.Column{number, dayColumn("day", "日期"), textColumn("kind", "种类", 16), textColumn("title", "成果", 40), countColumn("quantity", "数量"),
			{Key: "money", Title: "金额(元)", Kind: sheet.Points, Width: 16}, textColumn("measure", "单位", 8), textColumn("reference", "文号", 24),
			textColumn("by", "登记人", 10), textColumn("void", "作废原因", 20)}, results),
		d.leaf(by, at, "大事记", []sheet.Column{dayColumn("day", "日期"), textColumn("what", "事项", 40), textColumn("text", "内容", 70),
			countColumn("people", "人数"), countColumn("outsiders", "外单位")}, story))
}

// writeActivities writes 活动记录.xlsx: what was held under its name, and who came.
func (d dossier) writeActivities(w io.Writer, by access.Actor, at time.Time) error {
	var held, came [][]any
	for i, a := range d.activities {
		held = append(held, []any{i + 1, a.Day, clock(a.Starts), clock(a.Ends), a.Kind, a.Title, a.Place, a.Host, a.Recorder, a.Expected, a.Present, a.Outsiders,
			a.Served, a.Agenda, a.Text})
	}
	for _, a := range d.attendance {
		row := []any{a.Day, a.Activity, a.Name, a.Branch, a.Group, a.Partner, attendanceTitle(a.Status), absenceTitle(a.Absence, a.Reason), nil}
		if a.Minutes > 0 {
			row[8] = a.Minutes
		}
		came = append(came, row)
	}
	number := countColumn("n", "序号")
	return sheet.Write(w,
		d.leaf(by, at, "活动", []sheet.Column{number, dayColumn("day", "日期"), textColumn("from", "开始", 8), textColumn("to", "结束", 8), textColumn("kind", "类型", 12),
			textColumn("title", "活动名称", 30), textColumn("place", "地点", 16), textColumn("host", "主持人", 10), textColumn("recorder", "记录人", 10),
			countColumn("expected", "应到"), countColumn("present", "实到"), countColumn("outsiders", "外单位"), textColumn("served", "服务对象", 16),
			textColumn("agenda", "议程", 30), textColumn("content", "内容", 50)}, held),
		d.leaf(by, at, "出席", []sheet.Column{dayColumn("day", "日期"), textColumn("title", "活动名称", 30), textColumn("name", "姓名", 10), textColumn("branch", "当日支部", 18),
			textColumn("group", "当日小组", 16), textColumn("partner", "外单位", 24), textColumn("status", "出席情况", 12), textColumn("reason", "缺席原因", 20),
			{Key: "hours", Title: "志愿时长(h)", Kind: sheet.Hours, Width: 14}}, came))
}

func clock(t time.Time) string { return t.In(calendar.Shanghai).Format("15:04") }

func orNone(text string) string {
	if text == "" {
		return "无"
	}
	return text
}

func taskTitle(state string) string {
	switch state {
	case "todo":
		return "待办"
	case "doing":
		return "进行中"
	case "done":
		return "已完成"
	case "dropped":
		return "已终止"
	}
	return state
}

func attendanceTitle(status string) string {
	switch status {
	case "present":
		return "出席"
	case "absent":
		return "缺席"
	case "guest":
		return "列席"
	case "outsider":
		return "外单位参加"
	}
	return status
}

func absenceTitle(code, reason string) string {
	title := map[string]string{"official": "公务", "sick": "病假", "personal": "事假", "other": "其他", "unexcused": "无故"}[code]
	if title != "" && reason != "" {
		return title + "：" + reason
	}
	return title + reason
}
