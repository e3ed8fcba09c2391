package duty

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

// planning is an office on a morning, with the duties that an office starts with.
type planning struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

var (
	planned = calendar.Quarter{Year: 2026, Q: 4}
	// Before the National Day holidays and in the quarter before the planned one.
	beforehand = time.Date(2026, 9, 28, 9, 0, 0, 0, calendar.Shanghai)
)

func newPlanning(t testing.TB, now time.Time) *planning {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	p := &planning{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: now}
	p.svc = NewService(d, policy, func() time.Time { return p.now })
	_, err = d.NewRaw("UPDATE org_units SET created_at = '2026-01-01'").Exec(context.Background())
	p.must(err)
	p.must(db.Transact(context.Background(), d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, p.Unit); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO talk_types (unit_id, code, name) VALUES (?, 'leader', '领导谈话')", p.Unit).Exec(ctx); err != nil {
			return err
		}
		return Seed(ctx, tx, p.Unit, now)
	}))
	return p
}

func (p *planning) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *planning) refused(what string, err error, code fault.Code) {
	p.t.Helper()
	if !fault.Is(err, code) {
		p.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (p *planning) as(who string, n access.Need) (context.Context, access.Actor, access.Scope) {
	p.t.Helper()
	scope, err := p.policy.Decide(p.Actor(who), n)
	p.must(err)
	return context.Background(), p.Actor(who), scope
}

func (p *planning) make(who string, branch int, q calendar.Quarter) (Plan, error) {
	p.t.Helper()
	ctx, by, scope := p.as(who, needPlanWrite())
	return p.svc.MakePlan(ctx, by, scope, p.Branches[branch].ID, q)
}

func (p *planning) save(who string, plan Plan, in []PlanChange) (Plan, error) {
	p.t.Helper()
	ctx, by, scope := p.as(who, needPlanWrite())
	return p.svc.SavePlan(ctx, by, scope, plan.BranchID, plan.Quarter, plan.Version, in)
}

func (p *planning) file(who string, plan Plan) (Plan, error) {
	p.t.Helper()
	ctx, by, scope := p.as(who, needPlanWrite())
	return p.svc.FilePlan(ctx, by, scope, plan.BranchID, plan.Quarter, plan.Version)
}

func (p *planning) read(who string, branch int, q calendar.Quarter) (Plan, error) {
	p.t.Helper()
	ctx, by, scope := p.as(who, needPlanRead())
	return p.svc.Plan(ctx, by, scope, p.Branches[branch].ID, q)
}

// record puts a confirmed record there; of group < 0 it is the branch's.
func (p *planning) record(kind string, branch, group int, day calendar.Date) {
	p.t.Helper()
	organiser, g := "branch", any(nil)
	if group >= 0 {
		organiser, g = "group", p.Groups[branch][group].ID
	}
	at, id := day.In().Add(9*time.Hour), db.NewID()
	_, err := p.db.NewRaw(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, group_id,
			state, quorum_met, created_by, created_at, updated_at, confirmed_by, confirmed_at)
		VALUES (?, ?, ?, 1, ?, '会', ?, ?, ?, ?, ?, 'confirmed', true, ?, ?, ?, ?, ?)`, p.Unit, id, id, kind, at, at.Add(time.Hour), organiser,
		p.Branches[branch].ID, g, p.Person("office"), at, at, p.Person("office"), at).Exec(context.Background())
	p.must(err)
}

// wishes are the items of a plan as the page sends them back.
func wishes(plan Plan) []PlanChange {
	var out []PlanChange
	for _, it := range plan.Items {
		c := PlanChange{ID: it.ID, Code: it.Code, PlannedOn: it.PlannedOn, Title: it.Title}
		if it.GroupID != nil {
			c.GroupID = *it.GroupID
		}
		if it.PersonID != nil {
			c.PersonID = *it.PersonID
		}
		out = append(out, c)
	}
	return out
}

// tally counts items by duty and group.
func (p *planning) tally(plan Plan) map[string]int {
	n := map[string]int{}
	for _, it := range plan.Items {
		k := it.Code
		if it.GroupID != nil {
			k += " " + it.GroupName
		}
		n[k]++
	}
	return n
}

func TestMakePlan(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	got := p.tally(plan)
	for k, want := range map[string]int{
		"branch_meeting": 1, "party_lecture": 1, "party_day": 3, "seminar": 3, "organisational_life": 1, "democratic_appraisal": 1,
		"committee_meeting": 3, "group_meeting 第一党小组": 3, "group_meeting 第二党小组": 3, "consultation 第一党小组": 13, "consultation 第二党小组": 13,
	} {
		if got[k] != want {
			t.Errorf("%s: %d items, want %d", k, got[k], want)
		}
	}
	days := calendar.NewWorkdays(calendar.Official()...)
	seen := map[string]bool{}
	for i, it := range plan.Items {
		if !days.IsWorkday(it.PlannedOn) || it.PlannedOn.Before(planned.First()) || it.PlannedOn.After(planned.Last()) {
			t.Errorf("%s is planned on %s", it.Title, it.PlannedOn)
		}
		if i > 0 && it.PlannedOn.Before(plan.Items[i-1].PlannedOn) {
			t.Error("not in the order of days")
		}
		if it.Title != it.DutyName || it.Met || it.State != Due || it.First.IsZero() {
			t.Errorf("%+v", it)
		}
		who := "secretary1"
		if it.GroupID != nil {
			who = "leader1"
		}
		if it.GroupName == "第二党小组" { // has no leader
			if it.PersonID != nil {
				t.Errorf("%+v", it)
			}
		} else if it.PersonID == nil || *it.PersonID != p.Person(who) {
			t.Errorf("%+v", it)
		}
		k := it.PlannedOn.String() + it.GroupName
		if seen[k] || it.GroupID == nil && (seen[it.PlannedOn.String()+"第一党小组"] || seen[it.PlannedOn.String()+"第二党小组"]) {
			t.Errorf("two on %s", it.PlannedOn)
		}
		seen[k] = true
	}
	// 5 October is in the holidays: the 8th is the first working day after it.
	if plan.DueOn.String() != "2026-10-08" || plan.Late || plan.FiledAt != nil || !plan.MayWrite || !plan.MayFile || plan.Version != 1 {
		t.Errorf("%+v", plan)
	}
	_, err = p.make("office", 0, planned)
	p.refused("made twice", err, fault.Conflict)
	_, err = p.make("secretary1", 1, planned)
	p.refused("another branch", err, fault.NotFound)
	_, err = p.make("office", 1, planned.Next())
	p.refused("too early", err, fault.RuleBroken)
	_, err = p.make("office", 1, planned.Prev().Prev())
	p.refused("over", err, fault.RuleBroken)
	again, err := p.make("office", 1, planned)
	p.must(err)
	if n := p.tally(again)["committee_meeting"]; n != 0 { // nobody of the second branch but its secretary is of a committee
		t.Logf("committee meetings of the second branch: %d", n)
	}
}

// Made while the quarter runs: what was held is in it, what is over and was not held
// is not, and nothing is planned for days gone by.
func TestMakePlanLate(t *testing.T) {
	p := newPlanning(t, time.Date(2026, 11, 18, 9, 0, 0, 0, calendar.Shanghai))
	today := calendar.NewDate(2026, 11, 18)
	p.record("party_day", 0, -1, calendar.NewDate(2026, 10, 16))
	p.record("party_day", 0, -1, calendar.NewDate(2026, 10, 30)) // more than is owed
	p.record("branch_meeting", 0, -1, calendar.NewDate(2026, 11, 3))
	p.record("group_meeting", 0, 1, calendar.NewDate(2026, 11, 4))
	p.record("organisational_life", 0, -1, calendar.NewDate(2026, 3, 4))
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	got := p.tally(plan)
	for k, want := range map[string]int{"party_day": 3, "branch_meeting": 1, "seminar": 2, "group_meeting 第一党小组": 2, "group_meeting 第二党小组": 2,
		"organisational_life": 0, "democratic_appraisal": 1} {
		if got[k] != want {
			t.Errorf("%s: %d items, want %d", k, got[k], want)
		}
	}
	met := 0
	for _, it := range plan.Items {
		if it.Met {
			met++
		} else if it.PlannedOn.Before(today) {
			t.Errorf("%s is planned for %s", it.Title, it.PlannedOn)
		}
	}
	if met != 3 {
		t.Errorf("%d items are met, want 3", met)
	}
	if !plan.Late {
		t.Error("the day to file it is over")
	}
}

func TestYearlyDutyIsPlannedOnce(t *testing.T) {
	p := newPlanning(t, time.Date(2026, 9, 1, 9, 0, 0, 0, calendar.Shanghai))
	plan, err := p.make("secretary1", 0, planned.Prev())
	p.must(err)
	if p.tally(plan)["organisational_life"] != 0 {
		t.Error("once a year is for the year's last quarter unless the branch says so")
	}
	_, err = p.save("secretary1", plan, append(wishes(plan), PlanChange{Code: "organisational_life", Title: "组织生活会", PlannedOn: calendar.NewDate(2026, 9, 15)}))
	p.must(err)
	plan, err = p.make("secretary1", 0, planned)
	p.must(err)
	if got := p.tally(plan); got["organisational_life"] != 0 || got["democratic_appraisal"] != 1 {
		t.Errorf("%v", got)
	}
}

func TestChangePlan(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	first := plan.Items[0].ID

	in := wishes(plan)
	in[0].Title, in[0].PlannedOn = "  学习 全会  精神 ", calendar.NewDate(2026, 12, 31)
	in = append(in[:1:1], in[2:]...) // one away
	in = append(in, PlanChange{Title: "走访困难党员", PlannedOn: calendar.NewDate(2026, 12, 25), PersonID: p.Person("member1")})
	slices.Reverse(in)
	changed, err := p.save("secretary1", plan, in)
	p.must(err)
	if len(changed.Items) != len(in) || changed.Version != 2 || changed.ChangedAt != nil {
		t.Fatalf("%d items, %+v", len(changed.Items), changed.Version)
	}
	if it := changed.Items[len(in)-1]; it.ID != first || it.Title != "学习 全会 精神" || it.PlannedOn.String() != "2026-12-31" {
		t.Errorf("%+v", it)
	}
	if it := changed.Items[0]; it.Title != "走访困难党员" || it.Code != "" || it.State != None || it.PersonName != p.Actor("member1").Name {
		t.Errorf("%+v", it)
	}

	_, err = p.save("office", plan, in)
	p.refused("two editors at once", err, fault.Conflict)
	_, err = p.save("secretary1", changed, wishes(changed))
	p.refused("nothing changed", err, fault.Conflict)

	other := p.Groups[1][0].ID
	for what, c := range map[string]PlanChange{
		"no title":            {PlannedOn: planned.First(), Title: "　 "},
		"another quarter":     {PlannedOn: calendar.NewDate(2027, 1, 1), Title: "x"},
		"no day":              {Title: "x"},
		"another branch":      {PlannedOn: planned.Last(), Title: "x", GroupID: other},
		"no such duty":        {PlannedOn: planned.Last(), Title: "x", Code: "nothing"},
		"a duty of the unit":  {PlannedOn: planned.Last(), Title: "x", Code: "review"},
		"group's without":     {PlannedOn: planned.Last(), Title: "x", Code: "group_meeting"},
		"branch's with group": {PlannedOn: planned.Last(), Title: "x", Code: "party_day", GroupID: p.Groups[0][0].ID},
		"a stranger":          {PlannedOn: planned.Last(), Title: "x", PersonID: db.NewID()},
		"an outsider":         {PlannedOn: planned.Last(), Title: "x", PersonID: p.Person("sysadmin")},
		"too long":            {PlannedOn: planned.Last(), Title: strings.Repeat("长", longestPlanTitle+1)},
	} {
		_, err := p.save("secretary1", changed, append(wishes(changed), c))
		p.refused(what, err, fault.Invalid)
	}
	_, err = p.save("secretary1", changed, make([]PlanChange, mostPlanItems+1))
	p.refused("too many", err, fault.Invalid)
}

func TestFilePlan(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	p.now = time.Date(2026, 10, 8, 23, 59, 0, 0, calendar.Shanghai)
	filed, err := p.file("secretary1", plan)
	p.must(err)
	if filed.FiledAt == nil || filed.Late || filed.MayFile || filed.FiledByName != p.Actor("secretary1").Name {
		t.Errorf("%+v", filed)
	}
	_, err = p.file("secretary1", filed)
	p.refused("filed twice", err, fault.Conflict)
	ctx, by, scope := p.as("secretary1", needPlanWrite())
	p.refused("a filed one dropped", p.svc.DropPlan(ctx, by, scope, filed.BranchID, planned, filed.Version), fault.RuleBroken)

	// Changes after that are marked: the item's own and the plan's.
	p.now = p.now.AddDate(0, 0, 3)
	in := wishes(filed)
	in[3].PlannedOn = calendar.NewDate(2026, 12, 30)
	in = append(in, PlanChange{Title: "补充一项", PlannedOn: calendar.NewDate(2026, 12, 1)})
	changed, err := p.save("secretary1", filed, in)
	p.must(err)
	marked := 0
	for _, it := range changed.Items {
		if it.ChangedAt != nil {
			marked++
		}
	}
	if marked != 2 || changed.ChangedAt == nil || changed.Items[3].ChangedAt == nil {
		t.Errorf("%d items are marked, %v", marked, changed.ChangedAt)
	}

	// The second branch comes late, and its empty plan not at all.
	second, err := p.make("secretary2", 1, planned)
	p.must(err)
	empty, err := p.save("secretary2", second, nil)
	p.must(err)
	_, err = p.file("secretary2", empty)
	p.refused("an empty plan", err, fault.RuleBroken)
	full, err := p.save("secretary2", empty, []PlanChange{{Title: "主题党日", Code: "party_day", PlannedOn: calendar.NewDate(2026, 11, 9)}})
	p.must(err)
	if full, err = p.file("secretary2", full); err != nil || !full.Late {
		t.Errorf("%+v %v", full, err)
	}

	ctx, by, scope = p.as("chief", needPlanRead())
	over, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned})
	if err != nil || over.Total != 2 || over.Filed != 2 || over.Late != 1 || len(over.Items) != 2 || over.Items[0].Late || !over.Items[1].Late || over.Items[0].ChangedAt == nil {
		t.Errorf("%+v %v", over, err)
	}
	// Paging and narrowing.
	one, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, Limit: 1})
	p.must(err)
	two, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, Limit: 1, Cursor: one.Next})
	if err != nil || one.Total != 2 || len(one.Items) != 1 || len(two.Items) != 1 || two.Items[0].BranchID != p.Branches[1].ID || two.Next != "" {
		t.Errorf("%+v %v", two, err)
	}
	for state, want := range map[string]int{"filed": 2, "unfiled": 0, "late": 1} {
		got, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, State: state})
		if err != nil || got.Total != want || len(got.Items) != want {
			t.Errorf("%s: %+v %v", state, got, err)
		}
	}
	got, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, Text: "第二"})
	if err != nil || got.Total != 1 {
		t.Errorf("%+v %v", got, err)
	}
	next, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned.Next()})
	if err != nil || next.Filed != 0 || next.Late != 0 || next.Items[0].Made || next.Items[0].MayMake {
		t.Errorf("%+v %v", next, err)
	}
	_, err = p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, Cursor: "x'"})
	p.refused("a strange cursor", err, fault.Invalid)
	_, err = p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned, State: "x"})
	p.refused("a strange state", err, fault.Invalid)

	// The quarter is over.
	p.now = time.Date(2027, 1, 4, 9, 0, 0, 0, calendar.Shanghai)
	_, err = p.save("office", changed, wishes(filed))
	p.refused("after the quarter", err, fault.RuleBroken)
	if old, err := p.read("member1", 0, planned); err != nil || old.MayWrite || old.Items[0].State != Missed {
		t.Errorf("%+v %v", old.Items[0], err)
	}
}

// A plan is owed by the branches that were there on its day, in an office that had
// begun by then; a later one may be made and is never late.
func TestPlansOwedFromTheBeginning(t *testing.T) {
	p := newPlanning(t, time.Date(2026, 11, 18, 9, 0, 0, 0, calendar.Shanghai))
	exec := func(text string, args ...any) {
		t.Helper()
		_, err := p.db.NewRaw(text, args...).Exec(context.Background())
		p.must(err)
	}
	look := func(what string, q calendar.Quarter, late ...bool) {
		t.Helper()
		ctx, by, scope := p.as("office", needPlanRead())
		n := 0
		for _, l := range late {
			if l {
				n++
			}
		}
		all, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: q})
		if err != nil || len(all.Items) != len(late) || all.Late != n {
			t.Fatalf("%s: %+v %v", what, all, err)
		}
		for i, l := range all.Items {
			if l.Late != late[i] {
				t.Errorf("%s: %s late %v", what, l.BranchName, l.Late)
			}
		}
		if only, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: q, State: plansLate}); err != nil || only.Total != n || len(only.Items) != n {
			t.Errorf("%s: of the late ones %+v %v", what, only, err)
		}
	}
	look("as it was", planned, true, true)

	exec("UPDATE org_branches SET valid_from = '2026-10-09' WHERE id = ?", p.Branches[1].ID) // the day after
	look("founded after the day", planned, true, false)
	made, err := p.make("secretary2", 1, planned)
	p.must(err)
	filed, err := p.file("secretary2", made)
	if err != nil || made.Late || filed.Late || filed.FiledAt == nil {
		t.Errorf("late %v, filed %v: %v", made.Late, filed.Late, err)
	}
	look("filed by one founded after the day", planned, true, false)
	exec("UPDATE org_branches SET valid_from = '2026-10-08' WHERE id = ?", p.Branches[1].ID)
	look("founded on the day", planned, true, true)
	p.must(db.Transact(context.Background(), p.db, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE org_branches SET valid_from = '2020-01-01', valid_to = '2026-10-07' WHERE id = ?", p.Branches[1].ID).Exec(ctx)
		return err
	}))
	look("gone before the day", planned, true, false)
	exec("UPDATE org_branches SET valid_to = NULL WHERE id = ?", p.Branches[1].ID)

	exec("UPDATE org_units SET created_at = '2026-10-08 09:00+08' WHERE id = ?", p.Unit)
	look("the office began on the day", planned, true, true)
	exec("UPDATE org_units SET created_at = '2026-10-09 09:00+08' WHERE id = ?", p.Unit)
	look("the office began after the day", planned, false, false)
	look("a year before", calendar.Quarter{Year: 2025, Q: 4}, false, false)
	p.record("party_day", 0, -1, calendar.NewDate(2026, 9, 30)) // copied in: it had begun before
	look("a record of before", planned, true, true)
	look("before that record", planned.Prev(), false, false)
}

func TestDropPlan(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	ctx, by, scope := p.as("secretary1", needPlanWrite())
	p.refused("another version", p.svc.DropPlan(ctx, by, scope, plan.BranchID, planned, 7), fault.Conflict)
	p.must(p.svc.DropPlan(ctx, by, scope, plan.BranchID, planned, plan.Version))
	_, err = p.read("secretary1", 0, planned)
	p.refused("dropped", err, fault.NotFound)
	_, err = p.make("secretary1", 0, planned)
	p.must(err)
}

// Out of reach is not found, for every way in.
func TestPlansOfOthers(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("office", 0, planned)
	p.must(err)
	for _, who := range []string{"member1", "leader1", "committee1", "chief", "office"} {
		got, err := p.read(who, 0, planned)
		if err != nil || got.MayWrite != (who == "office") {
			t.Errorf("%s: %v, may write %v", who, err, got.MayWrite)
		}
	}
	for _, who := range []string{"secretary2", "leader2", "probationer", "staff"} {
		_, err := p.read(who, 0, planned)
		p.refused(who, err, fault.NotFound)
		ctx, by, scope := p.as(who, needPlanRead())
		p.refused(who+" prints", p.svc.PlanSheet(ctx, by, scope, plan.BranchID, planned, &bytes.Buffer{}), fault.NotFound)
		over, err := p.svc.Plans(ctx, by, scope, PlanFilter{Quarter: planned})
		if err != nil || slices.ContainsFunc(over.Items, func(l PlanLine) bool { return l.BranchID == plan.BranchID }) {
			t.Errorf("%s: %+v %v", who, over, err)
		}
	}
	_, err = p.save("secretary2", plan, wishes(plan))
	p.refused("another branch's secretary writes", err, fault.NotFound)
	_, err = p.file("secretary2", plan)
	p.refused("files", err, fault.NotFound)
	ctx, by, scope := p.as("secretary2", needPlanWrite())
	p.refused("drops", p.svc.DropPlan(ctx, by, scope, plan.BranchID, planned, plan.Version), fault.NotFound)
}

func TestOneOfManyMakers(t *testing.T) {
	p := newPlanning(t, beforehand)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for range 6 {
		wg.Go(func() {
			_, err := p.make("office", 0, planned)
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			}
		})
	}
	wg.Wait()
	if made != 1 {
		t.Errorf("%d plans were made", made)
	}
}

func TestPlanSheet(t *testing.T) {
	p := newPlanning(t, beforehand)
	plan, err := p.make("secretary1", 0, planned)
	p.must(err)
	_, err = p.save("secretary1", plan, append(wishes(plan), PlanChange{Title: "=HYPERLINK(1)", PlannedOn: planned.Last()}))
	p.must(err)
	var b bytes.Buffer
	ctx, by, scope := p.as("secretary1", needPlanRead())
	p.must(p.svc.PlanSheet(ctx, by, scope, plan.BranchID, planned, &b))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	p.must(err)
	rows, err := f.GetRows("季度计划")
	p.must(err)
	text := fmt.Sprint(rows)
	for _, want := range []string{"第一党支部2026年第四季度工作计划", "草稿，应于2026年10月8日前报备", "主题党日", "第一党小组", "待落实", p.Actor("secretary1").Name, "'=HYPERLINK"} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet lacks %q", want)
		}
	}
	if n := len(rows); n < len(plan.Items)+5 {
		t.Errorf("%d rows for %d items", n, len(plan.Items))
	}
}

// Whatever the slots: a working day of its own days, or none where there is no such
// day; as long as there is room, nobody has two on one day; the same every time.
func TestSpread(t *testing.T) {
	w := calendar.NewWorkdays(calendar.Official()...)
	groups := []uuid.UUID{{}, db.NewID(), db.NewID()}
	rapid.Check(t, func(t *rapid.T) {
		var slots []slot
		for range rapid.IntRange(0, 60).Draw(t, "slots") {
			first := planned.First().AddDays(rapid.IntRange(0, 91).Draw(t, "first"))
			slots = append(slots, slot{group: rapid.SampledFrom(groups).Draw(t, "group"), first: first,
				last: earlier(planned.Last(), first.AddDays(rapid.IntRange(0, 91).Draw(t, "long"))), share: rapid.Float64Range(0, 0.99).Draw(t, "share")})
		}
		days := spread(slots, w)
		if !slices.Equal(days, spread(slots, w)) {
			t.Fatal("another plan of the same")
		}
		for i, s := range slots {
			room := 0
			for d := s.first; !d.After(s.last); d = d.AddDays(1) {
				if w.IsWorkday(d) {
					room++
				}
			}
			switch {
			case room == 0 && !days[i].IsZero(), room > 0 && days[i].IsZero():
				t.Fatalf("slot %d: %v with room for %d", i, days[i], room)
			case room == 0:
			case !w.IsWorkday(days[i]) || days[i].Before(s.first) || days[i].After(s.last):
				t.Fatalf("slot %d on %s", i, days[i])
			}
			clash := false
			for j, o := range slots {
				clash = clash || j != i && days[j] == days[i] && (o.group == s.group || o.group == uuid.Nil || s.group == uuid.Nil)
			}
			if clash && room > len(slots) {
				t.Fatalf("slot %d has %d days and shares one", i, room)
			}
		}
	})
}

func TestPlanDueOn(t *testing.T) {
	w := calendar.NewWorkdays(calendar.Official()...)
	for q, want := range map[string]string{"2026Q1": "2026-01-05", "2026Q2": "2026-04-07", "2026Q3": "2026-07-06", "2026Q4": "2026-10-08"} {
		quarter, err := calendar.ParseQuarter(q)
		if err != nil {
			t.Fatal(err)
		}
		if got := PlanDueOn(quarter, 5, w); got.String() != want {
			t.Errorf("%s: %s, want %s", q, got, want)
		}
	}
}

// Of several that are planned for one period, as many are met as were held.
func TestJudge(t *testing.T) {
	branch, day := db.NewID(), func(d int) calendar.Date { return calendar.NewDate(2026, 11, d) }
	cells := []Cell{
		{Code: "seminar", OwnerID: branch, First: day(1), Last: day(30), Owed: 2, Held: 1, State: Due},
		{Code: "party_day", OwnerID: branch, First: day(1), Last: day(30), Owed: 1, State: Excused},
		{Code: "party_lecture", OwnerID: branch, First: day(1), Last: day(30), State: None},
	}
	items := []PlanItem{{Code: "seminar", PlannedOn: day(20)}, {Code: "seminar", PlannedOn: day(10)}, {Code: "party_day", PlannedOn: day(5)},
		{Code: "party_lecture", PlannedOn: day(5)}, {PlannedOn: day(5)}, {Code: "seminar", PlannedOn: calendar.NewDate(2026, 12, 1)}}
	judge(items, branch, cells, day(15))
	var got []string
	for _, it := range items {
		got = append(got, it.State)
	}
	if want := []string{Due, Met, Excused, None, None, None}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	judge(items, branch, cells, calendar.NewDate(2026, 12, 1))
	if items[0].State != Missed {
		t.Errorf("%+v", items[0])
	}
}
