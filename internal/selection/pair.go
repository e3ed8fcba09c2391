package selection

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Pairs tells what the pairings of a year came to; mentoring is kept by another
// capability.
type Pairs interface {
	BestPairs(ctx context.Context, tx bun.Tx, unit uuid.UUID, year int) ([]Pair, error)
}

// Pair is a pairing of 1+1 双导师 with the facts of its year. A mentor who is missing
// is zero.
type Pair struct {
	Pairing, Mentee, Political, Professional    uuid.UUID
	MenteeName, PoliticalName, ProfessionalName string
	Branch, Group                               uuid.UUID // of the mentee; zero outside the Party
	YearScore                                   int       // 年终分: hundredths of 100 points
	Planned, Done, Logs                         int       // times planned, fulfilled of them, confirmed activities of the year
	Complete                                    bool      // the plan is published and both mentors have scored the year
}

// How a criterion of the scoring sheet gets its points.
const (
	YearScore = "year_score" // the mentors' own score of the year
	PlanDone  = "plan_done"  // the share of the year's plan that was fulfilled
	LogCount  = "log_count"  // confirmed activities, up to one a month
	Judged    = "judged"     // the mean of who scores
)

// enoughLogs are the activities that fill LogCount: one a month. More than that is not
// worth more, or pairs would count instead of teach.
const enoughLogs = 12

// Criterion is a line of the scoring sheet.
type Criterion struct {
	Seq     int    `json:"seq" required:"false" doc:"From 1; given by the server"`
	Title   string `json:"title" maxLength:"30"`
	Most    int    `json:"most" minimum:"1" maximum:"10000" doc:"Hundredths of a point; all lines together 10000"`
	Measure string `json:"measure" enum:"year_score,plan_done,log_count,judged"`
}

// StandardSheet is the scoring sheet where nobody sets another.
func StandardSheet() []Criterion {
	return []Criterion{{1, "年终分", 4000, YearScore}, {2, "计划完成率", 3000, PlanDone}, {3, "活动次数", 1000, LogCount}, {4, "评议", 2000, Judged}}
}

// Bounds of the scoring sheet and of how many pairs are chosen.
const (
	mostCriteria  = 12
	longestTitle  = 30
	mostPairs     = 10
	wholeSheet    = 10000
	firstOfScores = 12 // the month from which the year's pairs are compared
)

// checkSheet numbers the lines of a sheet and refuses one that does not add up.
func checkSheet(in []Criterion) ([]Criterion, error) {
	if len(in) == 0 {
		return StandardSheet(), nil
	}
	if len(in) > mostCriteria {
		return nil, fault.Field("criteria", fmt.Sprintf("评分项最多 %d 项", mostCriteria))
	}
	out, sum, had := slices.Clone(in), 0, map[string]bool{}
	for i := range out {
		c := &out[i]
		c.Seq, c.Title = i+1, strings.TrimSpace(c.Title)
		switch {
		case c.Title == "" || utf8.RuneCountInString(c.Title) > longestTitle:
			return nil, fault.Field("criteria", fmt.Sprintf("每个评分项都要有名称，不超过 %d 字", longestTitle))
		case c.Most < 1 || c.Most > wholeSheet:
			return nil, fault.Field("criteria", "每个评分项的满分须大于 0，不超过 100 分")
		case c.Measure != YearScore && c.Measure != PlanDone && c.Measure != LogCount && c.Measure != Judged:
			return nil, fault.Field("criteria", "请选择评分项的算法：年终分、计划完成率、活动次数或评议")
		case c.Measure != Judged && had[c.Measure]:
			return nil, fault.Field("criteria", "年终分、计划完成率、活动次数各只能有一项")
		}
		had[c.Measure] = true
		sum += c.Most
	}
	if sum != wholeSheet {
		return nil, fault.Field("criteria", fmt.Sprintf("各评分项满分之和须为 100 分，现在是 %g 分", float64(sum)/100))
	}
	return out, nil
}

// mark is what a criterion gives a candidate by computation.
type mark struct {
	seq, points int
	basis       string
}

// marks computes the lines of the sheet that are not judged.
func (p Pair) marks(sheet []Criterion) []mark {
	var out []mark
	for _, c := range sheet {
		m := mark{seq: c.Seq}
		switch c.Measure {
		case YearScore:
			m.points = rounded(int64(c.Most)*int64(p.YearScore), wholeSheet)
			m.basis = fmt.Sprintf("年终分 %g", float64(p.YearScore)/100)
		case PlanDone:
			m.basis = "没有年度计划"
			if p.Planned > 0 {
				m.points = rounded(int64(c.Most)*int64(min(p.Done, p.Planned)), int64(p.Planned))
				m.basis = fmt.Sprintf("计划 %d 次，完成 %d 次", p.Planned, min(p.Done, p.Planned))
			}
		case LogCount:
			m.points = rounded(int64(c.Most)*int64(min(p.Logs, enoughLogs)), enoughLogs)
			m.basis = fmt.Sprintf("已确认活动 %d 次（每月一次即满分）", p.Logs)
		default:
			continue
		}
		out = append(out, m)
	}
	return out
}

// people are the two or three of a pair, the mentee first.
func (p Pair) people() []uuid.UUID {
	out := []uuid.UUID{p.Mentee}
	for _, id := range []uuid.UUID{p.Political, p.Professional} {
		if id != uuid.Nil {
			out = append(out, id)
		}
	}
	return out
}

