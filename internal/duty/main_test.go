package duty

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// scene is the small office with kinds of activities, types of talks and the seeded
// duties, at noon of Friday, 20 November 2026; it began in September.
type scene struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

func newOffice(t testing.TB) *scene {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &scene{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 11, 20, 12, 0, 0, 0, calendar.Shanghai)}
	o.svc = NewService(d, policy, func() time.Time { return o.now })
	o.exec("UPDATE org_units SET created_at = '2026-09-10 09:00+08'")
	for code, organisers := range map[string]string{"branch_meeting": "{branch}", "committee_meeting": "{branch}", "group_meeting": "{group}",
		"party_lecture": "{unit,branch,group}", "party_day": "{unit,branch,group}", "seminar": "{unit,department,branch,group}",
		"consultation": "{unit,department,branch,group}", "organisational_life": "{branch,group}", "democratic_appraisal": "{branch}",
		"review": "{unit,department}", "core_group_study": "{unit}", "morning_meeting": "{unit,department}", "visit": "{unit,branch,group}"} {
		o.exec("INSERT INTO activity_kinds (unit_id, code, name, category, expected, organisers) VALUES (?, ?, ?, 'three_meetings', 'members', ?)", o.Unit, code, code, organisers)
	}
	o.exec("INSERT INTO talk_types (unit_id, code, name) VALUES (?, 'leader', '领导谈话')", o.Unit)
	o.tx(func(ctx context.Context, tx bun.Tx) error { return Seed(ctx, tx, o.Unit, o.now) })
	return o
}

func (o *scene) exec(text string, args ...any) {
	o.t.Helper()
	if _, err := o.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *scene) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := db.Transact(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *scene) today() calendar.Date { return calendar.DateOf(o.now) }

func (o *scene) scope(key, action string) access.Scope {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(key), need(action))
	if err != nil {
		o.t.Fatalf("%s: %v", key, err)
	}
	return scope
}

// record is an activity of a kind; branch, group and department by index from 1, 0
// for none.
type record struct {
	kind, on                  string
	branch, group, department int
	project                   uuid.UUID
	draft, late, withdrawn    bool
	quorum                    any
	present                   []string
}

func (o *scene) add(r record) uuid.UUID {
	o.t.Helper()
	organiser, branch, group, department, project := "unit", any(nil), any(nil), any(nil), any(nil)
	if r.branch > 0 {
		organiser, branch = "branch", o.Branches[r.branch-1].ID
		if r.group > 0 {
			organiser, group = "group", o.Groups[r.branch-1][r.group-1].ID
		}
	}
	if r.department > 0 {
		organiser, department = "department", o.Departments[r.department-1].ID
	}
	if r.project != uuid.Nil {
		organiser, project = "project", r.project
	}
	starts, err := time.ParseInLocation("2006-01-02 15:04", r.on+" 15:00", calendar.Shanghai)
	if err != nil {
		o.t.Fatal(err)
	}
	id, record := db.NewID(), db.NewID()
	o.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, group_id, department_id, project_id,
			state, late, quorum_met, created_by, created_at, updated_at)
		VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?)`, o.Unit, id, record, r.kind, r.kind+" "+r.on, starts, starts.Add(time.Hour),
		organiser, branch, group, department, project, r.late, r.quorum, o.Person("secretary1"), o.now, o.now)
	for _, k := range r.present {
		a := o.Actor(k)
		o.exec("INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id, group_id) VALUES (?, ?, ?, 'present', ?, ?)",
			o.Unit, id, a.Person, a.Branch, a.Group)
	}
	if !r.draft {
		o.exec("UPDATE activity_activities SET state = 'confirmed', confirmed_at = ?, confirmed_by = created_by WHERE id = ?", starts.Add(2*time.Hour), id)
	}
	if r.withdrawn {
		o.exec("UPDATE activity_activities SET state = 'withdrawn', withdrawn_at = ?, withdrawn_by = created_by WHERE id = ?", starts.Add(3*time.Hour), id)
	}
	return record
}

// talk is a leader's talk with somebody.
func (o *scene) talk(year int, talker, partner, due, state, done string) {
	o.t.Helper()
	var on, by, confirmer, cancel any
	if done != "" {
		on, by = done, o.Person(talker)
	}
	if state == "confirmed" {
		confirmer = o.Person(partner)
	}
	if state == "cancelled" {
		cancel = "left"
	}
	o.exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, not_before, due_on, state, done_on, reported_by, reported_at, confirmed_by,
			confirmed_at, cancel_reason, created_at)
		VALUES (?, ?, ?, 'leader', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())`, o.Unit, db.NewID(), year, o.Person(talker), o.Person(partner),
		calendar.NewDate(year, 1, 1), due, state, on, by, on, confirmer, db.OrNull(uuid.Nil), cancel)
}
