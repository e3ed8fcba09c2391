package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/localpg"
)

// confidant is the Party office's account put upon somebody of the roll who talks with
// others, and the administrator.
func (i *installation) confidant(office *visitor) (admin *visitor) {
	i.t.Helper()
	i.database(func(ctx context.Context, c *pgx.Conn) {
		for _, statement := range []string{
			`UPDATE access_grants SET person_id = (SELECT id FROM org_people WHERE on_roll AND political_status = 'party_member' ORDER BY id LIMIT 1)
				WHERE person_id = (SELECT person_id FROM account_accounts WHERE login = 'office')`,
			`UPDATE account_accounts SET person_id = (SELECT id FROM org_people WHERE on_roll AND political_status = 'party_member' ORDER BY id LIMIT 1) WHERE login = 'office'`,
			`INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, valid_from)
				SELECT unit_id, gen_random_uuid(), person_id, 'member', 'unit', '2020-01-01' FROM account_accounts WHERE login = 'office'`,
		} {
			_, err := c.Exec(ctx, statement)
			must(i.t, err)
		}
	})
	admin = &visitor{i: i}
	admin.ask("POST", "/api/session", fields{"login": "admin", "password": newPassword}, 200, nil)
	office.ask("POST", "/api/session", fields{"login": "office", "password": newPassword}, 200, nil)
	return admin
}

// confides notes a talk today and writes what was said in it; it gives the record's
// address.
func (v *visitor) confides(text string) (record string) {
	v.i.t.Helper()
	var partners struct{ Items []struct{ ID string } }
	v.ask("GET", "/api/talks/partners", "", 200, &partners)
	for _, p := range partners.Items {
		a, err := v.send("POST", "/api/talks", fields{"partner_id": p.ID, "done_on": todayReally()}, "")
		must(v.i.t, err)
		if a.status == 409 { // with whom one talked today
			continue
		}
		var t struct{ ID string }
		a.into(v.i.t, &t)
		record = "/api/talks/" + t.ID + "/record"
		v.ask("POST", record, fields{"text": text, "after_version": 0}, 200, nil)
		return record
	}
	v.i.t.Fatal("nobody is left to talk with")
	return ""
}

// What was said in a talk is in no byte that an installation leaves on the disk or
// writes out: the database's files and its write-ahead log, PostgreSQL's own log with
// every statement, the program's at its most talkative, the attachments, the keys.
func TestNothingLeaksToTheDisk(t *testing.T) {
	t.Parallel()
	i := install(t)
	i.flags = []string{"--log-level", "debug"}
	office := i.found()
	admin := i.confidant(office)
	caught := newMesh(t, canaries...)
	i.superuser("ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_min_duration_statement = 0", "ALTER SYSTEM SET log_parameter_max_length = -1")
	must(t, i.stop())
	i.start() // with a PostgreSQL that writes down all it is asked

	record := office.confides(sings(0))
	office.ask("POST", record, fields{"text": sings(1), "after_version": 1}, 200, nil)
	office.ask("POST", record, fields{"text": sings(1), "after_version": 1}, 409, nil)
	office.ask("POST", record, fields{"text": []string{sings(0)}, "after_version": 2}, 422, nil)
	var read struct{ Versions []struct{ Text string } }
	office.ask("GET", record, "", 200, &read)
	if len(read.Versions) != 2 || read.Versions[1].Text != sings(0) {
		t.Fatalf("what was written reads as %+v", read)
	}
	note := "/api/study-notes/" + todayReally().String()
	office.ask("PUT", note, fields{"note": sings(2)}, 200, nil)
	office.ask("PUT", note, fields{"note": sings(2) + "改"}, 200, nil)
	office.ask("GET", "/api/study-notes", "", 200, nil)
	admin.ask("GET", record, "", 403, nil)
	for _, path := range []string{"/metrics", "/healthz", "/api/openapi.json"} {
		a, err := office.send("GET", path, "", "")
		must(t, err)
		if found := caught.in(string(a.body)); found != nil || a.status != 200 {
			t.Errorf("%s answers %d, holds %v", path, a.status, found)
		}
	}
	i.done("keys", "rotate", "--as", "admin")
	office.ask("GET", record, "", 200, nil)
	if said := i.done("keys", "status"); caught.in(said) != nil {
		t.Errorf("keys status says %s", said)
	}
	i.superuser("CHECKPOINT")
	caught.files(t, filepath.Dir(i.dir)) // while it runs: data, attachments, log and keys
	if logged := i.server.said.String(); caught.in(logged) != nil || !strings.Contains(logged, "level=DEBUG") {
		t.Errorf("the program's log holds %v", caught.in(logged))
	}
	must(t, i.stop())
	caught.files(t, filepath.Dir(i.dir))
	var all strings.Builder
	logs, err := filepath.Glob(filepath.Join(i.dir, "pg", "pgdata", "log", "*"))
	must(t, err)
	for _, path := range logs {
		b, err := os.ReadFile(path)
		must(t, err)
		all.Write(b)
	}
	for _, there := range []string{"INSERT INTO talk_records", "INSERT INTO study_notes", "INSERT INTO keyring_wraps"} { // the mesh was where it passed
		if !strings.Contains(all.String(), there) {
			t.Errorf("PostgreSQL did not write down %s", there)
		}
	}
}

