package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// quarterSummary is workbook 1, 季度积分汇总: each person once, under the branch of
// the quarter's last day (rule 1), from the kept totals.
func quarterSummary() Definition {
	return Definition{
		Kind: "quarter-summary", Resource: "quarter_summary", Name: "季度积分汇总", Short: "积分汇总",
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			people, err := standings(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(summaryColumns(a), people, func(s *standing) opening { return opening{person: s.Person} })
			p.name, p.title = "季度积分汇总", a.quarter.Chinese()+"积分汇总表"
			for _, s := range people {
				p.people = append(p.people, s.Person)
			}
			p.places = placesOf(people)
			return []page{p}, nil
		},
	}
}

// summaryColumns are the columns of the workbook. 合计 is base and the net of the
// dimensions; 加分 and 扣分 are the same points seen another way.
func summaryColumns(a ask) []column[*standing] {
	points := func(of func(*standing) int) func(int, *standing) any {
		return func(_ int, s *standing) any {
			if s.blank() {
				return nil
			}
			return of(s)
		}
	}
	sum := func(ref func(string) string) string { return "SUM(" + ref("base") + ":" + ref("conduct") + ")" }
	cols := []column[*standing]{
		{sheet.Column{Key: "no", Title: "序号", Kind: sheet.Int, Width: 6}, func(n int, _ *standing) any { return n }},
		{sheet.Column{Key: "name", Title: "姓名", Width: 11, Align: sheet.Center}, func(_ int, s *standing) any { return s.Name }},
		{sheet.Column{Key: "branch", Title: "支部", Width: 20}, func(_ int, s *standing) any { return s.BranchName }},
		{sheet.Column{Key: "group", Title: "小组", Width: 14}, func(_ int, s *standing) any { return s.GroupName }},
		{sheet.Column{Key: "base", Title: "基础分", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Base })},
		{sheet.Column{Key: "political", Title: "政治", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Political })},
		{sheet.Column{Key: "professional", Title: "业务", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Professional })},
		{sheet.Column{Key: "discipline", Title: "纪律", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Discipline })},
		{sheet.Column{Key: "conduct", Title: "作风", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Conduct })},
		{sheet.Column{Key: "gained", Title: "加分", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Gained })},
		{sheet.Column{Key: "deducted", Title: "扣分", Kind: sheet.Points, Width: 8}, points(func(s *standing) int { return s.Deducted })},
		{sheet.Column{Key: "total", Title: "本季合计", Kind: sheet.Points, Width: 11, Formula: sum}, points((*standing).total)},
		{sheet.Column{Key: "year", Title: "年累计", Kind: sheet.Points, Width: 11}, func(_ int, s *standing) any { return s.year() }},
		{sheet.Column{Key: "rank", Title: "组内名次", Kind: sheet.Int, Width: 10}, func(_ int, s *standing) any { return s.rank() }},
		{sheet.Column{Key: "remark", Title: "备注", Width: 26}, func(_ int, s *standing) any { return s.remark(a.quarter, a.day) }},
	}
	for i := range cols {
		if cols[i].Kind == sheet.Points {
			cols[i].Total = true
		}
	}
	if !a.settings.RankingColumn { // 国办函〔2026〕12号: off unless the office turns it on
		cols = without(cols, "rank")
	}
	return cols
}

func without[R any](cols []column[R], key string) []column[R] {
	for i, c := range cols {
		if c.Key == key {
			return append(cols[:i:i], cols[i+1:]...)
		}
	}
	return cols
}

// standing is one person's quarter.
type standing struct {
	Person                uuid.UUID
	Name                  string
	Branch, Group         uuid.UUID
	BranchName, GroupName string

	// Of the membership that says where the person belongs. Until is set where it
	// ended before the day of the report, Origin where it followed on another
	// branch's within the quarter.
	Since, Until calendar.Date
	Origin       string
	JoinedParty  calendar.Date

	Exempt               string // rule 15: the reason
	ExemptFrom, ExemptTo calendar.Date

	// Hundredths. Deducted is not positive; both leave the base points out.
	Base, Political, Professional, Discipline, Conduct int
	Gained, Deducted, Year                             int
	Vetoes, Entries                                    int
	Rank                                               int // within the group; 0: none

	pinyin              string
	branchOrd, groupOrd int
}

// compare orders standings by branch, group and name.
func (s *standing) compare(o *standing) int {
	return cmp.Or(cmp.Compare(s.branchOrd, o.branchOrd), bytes.Compare(s.Branch[:], o.Branch[:]),
		cmp.Compare(s.groupOrd, o.groupOrd), bytes.Compare(s.Group[:], o.Group[:]),
		strings.Compare(s.pinyin, o.pinyin), strings.Compare(s.Name, o.Name), bytes.Compare(s.Person[:], o.Person[:]))
}

func (s *standing) total() int {
	return s.Base + s.Political + s.Professional + s.Discipline + s.Conduct
}

// exemptOn says whether the person has no ledger on the day (rule 15).
func (s *standing) exemptOn(day calendar.Date) bool {
	return s.Exempt != "" && (s.ExemptTo.IsZero() || !s.ExemptTo.Before(day))
}

// blank says whether to show no points at all: an exempt person without entries.
func (s *standing) blank() bool { return s.Exempt != "" && s.Entries == 0 }

// year is what the year has added up to; an exempt person may have earned some of it
// before.
func (s *standing) year() any {
	if s.blank() && s.Year == 0 {
		return nil
	}
	return s.Year
}

func (s *standing) rank() any {
	if s.Rank == 0 {
		return nil
	}
	return s.Rank
}

// remark is what a reader of the row would ask about.
func (s *standing) remark(q calendar.Quarter, day calendar.Date) string {
	var said []string
	if s.Vetoes > 0 { // rule 12: the sum stays what the entries say
		said = append(said, "一票否决：评定 0")
	}
	switch {
	case s.exemptOn(day):
		said = append(said, "免记积分："+s.Exempt)
	case s.Exempt != "":
		said = append(said, fmt.Sprintf("%s前免记积分：%s", monthDay(s.ExemptTo.AddDays(1)), s.Exempt))
	}
	if moved := s.moved(q.First(), day); moved != "" {
		said = append(said, moved)
	}
	return strings.Join(said, ";")
}

// moved says since when somebody stands where they stand, if that changed between
// the days.
func (s *standing) moved(first, day calendar.Date) string {
	late := func(d calendar.Date) bool { return d.After(first) && !d.After(day) }
	switch {
	case !s.Until.IsZero():
		return monthDay(s.Until) + "转出"
	case late(s.JoinedParty):
		return monthDay(s.JoinedParty) + "入党"
	case late(s.Since) && s.Origin == "":
		return monthDay(s.Since) + "转入"
	case late(s.Since) && s.Origin != s.BranchName:
		return monthDay(s.Since) + "由" + s.Origin + "转入"
	}
	return ""
}

func monthDay(d calendar.Date) string { return fmt.Sprintf("%d月%d日", int(d.Month), d.Day) }
