package mentoring

import (
	"testing"

	"xianfeng/internal/fault"
)

func (o *trio) assess(key string, year int, stage string, in AssessmentInput) ([]Stage, error) {
	ctx, by, scope := o.as(key, "write")
	return o.svc.Assess(ctx, by, scope, o.pairing, year, stage, in)
}

func good(score ...int) AssessmentInput {
	in := AssessmentInput{Grade: GradeGood, Remark: "进步明显"}
	if len(score) > 0 {
		in.Score = &score[0]
	}
	return in
}

func TestEachAssessesInTheirRole(t *testing.T) {
	o := newTrio(t)
	own := AssessmentInput{Remark: "小结"}
	_, err := o.assess("leader1", 2026, Mid, good())
	o.want("in March", err, fault.RuleBroken)
	o.at("2026-06-01")
	for _, key := range []string{"leader2", "office", "chief"} {
		_, err = o.assess(key, 2026, Mid, good())
		o.want(key, err, fault.NotFound)
	}
	_, err = o.assess("leader1", 2026, Mid, own)
	o.want("a mentor without a grade", err, fault.Invalid)
	_, err = o.assess("leader1", 2026, Mid, good(9000))
	o.want("a score in the middle", err, fault.Invalid)
	_, err = o.assess("member1", 2026, Mid, good())
	o.want("a mentee with a grade", err, fault.Invalid)
	_, err = o.assess("leader1", 2025, Mid, good())
	o.want("before the pairing", err, fault.RuleBroken)
	_, err = o.assess("leader1", 2026, "late", good())
	o.want("no stage", err, fault.NotFound)
	_, err = o.assess("leader1", 2026, Final, good(9000))
	o.want("the year in June", err, fault.RuleBroken)
	stages, err := o.assess("leader1", 2026, Mid, good())
	o.must(err)
	if a := stages[1].Assessments; len(stages) != 2 || len(a) != 1 || a[0].Role != Professional || !a[0].Mine || stages[1].Role != Professional || stages[0].Role != "" {
		t.Fatalf("%+v", stages)
	}
	_, err = o.assess("leader1", 2026, Mid, good())
	o.want("twice", err, fault.Conflict)
	in := good()
	in.Version, in.Grade = 1, GradeExcellent
	_, err = o.assess("leader1", 2026, Mid, in)
	o.must(err)
	_, err = o.assess("member1", 2026, Mid, own)
	o.must(err)

	// Who follows keeps what was written, and writes the year's end.
	o.replace("2026-08-01")
	o.at("2026-08-10")
	in.Version = 2
	_, err = o.assess("leader2", 2026, Mid, in)
	o.want("another's", err, fault.RuleBroken)
	o.at("2026-12-01")
	_, err = o.assess("leader1", 2026, Final, good(8000))
	o.want("who was replaced", err, fault.Forbidden)
	_, err = o.assess("leader2", 2026, Final, good())
	o.want("without a score", err, fault.Invalid)
	_, err = o.assess("leader2", 2026, Final, good(10001))
	o.want("above a hundred", err, fault.Invalid)
	_, err = o.assess("leader2", 2026, Final, good(9050))
	o.must(err)
	facts, err := BestPairs(t.Context(), o.db, o.Unit, 2026)
	o.must(err)
	if f := facts[0]; f.Complete || f.YearScore != 0 || f.Professional != o.Person("leader2") || f.Branch != o.Branches[0].ID || f.Group != o.Groups[0][1].ID {
		t.Errorf("one score: %+v", f)
	}
	o.must(func() error { _, err := o.assess("secretary1", 2026, Final, good(8501)); return err }())
	if facts, err = BestPairs(t.Context(), o.db, o.Unit, 2026); err != nil || facts[0].YearScore != 8776 || facts[0].Complete {
		t.Errorf("%v %+v", err, facts)
	}
	o.at("2027-04-01")
	in = good(9900)
	in.Version = 1
	_, err = o.assess("leader2", 2026, Final, in)
	o.want("after March", err, fault.RuleBroken)
	ctx, by, scope := o.as("leader1", "read")
	stages, err = o.svc.Assessments(ctx, by, scope, o.pairing)
	o.must(err)
	if len(stages) != 4 || len(stages[2].Assessments) != 2 || len(stages[3].Assessments) != 2 || stages[3].Assessments[0].ByName != "罗海宁" {
		t.Errorf("%+v", stages)
	}
}

// A pairing that ends within the year is assessed from its last day on.
func TestAssessmentOfAPairingThatEnded(t *testing.T) {
	o := newTrio(t)
	o.exec(`UPDATE mentoring_terms SET valid_to = '2026-09-30' WHERE pairing_id = ?`, o.pairing)
	o.exec(`UPDATE mentoring_pairings SET valid_to = '2026-09-30', ended_by = ?, end_reason = '调出' WHERE id = ?`, o.Person("office"), o.pairing)
	o.at("2026-09-29")
	_, err := o.assess("leader1", 2026, Final, good(8000))
	o.want("before its last day", err, fault.RuleBroken)
	o.at("2026-10-10")
	_, err = o.assess("leader1", 2026, Final, good(8000))
	o.must(err)
	in := twoLessons()
	_, err = o.write("member1", 2026, in)
	o.want("a plan after the end", err, fault.RuleBroken)
	if facts, err := BestPairs(t.Context(), o.db, o.Unit, 2027); err != nil || len(facts) != 0 {
		t.Errorf("%v %+v", err, facts)
	}
}
