package life

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// office is a fixture in which member1 has something of every kind behind them:
// a branch meeting, volunteering that brought points, points by hand, an honour, a
// secondment with its appraisal, a pairing as mentee with the deputy and the head, and
// a talk with the secretary.
type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time

	pairing, project uuid.UUID
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)}
	clock := func() time.Time { return o.now }
	files, err := file.NewService(d, t.TempDir(), clock)
	o.must(err)
	o.svc = NewService(d, policy, clock)
	book := points.NewService(d, policy, nil, nil, nil, clock)
	o.must(db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return points.Seed(ctx, tx, o.Unit, o.now, calendar.NewDate(2026, 1, 1))
	}))
	o.must(book.OpenQuarter(t.Context(), o.Unit, calendar.Quarter{Year: 2026, Q: 2}))

	records := activity.NewService(d, policy, files, clock)
	meeting := activity.Record{Kind: "branch_meeting", Title: "五月党员大会", Starts: o.at(6, 9), Ends: o.at(6, 10), Place: "会议室", Agenda: "学习", Content: "学习讨论",
		Organiser: activity.OrganiserRef{Kind: "branch", ID: o.Branches[0].ID}, Host: o.Person("secretary1"), Recorder: o.Person("member1")}
	service := meeting
	service.Kind, service.Title, service.Starts, service.Ends = "volunteering", "清理河道", o.at(9, 9), o.at(9, 12)
	for _, k := range []string{"chief", "deputy", "secretary1", "committee1", "leader1", "member1"} {
		meeting.Attendance = append(meeting.Attendance, activity.Attendance{Person: o.Person(k), Status: activity.Present})
		service.Attendance = append(service.Attendance, activity.Attendance{Person: o.Person(k), Status: activity.Present, Minutes: 125})
	}
	scope, err := policy.Decide(o.Actor("secretary1"), access.Need{Resource: "activity", Action: "record"})
	o.must(err)
	for _, r := range []activity.Record{meeting, service} {
		if _, err := records.Create(t.Context(), o.Actor("secretary1"), scope, r, true); err != nil {
			t.Fatalf("%v %+v", err, fault.From(err).Details)
		}
	}
	var rule uuid.UUID
	o.scan(&rule, `SELECT id FROM points_rules WHERE unit_id = ? AND code = 'correct_political'`, o.Unit)
	_, err = book.PostByOffice(t.Context(), o.Actor("office"), access.System(o.Unit), points.OfficePosting{Person: o.Person("member1"), Rule: rule, Amount: 100,
		FactOn: calendar.NewDate(2026, 5, 11), Reason: "补记", VerifiedBy: o.Person("secretary1")})
	o.must(err)
	o.honour()
	o.second()
	o.appraised()
	o.mentored()
	o.talked()
	return o
}

