package points

import (
	"fmt"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/notice"
	"xianfeng/internal/org"
)

// How the notice of a branch's totals stands.
const (
	NoticeMissing = "missing"
	NoticeOpen    = "open"
	NoticeOver    = "over"
)

// PublishedTotals is a notice of totals that was put up.
type PublishedTotals struct {
	Notice  uuid.UUID     `json:"notice_id"`
	Branch  *uuid.UUID    `json:"branch_id,omitempty"`
	Name    string        `json:"name"`
	People  int           `json:"people"`
	LastDay calendar.Date `json:"last_day" doc:"Objections are taken to its end"`
}

// nameless is how people with a ledger and no branch are called together.
const nameless = "未编入支部人员"

// byBranch gives the branches that these people have, in the order they come, and
// how the notice of each stands.
func byBranch(holders []org.Placement, notices map[uuid.UUID]totalsNotice, today calendar.Date) []BranchNotice {
	out := []BranchNotice{}
	at := map[uuid.UUID]int{}
	for _, h := range holders {
		i, met := at[h.Branch]
		if !met {
			i, at[h.Branch] = len(out), len(out)
			b := BranchNotice{Branch: known(h.Branch), Name: h.BranchName, State: NoticeMissing}
			if h.Branch == uuid.Nil {
				b.Name = nameless
			}
			if n, put := notices[h.Branch]; put {
				b.Notice, b.LastDay, b.State = known(n.ID), &n.LastDay, NoticeOpen
				if today.After(n.LastDay) {
					b.State = NoticeOver
				}
			}
			out = append(out, b)
		}
		out[i].People++
	}
	return out
}

// totalsColumns are the headings of a notice of totals.
func totalsColumns() []string {
	out := []string{"小组"}
	for _, d := range Dimensions() {
		out = append(out, d.Title())
	}
	return append(out, "本季合计", "说明")
}

// publication is the notice of a branch's totals. Its order is that of the holders,
// by group and name: a list by points would be a ranking (国办函〔2026〕12号).
func publication(q calendar.Quarter, id uuid.UUID, b BranchNotice, holders []org.Placement, totals map[uuid.UUID]netTotals) notice.Publication {
	p := notice.Publication{
		Kind: notice.KindTotals, Quarter: q, Columns: totalsColumns(),
		Title: fmt.Sprintf("%s%s积分合计公示", b.Name, q.Chinese()),
		Body:  "按党小组和姓名排列，不是名次。对本人或他人的合计有异议的，请在公示期内提出；每一分的来由，本人可以在“我的台账”查看。",
	}
	if b.Branch != nil {
		p.Branch = *b.Branch
	}
	for _, h := range holders {
		if h.Branch != p.Branch {
			continue
		}
		t := totals[h.Person]
		cells := []string{h.GroupName}
		for _, n := range t.Net {
			cells = append(cells, Format(n))
		}
		note := ""
		if t.Vetoes > 0 {
			note = "一票否决，评定 0 分"
		}
		p.Items = append(p.Items, notice.Item{Subject: totalsSubject(id, h.Person), Person: h.Person, Branch: h.Branch,
			Title: h.Name, Cells: append(cells, Format(t.sum()), note)})
	}
	return p
}

// totalsSubject names a person's total of a quarter, the same for all times.
func totalsSubject(quarter, person uuid.UUID) uuid.UUID { return uuid.NewSHA1(quarter, person[:]) }
