package notice_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// noon is a Wednesday; a notice published then lies open to the end of 27 May.
var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)

func at(day string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", calendar.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

// office is a fixture with activity kinds, and an owner of claims that writes what
// it is told into the audit log, so that a rolled-back settling leaves nothing.
type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *notice.Service

	mu  sync.Mutex
	now time.Time
	// before, where given, is asked first whenever the owner is told of a notice.
	before func(ctx context.Context, tx bun.Tx, n notice.Notice) error
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: noon}
	o.svc = notice.NewService(d, policy, map[string]notice.Owner{notice.KindClaims: o}, activity.Meetings{}, o.clock)
	o.tx(func(ctx context.Context, tx bun.Tx) error { return activity.Seed(ctx, tx, o.Unit) })
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) setClock(t time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = t
}

// Settled is the owner's side; see notice.Owner.
func (o *office) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	if o.before != nil {
		if err := o.before(ctx, tx, n); err != nil {
			return err
		}
	}
	for _, it := range items {
		if len(it.Cells) != len(n.Columns) || it.Subject == uuid.Nil || (it.Outcome == notice.Upheld) != (it.Answer != "") {
			return fmt.Errorf("told of %+v", it)
		}
		if err := audit.Record(ctx, tx, by, now, audit.Entry{Action: "test.settled", Object: it.Outcome, ObjectID: it.Subject, Summary: it.Title}); err != nil {
			return err
		}
	}
	return nil
}

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := db.Transact(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) publish(p notice.Publication) (n notice.Notice, err error) {
	err = db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
		n, err = notice.Publish(ctx, tx, o.Actor("office"), o.clock(), p)
		return err
	})
	return n, err
}

// claims is a list of branch 0 with a claim for each of the keys' people, verified
// by the secretary and claimed by leader1.
func (o *office) claims(keys ...string) notice.Publication {
	p := notice.Publication{Kind: notice.KindClaims, Title: "5月加分公示", Branch: o.Branches[0].ID,
		Quarter: calendar.Quarter{Year: 2026, Q: 2}, Columns: []string{"姓名", "事项", "分值"}}
	for _, k := range keys {
		p.Items = append(p.Items, notice.Item{Subject: db.NewID(), Person: o.Person(k), Branch: o.Branches[0].ID,
			Title: o.Actor(k).Name + "：区级表彰", Cells: []string{o.Actor(k).Name, "区级表彰", "2.00"},
			Recused: []uuid.UUID{o.Person("leader1"), o.Person("secretary1")}})
	}
	return p
}

// put publishes what claims gives, and gives the items as they were published.
func (o *office) put(keys ...string) (notice.Notice, []notice.Item) {
	o.t.Helper()
	p := o.claims(keys...)
	n, err := o.publish(p)
	if err != nil {
		o.t.Fatal(err)
	}
	return n, p.Items
}

func (o *office) scope(key, action string) access.Scope {
	o.t.Helper()
	s, err := o.policy.Decide(o.Actor(key), access.Need{Resource: "notice", Action: action})
	if err != nil && !fault.Is(err, fault.Forbidden) {
		o.t.Fatal(err)
	}
	return s
}

func (o *office) object(key string, n notice.Notice, it notice.Item) (notice.Objection, error) {
	return o.svc.Object(context.Background(), o.Actor(key), o.scope(key, "object"), n.ID, it.ID, "情况与事实不符")
}

func (o *office) mustObject(key string, n notice.Notice, it notice.Item) notice.Objection {
	o.t.Helper()
	out, err := o.object(key, n, it)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) decide(key string, objection uuid.UUID, uphold bool, meeting uuid.UUID) (notice.Objection, error) {
	return o.svc.Decide(context.Background(), o.Actor(key), o.scope(key, "decide"), objection,
		notice.Decision{Uphold: uphold, Answer: "经支委会讨论", Meeting: meeting})
}

// meeting is a record of a meeting; change makes it another than a quorate committee
// meeting of branch 0, confirmed, on the day.
func (o *office) meeting(day string, change func(m map[string]any)) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	m := map[string]any{"unit_id": o.Unit, "id": db.NewID(), "record_id": id, "version": 1, "kind": "committee_meeting", "title": "5月支委会",
		"starts_at": at(day), "ends_at": at(day).Add(time.Hour), "organiser_kind": "branch", "branch_id": o.Branches[0].ID, "state": "confirmed",
		"quorum_met": true, "created_by": o.Person("secretary1"), "created_at": at(day), "updated_at": at(day), "confirmed_at": at(day)}
	if change != nil {
		change(m)
	}
	var columns, marks []string
	var values []any
	for k, v := range m {
		columns, marks, values = append(columns, k), append(marks, "?"), append(values, v)
	}
	query := "INSERT INTO activity_activities (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	if _, err := o.db.NewRaw(query, values...).Exec(context.Background()); err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) tick() {
	o.t.Helper()
	if err := o.svc.Tick(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(query string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// told counts how often the owner was told of an outcome of a subject, for good.
func (o *office) told(outcome string, it notice.Item) int {
	o.t.Helper()
	return o.count(`SELECT count(*) FROM audit_entries WHERE action = 'test.settled' AND object = ? AND object_id = ?`, outcome, it.Subject)
}

func (o *office) toldAny(it notice.Item) int {
	o.t.Helper()
	return o.count(`SELECT count(*) FROM audit_entries WHERE action = 'test.settled' AND object_id = ?`, it.Subject)
}

func (o *office) outcome(it notice.Item) string {
	o.t.Helper()
	var s string
	if err := o.db.NewRaw(`SELECT coalesce(outcome, '') FROM notice_items WHERE id = ?`, it.ID).Scan(context.Background(), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o *office) state(n notice.Notice) string {
	o.t.Helper()
	var s string
	if err := o.db.NewRaw(`SELECT state FROM notice_notices WHERE id = ?`, n.ID).Scan(context.Background(), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

// refused fails the test unless err is a fault of the code that says so.
func refused(t testing.TB, err error, code fault.Code, words string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	text := f.Message
	for _, d := range f.Details {
		text += d.Message
	}
	if !strings.Contains(text, words) {
		t.Errorf("%q does not say %q", text, words)
	}
}