func (o *office) at(day, hour int) time.Time {
	return time.Date(2026, 5, day, hour, 0, 0, 0, calendar.Shanghai)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(text string, args ...any) {
	o.t.Helper()
	_, err := o.db.NewRaw(text, args...).Exec(context.Background())
	o.must(err)
}

func (o *office) scan(into any, text string, args ...any) {
	o.t.Helper()
	o.must(o.db.NewRaw(text, args...).Scan(context.Background(), into))
}

func (o *office) honour() {
	selection, candidate := db.NewID(), db.NewID()
	o.exec(`INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at)
		VALUES (?, ?, 'pioneer_post', '2026Q1', '评选', 1, 'heard', ?, now(), now())`, o.Unit, selection, o.Person("office"))
	o.exec(`INSERT INTO selection_candidates (unit_id, id, selection_id, branch_id, group_id, person_id, name, headcount, points) VALUES (?, ?, ?, ?, ?, ?, '叶知秋', 1, 0)`,
		o.Unit, candidate, selection, o.Branches[0].ID, o.Groups[0][1].ID, o.Person("member1"))
	o.exec(`INSERT INTO selection_honours (unit_id, id, number, kind, title, quarter, branch_id, group_id, person_id, name, result, awarded_on, awarded_by, selection_id, candidate_id)
		VALUES (?, ?, '先锋岗-2026Q1-0001', 'pioneer_post', '先锋岗', '2026Q1', ?, ?, ?, '叶知秋', 'awarded', '2026-04-10', ?, ?, ?)`,
		o.Unit, db.NewID(), o.Branches[0].ID, o.Groups[0][1].ID, o.Person("member1"), o.Person("chief"), selection, candidate)
}

func (o *office) second() {
	o.project = db.NewID()
	o.must(db.Transact(o.t.Context(), o.db, func(ctx context.Context, tx bun.Tx) error {
		if err := org.OpenProject(ctx, tx, o.Unit, org.Project{ID: o.project, Name: "晨曦行动党支部", Party: true, From: calendar.NewDate(2026, 2, 2)}); err != nil {
			return err
		}
		return org.Second(ctx, tx, o.Unit, org.Secondment{ID: db.NewID(), Project: o.project, Person: o.Person("member1"), Office: "officer", Title: "组织委员", From: calendar.NewDate(2026, 2, 3)})
	}))
}

// appraised lets the project be a taskforce that ended.
func (o *office) appraised() {
	o.exec(`INSERT INTO taskforce_kinds (unit_id, code, name, head, party, approval, outsiders, groups, posts, appraisal) VALUES (?, 'test_branch', '行动党支部', '书记', TRUE, TRUE, FALSE, FALSE, FALSE, TRUE)`, o.Unit)
	o.exec(`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, proposed_by, proposed_at) VALUES (?, ?, 'test_branch', '攻坚', ?, now())`, o.Unit, o.project, o.Person("office"))
	o.exec(`UPDATE taskforce_taskforces SET state = 'approved', approval_no = '1号', approved_on = '2026-02-02', approved_by = ? WHERE id = ?`, o.Person("chief"), o.project)
	o.exec(`UPDATE taskforce_taskforces SET state = 'active' WHERE id = ?`, o.project)
	o.must(db.Transact(o.t.Context(), o.db, func(ctx context.Context, tx bun.Tx) error {
		return org.EndProject(ctx, tx, o.Unit, o.project, calendar.NewDate(2026, 5, 15))
	}))
	o.exec(`UPDATE taskforce_taskforces SET state = 'concluded', concluded_on = '2026-05-15', concluded_by = ?, summary = '完成' WHERE id = ?`, o.Person("office"), o.project)
	o.exec(`INSERT INTO taskforce_appraisals (unit_id, id, number, taskforce_id, person_id, branch_id, grade, text, served_from, served_to, written_by, written_at)
		VALUES (?, ?, '鉴定-1', ?, ?, ?, 'excellent', '表现突出', '2026-02-03', '2026-05-15', ?, '2026-05-16 09:00+08')`,
		o.Unit, db.NewID(), o.project, o.Person("member1"), o.Branches[0].ID, o.Person("office"))
}

func (o *office) mentored() {
	o.pairing = db.NewID()
	o.exec(`UPDATE org_people SET birth_on = '1998-01-01' WHERE id = ?`, o.Person("member1"))
	o.exec(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at) VALUES (?, ?, '协议-1', ?, '2026-01-05', '2028-01-04', ?, now())`,
		o.Unit, o.pairing, o.Person("member1"), o.Person("office"))
	for role, who := range map[string]string{"political": "deputy", "professional": "head"} {
		o.exec(`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at)
			VALUES (?, ?, ?, ?, ?, ?, '2026-01-05', '2028-01-04', ?, now())`, o.Unit, db.NewID(), o.pairing, o.Person("member1"), role, o.Person(who), o.Person("office"))
	}
	o.exec(`INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, kind, held_on, minutes, content, state, written_by, written_at, answered_by, answered_at)
		VALUES (?, ?, ?, ?, ?, 'lesson', '2026-03-02', 60, '讲证据', 'confirmed', ?, now(), ?, now())`,
		o.Unit, db.NewID(), o.pairing, o.Person("member1"), o.Person("head"), o.Person("head"), o.Person("member1"))
}

func (o *office) talked() {
	o.exec(`INSERT INTO talk_types (unit_id, code, name, ord) VALUES (?, 'committee_member', '委员与党员', 1) ON CONFLICT DO NOTHING`, o.Unit)
	o.exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, not_before, due_on, state, done_on, reported_by, reported_at, confirmed_by, confirmed_at, created_at)
		VALUES (?, ?, 2026, 'committee_member', ?, ?, ?, '2026-01-01', '2026-12-31', 'confirmed', '2026-04-20', ?, now(), ?, now(), now())`,
		o.Unit, db.NewID(), o.Person("secretary1"), o.Person("member1"), o.Branches[0].ID, o.Person("secretary1"), o.Person("member1"))
}

