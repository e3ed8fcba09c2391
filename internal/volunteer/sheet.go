package volunteer

import (
	"io"

	"xianfeng/internal/sheet"
)

// hoursSheet is the exported list of people and their hours.
func hoursSheet() []sheet.Column {
	return []sheet.Column{
		{Key: "n", Title: "序号", Kind: sheet.Int, Width: 7},
		{Key: "name", Title: "姓名", Width: 12},
		{Key: "branch", Title: "党支部", Width: 20},
		{Key: "participations", Title: "人次", Kind: sheet.Int, Width: 10, Total: true},
		{Key: "minutes", Title: "时长(小时)", Kind: sheet.Hours, Width: 14, Total: true},
		{Key: "noticed", Title: "其中已公示(小时)", Kind: sheet.Hours, Width: 18, Total: true},
	}
}

func writeHours(w io.Writer, items []PersonHours) error {
	return sheet.WriteList(w, "志愿时长", hoursSheet(), func(yield func([]any, error) bool) {
		for i, p := range items {
			if !yield([]any{i + 1, p.Name, p.BranchName, p.Participations, p.Minutes, p.Noticed}, nil) {
				return
			}
		}
	})
}

// importTemplate is the form that ReadHours reads (reports.md).
func importTemplate() sheet.Template {
	return sheet.Template{Sheet: "志愿时长",
		Hint: "填写说明:红色为必填;第三行为示例,导入时忽略;一行是一个人参加一次活动。同一天、同名、同一组织者的各行合并为一条活动记录。日期写作 2026.3.5、2026年3月5日均可;时长不计路途,以小时计,也可写“90分钟”;同名人员须填工号;组织者填部门、党支部、党小组的名称,留空为全院。",
		Columns: []sheet.TemplateColumn{
			{Title: "姓名", Required: true, Example: "张三", Width: 12},
			{Title: "工号", Example: "0001", Hint: "有同名人员时必填", Width: 10},
			{Title: "日期", Required: true, Example: "2026.3.5", Width: 14},
			{Title: "活动", Required: true, Example: "社区法律咨询", Width: 24},
			{Title: "地点", Required: true, Example: "滨河社区广场", Width: 20},
			{Title: "对象", Example: "社区居民", Width: 16},
			{Title: "组织者", Example: "第一党支部", Hint: "部门、党支部或党小组;留空为全院"},
			{Title: "时长(小时)", Required: true, Example: "2.5", Hint: "如 2.5;也可写 90分钟、1小时30分", Width: 14},
		}}
}

// Template writes the empty form for importing hours.
func (s *Service) Template(w io.Writer) error { return sheet.WriteTemplate(w, importTemplate()) }
