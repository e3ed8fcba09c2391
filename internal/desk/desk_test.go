package desk

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/points"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type scene struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

// newOffice stands at noon of Friday, 20 November 2026; it began in September.
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
	err = db.Transact(context.Background(), d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		if err := talk.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return duty.Seed(ctx, tx, o.Unit, o.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *scene) exec(text string, args ...any) {
	o.t.Helper()
	if _, err := o.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// record is an activity of a kind; branch and group by index, -1 for none.
type record struct {
	kind, on      string
	branch, group int
	draft, late   bool
	version       int
	quorum        any
	present       []string
}

func (o *scene) add(r record) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	organiser, branch, group := "unit", any(nil), any(nil)
	if r.branch >= 0 {
		organiser, branch = "branch", o.Branches[r.branch].ID
		if r.group >= 0 {
			organiser, group = "group", o.Groups[r.branch][r.group].ID
		}
	}
	if r.version == 0 {
		r.version = 1
	}
	starts, err := time.ParseInLocation("2006-01-02 15:04", r.on+" 15:00", calendar.Shanghai)
	if err != nil {
		o.t.Fatal(err)
	}
	record := db.NewID()
	o.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, group_id,
			state, late, quorum_met, created_by, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?)`, o.Unit, id, record, r.version, r.kind, r.kind+" "+r.on, starts, starts.Add(time.Hour),
		organiser, branch, group, r.late, r.quorum, o.Person("secretary1"), o.now, o.now)
	for _, k := range r.present {
		a := o.Actor(k)
		o.exec("INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id, group_id) VALUES (?, ?, ?, 'present', ?, ?)",
			o.Unit, id, a.Person, a.Branch, a.Group)
	}
	if !r.draft {
		o.exec("UPDATE activity_activities SET state = 'confirmed', confirmed_at = ?, confirmed_by = created_by WHERE id = ?", starts.Add(2*time.Hour), id)
	}
	return record
}

func (o *scene) desk(key string) Desk {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(key), access.Need{Resource: "desk", Action: "read"})
	if err != nil {
		o.t.Fatal(err)
	}
	d, err := o.svc.Desk(context.Background(), o.Actor(key), scope)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// cell finds the state of a duty of a branch.
func (d Desk) cell(branch, code, period string) string {
	for _, b := range d.Calendar.Branches {
		for _, u := range b.Duties {
			for _, c := range u.Cells {
				if b.Name == branch && u.Code == code && c.Period == period {
					return fmt.Sprintf("%s %d/%d", c.State, c.Held, c.Owed)
				}
			}
		}
	}
	return "absent"
}

func (d Desk) due() string {
	var all []string
	for _, c := range d.Due.Items {
		all = append(all, strings.TrimSuffix(c.BranchName, "党支部")+":"+strings.TrimPrefix(c.OwnerName, c.BranchName)+c.Name)
	}
	return strings.Join(all, " ")
}

func TestDutiesOfTheBranch(t *testing.T) {
	o := newOffice(t)
	o.add(record{kind: "branch_meeting", on: "2026-10-08", branch: 0, group: -1, quorum: true})
	o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 0, group: 0})
	o.add(record{kind: "party_day", on: "2026-11-10", branch: -1, group: -1, present: []string{"member1", "leader2"}})
	o.add(record{kind: "party_day", on: "2025-12-31", branch: 0, group: -1, late: true})

	d := o.desk("secretary1")
	for _, c := range [][3]string{
		{"branch_meeting", "2026Q4", "met 1/1"}, {"branch_meeting", "2026Q3", "missed 0/1"}, {"committee_meeting", "2026-11", "due 0/1"},
		{"group_meeting", "2026-11", "partial 1/2"}, {"group_meeting", "2026-10", "missed 0/2"}, {"party_day", "2026-11", "met 1/1"},
		{"party_day", "2025-12", "late 1/1"}, {"party_day", "2025-11", "absent"},
	} {
		if got := d.cell("第一党支部", c[0], c[1]); got != c[2] {
			t.Errorf("%s of %s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
	if len(d.Calendar.Months) != 12 || d.Calendar.Months[0] != "2025-12" || d.Calendar.Months[11] != "2026-11" {
		t.Errorf("months: %v", d.Calendar.Months)
	}
	var order []string
	for _, u := range d.Calendar.Branches[0].Duties {
		order = append(order, u.Name)
	}
	if got := strings.Join(order, " "); got != "党员大会 支委会 党小组会 党课 主题党日 支部研讨" {
		t.Errorf("duties: %s", got)
	}
	if len(d.Calendar.Branches) != 1 {
		t.Errorf("a secretary sees %d branches", len(d.Calendar.Branches))
	}
	if got := d.due(); got != "第一:第一党小组党小组会商 第一:第二党小组党小组会商 第一:支委会 第一:支部研讨 第一:第二党小组党小组会 第一:党课 第一:组织生活会 第一:民主评议党员" ||
		d.Due.Total != 8 || d.Due.ThisWeek != 2 {
		t.Errorf("due: %s (%d, %d this week)", got, d.Due.Total, d.Due.ThisWeek)
	}
	whole := o.desk("office")
	if len(whole.Calendar.Branches) != 2 || whole.cell("第二党支部", "party_day", "2026-11") != "met 1/1" {
		t.Errorf("the Party office sees %d branches", len(whole.Calendar.Branches))
	}
	// A group leader owes what the group owes, a deputy the morning meetings; a member
	// owes nothing, and sees.
	if got := o.desk("leader2").due(); got != "第二:第一党小组党小组会商 第二:第一党小组党小组会" {
		t.Errorf("leader of branch 2, group 1: %s", got)
	}
	if got := o.desk("deputy").due(); got != ":第一检察部晨会" {
		t.Errorf("deputy: %s", got)
	}
	if m := o.desk("member1"); m.Due.Total != 0 || m.Due.Items == nil || m.cell("第一党支部", "party_day", "2026-11") != "met 1/1" {
		t.Errorf("member: %+v", m.Due)
	}
}

func TestWhatWaits(t *testing.T) {
	o := newOffice(t)
	o.add(record{kind: "party_day", on: "2026-11-19", branch: 0, group: -1, draft: true})
	old := o.add(record{kind: "party_day", on: "2026-11-02", branch: 0, group: 0, draft: true, version: 2})
	o.add(record{kind: "party_day", on: "2026-11-03", branch: 1, group: -1, draft: true})
	o.add(record{kind: "visit", on: "2026-10-09", branch: 0, group: -1, late: true, present: []string{"member1", "chief"}})
	o.add(record{kind: "visit", on: "2026-09-09", branch: 0, group: -1, late: true})
	o.add(record{kind: "visit", on: "2026-11-01", branch: 1, group: -1})

	d := o.desk("secretary1")
	if d.Drafts.Total != 2 || len(d.Drafts.Items) != 2 {
		t.Fatalf("drafts: %+v", d.Drafts)
	}
	first, second := d.Drafts.Items[0], d.Drafts.Items[1]
	if first.ID != old || !first.Amends || !first.Overdue || first.InTime != calendar.NewDate(2026, 11, 5) || first.OrganiserName != "第一党支部第一党小组" || first.By != "白一帆" {
		t.Errorf("%+v", first)
	}
	if second.Amends || second.Overdue || second.InTime != calendar.NewDate(2026, 11, 24) { // over a weekend
		t.Errorf("%+v", second)
	}
	if d.Late.Total != 1 || len(d.Recent) != 2 || d.Recent[0].Present != 2 || d.Recent[0].KindName != "参观见学" {
		t.Errorf("late %+v, recent %+v", d.Late, d.Recent)
	}
	if m := o.desk("member1"); m.Drafts.Total != 0 || m.Late.Total != 0 || len(m.Recent) != 2 {
		t.Errorf("member: %+v %+v %+v", m.Drafts, m.Late, m.Recent)
	}
	if l := o.desk("leader1"); l.Drafts.Total != 1 || l.Drafts.Items[0].ID != old {
		t.Errorf("leader: %+v", l.Drafts)
	}
	if w := o.desk("office"); w.Drafts.Total != 3 || w.Office.People != 12 || w.Office.Members != 11 || w.Office.Branches != 2 || w.Office.Confirmed != 3 {
		t.Errorf("office: %+v %+v", w.Drafts, w.Office)
	}
	if d.Office.People != 0 {
		t.Error("a secretary reads the whole office's counts")
	}
}

func TestMyQuarter(t *testing.T) {
	o := newOffice(t)
	if d := o.desk("member1"); !d.Quarter.Ledger || d.Quarter.Total != 0 || d.Office.SchemePublished || d.Office.QuarterOpen || d.Office.RosterImported {
		t.Errorf("a fresh office: %+v %+v", d.Quarter, d.Office)
	}
	o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '退休', '2026-01-01')", o.Unit, db.NewID(), o.Person("probationer"))
	err := db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
		if err := points.Seed(ctx, tx, o.Unit, o.now, calendar.NewDate(2026, 1, 1)); err != nil {
			return err
		}
		_, err := points.Post(ctx, tx, o.Actor("secretary1"), o.now, points.Posting{Source: points.SourceActivity, SourceID: db.NewID(), RecordID: db.NewID(),
			FactOn: calendar.NewDate(2026, 11, 10), Reason: "党员大会", VerifiedBy: o.Person("secretary1"),
			Facts: []points.Fact{{Person: o.Person("member1"), Trigger: points.TriggerAbsence, Kind: "branch_meeting", Category: "three_meetings"}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	q := o.desk("member1").Quarter
	if q.Base != 6000 || q.Discipline != -200 || q.Total != 5800 || q.Entries != 2 || q.Title != "2026年第四季度" {
		t.Errorf("%+v", q)
	}
	if q := o.desk("probationer").Quarter; q.Ledger || q.Exempt != "退休" {
		t.Errorf("exempt: %+v", q)
	}
	if q := o.desk("staff").Quarter; q.Ledger || q.Exempt != "" {
		t.Errorf("no Party member: %+v", q)
	}
	if of := o.desk("staff").Office; !of.SchemePublished || !of.QuarterOpen {
		t.Errorf("%+v", of)
	}
}
