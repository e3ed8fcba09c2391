package app_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"xianfeng/internal/claim"
	"xianfeng/internal/selection"
)

// The same request 50 times at once, at each turn of the circle: one effect.
func TestCircleFiftyAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	c := x.circle
	twenty := make([]fields, 20)
	for i := range twenty {
		s, _ := o.submits("member1", o.clean("member1", fmt.Sprint("第", i, "项")))
		twenty[i] = fields{"id": s.ID, "version": s.Version}
	}
	state := func(table, state string) string {
		return fmt.Sprintf("SELECT count(*) FROM %s WHERE state = '%s'", table, state)
	}
	o.fiftyAtOnce(t, cookies, []fifty{
		{"close a quarter", "chief", post("/api/points/quarters/2026Q3/close", fields{"fingerprint": c.fingerprint, "acknowledged": true}), 200, state("points_quarters", "closed"), 1},
		{"draft a claim", "member1", post("/api/claims", fields{"person_id": x.person, "rule_code": "clean_quarter", "fact_on": today, "matter": "守纪"}), 201, "SELECT count(*) FROM claim_claims", 1},
		{"submit a claim", "member1", post("/api/claims/"+c.draft.ID.String()+"/submit", fields{"version": c.draft.Version}), 200, state("claim_claims", "submitted"), 1},
		{"verify twenty", "secretary1", post("/api/claims/verify", fields{"items": twenty}), 200, "SELECT count(*) / 20 FROM claim_claims WHERE state = 'verified'", 1},
		{"publish a notice", "office", post("/api/claims/notice", fields{"ids": []any{c.verified.ID}}), 201, "SELECT count(*) FROM notice_notices", 1},
		{"object", "member1", post("/api/notices/"+c.notice.String()+"/items/"+c.item.String()+"/objections", fields{"statement": "有出入"}), 201, "SELECT count(*) FROM notice_objections", 1},
		{"decide about an objection", "secretary1", post("/api/objections/"+c.objection.String()+"/decision", fields{"uphold": false, "answer": "属实", "meeting_id": c.meeting}), 200,
			state("notice_objections", "rejected"), 1},
		{"cancel a notice", "office", post("/api/notices/"+c.notice.String()+"/cancellation", fields{"reason": "名单有误"}), 204, state("notice_notices", "cancelled"), 2},
		{"open a selection", "office", post("/api/selections", fields{"kind": selection.Pennant, "quarter": "2026Q4"}), 201, "SELECT count(*) FROM selection_selections", 1},
		{"put a selection on notice", "office", post("/api/selections/"+c.ready.String()+"/notice", fields{"row_version": c.versions[c.ready]}), 200, "SELECT count(*) FROM notice_notices", 1},
		{"decide a selection", "chief", post("/api/selections/"+c.heard.String()+"/decision", fields{"row_version": c.versions[c.heard], "awards": []any{c.awarded}}), 200,
			"SELECT count(*) FROM selection_honours", 1},
		{"publish a scheme", "chief", post("/api/schemes/"+c.scheme.ID.String()+"/publication", fields{"row_version": c.scheme.RowVersion}), 200, state("points_schemes", "published"), 1},
	})
	o.verifiesLedgers(t, cookies["office"])
}

func (o *office) verifiesLedgers(t *testing.T, cookie string) {
	t.Helper()
	var report struct {
		OK bool `json:"ok"`
	}
	o.post(cookie, "/api/points/verify", "").into(t, &report)
	if !report.OK {
		t.Error("the ledgers do not verify")
	}
}

// move is a request of one of two people.
type move struct {
	login string
	ask   ask
}

