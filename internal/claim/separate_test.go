package claim

import (
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Nobody verifies what they gain by or what they declared, by any road.
func TestSelfVerificationByEveryRoad(t *testing.T) {
	o := newOffice(t)
	own := o.submitted("secretary1", o.proposal("secretary1"))
	_, err := o.verify("secretary1", own)
	o.refused(err, fault.RuleBroken, "须回避")

	// The group leader claims for the secretary of the branch: the beneficiary verifies.
	for1 := o.submitted("leader1", o.proposal("secretary1"))
	_, err = o.verify("secretary1", for1)
	o.refused(err, fault.RuleBroken, "须回避")

	// The same person claims for others and verifies: group leader and secretary in one.
	both := o.Actor("leader1")
	both.Grants = append(both.Grants, access.Grant{Role: "branch_secretary", PlaceKind: "branch", PlaceID: o.Branches[0].ID})
	scope, err := o.policy.Decide(both, need("verify"))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Saved{"for themselves": o.submitted("leader1", o.proposal("leader1")), "for a member": o.submitted("leader1", o.proposal("chief"))} {
		_, err = o.svc.Verify(bg, both, scope, []Seen{{s.ID, s.Version}})
		o.refused(err, fault.RuleBroken, "须回避")
		_, err = o.svc.Return(bg, both, scope, s.ID, s.Version, "退回自己")
		o.refused(err, fault.RuleBroken, "须回避")
		o.stand(Submitted, s)
		if t.Failed() {
			t.Fatal(name)
		}
	}

	// A second account of the same person is the same person.
	second := o.Actor("secretary1")
	second.Account, second.Login = db.NewID(), "secretary1-again"
	scope, _ = o.policy.Decide(second, need("verify"))
	_, err = o.svc.Verify(bg, second, scope, []Seen{{own.ID, own.Version}})
	o.refused(err, fault.RuleBroken, "须回避")

	// The Party office for itself; its own branch's secretary may.
	office := o.submitted("office", o.proposal("office"))
	_, err = o.verify("office", office)
	o.refused(err, fault.RuleBroken, "须回避")
	o.verified("secretary2", office)
	o.verified("office", own, for1)

	// Who may not verify at all.
	s := o.submitted("member1", o.proposal("member1"))
	for _, key := range []string{"member1", "leader1", "committee1", "chief", "sysadmin", "auditor"} {
		if _, err := o.policy.Decide(o.Actor(key), need("verify")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s may verify", key)
		}
		if _, err := o.verify(key, s); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s with no scope: %v", key, err)
		}
	}
}

// The database says no where the program would not.
func TestTheDatabaseKeepsThemApart(t *testing.T) {
	o := newOffice(t)
	s := o.submitted("leader1", o.proposal("secretary1"))
	for _, key := range []string{"leader1", "secretary1"} {
		_, err := o.db.NewRaw(`UPDATE claim_claims SET state = 'verified', verified_by = ?, verified_at = now() WHERE id = ?`, o.Person(key), s.ID).Exec(bg)
		if !db.Violates(err, "claim_claims_not_own") {
			t.Errorf("%s verified by SQL: %v", key, err)
		}
	}
	// A verifier who becomes the beneficiary afterwards, or the claim another one.
	m := o.submitted("member1", o.honour("member1", "city", "优秀公诉人"))
	for _, state := range []State{Submitted, Verified, Noticed} {
		switch state {
		case Verified:
			o.verified("secretary1", m)
		case Noticed:
			if _, err := o.publish("secretary1", m); err != nil {
				t.Fatal(err)
			}
		}
		for _, set := range []string{"person_id = '" + o.Person("secretary1").String() + "'", "claimed_by = person_id, matter = '别的事'", "amount = 800", "requested = 800",
			"rule_code = 'honour_province'", "honour_level = 3", "honour_key = 'x'", "fact_on = '2026-04-01'", "version = version + 1, matter = '改'", "statement = '补充'", "branch_id = '" + o.Branches[1].ID.String() + "'"} {
			if _, err := o.db.NewRaw(`UPDATE claim_claims SET `+set+` WHERE id = ?`, m.ID).Exec(bg); !db.Violates(err, "claim_frozen") && !db.Violates(err, "claim_claims_not_own") {
				t.Errorf("%s: %s: %v", state, set, err)
			}
		}
		for _, q := range []string{`DELETE FROM claim_claims WHERE id = ?`, `DELETE FROM claim_evidence WHERE claim_id = ?`, `UPDATE claim_evidence SET caption = 'x' WHERE claim_id = ?`,
			`INSERT INTO claim_evidence (unit_id, claim_id, file_id) SELECT unit_id, claim_id, gen_random_uuid() FROM claim_evidence WHERE claim_id = ?`} {
			if _, err := o.db.NewRaw(q, m.ID).Exec(bg); !db.Violates(err, "claim_frozen") {
				t.Errorf("%s: %s: %v", state, q, err)
			}
		}
	}
	o.pass()
	o.stand(Posted, m)
	for _, q := range []string{`UPDATE claim_claims SET state = 'submitted' WHERE id = ?`, `UPDATE claim_claims SET reason = 'x' WHERE id = ?`, `DELETE FROM claim_claims WHERE id = ?`} {
		if _, err := o.db.NewRaw(q, m.ID).Exec(bg); !db.Violates(err, "claim_frozen") {
			t.Errorf("%s: %v", q, err)
		}
	}
	for _, q := range []string{`UPDATE claim_steps SET note = 'x' WHERE claim_id = ?`, `DELETE FROM claim_steps WHERE claim_id = ?`} {
		if _, err := o.db.NewRaw(q, m.ID).Exec(bg); err == nil {
			t.Errorf("%s works", q)
		}
	}
	// A draft changes under a new version only.
	d := o.drafted("member1", o.proposal("member1"))
	if _, err := o.db.NewRaw(`UPDATE claim_claims SET matter = '改' WHERE id = ?`, d.ID).Exec(bg); !db.Violates(err, "claim_frozen") {
		t.Errorf("content without a version: %v", err)
	}
}

