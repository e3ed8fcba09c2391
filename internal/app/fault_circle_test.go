package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/db"
)

// ago is when the notices of the kill tests are published: their days are over when
// the server starts.
const ago = 20

// pile puts many notices of claims on an installation that stands still, all of
// them due, and the totals of the quarter before besides. It gives that quarter.
func (i *installation) pile(notices, claims int) (q calendar.Quarter) {
	i.t.Helper()
	past := &clock{t: time.Now().AddDate(0, 0, -ago)}
	day := calendar.DateOf(past.now())
	q = calendar.QuarterOf(calendar.QuarterOf(day).First().AddDays(-1))
	i.database(func(ctx context.Context, c *pgx.Conn) {
		for _, statement := range []string{ // the office is as old as its claims, whenever the test runs
			"ALTER TABLE points_schemes DISABLE TRIGGER USER",
			"UPDATE points_schemes SET effective_from = '2020-01-01'",
			"ALTER TABLE points_schemes ENABLE TRIGGER USER",
			"UPDATE org_party_memberships SET valid_from = '2020-01-01'",
			"UPDATE org_department_memberships SET valid_from = '2020-01-01'",
		} {
			_, err := c.Exec(ctx, statement)
			must(i.t, err)
		}
		var unit, verifier uuid.UUID
		must(i.t, c.QueryRow(ctx, "SELECT unit_id, person_id FROM account_accounts WHERE login = 'office'").Scan(&unit, &verifier))
		rows, err := c.Query(ctx, `SELECT p.id FROM org_people p JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id
			WHERE p.political_status = 'party_member' AND m.branch_id IS NOT NULL AND p.id <> $1
				AND NOT EXISTS (SELECT FROM org_exemptions e WHERE e.person_id = p.id) ORDER BY p.id`, verifier)
		must(i.t, err)
		people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		must(i.t, err)
		d, err := db.Open(ctx, c.Config().ConnString(), db.Options{MaxConns: 4, Role: db.AppRole})
		must(i.t, err)
		defer d.Close()
		a, err := app.New(d, app.Config{Data: i.dir}, past.now, slog.New(slog.DiscardHandler))
		must(i.t, err)
		whole := access.System(unit)
		for n := range notices {
			var seen []claim.Seen
			var ids []uuid.UUID
			for k := range claims {
				by := access.Actor{Unit: unit, Person: people[(n*claims+k)%len(people)]}
				s, err := a.Claims.Create(ctx, by, whole, claim.Input{Person: by.Person, RuleCode: "clean_quarter", FactOn: day, Matter: fmt.Sprintf("第 %d-%d 项", n, k)})
				must(i.t, err)
				file, err := a.Claims.Attach(ctx, by, whole, s.ID, "证明.pdf", "", strings.NewReader("%PDF-1.7"))
				must(i.t, err)
				s, err = a.Claims.Submit(ctx, by, whole, s.ID, file.Version)
				must(i.t, err)
				seen, ids = append(seen, claim.Seen{ID: s.ID, Version: s.Version}), append(ids, s.ID)
			}
			by := access.Actor{Unit: unit, Person: verifier}
			v, err := a.Claims.Verify(ctx, by, whole, seen)
			must(i.t, err)
			if len(v.Refused) > 0 {
				i.t.Fatalf("%+v", v.Refused)
			}
			_, err = a.Claims.Publish(ctx, by, whole, ids, "")
			must(i.t, err)
		}
		must(i.t, a.Points.OpenQuarter(ctx, unit, q))
		_, err = a.Points.NoticeTotals(ctx, access.Actor{Unit: unit, Person: verifier}, whole, q, uuid.Nil)
		must(i.t, err)
	})
	return q
}

// settling waits until a running server has settled a further notice, a moment more,
// and gives how many are open then.
func (i *installation) settling(office *visitor, before int) int {
	i.t.Helper()
	var open struct{ Total int }
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		office.ask("GET", "/api/notices?state=open&limit=1", "", 200, &open)
		if open.Total < before || open.Total == 0 {
			break
		}
		if time.Now().After(deadline) {
			i.t.Fatalf("%d notices stay open\n%s", open.Total, i.server.said)
		}
	}
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	return open.Total
}