func (o *office) read(who, of string, f Filter) (Timeline, error) {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(who), access.Need{Resource: "people", Action: "read"})
	o.must(err)
	return o.svc.Timeline(o.t.Context(), o.Actor(who), scope, o.Person(of), f)
}

func (o *office) whole(who, of string) []Line {
	o.t.Helper()
	t, err := o.read(who, of, Filter{Limit: 100})
	o.must(err)
	return t.Items
}

// kindsOf counts lines by kind.
func kindsOf(all []Line) string {
	count := map[string]int{}
	for _, l := range all {
		count[l.Kind]++
	}
	var out []string
	for _, k := range kinds() {
		if count[k.name] > 0 {
			out = append(out, fmt.Sprint(k.name, " ", count[k.name]))
		}
	}
	return strings.Join(out, ", ")
}

func TestWhoSeesWhat(t *testing.T) {
	o := newOffice(t)
	// Their base points and what was posted by hand are no activity; branch, department.
	const all = "activity 2, points 2, honour 1, secondment 1, appraisal 1, mentoring 2, talk 1, move 2"
	for _, c := range []struct{ who, want string }{
		{"member1", all},
		{"chief", all},
		{"office", all},
		{"secretary1", "activity 2, points 2, honour 1, secondment 1, appraisal 1, talk 1, move 2"},
		{"committee1", "activity 2, points 2, honour 1, secondment 1, appraisal 1, talk 1, move 2"},
		{"deputy", "activity 2, honour 1, secondment 1, mentoring 2, move 2"}, // a mentor, of their department
	} {
		if got := kindsOf(o.whole(c.who, "member1")); got != c.want {
			t.Errorf("%s sees %s, want %s", c.who, got, c.want)
		}
	}
	// A leader of the group sees neither ledger nor talk nor pairing; member1 is put into it.
	o.exec("UPDATE org_party_memberships SET group_id = ? WHERE person_id = ?", o.Groups[0][0].ID, o.Person("member1"))
	if got := kindsOf(o.whole("leader1", "member1")); got != "activity 2, honour 1, secondment 1, move 2" {
		t.Errorf("the group leader sees %s", got)
	}
	for _, who := range []string{"secretary2", "leader2", "probationer", "staff"} {
		if _, err := o.read(who, "member1", Filter{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who, err)
		}
	}
	_, err := o.read("chief", "sysadmin", Filter{}) // is on no roll
	if !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestOneLineForWhatHappenedOnce(t *testing.T) {
	o := newOffice(t)
	one := func(who, title string) Line {
		t.Helper()
		var found []Line
		for _, l := range o.whole(who, "member1") {
			if strings.Contains(l.Title, title) || strings.Contains(l.Text, title) {
				found = append(found, l)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s: %s stands on %d lines: %+v", who, title, len(found), found)
		}
		return found[0]
	}
	l := one("member1", "清理河道")
	if l.Kind != Activities || l.Minutes == nil || *l.Minutes != 120 || l.Points == nil || *l.Points == 0 || l.Day != calendar.NewDate(2026, 5, 9) {
		t.Errorf("%+v", l)
	}
	if l = one("deputy", "清理河道"); l.Minutes == nil || l.Points != nil {
		t.Errorf("who may not open the ledger: %+v", l)
	}
	if l = one("member1", "五月党员大会"); l.Minutes != nil || !strings.Contains(l.Text, "记录、参加") {
		t.Errorf("%+v", l)
	}
	if l = one("secretary1", "谈心谈话"); l.Title != "谈心谈话" || l.Text != "" || l.Day != calendar.NewDate(2026, 4, 20) {
		t.Errorf("%+v", l)
	}
	if l = one("chief", "双导师结对"); l.Ref != o.pairing || !strings.Contains(l.Text, o.Actor("deputy").Name) || l.Until == nil {
		t.Errorf("%+v", l)
	}
	if l = one("secretary1", "派往晨曦"); l.Ref != o.project || l.Text != "组织委员" || l.Until == nil {
		t.Errorf("%+v", l)
	}
	// What every line brought adds up to the ledger.
	sum, want := 0, 0
	for _, l := range o.whole("member1", "member1") {
		if l.Points != nil {
			sum += *l.Points
		}
	}
	o.scan(&want, `SELECT sum(points) FROM points_entries WHERE person_id = ?`, o.Person("member1"))
	if sum != want || sum == 0 {
		t.Errorf("the lines bring %d, the ledger has %d", sum, want)
	}
	// The mentor's own time line has the term and the lesson.
	if got := kindsOf(o.whole("head", "head")); !strings.Contains(got, "mentoring 2") {
		t.Errorf("%s", got)
	}
}

// What no activity explains to the viewer stays on the line of its points: a record
// withdrawn leaves its entries, the reversals among them.
func TestWithdrawnLeavesItsPoints(t *testing.T) {
	o := newOffice(t)
	o.exec(`UPDATE activity_activities SET state = 'withdrawn', withdrawn_by = ?, withdrawn_at = now(), reason = '重复' WHERE title = '清理河道'`, o.Person("secretary1"))
	if got := kindsOf(o.whole("member1", "member1")); !strings.HasPrefix(got, "activity 1, points 3,") {
		t.Error(got)
	}
}

func TestSectionsAddUpToTheList(t *testing.T) {
	o := newOffice(t)
	for _, who := range []string{"member1", "secretary1", "deputy", "office"} {
		all := o.whole(who, "member1")
		if !slices.IsSortedFunc(all, func(a, b Line) int { return b.Day.Compare(a.Day) }) {
			t.Errorf("%s: not newest first", who)
		}
		seen := map[uuid.UUID]string{}
		for _, l := range all {
			if seen[l.ID] != "" {
				t.Errorf("%s: %s twice", who, l.Title)
			}
			seen[l.ID] = l.Kind
		}
		n := 0
		for _, k := range kinds() {
			page, err := o.read(who, "member1", Filter{Kind: k.name, Limit: 100})
			o.must(err)
			for _, l := range page.Items {
				if n++; seen[l.ID] != k.name || l.Kind != k.name {
					t.Errorf("%s: %s asked alone has %s", who, k.name, l.Title)
				}
			}
			if len(page.Items) > 0 && !slices.Contains(page.Kinds, k.name) {
				t.Errorf("%s: %s is not named", who, k.name)
			}
		}
		if n != len(all) {
			t.Errorf("%s: sections have %d lines, the list %d", who, n, len(all))
		}
		// Pages are the same list.
		var paged []Line
		for f := (Filter{Limit: 2}); ; {
			page, err := o.read(who, "member1", f)
			o.must(err)
			paged = append(paged, page.Items...)
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		if !slices.EqualFunc(paged, all, func(a, b Line) bool { return a.ID == b.ID }) {
			t.Errorf("%s: pages have %d lines, the list %d", who, len(paged), len(all))
		}
	}
	for _, f := range []Filter{{Kind: "care"}, {Cursor: "%"}, {Cursor: "YQpi"}} {
		if _, err := o.read("member1", "member1", f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