// superuser runs statements in the private PostgreSQL as nobody of the product may.
func (i *installation) superuser(statements ...string) {
	i.t.Helper()
	ctx := context.Background()
	pg, err := localpg.Start(ctx, localpg.Options{Dir: i.dir, BinDir: os.Getenv("PG_BIN_DIR")})
	must(i.t, err)
	defer func() { must(i.t, pg.Stop(ctx)) }()
	c, err := pgx.Connect(ctx, pg.AdminURL("postgres"))
	must(i.t, err)
	defer c.Close(ctx)
	for _, s := range statements {
		_, err := c.Exec(ctx, s)
		must(i.t, err)
	}
}

// The server, and PostgreSQL, are killed while the year's plan is confirmed: the plan is
// there whole or not at all, and no talk twice.
func TestFaultKilledWhilePlanning(t *testing.T) {
	t.Parallel()
	i := install(t)
	office := i.found()
	i.confidant(office)
	var people struct{ Items []struct{ ID string } }
	office.ask("GET", "/api/people?limit=2", "", 200, &people)
	office.ask("POST", "/api/talk-leaders", fields{"person_id": people.Items[0].ID, "per_day": 8, "from": todayReally().AddDays(-1)}, 201, nil)
	often := kills(40)
	// Two years to plan, and then again and again what was taken off the calendar.
	type preview struct {
		Digest      string
		Due, Placed int
		Unplaced    []any
	}
	broken := 0
	for n := range 2 * often {
		year := todayReally().Year + 1
		var p preview
		office.insists("POST", "/api/talk-plans/preview", fields{"year": year}, &p)
		if n == 0 && p.Placed < 50 {
			t.Fatalf("a small plan: %+v", p)
		}
		before := i.planning()
		done := make(chan answer, 1)
		go func() {
			a, err := office.send("POST", "/api/talk-plans", fields{"year": year, "digest": p.Digest}, fmt.Sprint("confirm-the-plan-", n))
			if err == nil && a.status != 201 && a.status < 500 {
				t.Errorf("refused: %s", a)
			}
			done <- a
		}()
		time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
		if n%2 == 1 {
			killPostgres(t, i)
		} else {
			i.kill()
			i.start()
		}
		a := <-done
		if a.status != 201 {
			broken++
		}
		var session any
		office.insists("GET", "/api/session", "", &session)
		after := i.planning()
		plans := after.plans - before.plans
		switch {
		case plans != 0 && plans != 1, a.status == 201 && plans != 1:
			t.Errorf("answered %d, %d plans", a.status, plans)
		case plans == 0 && (after.talks != before.talks || after.audits != before.audits):
			t.Errorf("no plan, but %+v became %+v", before, after)
		case plans == 1 && (after.talks-before.talks < p.Placed || after.audits != before.audits+1):
			t.Errorf("a plan of %d: %+v became %+v", p.Placed, before, after)
		}
		if after.twice != 0 {
			t.Errorf("%d talks twice", after.twice)
		}
		if plans == 1 { // away with it, for the next
			i.database(func(ctx context.Context, c *pgx.Conn) {
				_, err := c.Exec(ctx, `DELETE FROM talk_talks WHERE state = 'planned'`)
				must(t, err)
			})
		}
	}
	t.Logf("%d of %d were broken off", broken, 2*often)
	if err := i.stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

// planning is what there is of plans.
type planning struct{ plans, talks, audits, twice int }

func (i *installation) planning() (p planning) {
	i.t.Helper()
	i.database(func(ctx context.Context, c *pgx.Conn) {
		must(i.t, c.QueryRow(ctx, `SELECT (SELECT count(*) FROM talk_plans), (SELECT count(*) FROM talk_talks), (SELECT count(*) FROM audit_entries WHERE action = 'talk_plan.make'),
			(SELECT count(*) FROM (SELECT FROM talk_talks WHERE state <> 'cancelled' AND type <> 'ad_hoc' GROUP BY year, type, least(talker_id, partner_id), greatest(talker_id, partner_id) HAVING count(*) > 1) x)`).
			Scan(&p.plans, &p.talks, &p.audits, &p.twice))
	})
	return p
}

// insists asks until it is answered, after PostgreSQL was killed: its last connections
// outlive it by a moment.
func (v *visitor) insists(method, path string, body any, into any) {
	v.i.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		a, err := v.send(method, path, body, "")
		if err == nil && a.status < 500 {
			a.into(v.i.t, into)
			return
		}
		if time.Now().After(deadline) {
			v.i.t.Fatalf("the server does not answer any more: %s %v\n%s", a, err, v.i.server.said)
		}
	}
}

