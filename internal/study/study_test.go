package study

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/keyring"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// canary is a text that must be nowhere but with whom it is.
const canary = "今天读了民法典第一百八十八条canary7391"

type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 11, 23, 21, 0, 0, 0, calendar.Shanghai)}
	o.svc = NewService(d, keyring.New(), func() time.Time { return o.now })
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) as(who string) (context.Context, access.Actor, access.Scope) {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(who), needNote())
	o.must(err)
	return context.Background(), o.Actor(who), scope
}

func (o *office) save(who, day, text string) error {
	o.t.Helper()
	d, err := calendar.ParseDate(day)
	o.must(err)
	ctx, by, scope := o.as(who)
	_, err = o.svc.Save(ctx, by, scope, d, text)
	return err
}

func (o *office) notes(who, month string) []Note {
	o.t.Helper()
	ctx, by, scope := o.as(who)
	out, err := o.svc.Notes(ctx, by, scope, month)
	o.must(err)
	return out
}

func refused(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestOnesOwn(t *testing.T) {
	o := newOffice(t)
	o.must(o.save("member1", "2026-11-23", "  "+canary+"  "))
	o.must(o.save("member1", "2026-11-20", ""))
	o.must(o.save("member1", "2026-10-31", "上个月"))
	got := o.notes("member1", "")
	if len(got) != 2 || got[0].Day.String() != "2026-11-20" || got[0].Text != "" || got[1].Text != canary {
		t.Fatalf("%+v", got)
	}
	o.must(o.save("member1", "2026-11-23", "改过"))
	if got := o.notes("member1", "2026-11"); len(got) != 2 || got[1].Text != "改过" {
		t.Errorf("%+v", got)
	}
	ctx, by, scope := o.as("member1")
	o.must(o.svc.Remove(ctx, by, scope, calendar.NewDate(2026, 11, 23)))
	refused(t, "removed twice", o.svc.Remove(ctx, by, scope, calendar.NewDate(2026, 11, 23)), fault.NotFound)
	if got := o.notes("member1", "2026-11"); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	var wraps int
	o.must(o.db.NewRaw("SELECT count(*) FROM keyring_wraps").Scan(ctx, &wraps))
	if wraps != 1 {
		t.Errorf("%d keys for one text", wraps)
	}

	for what, err := range map[string]error{
		"tomorrow":     o.save("member1", "2026-11-24", "x"),
		"long ago":     o.save("member1", "2025-11-21", "x"),
		"too long":     o.save("member1", "2026-11-23", strings.Repeat("学", longestNote+1)),
		"month":        last(o.svc.Notes(ctx, by, scope, "2026-13")),
		"not a month":  last(o.svc.Notes(ctx, by, scope, "2026-1")),
		"year nought":  last(o.svc.Notes(ctx, by, scope, "0000-01")),
		"with a quote": last(o.svc.Notes(ctx, by, scope, "2026-1'")),
	} {
		refused(t, what, err, fault.Invalid)
	}
}

func last(_ []Note, err error) error { return err }

// Nobody else sees anything: by the service, whatever the role; by the database, with
// the application's role or the owner's, without being the person.
func TestNobodyElse(t *testing.T) {
	o := newOffice(t)
	o.must(o.save("member1", "2026-11-23", canary))
	for _, who := range o.Keys() {
		if who == "member1" {
			continue
		}
		scope, err := o.policy.Decide(o.Actor(who), needNote())
		if who == "sysadmin" || who == "security" || who == "auditor" {
			refused(t, who, err, fault.Forbidden)
			continue
		}
		o.must(err)
		if scope.Whole() || len(scope.Branches()) > 0 || len(scope.Groups()) > 0 {
			t.Errorf("%s reaches further than themselves: %+v", who, scope)
		}
		if got, err := o.svc.Notes(context.Background(), o.Actor(who), scope, ""); err != nil || len(got) != 0 {
			t.Errorf("%s: %+v %v", who, got, err)
		}
		refused(t, who+" removes", o.svc.Remove(context.Background(), o.Actor(who), scope, calendar.NewDate(2026, 11, 23)), fault.NotFound)
	}
	// A scope too wide still shows the actor's own alone: the second wall.
	got, err := o.svc.Notes(context.Background(), o.Actor("chief"), access.System(o.Unit), "")
	if err != nil || len(got) != 0 {
		t.Errorf("%+v %v", got, err)
	}
	ctx := context.Background()
	for _, person := range []string{"", "secretary1", "chief"} {
		o.must(db.Transact(ctx, o.db, func(ctx context.Context, tx bun.Tx) error {
			if person != "" {
				if err := db.ActAs(ctx, tx, o.Unit, o.Person(person)); err != nil {
					return err
				}
			}
			var n int
			if err := tx.NewRaw("SELECT count(*) FROM study_notes").Scan(ctx, &n); err != nil {
				return err
			}
			if n != 0 {
				t.Errorf("as %q the database shows %d notes", person, n)
			}
			for what, statement := range map[string]string{"update": "UPDATE study_notes SET day = day - 1", "delete": "DELETE FROM study_notes"} {
				res, err := tx.NewRaw(statement).Exec(ctx)
				if err != nil {
					return err
				}
				if n, err := res.RowsAffected(); err != nil || n != 0 {
					t.Errorf("as %q: %s touches %d notes, %v", person, what, n, err)
				}
			}
			return nil
		}))
	}
	// Nor does anybody write one in another's name.
	err = db.Transact(ctx, o.db, func(ctx context.Context, tx bun.Tx) error {
		if err := db.ActAs(ctx, tx, o.Unit, o.Person("chief")); err != nil {
			return err
		}
		return insertNote(ctx, tx, o.Unit, o.Person("member1"), row{id: db.NewID(), day: calendar.NewDate(2026, 11, 1), at: o.now})
	})
	if err == nil {
		t.Error("a note was written in another's name")
	}
	// The setting is gone with the transaction.
	var n int
	o.must(o.db.NewRaw("SELECT count(*) FROM study_notes").Scan(ctx, &n))
	if n != 0 {
		t.Errorf("the next user of the connection sees %d notes", n)
	}
	// The owner of the table is bound as well, as long as it is no superuser.
	var seen int
	if err := testdb.Owner(t, o.db).QueryRow("SELECT count(*) FROM study_notes").Scan(&seen); err != nil || seen != 0 {
		t.Errorf("the owner sees %d notes, %v", seen, err)
	}
}

// The text is in no row of the database, the audit log included, and no note can be
// told from the log by day or content.
func TestNoTrace(t *testing.T) {
	o := newOffice(t)
	o.must(o.save("member1", "2026-11-20", canary))
	o.must(o.save("member1", "2026-11-20", canary+canary))
	ctx, by, scope := o.as("member1")
	o.must(o.svc.Remove(ctx, by, scope, calendar.NewDate(2026, 11, 20)))
	o.must(o.save("member1", "2026-11-20", canary))

	dump := dumped(t, o)
	for _, text := range []string{canary, "canary7391", "\\x" + hex(canary)[:24]} {
		if strings.Contains(dump, text) {
			t.Errorf("%q is in the dump", text)
		}
	}
	if !strings.Contains(dump, "study.note") || !strings.Contains(dump, "study_notes 1") {
		t.Error("the dump is not whole")
	}
	rows, _, err := audit.NewService(o.db, time.Now).List(ctx, access.System(o.Unit), audit.Filter{Action: "study"})
	o.must(err)
	if len(rows) != 4 {
		t.Fatalf("%d audit rows", len(rows))
	}
	for _, r := range rows {
		if r.ObjectID != nil || len(r.Detail) > 0 || strings.Contains(r.Summary, "20") {
			t.Errorf("%+v", r)
		}
	}
}

// dumped is every row of every table as text, read as somebody whom no row-level
// security holds back.
func dumped(t testing.TB, o *office) string {
	t.Helper()
	owner := testdb.Owner(t, o.db)
	if _, err := owner.Exec("ALTER TABLE study_notes NO FORCE ROW LEVEL SECURITY"); err != nil {
		t.Fatal(err)
	}
	var tables []string
	for name := range strings.SplitSeq(scanned(t, owner, "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'"), " ") {
		tables = append(tables, name)
	}
	var b strings.Builder
	for _, name := range tables {
		b.WriteString(scanned(t, owner, "SELECT concat_ws(E'\\n', '"+name+" ' || count(*), string_agg(t::text, E'\\n')) FROM "+name+" t") + "\n")
	}
	return b.String()
}

func scanned(t testing.TB, on *sql.DB, query string) (text string) {
	t.Helper()
	if err := on.QueryRow(query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func hex(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

// Two devices that save one day at once leave one note that opens.
func TestAtOnce(t *testing.T) {
	o := newOffice(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := o.save("member1", "2026-11-23", canary); err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if got := o.notes("member1", ""); len(got) != 1 || got[0].Text != canary {
		t.Errorf("%+v", got)
	}
}
