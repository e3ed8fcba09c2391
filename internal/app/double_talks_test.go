package app_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"xianfeng/internal/duty"
	"xianfeng/internal/talk"
)

// The same request 50 times at once: one effect, and one answer where answers are kept.
func TestTalksFiftyAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := talksOffice(t)
	c := x.calendars
	planned, held := "/api/talks/"+c.planned.ID.String(), "/api/talks/"+c.held.ID.String()
	plan := "/api/duty-plans/" + x.branch.ID.String() + "/2026Q4"
	state := func(table, state string) string {
		return fmt.Sprintf("SELECT count(*) FROM %s WHERE state = '%s'", table, state)
	}
	o.fiftyAtOnce(t, cookies, []fifty{
		{"move a talk", "member1", post(planned+"/move", fields{"planned_on": "2026-12-08", "reason": "case", "version": c.planned.Version}), 200, "SELECT count(*) FROM talk_moves", 1},
		{"report a talk", "member1", post(planned+"/report", fields{"done_on": today, "version": c.planned.Version + 1}), 200, state("talk_talks", "reported"), 1},
		{"confirm a talk", "member1", post(held+"/confirm", fields{"version": c.held.Version}), 200, state("talk_talks", "confirmed"), 1},
		{"note a talk", "member1", post("/api/talks", fields{"partner_id": o.Person("deputy"), "done_on": today}), 201, "SELECT count(*) FROM talk_talks", 1},
		{"note an occasion", "office", post("/api/talk-occasions", fields{"person_id": x.person, "kind": "commendation", "happened_on": today}), 201, "SELECT count(*) FROM talk_occasions", 1},
		{"make a plan", "office", post("/api/talk-plans", fields{"year": 2026, "branch_id": o.Branches[1].ID, "digest": o.planDigest(o.Branches[1].ID)}), 201, "SELECT count(*) FROM talk_plans", 1},
		{"be away", "member1", post("/api/absences", fields{"person_id": x.person, "kind": "leave", "from": today.AddDays(60), "to": today.AddDays(61)}), 201, "SELECT count(*) FROM org_absences", 1},
		{"settle a follow-up", "secretary1", post("/api/followups/"+c.followUp.ID.String()+"/result", fields{"result": "办好", "version": c.followUp.Version}), 200, state("talk_followups", "done"), 1},
		{"decide about a reason", "chief", post("/api/duty-excuses/"+c.excuse.String()+"/decision", fields{"approve": true}), 200, state("duty_excuses", "approved"), 1},
		{"give a reason", "secretary1", post("/api/duty-excuses", fields{"code": "seminar", "owner": "branch", "owner_id": x.branch.ID, "period_first": "2026-11-01", "reason": "办案"}), 201,
			"SELECT count(*) FROM duty_excuses", 1},
		{"add a duty", "office", post("/api/duties", terms(fields{"owner": duty.OwnerBranch, "activity_kind": "reading_salon", "name": "读书沙龙"})), 201, "SELECT count(*) FROM duty_duties", 1},
		{"change a duty", "office", put("/api/duties/review", terms(fields{"seen": c.lines["review"]})), 200, "SELECT count(*) FROM duty_duties", 1},
		{"make a quarter's plan", "secretary1", post("/api/duty-plans", fields{"branch_id": x.branch.ID, "quarter": nextQuarter}), 201, "SELECT count(*) FROM duty_plans", 1},
		{"file a quarter's plan", "secretary1", post(plan+"/filing", fields{"version": c.quarterly.Version}), 200, "SELECT count(filed_at) FROM duty_plans", 1},
	})
	const some = -1 // one at least: each replaces the one before
	// Of what is confided no answer is kept: one is carried out, the others read why not.
	for _, x := range []struct {
		name   string
		ask    ask
		status int
		rows   string
		won    int
	}{
		{"write a record", post(held+"/record", fields{"text": "补充", "after_version": 1}), 200, "SELECT count(*) FROM keyring_wraps", 1},
		{"name a leader", post(held+"/consents", fields{"leader_id": o.Person("chief"), "until": today.AddDays(9)}), 201, "SELECT count(*) FROM audit_entries WHERE action = 'talk.consent.ask'", 1},
		{"agree to a record", post(held+"/record/agreement", fields{"version": 1}), 200, "SELECT count(*) FROM audit_entries WHERE action = 'talk.record.agree'", 0},
		{"agree to a leader", post("/api/talk-consents/"+c.consent.String()+"/agreement", ""), 200, "SELECT count(*) FROM audit_entries WHERE action = 'talk.consent.agree'", 1},
		{"make an address", post("/api/feed", fields{"names": false}), 201, "SELECT count(*) FROM feed_feeds WHERE revoked_at IS NULL", 50},
		{"note one's study", put("/api/study-notes/"+today.String(), fields{"note": "读书"}), 200, "SELECT count(*) FROM keyring_wraps", some},
	} {
		before := number(t, o.app.DB, x.rows)
		answers := make([]answer, 50)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() { answers[i] = o.send(cookies["member1"], x.ask) })
		}
		wait.Wait()
		won := 0
		for _, a := range answers {
			if a.status == x.status {
				won++
			} else if p, err := a.problem(); err != nil || a.status != 409 {
				t.Errorf("%s: %s %v %v", x.name, a, p, err)
			}
		}
		if x.won == some && won > 0 {
			x.won = won
		}
		if rows := number(t, o.app.DB, x.rows) - before; won != x.won || rows != min(x.won, 1) {
			t.Errorf("%s: carried out %d times, %d rows", x.name, won, rows)
		}
	}
}

