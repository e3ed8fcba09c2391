package desk

import (
	"testing"

	"xianfeng/internal/db"
)

// The sheet of the best pair waits for whoever scores it and stands in none of its
// pairs, until each judged line has their points.
func TestASheetWaitsForItsScorers(t *testing.T) {
	o := newOffice(t)
	o.exec(`UPDATE org_people SET started_work_on = '2024-08-01' WHERE id = ?`, o.Person("member1"))
	sel, pairing, candidate := db.NewID(), db.NewID(), db.NewID()
	o.exec(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at) VALUES (?, ?, '1', ?, '2026-03-01', '2028-02-29', ?, now())`,
		o.Unit, pairing, o.Person("member1"), o.Person("office"))
	o.exec(`INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at) VALUES (?, ?, 'best_pair', '2026Q4', '师徒最佳组合', 1, 'open', ?, now(), now())`,
		o.Unit, sel, o.Person("office"))
	o.exec(`INSERT INTO selection_criteria (unit_id, selection_id, seq, title, most, measure) VALUES (?, ?, 1, '两位导师评分', 4000, 'year_score'), (?, ?, 2, '成果', 3000, 'judged')`, o.Unit, sel, o.Unit, sel)
	o.exec(`INSERT INTO selection_candidates (unit_id, id, selection_id, person_id, name, headcount, points, pairing_id, people) VALUES (?, ?, ?, ?, '一组', 1, 0, ?, ARRAY[?, ?]::uuid[])`,
		o.Unit, candidate, sel, o.Person("member1"), pairing, o.Person("member1"), o.Person("chief"))
	for key, want := range map[string]string{"office": "pair_scores 1", "chief": "", "secretary1": ""} {
		if got := o.desk(key).tasks(); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	o.exec(`INSERT INTO selection_scores (unit_id, selection_id, candidate_id, seq, scorer_id, points, scored_at) VALUES (?, ?, ?, 2, ?, 2000, now())`, o.Unit, sel, candidate, o.Person("office"))
	if got := o.desk("office").tasks(); got != "" {
		t.Errorf("scored: %q", got)
	}
}
