package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// meetingStatistics is workbook 4, 三会一课统计: what the branches and their groups
// owed in a quarter and held of it, as the calendar of duties reckons it (rule 32), how
// many came, and why something was not held.
func meetingStatistics() Definition {
	return Definition{
		Kind: "meeting-statistics", Resource: "meeting_statistics", Name: "三会一课统计", Short: "三会一课", apart: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "三会一课按党支部统计，请不要选择人员")
			}
			list, err := meetingBranches(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			if len(list) > 0 {
				cells, err := duty.Cells(ctx, tx, a.scope, a.meetingDuties(list), a.today)
				if err != nil {
					return nil, err
				}
				came, err := turnouts(ctx, tx, a, list, kindsOf(cells))
				if err != nil {
					return nil, err
				}
				tally(list, cells, came)
			}
			p := tabulate(meetingColumns(), list, func(b *meetings) opening { return opening{branch: b.ID} })
			p.name, p.title = "三会一课统计", a.quarter.Chinese()+"三会一课统计表"
			if len(list) == 0 {
				p.note = "范围内没有党支部"
			}
			for _, b := range list {
				p.places = append(p.places, place{Branch: b.ID})
			}
			return []page{p}, nil
		},
	}
}

// meetingKinds are the meetings of the workbook, in the order of its columns.
func meetingKinds() []struct{ kind, title string } {
	return []struct{ kind, title string }{
		{"branch_meeting", "党员大会"}, {"committee_meeting", "支委会"}, {"group_meeting", "党小组会"}, {"party_lecture", "党课"}, {"party_day", "主题党日"},
	}
}

// meetingDuties asks for the cells of the branches and their groups whose periods lie
// in the quarter.
func (a ask) meetingDuties(list []*meetings) duty.Filter {
	f := duty.Filter{From: a.quarter.First(), To: a.day, Owners: []string{duty.OwnerBranch, duty.OwnerGroup},
		Every: []string{duty.EveryMonth, duty.EveryQuarter}}
	for _, b := range list {
		f.Branches = append(f.Branches, b.ID)
	}
	return f
}

// kindsOf are the kinds of the workbook that somebody owes.
func kindsOf(cells []duty.Cell) []string {
	var out []string
	for _, k := range meetingKinds() {
		if slices.ContainsFunc(cells, func(c duty.Cell) bool { return c.Kind == k.kind }) {
			out = append(out, k.kind)
		}
	}
	return out
}

// meetings is one branch's quarter.
type meetings struct {
	ID        uuid.UUID
	Name      string
	by        map[string]counted // by kind
	came      turnout
	unreached []unreached
}

type counted struct{ owed, held int }

// turnout is how many were expected at the meetings that count, and how many came.
type turnout struct{ Expected, Present int }

// unreached is what was not held, with whose it was of the same: 10月党小组会 of two
// groups for one reason.
type unreached struct {
	what, why string
	owners    []string
}

// tally adds the cells up by branch.
func tally(list []*meetings, cells []duty.Cell, came map[uuid.UUID]turnout) {
	at := map[uuid.UUID]*meetings{}
	for _, b := range list {
		b.by, b.came = map[string]counted{}, came[b.ID]
		at[b.ID] = b
	}
	for _, c := range cells {
		b := at[pointed(c.BranchID)]
		if b == nil || !slices.ContainsFunc(meetingKinds(), func(k struct{ kind, title string }) bool { return k.kind == c.Kind }) {
			continue
		}
		n := b.by[c.Kind]
		n.owed += c.Owed
		n.held += c.Held
		b.by[c.Kind] = n
		if why := whyNot(c); why != "" {
			b.miss(c, why)
		}
	}
}

func pointed(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// whyNot is what the workbook says of a cell that is not met; empty of any other.
func whyNot(c duty.Cell) string {
	switch c.State {
	case duty.Missed, duty.Excused, duty.Due:
	default:
		return ""
	}
	switch {
	case c.Reason != "":
		return c.Reason + map[string]string{"asked": "（待审批）", "approved": "（已批准）", "refused": "（未获批准）"}[c.ReasonState]
	case c.State == duty.Due:
		return "未到期"
	}
	return "未填"
}

func (b *meetings) miss(c duty.Cell, why string) {
	u := unreached{what: periodName(c.Every, c.First) + c.Name, why: why}
	if c.Owner == duty.OwnerGroup {
		u.owners = []string{c.OwnerName}
	}
	i := slices.IndexFunc(b.unreached, func(o unreached) bool { return o.what == u.what && o.why == u.why && len(o.owners) > 0 })
	if i >= 0 && len(u.owners) > 0 {
		b.unreached[i].owners = append(b.unreached[i].owners, u.owners...)
		return
	}
	b.unreached = append(b.unreached, u)
}

// periodName is the period of a cell within its quarter: 10月; of the quarter nothing
// has to be said.
func periodName(every string, first calendar.Date) string {
	if every == duty.EveryMonth {
		return fmt.Sprintf("%d月", int(first.Month))
	}
	return ""
}

// reasons are 未完成原因, in the order of the calendar of duties.
func (b *meetings) reasons() string {
	said := make([]string, len(b.unreached))
	for i, u := range b.unreached {
		said[i] = u.what
		if len(u.owners) > 0 {
			said[i] += "（" + strings.Join(u.owners, "、") + "）"
		}
		said[i] += "：" + u.why
	}
	return strings.Join(said, "；")
}

// rate is 到会率 in hundredths of a percent.
func (t turnout) rate() any {
	if n, ok := (sheet.Mean{Percent: true}).Share(int64(t.Present), int64(t.Expected)); ok {
		return n
	}
	return nil
}

// meetingColumns are the columns of the workbook.
func meetingColumns() []column[*meetings] {
	cols := []column[*meetings]{{sheet.Column{Key: "branch", Title: "支部", Width: 20}, func(_ int, b *meetings) any { return b.Name }}}
	count := func(group, key, title string, cell func(*meetings) int) column[*meetings] {
		return column[*meetings]{sheet.Column{Key: key, Title: title, Group: group, Kind: sheet.Int, Width: 7, Total: true}, func(_ int, b *meetings) any { return cell(b) }}
	}
	for _, k := range meetingKinds() {
		cols = append(cols,
			count(k.title, k.kind+"_owed", "应", func(b *meetings) int { return b.by[k.kind].owed }),
			count(k.title, k.kind+"_held", "实", func(b *meetings) int { return b.by[k.kind].held }))
	}
	rate := func(ref func(string) string) string {
		return "ROUND(" + ref("present") + "/" + ref("expected") + "*100,2)"
	}
	expected := count("到会", "expected", "应到人次", func(b *meetings) int { return b.came.Expected })
	present := count("到会", "present", "实到人次", func(b *meetings) int { return b.came.Present })
	expected.Width, present.Width = 10, 10
	return append(cols, expected, present,
		column[*meetings]{sheet.Column{Key: "rate", Title: "到会率(%)", Group: "到会", Kind: sheet.Points, Width: 11, Formula: rate,
			Mean: &sheet.Mean{Of: "present", By: "expected", Percent: true}}, func(_ int, b *meetings) any { return b.came.rate() }},
		column[*meetings]{sheet.Column{Key: "reasons", Title: "未完成原因", Width: 46}, func(_ int, b *meetings) any { return b.reasons() }})
}