// races sends two requests at once; each is carried out or told why not.
func (o *office) races(t *testing.T, cookies map[string]string, what string, a, b move) (won []answer) {
	t.Helper()
	var answers [2]answer
	var wait sync.WaitGroup
	for i, m := range []move{a, b} {
		wait.Go(func() { answers[i] = o.send(cookies[m.login], m.ask) })
	}
	wait.Wait()
	for _, got := range answers {
		if got.status < 300 {
			won = append(won, got)
		} else if p, err := got.problem(); err != nil || got.status != 409 && got.status != 422 {
			t.Errorf("%s: %s %v %v", what, got, p, err)
		}
	}
	if len(won) == 0 {
		t.Errorf("%s: nobody gets through: %s and %s", what, answers[0], answers[1])
	}
	return won
}

// Two people at once: what excludes one another is done once.
func TestTalksTwoAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := talksOffice(t)
	c := x.calendars
	once := func(what string, a, b move) {
		t.Helper()
		if won := o.races(t, cookies, what, a, b); len(won) != 1 {
			t.Errorf("%s is done %d times", what, len(won))
		}
	}
	both := func(what string, one, other string, ask ask) {
		t.Helper()
		once(what, move{one, ask}, move{other, ask})
	}
	second := o.Branches[1].ID
	makes := func() ask {
		return post("/api/talk-plans", fields{"year": 2026, "branch_id": second, "digest": o.planDigest(second)})
	}
	both("two planners", "office", "secretary2", makes())
	if n := number(t, o.app.DB, `SELECT count(*) FROM (SELECT FROM talk_talks WHERE state = 'planned' AND planned_on IS NOT NULL GROUP BY talker_id, planned_on HAVING count(*) > 3) x`); n != 0 {
		t.Errorf("%d days with more talks than they hold", n)
	}
	for round, kind := range []string{talk.TypeHardship, talk.TypeTransfer, talk.TypeCommendation} { // a move and a plan: who comes second sees that something changed
		_, was := o.occurs(o.Person("probationer"), kind)
		id := was.ID
		day := today.AddDays(18 + round) // a Tuesday, and the days after it
		move1 := move{"office", post("/api/talks/"+id.String()+"/move", fields{"planned_on": day, "reason": "meeting", "version": was.Version})}
		won := o.races(t, cookies, "a move and a plan", move1, move{"secretary2", makes()})
		now := o.talk(id)
		moved := slices.ContainsFunc(won, func(a answer) bool { return a.status == 200 })
		if moved && (now.PlannedOn == nil || *now.PlannedOn != day || !now.Pinned) {
			t.Errorf("a move was answered and is not there: %+v", now)
		}
	}
	held := "/api/talks/" + c.held.ID.String()
	planned := "/api/talks/" + c.planned.ID.String()
	both("both report", "member1", "deputy", post(planned+"/report", fields{"done_on": today, "version": c.planned.Version}))
	once("confirm and deny", move{"member1", post(held+"/confirm", fields{"version": c.held.Version})}, move{"secretary1", post(held+"/denial", fields{"version": c.held.Version})})
	if now := o.talk(c.planned.ID); now.Status != talk.Reported {
		t.Errorf("reported by both: %+v", now)
	}
	again := o.notes("leader1", x.person)
	both("both write", "member1", "leader1", post("/api/talks/"+again.ID.String()+"/record", fields{"text": "各写各的", "after_version": 0}))
	both("two editors of a duty", "office", "office", put("/api/duties/review", terms(fields{"seen": c.lines["review"]})))
	both("two editors of a quarter's plan", "office", "secretary1", put("/api/duty-plans/"+x.branch.ID.String()+"/2026Q4",
		fields{"version": c.quarterly.Version, "items": []fields{{"planned_on": "2026-12-10", "title": "走进社区"}}}))
	both("two decide about a reason", "office", "chief", post("/api/duty-excuses/"+c.excuses["secretary1"].String()+"/decision", fields{"approve": true}))
	both("two make a plan", "office", "secretary2", post("/api/duty-plans", fields{"branch_id": second, "quarter": nextQuarter}))
	both("two note an occasion", "office", "secretary2", post("/api/talk-occasions", fields{"person_id": o.Person("head"), "kind": "hardship", "happened_on": today}))
	once("a leader twice", move{"office", post("/api/talk-leaders", fields{"person_id": o.Person("head"), "from": today})}, move{"office", post("/api/talk-leaders", fields{"person_id": o.Person("head"), "from": today})})
	followUp := "/api/followups/" + c.followUp.ID.String()
	once("a result and a withdrawal", move{"secretary1", post(followUp+"/result", fields{"result": "办好", "version": c.followUp.Version})},
		move{"member1", post(followUp+"/withdrawal", fields{"version": c.followUp.Version})})
}