// The rotation of keys is killed, and PostgreSQL under it, while somebody goes on
// writing: whatever was sealed opens afterwards, and one further rotation completes
// what was broken off.
func TestFaultKilledWhileRotating(t *testing.T) {
	t.Parallel()
	i := install(t)
	office := i.found()
	i.confidant(office)
	records := map[string]string{}
	for n := range 3 {
		text := fmt.Sprintf("第 %d 次谈话的内容", n)
		records[office.confides(text)] = text
	}
	note := func(n int) (path, text string) {
		return "/api/study-notes/" + todayReally().AddDays(-n).String(), fmt.Sprintf("第 %d 天的学习", n)
	}
	notes := 40
	for n := range notes {
		path, text := note(n)
		office.ask("PUT", path, fields{"note": text}, 200, nil)
	}
	broken := 0
	for n := range kills(30) {
		cmd := i.command("keys", "rotate", "--as", "admin")
		out := &said{}
		cmd.Stdout, cmd.Stderr = out, out
		must(t, cmd.Start())
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		if n%2 == 0 {
			_ = cmd.Process.Kill()
		} else {
			killPostgres(t, i)
		}
		if err := cmd.Wait(); err != nil {
			broken++
		}
		path, text := note(n % notes) // sealed under whichever key is there
		var kept any
		office.insists("PUT", path, fields{"note": text}, &kept)
		i.opens(office, records)
	}
	if broken == 0 {
		t.Log("no rotation was broken off this time")
	}
	i.opens(office, records)
	i.done("keys", "rotate", "--as", "admin")
	i.opens(office, records)
	i.kill()
	i.start()
	i.opens(office, records)
	opened := map[string]string{}
	for _, back := range []int{0, 28, 56} {
		var month struct{ Items []struct{ Day, Note string } }
		office.ask("GET", "/api/study-notes?month="+todayReally().AddDays(-back).String()[:7], "", 200, &month)
		for _, x := range month.Items {
			opened["/api/study-notes/"+x.Day] = x.Note
		}
	}
	for n := range notes {
		if path, text := note(n); opened[path] != text {
			t.Errorf("%s opens as %q", path, opened[path])
		}
	}
	i.database(func(ctx context.Context, c *pgx.Conn) {
		var keys, rows int
		must(t, c.QueryRow(ctx, `SELECT count(DISTINCT key_id), count(*) FROM keyring_wraps`).Scan(&keys, &rows))
		if keys != 1 || rows != notes+len(records) {
			t.Errorf("%d texts under %d keys", rows, keys)
		}
	})
	if err := i.stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(i.dir), ".xianfeng-keys-*"))
	must(t, err)
	t.Logf("%d rotations broken off, %d half-written key files left", broken, len(files))
}

// opens reads all records as they were written.
func (i *installation) opens(v *visitor, records map[string]string) {
	i.t.Helper()
	for path, text := range records {
		var r struct{ Versions []struct{ Text string } }
		v.insists("GET", path, "", &r)
		if len(r.Versions) != 1 || r.Versions[0].Text != text {
			i.t.Errorf("%s opens as %+v", path, r)
		}
	}
}
