package selection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// Sheet is the scoring sheet of a selection as it stands.
type Sheet struct {
	Criteria []Criterion `json:"criteria"`
	Rows     []SheetRow  `json:"rows" doc:"By place, then in the order of the roll"`
	Judges   []Judge     `json:"judges" doc:"Who has scored anything"`
	MayScore bool        `json:"may_score" doc:"You may score now: you stand in none of the pairs"`
	Barred   bool        `json:"barred" doc:"You stand in one of the pairs, so that others score"`
}

// SheetRow is a candidate's line of the scoring sheet.
type SheetRow struct {
	Candidate uuid.UUID   `json:"candidate_id"`
	Name      string      `json:"name"`
	Branch    string      `json:"branch"`
	Place     *int        `json:"place,omitempty"`
	Score     int         `json:"score" doc:"Hundredths: the sum of its cells"`
	Excluded  string      `json:"excluded,omitempty"`
	Proposed  bool        `json:"proposed"`
	Contested bool        `json:"contested" doc:"Equal with others at the edge of the quota: somebody has to choose"`
	Chosen    string      `json:"chosen,omitempty" doc:"Why it was chosen out of equals"`
	ChosenBy  string      `json:"chosen_by,omitempty"`
	Cells     []SheetCell `json:"cells" doc:"In the order of the criteria"`
}

// SheetCell is what a criterion gives a candidate.
type SheetCell struct {
	Seq    int    `json:"seq"`
	Points *int   `json:"points,omitempty" doc:"Hundredths: computed, or the mean of who scored; absent where nobody has"`
	Basis  string `json:"basis,omitempty" doc:"What was counted"`
	Count  int    `json:"count" doc:"Of a judged one: how many scored"`
	Own    *int   `json:"own,omitempty" doc:"Of a judged one: your own"`
}

// Judge is somebody who scores.
type Judge struct {
	Person uuid.UUID `json:"person_id"`
	Name   string    `json:"name"`
	Left   int       `json:"left" doc:"Cells of pairs in the running not scored yet; 0 before a notice"`
}

// judges lists who scored, with what they left out.
func judges(sheet []Criterion, cs []Candidate, all []judgement) []Judge {
	out := []Judge{}
	cells := 0
	for _, k := range sheet {
		if k.Measure == Judged {
			cells++
		}
	}
	in := map[uuid.UUID]bool{}
	for _, c := range cs {
		in[c.ID] = c.Excluded == ""
	}
	running := 0
	for _, is := range in {
		if is {
			running++
		}
	}
	for _, j := range all {
		i := slices.IndexFunc(out, func(o Judge) bool { return o.Person == j.scorer })
		if i < 0 {
			i = len(out)
			out = append(out, Judge{j.scorer, j.scorerName, cells * running})
		}
		if in[j.candidate] {
			out[i].Left--
		}
	}
	return out
}

// complete refuses a sheet on which somebody is still due.
func complete(sheet []Criterion, all []Judge) error {
	if !slices.ContainsFunc(sheet, func(c Criterion) bool { return c.Measure == Judged }) {
		return nil
	}
	var due []string
	for _, j := range all {
		if j.Left > 0 {
			due = append(due, fmt.Sprintf("%s（%d 项）", j.Name, j.Left))
		}
	}
	switch {
	case len(all) == 0:
		return fault.New(fault.RuleBroken, "评议项还没有人评分，请先在评分表上评分")
	case len(due) > 0:
		return fault.Newf(fault.RuleBroken, "评分还没有评完：%s", strings.Join(due, "、"))
	}
	return nil
}
