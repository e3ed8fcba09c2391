package desk

import (
	"testing"

	"xianfeng/internal/db"
)

// claim adds a claim by SQL alone: who gains, who made it, where it stands.
func (o *scene) claim(person, by string, branch int, state, at string) {
	o.t.Helper()
	o.exec(`INSERT INTO claim_claims (unit_id, id, number, person_id, claimed_by, branch_id, group_id, rule_code, rule_title, dimension, fact_on, requested, matter,
			state, created_at, submitted_at, verified_by, verified_at, reason)
		VALUES (?, ?, nextval('claim_numbers'), ?, ?, ?, ?, 'proposal', '合理化建议', 'political', '2026-11-02', 100, '建议', ?, ?, nullif(?, '')::timestamptz,
			CASE WHEN ? = 'verified' THEN ?::uuid END, CASE WHEN ? = 'verified' THEN now() END, '请补充')`,
		o.Unit, db.NewID(), o.Person(person), o.Person(by), o.Branches[branch].ID, o.Groups[branch][0].ID, state, at, at, state, o.Person("office"), state)
}

func TestClaimsThatWait(t *testing.T) {
	o := newOffice(t)
	const early, late = "2026-11-03 09:00+08", "2026-11-09 09:00+08"
	o.claim("member1", "member1", 0, "submitted", late)
	o.claim("chief", "leader1", 0, "submitted", early)
	o.claim("secretary1", "leader1", 0, "submitted", early) // their own
	o.claim("leader2", "leader2", 1, "submitted", early)
	o.claim("member1", "member1", 0, "verified", early)
	o.claim("member1", "leader1", 0, "returned", late)
	o.claim("member1", "member1", 0, "draft", early)

	s := o.desk("secretary1")
	if s.Claims.Total != 2 || s.Claims.Items[0].PersonName != "江远山" || s.Claims.Items[1].Requested != 100 || s.ToNotice != 1 || s.Returned.Total != 0 {
		t.Errorf("secretary: %+v %d %+v", s.Claims, s.ToNotice, s.Returned)
	}
	if d := o.desk("office"); d.Claims.Total != 4 || d.ToNotice != 1 {
		t.Errorf("office: %+v %d", d.Claims, d.ToNotice)
	}
	for _, key := range []string{"member1", "leader1"} { // whom it is for, and who made it
		if d := o.desk(key); d.Claims.Total != 0 || d.ToNotice != 0 || d.Returned.Total != 1 || d.Returned.Items[0].Reason != "请补充" {
			t.Errorf("%s: %+v %+v", key, d.Claims, d.Returned)
		}
	}
	if d := o.desk("secretary2"); d.Claims.Total != 1 || d.Returned.Total != 0 || d.ToNotice != 0 {
		t.Errorf("another branch: %+v", d)
	}
}