// name is the pair as certificates print it.
func (p Pair) name() string {
	var parts []string
	if p.PoliticalName != "" {
		parts = append(parts, "政治导师"+p.PoliticalName)
	}
	if p.ProfessionalName != "" {
		parts = append(parts, "业务导师"+p.ProfessionalName)
	}
	return strings.Join(append(parts, "学员"+p.MenteeName), "、")
}

// Why a pair is out.
const (
	excludedUnfinished = "年度计划未公布，或年终评价未写齐"
	excludedMentor     = "年末没有两位导师"
	excludedPairVeto   = "组合中有人本年有否决项"
	excludedPairing    = "本年已没有这一结对"
)

// pairCandidates are the pairs of a year with what is computed of them. Who mentored
// nobody to the end is no pair.
func pairCandidates(pairs []Pair, vetoes map[uuid.UUID]int, sheet []Criterion) []Candidate {
	out := make([]Candidate, 0, len(pairs))
	for i, p := range pairs {
		people := p.people()
		if len(people) < 2 {
			continue
		}
		c := Candidate{BranchID: p.Branch, GroupID: p.Group, Name: p.name(), person: p.Mentee, pairing: p.Pairing, people: people, ord: i + 1, marks: p.marks(sheet)}
		for _, id := range people {
			c.Vetoes += vetoes[id]
		}
		switch {
		case c.Vetoes > 0:
			c.Excluded = excludedPairVeto
		case len(people) < 3:
			c.Excluded = excludedMentor
		case !p.Complete:
			c.Excluded = excludedUnfinished
		}
		out = append(out, c)
	}
	return out
}

// judgement is what somebody gave a candidate on a judged line.
type judgement struct {
	candidate, scorer uuid.UUID
	scorerName        string
	seq, points       int
}

// means are the judged lines of candidates: the mean of who scored them, and of how
// many.
func means(all []judgement) map[scored]mean {
	out := map[scored]mean{}
	for _, j := range all {
		k := scored{j.candidate, j.seq}
		m := out[k]
		m.sum, m.count = m.sum+j.points, m.count+1
		out[k] = m
	}
	return out
}

type scored struct {
	candidate uuid.UUID
	seq       int
}

type mean struct{ sum, count int }

func (m mean) points() int { return rounded(int64(m.sum), int64(m.count)) }

// rankPairs sums the sheet of every candidate, places them and proposes the first ones:
// as many as the quota lets. Where equals are left at its edge, those of them stay
// proposed that somebody chose.
func rankPairs(quota int, cs []Candidate, judged []judgement) {
	given := means(judged)
	sums := make(map[uuid.UUID]int, len(cs))
	for k, m := range given {
		sums[k.candidate] += m.points()
	}
	var in []*Candidate
	for i := range cs {
		c := &cs[i]
		score := sums[c.ID]
		for _, m := range c.marks {
			score += m.points
		}
		c.Score, c.Place, c.Proposed = &score, nil, c.Proposed && c.Excluded == ""
		if c.Excluded == "" {
			in = append(in, c)
		}
	}
	slices.SortStableFunc(in, func(a, b *Candidate) int { return cmp.Compare(*b.Score, *a.Score) })
	for n, c := range in {
		at := n + 1
		if n > 0 && *in[n-1].Score == *c.Score {
			at = *in[n-1].Place
		}
		c.Place = &at
	}
	edge, left := edgeOf(quota, in)
	for _, c := range in {
		chosen := edge > 0 && *c.Place == edge && c.Proposed && c.nominatedBy != uuid.Nil && left > 0
		if chosen {
			left--
		}
		c.Proposed = chosen || *c.Place < edge || edge == 0 && *c.Place <= quota
		if !chosen {
			c.NominatedBy, c.nominatedBy, c.NominatedAt, c.Nomination = "", uuid.Nil, nil, ""
		}
	}
	for i := range cs {
		c := &cs[i]
		c.Noticed, c.Heard = c.Noticed && c.Proposed, c.Heard && c.Proposed
	}
}

// edgeOf is the place whose equals do not all fit into the quota, and how many of them
// do; 0 where no place is shared beyond it.
func edgeOf(quota int, placed []*Candidate) (edge, fit int) {
	count := map[int]int{}
	for _, c := range placed {
		count[*c.Place]++
	}
	for at, n := range count {
		if at <= quota && at-1+n > quota {
			return at, quota - at + 1
		}
	}
	return 0, 0
}

// contested are the candidates among whom somebody has to choose: equals that the
// quota has no room for, and nobody chose out of yet.
func contested(sel Selection, cs []Candidate) map[uuid.UUID]bool {
	out := map[uuid.UUID]bool{}
	if sel.Kind != BestPair {
		for _, c := range cs {
			if place(c) == 1 && tied(cs) {
				out[c.ID] = true
			}
		}
		return out
	}
	var placed []*Candidate
	for i := range cs {
		if cs[i].Place != nil {
			placed = append(placed, &cs[i])
		}
	}
	edge, fit := edgeOf(sel.Quota, placed)
	for _, c := range placed {
		if *c.Place != edge {
			continue
		}
		if c.Proposed {
			fit--
		} else {
			out[c.ID] = true
		}
	}
	if fit <= 0 {
		return map[uuid.UUID]bool{}
	}
	return out
}

// peopleIn are all people of all pairs: nobody of them scores.
func peopleIn(cs []Candidate) []uuid.UUID {
	var out []uuid.UUID
	for _, c := range cs {
		out = append(out, c.people...)
	}
	return out
}

// periodTitle is the time that a selection of a kind is about.
func periodTitle(kind string, q calendar.Quarter) string {
	if kind == BestPair {
		return fmt.Sprintf("%d年度", q.Year)
	}
	return q.Chinese()
}
