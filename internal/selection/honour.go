package selection

import (
	"io"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// Honour is what a selection awarded, for good.
type Honour struct {
	ID           uuid.UUID        `json:"id"`
	Number       string           `json:"number" doc:"先锋岗-2026Q3-0007; unique, gaps allowed"`
	Kind         string           `json:"kind" enum:"pennant,pioneer_post,best_pair"`
	KindName     string           `json:"kind_name"`
	Title        string           `json:"title"`
	Quarter      calendar.Quarter `json:"quarter"`
	QuarterTitle string           `json:"quarter_title"`
	BranchID     uuid.UUID        `json:"branch_id"`
	Branch       string           `json:"branch"`
	GroupID      uuid.UUID        `json:"group_id"`
	Group        string           `json:"group"`
	PersonID     *uuid.UUID       `json:"person_id,omitempty" doc:"Absent: the group itself; of a pair its mentee"`
	Name         string           `json:"name" doc:"As the certificate prints it"`
	Result       string           `json:"result" enum:"kept,won,awarded"`
	ResultName   string           `json:"result_name"`
	AwardedOn    calendar.Date    `json:"awarded_on"`
	Selection    uuid.UUID        `json:"selection_id"`
}

func (h *Honour) fill() {
	h.KindName, h.QuarterTitle, h.ResultName = KindName(h.Kind), periodTitle(h.Kind, h.Quarter), ResultName(h.Result)
}

// Honours is a stretch of the list of honours.
type Honours struct {
	Items []Honour `json:"items"`
	Next  string   `json:"next" doc:"Cursor of the next page, or empty"`
	Total int      `json:"total"`
}

// Certificate is an honour as it is printed.
type Certificate struct {
	Honour
	Unit   string `json:"unit" doc:"Name of the office"`
	Issuer string `json:"issuer" doc:"Whose seal it carries"`
	Text   string `json:"text" doc:"The sentence that awards it"`
}

func certificate(h Honour, unit string) Certificate {
	c := Certificate{Honour: h, Unit: unit, Issuer: "中共" + unit + "机关委员会"}
	switch h.Kind {
	case Pennant:
		c.Text = "在" + h.QuarterTitle + "党小组积分评比中人均积分位居第一，经公示、审定，授予“流动红旗”。"
		if h.Result == Kept {
			c.Text = "在" + h.QuarterTitle + "党小组积分评比中人均积分位居第一，经公示、审定，继续保持“流动红旗”。"
		}
	case PioneerPost:
		c.Text = "在" + h.QuarterTitle + "先锋岗评选中，经党小组推荐、支委会审核、公示和机关党委审定，授予“先锋岗”。"
	case BestPair:
		c.Text = "在" + h.QuarterTitle + "“1+1”双导师师徒最佳组合评选中，经综合评分、公示和机关党委审定，授予“师徒最佳组合”。"
	}
	return c
}

// exportMost bounds an export of honours; years of a large office stay below it.
const exportMost = 20000

func writeHonours(w io.Writer, items []Honour) error {
	columns := []sheet.Column{
		{Key: "number", Title: "证书编号", Width: 26},
		{Key: "quarter", Title: "时间", Width: 18},
		{Key: "kind", Title: "荣誉", Width: 12},
		{Key: "name", Title: "获得者", Width: 30},
		{Key: "branch", Title: "党支部", Width: 20},
		{Key: "group", Title: "党小组", Width: 18},
		{Key: "result", Title: "结果", Width: 10, Align: sheet.Center},
		{Key: "on", Title: "授予日期", Kind: sheet.Date},
	}
	return sheet.WriteList(w, "荣誉", columns, func(yield func([]any, error) bool) {
		for _, h := range items {
			if !yield([]any{h.Number, h.QuarterTitle, h.KindName, h.Name, h.Branch, h.Group, h.ResultName, h.AwardedOn}, nil) {
				return
			}
		}
	})
}
