package mentoring

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// PlansPublished is what came of putting plans on public notice.
type PlansPublished struct {
	NoticeID uuid.UUID     `json:"notice_id"`
	Title    string        `json:"title"`
	FirstDay calendar.Date `json:"first_day"`
	LastDay  calendar.Date `json:"last_day"`
	Plans    int           `json:"plans"`
	Late     int           `json:"late" doc:"Of them, after their day"`
}

// shownGoals bounds how much of the goals the printed list says.
const shownGoals = 80

func shortened(text string) string {
	if utf8.RuneCountInString(text) <= shownGoals {
		return text
	}
	return string([]rune(text)[:shownGoals]) + "…"
}

// publication is the list that is put up.
func publication(year int, lines []PlanLine, today calendar.Date) notice.Publication {
	p := notice.Publication{Kind: notice.KindPlans, Title: fmt.Sprintf("%d年度青年干警成长计划公示", year), Quarter: calendar.QuarterOf(today),
		Columns: []string{"学员", "政治导师", "业务导师", "成长目标", "计划活动"}}
	for _, l := range lines {
		p.Items = append(p.Items, notice.Item{Subject: *l.PlanID, Person: l.MenteeID, Title: l.MenteeName + "的成长计划",
			Cells:   []string{l.MenteeName, l.PoliticalName, l.ProfessionalName, shortened(l.Goals), strconv.Itoa(l.Planned) + " 次"},
			Recused: l.people})
	}
	return p
}

// publishable picks the plans to put up: those asked for, or with none asked for all
// that the three agreed to. Either all of those asked for stand or none.
func publishable(lines []PlanLine, ids []uuid.UUID) (out []PlanLine, err error) {
	asked, ready := map[uuid.UUID]bool{}, "agreed"
	for _, id := range ids {
		asked[id] = true
	}
	var wrong []fault.Detail
	for _, l := range lines {
		switch {
		case l.PlanID == nil || (len(ids) > 0 && !asked[*l.PlanID]):
			continue
		case l.State == ready:
			out = append(out, l)
		case len(ids) > 0:
			wrong = append(wrong, fault.Detail{Field: "plan_ids", Message: l.MenteeName + "：" + notReady(l)})
		}
		delete(asked, *l.PlanID)
	}
	if len(asked) > 0 {
		return nil, fault.Missing("成长计划")
	}
	if len(wrong) > 0 {
		f := fault.Newf(fault.RuleBroken, "所选计划中有 %d 份不能公示，请取消勾选后再公示", len(wrong))
		f.Details = wrong
		return nil, f
	}
	if len(out) == 0 {
		return nil, fault.New(fault.RuleBroken, "没有三方都已同意、等待公示的计划")
	}
	return out, nil
}

func notReady(l PlanLine) string {
	switch l.State {
	case PlanNoticed:
		return "正在公示"
	case PlanPublished:
		return "已经公布"
	}
	return fmt.Sprintf("三方中还有 %d 人没有同意", 3-l.Agreed)
}