// Two people at once, each with a request of their own: what excludes one another is
// done once, and who comes second reads why.
func TestCircleTwoAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	c := x.circle
	cookies["chief2"] = o.signIn("chief")
	both := func(what string, a, b move) (first, second answer) {
		var wait sync.WaitGroup
		wait.Go(func() { first = o.send(cookies[a.login], a.ask) })
		wait.Go(func() { second = o.send(cookies[b.login], b.ask) })
		wait.Wait()
		for _, got := range []answer{first, second} {
			if got.status < 300 {
				continue
			}
			if p, err := got.problem(); err != nil || !slices.Contains([]int{404, 409, 422}, got.status) { // a claim taken back is out of sight
				t.Errorf("%s: %s %v %v", what, got, p, err)
			}
		}
		return first, second
	}
	once := func(what string, a, b move) {
		t.Helper()
		if first, second := both(what, a, b); (first.status < 300) == (second.status < 300) {
			t.Errorf("%s was done by both or none: %s and %s", what, first, second)
		}
	}
	same := func(what string, ask ask, logins ...string) {
		t.Helper()
		once(what, move{logins[0], ask}, move{logins[1], ask})
	}
	same("close", post("/api/points/quarters/2026Q3/close", fields{"fingerprint": c.fingerprint, "acknowledged": true}), "chief", "chief2")
	same("decide about an objection", post("/api/objections/"+c.objection.String()+"/decision", fields{"uphold": true, "answer": "属实", "meeting_id": c.meeting}), "secretary1", "committee1")
	same("decide a selection", post("/api/selections/"+c.heard.String()+"/decision", fields{"row_version": c.versions[c.heard], "awards": []any{c.awarded}}), "chief", "office")
	same("open a selection", post("/api/selections", fields{"kind": selection.Pennant, "quarter": "2026Q4"}), "office", "office")
	same("publish a scheme", post("/api/schemes/"+c.scheme.ID.String()+"/publication", fields{"row_version": c.scheme.RowVersion}), "chief", "chief2")

	verify := func(s claim.Saved) ask {
		return post("/api/claims/verify", fields{"items": []fields{{"id": s.ID, "version": s.Version}}})
	}
	step := func(s claim.Saved, what string) ask {
		return post("/api/claims/"+s.ID.String()+"/"+what, fields{"version": s.Version, "reason": "材料不全"})
	}
	bare := func(s claim.Saved, what string) ask {
		return post("/api/claims/"+s.ID.String()+"/"+what, fields{"version": s.Version})
	}
	for round := range 3 {
		fresh := func() claim.Saved {
			s, _ := o.submits("member1", o.clean("member1", fmt.Sprint("第", round, "轮")))
			return s
		}
		same("verify", verify(fresh()), "secretary1", "office")
		same("return", step(fresh(), "return"), "secretary1", "office")
		s := fresh()
		once("recall or verify", move{"member1", bare(s, "recall")}, move{"secretary1", verify(s)})
		s = fresh()
		first, second := both("withdraw and return", move{"member1", step(s, "withdraw")}, move{"secretary1", step(s, "return")})
		// What is returned can be withdrawn as well, unless it was returned under the claimant's eyes.
		if got := o.stateOf(s); (first.status == 200) != (got == claim.Withdrawn) || first.status != 200 && (second.status != 200 || got != claim.Returned) {
			t.Errorf("withdrawn (%s) and returned (%s), and it is %s", first, second, got)
		}
		s = fresh()
		first, second = both("verify and return", move{"secretary1", verify(s)}, move{"office", step(s, "return")})
		if got := o.stateOf(s); second.status != 200 || got != claim.Returned { // what is verified can be returned as well
			t.Errorf("verified (%s) and returned (%s), and it is %s", first, second, got)
		}
		s = fresh()
		o.verifies(s)
		first, second = both("withdraw and publish", move{"member1", step(s, "withdraw")}, move{"office", post("/api/claims/notice", fields{"ids": []any{s.ID}})})
		if got := o.stateOf(s); !slices.Contains([]claim.State{claim.Withdrawn, claim.Noticed}, got) || (got == claim.Withdrawn) != (first.status == 200) {
			t.Errorf("withdrawn (%s) and published (%s), and it is %s", first, second, got)
		}
	}
	o.verifiesLedgers(t, cookies["office"])
}

func (o *office) stateOf(s claim.Saved) (state claim.State) {
	o.t.Helper()
	must(o.t, o.app.DB.NewRaw("SELECT state FROM claim_claims WHERE unit_id = ? AND id = ?", o.Unit, s.ID).Scan(o.t.Context(), &state))
	return state
}
