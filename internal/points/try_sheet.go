package points

import (
	"fmt"
	"strings"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

func changeWord(change string) string {
	switch change {
	case RuleAdded:
		return "新增"
	case RuleRemoved:
		return "删去"
	case RuleChanged:
		return "修改"
	}
	return "未改，受上限影响"
}

// sheets are a trial's people and rules.
func (t Trial) sheets(unit string, today calendar.Date) []sheet.Sheet {
	frame := sheet.Frame{Title: fmt.Sprintf("积分办法第 %d 版试算（与第 %d 版比较）", t.Scheme.Version, t.With.Version),
		Unit: unit, Range: t.QuarterTitle, Filled: today, ScopeNote: t.Message, Signatures: []string{}}
	people := sheet.Sheet{Name: "人员", Frame: frame, Columns: []sheet.Column{
		{Key: "n", Title: "序号", Kind: sheet.Int, Width: 7},
		{Key: "name", Title: "姓名", Width: 12},
		{Key: "branch", Title: "支部", Width: 18},
		{Key: "group", Title: "小组", Width: 16},
		{Key: "before", Title: "原办法", Kind: sheet.Points},
		{Key: "after", Title: "这一稿", Kind: sheet.Points},
		{Key: "difference", Title: "变化", Kind: sheet.Points, Total: true},
		{Key: "veto", Title: "一票否决", Width: 12},
		{Key: "causes", Title: "由哪些条款引起", Width: 50},
	}, Rows: func(yield func([]any, error) bool) {
		for i, p := range t.Items {
			veto := ""
			switch {
			case p.VetoBefore && !p.VetoAfter:
				veto = "不再否决"
			case p.VetoAfter && !p.VetoBefore:
				veto = "新被否决"
			case p.VetoAfter:
				veto = "否决"
			}
			causes := make([]string, len(p.Causes))
			for j, c := range p.Causes {
				causes[j] = c.Rule + " " + withSign(c.Difference)
			}
			if !yield([]any{i + 1, p.Name, p.Branch, p.Group, p.Before, p.After, p.Difference, veto, strings.Join(causes, "；")}, nil) {
				return
			}
		}
	}}
	rules := sheet.Sheet{Name: "条款", Frame: frame, Columns: []sheet.Column{
		{Key: "title", Title: "事项", Width: 30},
		{Key: "dimension", Title: "维度", Width: 12},
		{Key: "change", Title: "修订", Width: 20},
		{Key: "people", Title: "影响人数", Kind: sheet.Int},
		{Key: "difference", Title: "合计变化", Kind: sheet.Points, Total: true},
	}, Rows: func(yield func([]any, error) bool) {
		for _, r := range t.Rules {
			if !yield([]any{r.Title, r.Dimension.Title(), changeWord(r.Change), r.People, r.Difference}, nil) {
				return
			}
		}
	}}
	return []sheet.Sheet{people, rules}
}

// withSign writes a difference with its sign.
func withSign(hundredths int) string {
	if hundredths > 0 {
		return "+" + Format(hundredths)
	}
	return Format(hundredths)
}
