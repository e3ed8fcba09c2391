package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// mentorPairs is workbook 7, 双导师 (rule 25): every pairing that has a day in the year,
// how far its plan got, and what the mentors said of it.
func mentorPairs() Definition {
	return Definition{
		Kind: "mentor-pairs", Resource: "mentor_pairs", Name: "双导师结对情况表", Short: "双导师", annual: true, apart: true,
		read: func(ctx context.Context, tx bun.Tx, a ask) ([]page, error) {
			if a.person != uuid.Nil {
				return nil, fault.Field("person_id", "双导师情况按结对汇总，请不要选择人员")
			}
			list, err := mentorPairings(ctx, tx, a)
			if err != nil {
				return nil, err
			}
			p := tabulate(mentorPairColumns(), list, func(mentorPair) opening { return opening{} })
			p.name, p.title = "双导师", a.period()+"度双导师结对情况表"
			if len(list) == 0 {
				p.note = "范围内没有结对"
			}
			seen := map[uuid.UUID]bool{}
			for _, m := range list {
				if !seen[m.Branch] {
					seen[m.Branch] = true
					p.places = append(p.places, place{Branch: m.Branch}) // the zero place of those of no branch: the unit's
				}
			}
			return []page{p}, nil
		},
	}
}

// mentorPair is one pairing in the year. Scores are hundredths of a point.
type mentorPair struct {
	Branch                          uuid.UUID // of the mentee; zero: none
	Mentee, Political, Professional string
	From, To                        calendar.Date
	Planned, Done                   int
	HasPlan                         bool // one that is public, or on notice
	Grades                          []mentorGrade
	Scores, ScoreSum                int // how many mentors scored the year
}

// mentorGrade is what a mentor said of a stage.
type mentorGrade struct {
	Stage, Role, Grade string
}

// said is 阶段评价: 年中：政治 优、业务 良；年终：….
func (m mentorPair) said() string {
	var stages []string
	for _, stage := range []struct{ key, name string }{{"mid", "年中"}, {"final", "年终"}} {
		var words []string
		for _, g := range m.Grades {
			if g.Stage != stage.key {
				continue
			}
			role := "业务"
			if g.Role == "political" {
				role = "政治"
			}
			words = append(words, role+" "+gradeName(g.Grade))
		}
		if len(words) > 0 {
			stages = append(stages, stage.name+"："+strings.Join(words, "、"))
		}
	}
	return strings.Join(stages, "；")
}

func gradeName(grade string) string {
	switch grade {
	case "excellent":
		return "优秀"
	case "good":
		return "良好"
	case "fair":
		return "一般"
	}
	return "较差"
}

// score is 年终分, the mean of both; none until both mentors scored.
func (m mentorPair) score() any {
	if m.Scores < 2 {
		return nil
	}
	n, _ := sheet.Average(int64(m.ScoreSum), int64(m.Scores))
	return n
}

func (m mentorPair) planned() any {
	if !m.HasPlan {
		return nil
	}
	return m.Planned
}

func (m mentorPair) done() any {
	if !m.HasPlan {
		return nil
	}
	return m.Done
}

// mentorPairColumns are the columns of the workbook.
func mentorPairColumns() []column[mentorPair] {
	return []column[mentorPair]{
		{sheet.Column{Key: "mentee", Title: "学员", Width: 12, Align: sheet.Center}, func(_ int, m mentorPair) any { return m.Mentee }},
		{sheet.Column{Key: "political", Title: "政治导师", Width: 18}, func(_ int, m mentorPair) any { return m.Political }},
		{sheet.Column{Key: "professional", Title: "业务导师", Width: 18}, func(_ int, m mentorPair) any { return m.Professional }},
		{sheet.Column{Key: "from", Title: "起", Kind: sheet.Date, Width: 13}, func(_ int, m mentorPair) any { return m.From }},
		{sheet.Column{Key: "to", Title: "止", Kind: sheet.Date, Width: 13}, func(_ int, m mentorPair) any { return m.To }},
		{sheet.Column{Key: "planned", Title: "计划数", Kind: sheet.Int, Width: 9, Total: true}, func(_ int, m mentorPair) any { return m.planned() }},
		{sheet.Column{Key: "done", Title: "完成", Kind: sheet.Int, Width: 9, Total: true}, func(_ int, m mentorPair) any { return m.done() }},
		{sheet.Column{Key: "said", Title: "阶段评价", Width: 32}, func(_ int, m mentorPair) any { return m.said() }},
		{sheet.Column{Key: "score", Title: "年终分", Kind: sheet.Points, Width: 11}, func(_ int, m mentorPair) any { return m.score() }},
	}
}

// mentorNames are the mentors of a role during the year; one whom another followed
// within it stands first, with the day.
func mentorNames(all []mentorTerm) string {
	var names []string
	for i, t := range all {
		if i < len(all)-1 {
			names = append(names, fmt.Sprintf("%s（至%s）", t.Name, monthDay(t.To)))
		} else {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, "、")
}

// mentorTerm is one mentor's time, as far as it is shown.
type mentorTerm struct {
	Name string        `json:"name"`
	To   calendar.Date `json:"to"`
}
