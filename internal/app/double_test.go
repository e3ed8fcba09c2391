package app_test

import (
	"fmt"
	"sync"
	"testing"

	"xianfeng/internal/activity"
)

// The same request 50 times at once: one row, one answer.
func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	o.fiftyAtOnce(t, cookies, []fifty{
		{"create and confirm an activity", "secretary1", post("/api/activities", x.form("五十次").and("confirm", true)), 201, "SELECT count(*) FROM activity_activities", 1},
		{"confirm a draft", "secretary1", post("/api/activities/"+x.draft.ID.String()+"/confirm", fields{"row_version": x.draft.RowVersion, "overlap_answer": "先后到场"}), 200,
			"SELECT count(*) FROM activity_activities WHERE state = 'confirmed'", 1},
		{"post by hand", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 50, "fact_on": today, "reason": "补记", "verified_by": x.other}), 201,
			"SELECT count(*) FROM points_entries", 1},
		{"confirm an import", "office", post("/api/people/imports/"+x.preview.String()+"/confirm", fields{"create_places": true}), 200, "SELECT count(*) FROM org_people", 1},
		{"grant a role", "security", post("/api/grants", fields{"person_id": x.newcomer, "role": "party_office"}), 201, "SELECT count(*) FROM access_grants", 1},
		{"issue a report", "chief", post("/api/reports/quarter-summary/issues", fields{"quarter": "2026Q4"}), 201, "SELECT count(*) FROM report_issues", 1},
		{"upload a roster", "office", form("POST", "/api/people/imports", "花名册.xlsx", roster([]string{"上官明", "13900004444", "群众"}), nil), 201, "SELECT count(*) FROM org_imports", 1},
		{"attach a file", "secretary1", form("POST", "/api/activities/"+o.freshDraft(x).String()+"/attachments", "签到.txt", []byte("签到"), nil), 201, "SELECT count(*) FROM activity_attachments", 1},
	})
}

// fifty is a request with what it has to be answered, and a count of what there must
// be one more of.
type fifty struct {
	name, login string
	ask         ask
	status      int
	rows        string
	audits      int // rows of the log
}

func (o *office) fiftyAtOnce(t *testing.T, cookies map[string]string, list []fifty) {
	t.Helper()
	for n, c := range list {
		c.ask.header = map[string]string{"Idempotency-Key": fmt.Sprintf("fifty-at-once-%d", n)}
		before, audits := number(t, o.app.DB, c.rows), number(t, o.app.DB, "SELECT count(*) FROM audit_entries")
		answers := make([]answer, 50)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() { answers[i] = o.send(cookies[c.login], c.ask) })
		}
		wait.Wait()
		for _, a := range answers {
			if a.status != c.status || string(a.body) != string(answers[0].body) {
				t.Errorf("%s: %s, and another %s", c.name, answers[0], a)
				break
			}
		}
		if n := number(t, o.app.DB, c.rows) - before; n != 1 {
			t.Errorf("%s: %d rows", c.name, n)
		}
		if n := number(t, o.app.DB, "SELECT count(*) FROM audit_entries") - audits; n != c.audits {
			t.Errorf("%s: %d audit rows", c.name, n)
		}
		changed := c.ask
		changed.body += " "
		if a := o.send(cookies[c.login], changed); a.status != 409 {
			t.Errorf("%s, the key used for another body: %s", c.name, a)
		}
	}
}

func (o *office) freshDraft(x things) fmt.Stringer {
	saved, _ := o.draft(o.salon(x.place, "待传附件", "chief"))
	return saved.ID
}

// Two people do the same to one thing at once: one of them is told, and it is done
// once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	var saved activity.Saved
	for round := range 4 {
		draft, _ := o.draft(o.salon(x.place, fmt.Sprint("同时", round), "chief"))
		id := "/api/activities/" + draft.ID.String()
		both := func(what string, ask ask, done int) {
			t.Helper()
			answers := make([]answer, 2)
			var wait sync.WaitGroup
			for i, login := range []string{"secretary1", "office"} {
				wait.Go(func() { answers[i] = o.send(cookies[login], ask) })
			}
			wait.Wait()
			won := 0
			for _, a := range answers {
				if a.status == done {
					won++
					a.into(t, &saved)
				} else if p, err := a.problem(); err != nil || a.status != 409 {
					t.Errorf("%s: %s %v %v", what, a, p, err)
				}
			}
			if won != 1 {
				t.Fatalf("%s was done %d times: %s and %s", what, won, answers[0], answers[1])
			}
		}
		both("confirm", post(id+"/confirm", fields{"row_version": draft.RowVersion, "overlap_answer": "先后到场"}), 200)
		entries := number(t, o.app.DB, "SELECT count(*) FROM points_entries WHERE record_id = ?", draft.ID)
		if entries == 0 || entries > 4 {
			t.Errorf("%d entries", entries)
		}
		version := saved.RowVersion
		both("amend", post(id+"/amend", fields{"reason": "补录"}), 201)
		both("save", ask{method: "PUT", path: id, body: text(x.form("改").and("row_version", saved.RowVersion).and("overlap_answer", "先后到场"))}, 200)
		if a := o.send(cookies["office"], ask{method: "DELETE", path: fmt.Sprintf("%s?row_version=%d", id, saved.RowVersion)}); a.status != 204 {
			t.Fatalf("give the amendment up: %s", a)
		}
		both("withdraw", post(id+"/withdraw", fields{"reason": "误记", "row_version": version}), 200)
		if n := number(t, o.app.DB, "SELECT coalesce(sum(points), 0) FROM points_entries WHERE record_id = ?", draft.ID); n != 0 {
			t.Errorf("%d hundredths left after withdrawing", n)
		}
	}
	var report struct {
		OK bool `json:"ok"`
	}
	o.post(cookies["office"], "/api/points/verify", "").into(t, &report)
	if !report.OK {
		t.Error("the ledgers do not verify")
	}
}