// What changed after somebody looked at it is not verified.
func TestChangedAfterItWasSeen(t *testing.T) {
	o := newOffice(t)
	by, scope := o.as("member1", "submit")
	seen := o.submitted("member1", o.proposal("member1"))
	back := o.must(o.svc.Recall(bg, by, seen.ID, seen.Version))
	_, err := o.verify("secretary1", seen) // a draft is not there
	o.refused(err, fault.NotFound, "")
	in := o.proposal("member1")
	in.Matter = "分量重得多的一项"
	now := o.must(o.submitIt("member1", o.must(o.svc.Save(bg, by, scope, back.ID, back.Version, in))))
	_, err = o.verify("secretary1", seen)
	o.refused(err, fault.RuleBroken, "修改过")
	o.verified("secretary1", now)
	_, err = o.svc.Save(bg, by, scope, now.ID, now.Version, in)
	o.refused(err, fault.RuleBroken, "不能再改动")
	_, err = o.attach("member1", now)
	o.refused(err, fault.RuleBroken, "不能再改动")

	// More evidence is a change, too.
	s := o.submitted("member1", o.honour("member1", "city", "优秀公诉人"))
	o.must(o.svc.Recall(bg, by, s.ID, s.Version))
	a, err := o.attach("member1", s)
	if err != nil {
		t.Fatal(err)
	}
	later := s
	later.Version = a.Version
	o.must(o.submitIt("member1", later))
	_, err = o.verify("secretary1", s)
	o.refused(err, fault.RuleBroken, "修改过")
}

// Of twenty the bad ones are named and the good ones verified, in few statements.
func TestTwentyAtOnceWithSomeBad(t *testing.T) {
	o := newOffice(t)
	var all []Saved
	for range 14 {
		all = append(all, o.submitted("member1", o.proposal("member1")))
	}
	own := o.submitted("secretary1", o.proposal("secretary1"))
	declared := o.submitted("leader1", o.proposal("secretary1"))
	foreign := o.submitted("leader2", o.proposal("leader2"))
	draft := o.drafted("member1", o.proposal("member1"))
	done := o.submitted("member1", o.proposal("member1"))
	o.verified("office", done)
	changed := o.submitted("member1", o.proposal("member1"))
	stale := changed
	stale.Version--
	v, err := o.verify("secretary1", append(append([]Saved{}, all...), own, declared, foreign, draft, done, stale, all[0])...)
	if err != nil || len(v.Verified) != 14 || len(v.Refused) != 6 {
		t.Fatalf("%v: %d verified, %d refused: %+v", err, len(v.Verified), len(v.Refused), v.Refused)
	}
	for i, says := range []string{"回避", "回避", "没有找到", "没有找到", "已由他人核实", "修改过"} {
		if r := v.Refused[i]; r.Reason == "" || !contains(r.Reason, says) {
			t.Errorf("refusal %d: %+v, want %q", i, r, says)
		}
	}
	o.stand(Verified, all...)
	o.stand(Submitted, own, declared, foreign, changed)
	if n := o.count(`SELECT count(*) FROM claim_steps WHERE step = 'verify' AND by_person = ?`, o.Person("secretary1")); n != 14 {
		t.Errorf("%d steps", n)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'claim.verify'`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	// None stands: nothing is written, and each is named.
	_, err = o.verify("secretary1", own, declared)
	o.refused(err, fault.RuleBroken, "编号")
	_, err = o.verify("secretary1")
	o.refused(err, fault.Invalid, "1 到 100")
	_, err = o.verify("secretary1", make([]Saved, maxAtOnce+1)...)
	o.refused(err, fault.Invalid, "1 到 100")
}