// The server, and then its PostgreSQL, are killed again and again between the end of
// notices and the posting of what was on them: each claim is posted exactly once.
// Then the same while a quarter is closed: it is closed whole or not at all.
func TestFaultKilledInTheCircle(t *testing.T) {
	t.Parallel()
	i := install(t)
	office := i.found()
	chief := i.leader()
	must(t, i.stop())
	often := kills(60)
	q := i.pile(10*often, 4)
	open := 11 * often // and more, with the totals
	halfway := 0
	for n := range 2 * often {
		i.start()
		if open = i.settling(office, open); open > 0 {
			halfway++
		}
		if n%2 == 1 {
			killPostgres(t, i)
			time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		}
		i.kill()
		t.Logf("killed %d×, %d notices are open", n+1, open)
	}
	if halfway == 0 {
		t.Error("nothing was killed before all was settled: nothing was tested")
	}
	i.start()
	for open > 0 {
		open = i.settling(office, open)
	}
	i.killWhileClosing(chief, q, often)
	if said := i.done("ledger", "verify"); !strings.Contains(said, "完好") {
		t.Error(said)
	}
	if err := i.stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
	i.database(func(ctx context.Context, c *pgx.Conn) {
		for _, x := range []struct {
			what, query string
			want        int
		}{
			{"claims posted", "SELECT count(*) FROM claim_claims WHERE state = 'posted'", 40 * often},
			{"other claims", "SELECT count(*) FROM claim_claims WHERE state <> 'posted'", 0},
			{"entries of claims", "SELECT count(*) FROM points_entries WHERE source_kind = 'claim'", 40 * often},
			{"claims with entries", "SELECT count(DISTINCT source_id) FROM points_entries WHERE source_kind = 'claim'", 40 * often},
			{"steps of posting", "SELECT count(*) FROM claim_steps WHERE step = 'post'", 40 * often},
			{"notices that settled more or less than once", `SELECT count(*) FROM notice_notices n WHERE kind = 'claims' AND
				(SELECT count(*) FROM audit_entries a WHERE a.action = 'notice.settle' AND a.object_id = n.id) <> 1`, 0},
			{"quarters closed", "SELECT count(*) FROM points_quarters WHERE state = 'closed'", 1},
			{"audit rows of closing", "SELECT count(*) FROM audit_entries WHERE action = 'quarter.close'", 1},
			{"ledgers that were not sealed", `SELECT accounts - (SELECT count(*) FROM points_seals s WHERE s.unit_id = q.unit_id)::int
				FROM points_quarters q WHERE state = 'closed'`, 0},
		} {
			var n int
			must(t, c.QueryRow(ctx, x.query).Scan(&n))
			if n != x.want {
				t.Errorf("%s: %d, want %d", x.what, n, x.want)
			}
		}
	})
}

// leader is somebody of the leadership, signed in.
func (i *installation) leader() *visitor {
	i.t.Helper()
	word := oneTimeWord.FindStringSubmatch(i.done("user", "create", "chief", "--name", "院领导", "--role", "leading_group"))
	if word == nil {
		i.t.Fatal("no one-time password")
	}
	chief := &visitor{i: i}
	chief.ask("POST", "/api/session", fields{"login": "chief", "password": word[1]}, 200, nil)
	chief.ask("POST", "/api/session/password", fields{"current": word[1], "password": newPassword}, 204, nil)
	return chief
}

// killWhileClosing closes a quarter of a running server that is killed meanwhile,
// until it is closed.
func (i *installation) killWhileClosing(chief *visitor, q calendar.Quarter, often int) {
	i.t.Helper()
	address := "/api/points/quarters/" + q.String()
	for n := 0; ; n++ {
		var list struct {
			Fingerprint, State string
		}
		chief.ask("GET", address+"/checklist", "", 200, &list)
		if list.State == "closed" {
			return
		}
		done := make(chan error, 1)
		go func() {
			a, err := chief.send("POST", address+"/close", fields{"fingerprint": list.Fingerprint, "acknowledged": true}, fmt.Sprint("close-the-quarter-", n))
			if err == nil && a.status != 200 && a.status < 500 {
				err = fmt.Errorf("refused: %s", a)
				i.t.Error(err)
			}
			done <- err
		}()
		if n < often {
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
			i.kill()
			i.start()
		}
		if err := <-done; err != nil {
			i.t.Logf("asked again: %v", err)
		}
		if n > often+3 {
			i.t.Fatal("the quarter is never closed")
		}
	}
}
