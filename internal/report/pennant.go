package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// pennant is workbook 3, 流动红旗 (rule 19): the groups of a quarter's selection as
// the arithmetic, the committees and the decision left them. They stand in the order
// of branches, not of points: whether places are shown is a setting.
func pennant() Definition {
	return Definition{
		Kind: "pennant", Resource: "pennant", Name: "流动红旗评选表", Short: "流动红旗",
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "流动红旗评的是党小组，请不要选择人员")
			}
			state, err := pennantState(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			groups, err := contenders(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(pennantColumns(state), groups, func(g contender) opening { return opening{branch: g.Branch, group: g.Group} })
			p.name, p.title, p.note = "流动红旗", a.quarter.Chinese()+"流动红旗评选表", pennantNote(state, len(groups))
			stands := map[uuid.UUID]bool{}
			for _, g := range groups {
				stands[g.Group] = true
				p.places = append(p.places, place{Branch: g.Branch, Group: g.Group})
			}
			if len(groups) == 0 {
				return []page{p}, nil
			}
			people, err := standings(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			for _, s := range people {
				if stands[s.Group] && s.Until.IsZero() && !s.exemptOn(a.day) {
					p.people = append(p.people, s.Person)
				}
			}
			return []page{p}, nil
		},
	}
}

// pennantNote says why a sheet is empty, or that it is not the last word.
func pennantNote(state string, groups int) string {
	switch {
	case state == "":
		return "本季没有发起流动红旗评选"
	case groups == 0:
		return "范围内没有参评的党小组"
	case state != selectionDecided:
		return "评选尚未决定"
	}
	return ""
}

// pennantColumns are the columns of the workbook.
func pennantColumns(state string) []column[contender] {
	average := func(ref func(string) string) string {
		return "ROUND(" + ref("points") + "/" + ref("headcount") + ",2)"
	}
	return []column[contender]{
		{sheet.Column{Key: "group", Title: "小组", Width: 26}, func(_ int, g contender) any { return g.BranchName + g.Name }},
		{sheet.Column{Key: "headcount", Title: "人数", Kind: sheet.Int, Width: 8, Total: true}, func(_ int, g contender) any { return g.Headcount }},
		{sheet.Column{Key: "points", Title: "总分", Kind: sheet.Points, Width: 12, Total: true}, func(_ int, g contender) any { return g.Points }},
		{sheet.Column{Key: "average", Title: "人均", Kind: sheet.Points, Width: 10, Formula: average, Mean: &sheet.Mean{Of: "points", By: "headcount"}}, func(_ int, g contender) any { return g.average() }},
		{sheet.Column{Key: "change", Title: "较上季", Kind: sheet.Points, Width: 10}, func(_ int, g contender) any { return g.change() }},
		{sheet.Column{Key: "vetoes", Title: "否决项", Width: 18}, func(_ int, g contender) any { return g.vetoed() }},
		{sheet.Column{Key: "opinion", Title: "支委会意见", Width: 34}, func(_ int, g contender) any { return g.opinion() }},
		{sheet.Column{Key: "result", Title: "结果", Width: 26}, func(_ int, g contender) any { return g.result(state) }},
	}
}

// States, opinions and results as selections keep them.
const (
	selectionNoticed = "noticed"
	selectionHeard   = "heard"
	selectionDecided = "decided"
	opinionAgree     = "agree"
	opinionDisagree  = "disagree"
	resultKept       = "kept"
	resultWon        = "won"
)

// contender is one group of a quarter's selection. Points are hundredths.
type contender struct {
	Branch, Group            uuid.UUID
	BranchName, Name         string
	Headcount, Points        int
	EarlierCount, EarlierSum int // of the quarter before
	Vetoes                   int
	Excluded                 string
	Proposed                 bool
	Opinion, Words           string
	Result                   string
}

func (g contender) average() any {
	if n, ok := sheet.Average(int64(g.Points), int64(g.Headcount)); ok {
		return n
	}
	return nil
}

// change is how far the average moved, rounded once from the exact difference; none
// where there was no quarter before.
func (g contender) change() any {
	if g.Headcount == 0 || g.EarlierCount == 0 {
		return nil
	}
	now, before := int64(g.Headcount), int64(g.EarlierCount)
	n, _ := sheet.Average(int64(g.Points)*before-int64(g.EarlierSum)*now, now*before)
	return n
}

func (g contender) vetoed() string {
	if g.Vetoes == 0 {
		return "无"
	}
	return fmt.Sprintf("一票否决 %d 项", g.Vetoes)
}

// opinion is what the committee said; of a group that was proposed a blank would
// leave open whether it was asked.
func (g contender) opinion() string {
	var said string
	switch g.Opinion {
	case opinionAgree:
		said = "同意"
	case opinionDisagree:
		said = "不同意"
	default:
		if g.Proposed {
			return "尚未提出"
		}
		return ""
	}
	if g.Words != "" {
		said += "：" + g.Words
	}
	return said
}

func (g contender) result(state string) string {
	switch {
	case g.Result == resultKept:
		return "保旗"
	case g.Result == resultWon:
		return "夺旗"
	case g.Excluded != "":
		return "不授予：" + g.Excluded
	case state == selectionDecided:
		return "未授予"
	case !g.Proposed:
		return ""
	case state == selectionNoticed:
		return "拟授予（公示中）"
	case state == selectionHeard:
		return "拟授予（公示期满，待决定）"
	}
	return "拟授予（待公示）"
}
