package report

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// annualSummary is 年度积分汇总 (rule 14): each person once, under the branch of the
// year's last day, with the four quarters side by side.
func annualSummary() Definition {
	return Definition{
		Kind: "annual-summary", Resource: "annual_summary", Name: "年度积分汇总", Short: "年度汇总", annual: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			people, err := annuals(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(annualColumns(a), people, func(s *annual) opening { return opening{person: s.Person} })
			p.name, p.title = "年度积分汇总", a.period()+"度积分汇总表"
			standing := make([]*standing, len(people))
			for i, s := range people {
				p.people = append(p.people, s.Person)
				standing[i] = &s.standing
			}
			p.places = placesOf(standing)
			return []page{p}, nil
		},
	}
}

var quarterWords = [4]string{"一", "二", "三", "四"}

// annualColumns are the columns of the workbook. A quarter without a ledger is an
// empty cell, which the average leaves out.
func annualColumns(a ask) []column[*annual] {
	cols := []column[*annual]{
		{sheet.Column{Key: "no", Title: "序号", Kind: sheet.Int, Width: 6}, func(n int, _ *annual) any { return n }},
		{sheet.Column{Key: "name", Title: "姓名", Width: 11, Align: sheet.Center}, func(_ int, s *annual) any { return s.Name }},
		{sheet.Column{Key: "branch", Title: "支部", Width: 20}, func(_ int, s *annual) any { return s.BranchName }},
		{sheet.Column{Key: "group", Title: "小组", Width: 16}, func(_ int, s *annual) any { return s.GroupName }},
	}
	for i, word := range quarterWords {
		cols = append(cols, column[*annual]{
			sheet.Column{Key: "q" + string(rune('1'+i)), Title: word + "季度", Kind: sheet.Points, Width: 10, Total: true},
			func(_ int, s *annual) any {
				if !s.counted(i) {
					return nil
				}
				return s.quarters[i].points
			}})
	}
	sum := func(ref func(string) string) string { return "SUM(" + ref("q1") + ":" + ref("q4") + ")" }
	mean := func(ref func(string) string) string {
		return "ROUND(AVERAGE(" + ref("q1") + ":" + ref("q4") + "),2)"
	}
	return append(cols,
		column[*annual]{sheet.Column{Key: "year", Title: "年合计", Kind: sheet.Points, Width: 11, Total: true, Formula: sum}, func(_ int, s *annual) any { return s.year() }},
		column[*annual]{sheet.Column{Key: "mean", Title: "季均", Kind: sheet.Points, Width: 10, Formula: mean}, func(_ int, s *annual) any { return s.mean() }},
		column[*annual]{sheet.Column{Key: "vetoes", Title: "否决次数", Kind: sheet.Int, Width: 10, Total: true}, func(_ int, s *annual) any { return s.vetoes() }},
		column[*annual]{sheet.Column{Key: "remark", Title: "备注", Width: 34}, func(_ int, s *annual) any { return s.remark(a.quarter.Year, a.day) }},
	)
}

// annual is one person's year.
type annual struct {
	standing
	quarters   [4]annualQuarter
	exemptions []exemption // in the year, by day
}

type annualQuarter struct{ points, entries, vetoes int }

// exemption is a time without a ledger (rule 15); an open one has no last day.
type exemption struct {
	Reason string        `json:"reason"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
}

// counted says whether the person had a ledger in a quarter: opening one posts the
// base points, so there are entries.
func (s *annual) counted(i int) bool { return s.quarters[i].entries > 0 }

func (s *annual) sums() (points, quarters int) {
	for i, q := range s.quarters {
		points += q.points
		if s.counted(i) {
			quarters++
		}
	}
	return points, quarters
}

func (s *annual) year() any {
	points, quarters := s.sums()
	if quarters == 0 {
		return nil
	}
	return points
}

func (s *annual) mean() any {
	points, quarters := s.sums()
	if mean, ok := sheet.Average(int64(points), int64(quarters)); ok {
		return mean
	}
	return nil
}

func (s *annual) vetoes() any {
	if _, quarters := s.sums(); quarters == 0 {
		return nil
	}
	n := 0
	for _, q := range s.quarters {
		n += q.vetoes
	}
	return n
}

// remark names the quarters with a veto and those without a ledger, with the reason.
func (s *annual) remark(year int, day calendar.Date) string {
	var said, vetoed []string
	for i, q := range s.quarters {
		if q.vetoes > 0 {
			vetoed = append(vetoed, quarterWords[i])
		}
	}
	if len(vetoed) > 0 { // rule 12
		said = append(said, strings.Join(vetoed, "、")+"季度一票否决：评定 0")
	}
	for _, x := range s.exemptions {
		var whole, part []string
		for i, word := range quarterWords {
			q := calendar.Quarter{Year: year, Q: i + 1}
			switch {
			case x.From.After(q.Last()) || x.From.After(day) || q.First().After(day) || !x.To.IsZero() && x.To.Before(q.First()):
			case s.counted(i):
				part = append(part, word)
			default:
				whole = append(whole, word)
			}
		}
		switch len(whole) {
		case 0:
		case len(quarterWords):
			said = append(said, "全年免记积分："+x.Reason)
		default:
			said = append(said, strings.Join(whole, "、")+"季度免记积分："+x.Reason)
		}
		if len(part) > 0 {
			said = append(said, strings.Join(part, "、")+"季度部分时间免记积分："+x.Reason)
		}
	}
	if moved := s.moved(calendar.Quarter{Year: year, Q: 1}.First(), day); moved != "" {
		said = append(said, moved)
	}
	return strings.Join(said, ";")
}

// sorted puts people in the order of branch, group and name.
func sorted(people []*annual) []*annual {
	slices.SortFunc(people, func(a, b *annual) int { return a.compare(&b.standing) })
	return people
}
