package talk

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// scatter makes talks of all kinds and states between random people.
func (o *house) scatter(r *rand.Rand, n int) []uuid.UUID {
	o.t.Helper()
	var people []string
	for _, key := range o.Keys() {
		if !slices.Contains([]string{"sysadmin", "security", "auditor"}, key) {
			people = append(people, key)
		}
	}
	var out []uuid.UUID
	for range n {
		talker, partner := o.Actor(people[r.IntN(len(people))]), o.Actor(people[r.IntN(len(people))])
		if talker.Person == partner.Person {
			continue
		}
		kind := []string{TypeLeader, TypeMember, TypeCommittee, TypeTransfer, TypeAdHoc}[r.IntN(5)]
		id, state := db.NewID(), []string{Planned, Planned, Planned, Reported, Confirmed, Cancelled}[r.IntN(6)]
		due := day("2026-05-20").AddDays(r.IntN(60) - 20)
		var on, done, reported, confirmed, reason any
		if r.IntN(4) > 0 {
			on = due.AddDays(-r.IntN(20)).String()
		}
		switch state {
		case Confirmed:
			confirmed = partner.Person
			fallthrough
		case Reported:
			done, reported = due.AddDays(-r.IntN(20)).String(), talker.Person
		case Cancelled:
			reason = "left"
		}
		_, err := o.db.NewRaw(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on, planned_on,
				planned_at, state, done_on, reported_by, confirmed_by, cancel_reason, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, '2026-01-01', ?, ?, ?::time, ?, ?, ?, ?, ?, now()) ON CONFLICT DO NOTHING`, o.Unit, id, 2025+r.IntN(2), kind, talker.Person, partner.Person,
			db.OrNull(partner.Branch), db.OrNull(partner.Department), due, on, []any{nil, "09:30"}[r.IntN(2)], state, done, reported, confirmed, reason).Exec(bg)
		o.must(err)
		out = append(out, id)
	}
	return out
}

// everyone pages through all that an actor's list shows.
func (o *house) everyone(by access.Actor, scope access.Scope, f Filter, limit int) (all []Talk, total int) {
	o.t.Helper()
	f.Limit = limit
	for {
		page, err := o.svc.List(bg, by, scope, f)
		o.must(err)
		all, total = append(all, page.Items...), page.Total
		if page.Next == "" {
			return all, total
		}
		f.Cursor = page.Next
	}
}

// For random grants, the list shows exactly what the detail opens, and pages neither
// lose nor double a talk.
func TestListIsDetail(t *testing.T) {
	o := newHouse(t)
	r := rand.New(rand.NewPCG(1, 2))
	o.scatter(r, 150)
	var ids []uuid.UUID
	o.must(o.db.NewRaw(`SELECT id FROM talk_talks`).Scan(bg, &ids))
	places := map[string][]uuid.UUID{"department": {o.Departments[0].ID, o.Departments[1].ID}, "branch": {o.Branches[0].ID, o.Branches[1].ID},
		"group": {o.Groups[0][0].ID, o.Groups[1][1].ID}, "unit": {uuid.Nil}}
	most := 0
	for range 40 {
		by := o.Actor(o.Keys()[r.IntN(len(o.Keys()))])
		by.Grants = nil
		for range r.IntN(4) {
			role := access.Roles()[r.IntN(len(access.Roles()))]
			at := places[role.Place]
			by.Grants = append(by.Grants, access.Grant{Role: role.Code, PlaceKind: role.Place, PlaceID: at[r.IntN(len(at))]})
		}
		scope, err := o.policy.Decide(by, need("talk", "read"))
		if err != nil {
			scope = access.Scope{}
		}
		shown, total := o.everyone(by, scope, Filter{Statuses: Statuses()}, 1+r.IntN(50))
		if total != len(shown) {
			t.Errorf("%d shown, %d in all", len(shown), total)
		}
		most = max(most, total)
		listed := map[uuid.UUID]Talk{}
		for i, x := range shown {
			listed[x.ID] = x
			if i > 0 && order(shown[i-1]) >= order(x) {
				t.Errorf("%v before %v", shown[i-1].key(), x.key())
			}
		}
		if len(listed) != len(shown) {
			t.Error("one is doubled")
		}
		for _, id := range ids {
			d, err := o.svc.Detail(bg, by, scope, id)
			x, is := listed[id]
			if (err == nil) != is || err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatalf("%v opens: %v, listed: %v", id, err, is)
			}
			if is && fmt.Sprintf("%+v", plain(d.Talk)) != fmt.Sprintf("%+v", plain(x)) {
				t.Errorf("list %+v, detail %+v", x, d.Talk)
			}
			// What is offered to be cancelled is what the scope of planning reaches, of others.
			plan, _ := o.svc.reach(by, need("talk", "plan"))
			r, err := findTalk(bg, o.db, plan, planned(), id, false)
			if is && x.MayPlan != (err == nil && r.State == Planned && !r.party(by)) {
				t.Errorf("%v of %s may be planned: %v, in reach: %v", id, x.Type, x.MayPlan, err)
			}
		}
		// Coverage counts what the list shows, no more.
		for _, year := range []int{2025, 2026} {
			o.compareCoverage(by, scope, year)
		}
	}
	if most < 50 {
		t.Errorf("the widest saw %d: nothing was tested", most)
	}
}

func on(day *calendar.Date) string {
	if day == nil {
		return ""
	}
	return day.String()
}

func order(t Talk) string { return t.key().Day + t.key().At + t.ID.String() }

// plain is a Talk whose pointers compare by value.
func plain(t Talk) any {
	return []any{t.ID, t.Status, t.Version, on(t.PlannedOn), t.Mine, t.MayPlan, on(t.DoneOn), t.BranchName}
}

// compareCoverage reckons a year's coverage from the list, by hand.
func (o *house) compareCoverage(by access.Actor, scope access.Scope, year int) {
	o.t.Helper()
	got, err := o.svc.Coverage(bg, scope, year, uuid.Nil)
	o.must(err)
	all, _ := o.everyone(by, scope, Filter{Year: year}, maxLimit)
	talkers, types := map[uuid.UUID]*Covering{}, map[string]*CoveredType{}
	var total Covered
	for _, x := range all {
		if x.Type == TypeAdHoc {
			continue
		}
		c := talkers[x.TalkerID]
		if c == nil {
			c = &Covering{TalkerID: x.TalkerID, TalkerName: x.TalkerName, Remaining: []Remaining{}}
			talkers[x.TalkerID] = c
		}
		y := types[x.Type]
		if y == nil {
			y = &CoveredType{Type: x.Type, TypeName: x.TypeName}
			types[x.Type] = y
		}
		c.Due, y.Due, total.Due = c.Due+1, y.Due+1, total.Due+1
		if x.DoneOn == nil {
			if x.Status == StatusLate {
				c.Late++
			}
			c.Remaining = append(c.Remaining, Remaining{x.ID, x.PartnerName, x.TypeName, x.Status, x.PlannedOn})
			continue
		}
		c.Done, y.Done, total.Done = c.Done+1, y.Done+1, total.Done+1
		if c.LatestOn == nil || x.DoneOn.After(*c.LatestOn) {
			c.LatestOn = x.DoneOn
		}
		if x.Status == Confirmed {
			c.Confirmed, total.Confirmed = c.Confirmed+1, total.Confirmed+1
		}
	}
	if got.Year != year || got.Total != total || len(got.Talkers) != len(talkers) || len(got.Types) != len(types) {
		o.t.Fatalf("coverage %+v, reckoned %+v of %d talkers", got.Total, total, len(talkers))
	}
	for i, c := range got.Talkers {
		want := *talkers[c.TalkerID]
		byID := func(a, b Remaining) int { return strings.Compare(a.TalkID.String(), b.TalkID.String()) }
		slices.SortFunc(c.Remaining, byID)
		slices.SortFunc(want.Remaining, byID)
		show := func(c Covering) string {
			text := fmt.Sprint(c.TalkerName, c.Due, c.Done, c.Confirmed, c.Late, on(c.LatestOn))
			for _, r := range c.Remaining {
				text += fmt.Sprint(r.TalkID, r.PartnerName, r.TypeName, r.Status, on(r.PlannedOn))
			}
			return text
		}
		if show(c) != show(want) {
			o.t.Fatalf("%s\n%s", show(c), show(want))
		}
		if i > 0 && cmp.Compare(got.Talkers[i-1].Due-got.Talkers[i-1].Done, c.Due-c.Done) < 0 {
			o.t.Error("who has the most to do is not first")
		}
	}
	for _, y := range got.Types {
		if y != *types[y.Type] {
			o.t.Errorf("%+v, reckoned %+v", y, *types[y.Type])
		}
	}
}

// What SQL says of a status, Go says too.
func TestStatusInSQL(t *testing.T) {
	o := newHouse(t)
	o.scatter(rand.New(rand.NewPCG(3, 4)), 200)
	by, scope := o.Actor("office"), access.System(o.Unit)
	sum := 0
	for _, s := range Statuses() {
		all, _ := o.everyone(by, scope, Filter{Statuses: []string{s}}, 50)
		if len(all) == 0 {
			t.Errorf("none is %s", s)
		}
		sum += len(all)
		for _, x := range all {
			if x.Status != s {
				t.Errorf("%s among %s", x.Status, s)
			}
		}
	}
	if n := o.count(`SELECT count(*) FROM talk_talks`); n != sum {
		t.Errorf("%d of %d", sum, n)
	}
	_, err := o.svc.List(bg, by, scope, Filter{Statuses: []string{"open"}})
	wants(t, "a status that is none", err, fault.Invalid)
	_, err = o.svc.List(bg, by, scope, Filter{Cursor: "eyJkIjoiMjAyNi0wMi0zMCJ9"})
	wants(t, "a cursor that is none", err, fault.Invalid)
}

func TestFilters(t *testing.T) {
	o := newHouse(t)
	o.plan(TypeLeader, "chief", "member1", "2026-05-25")
	o.plan(TypeMember, "leader2", "probationer", "2026-06-01")
	o.plan(TypeMember, "leader1", "staff", "")
	by, scope := o.Actor("office"), access.System(o.Unit)
	for what, c := range map[string]struct {
		f    Filter
		want int
	}{
		"all":        {Filter{}, 3},
		"days":       {Filter{From: day("2026-05-25"), To: day("2026-05-31")}, 1},
		"no day":     {Filter{Unplanned: true}, 1},
		"talker":     {Filter{Talker: o.Person("leader2")}, 1},
		"either":     {Filter{Person: o.Person("member1")}, 1},
		"not talker": {Filter{Talker: o.Person("member1")}, 0},
		"mine":       {Filter{Mine: true}, 0},
		"pinyin":     {Filter{Text: "YZQ"}, 1},
		"a per cent": {Filter{Text: "%"}, 0},
		"type":       {Filter{Type: TypeMember}, 2},
		"branch":     {Filter{Branch: o.Branches[1].ID}, 1},
		"department": {Filter{Department: o.Departments[1].ID}, 2},
		"year":       {Filter{Year: 2025}, 0},
		"cancelled":  {Filter{Statuses: []string{Cancelled}}, 0},
	} {
		if _, n := o.everyone(by, scope, c.f, 10); n != c.want {
			t.Errorf("%s: %d, want %d", what, n, c.want)
		}
	}
	_, err := o.svc.List(bg, by, scope, Filter{From: day("2026-05-25"), To: day("2026-05-24")})
	wants(t, "from after to", err, fault.Invalid)
}

func TestUpcoming(t *testing.T) {
	o := newHouse(t)
	mine := o.plan(TypeLeader, "chief", "member1", "2026-05-21")
	o.plan(TypeMember, "member1", "staff", "2026-06-25")              // not within the week
	late := o.plan(TypeMember, "member1", "committee1", "2026-05-04") // its day is over
	o.plan(TypeMember, "leader1", "committee1", "2026-05-21")         // of others
	told := o.plan(TypeMember, "secretary1", "member1", "")
	if _, err := o.report("secretary1", told, "2026-03-02", 1); err != nil {
		t.Fatal(err)
	}
	gone := o.plan(TypeCommittee, "secretary1", "member1", "2026-05-22")
	if _, err := o.cancel("office", gone, "merged", 1); err != nil {
		t.Fatal(err)
	}
	got, err := Upcoming(bg, o.db, o.Actor("member1"), day("2026-05-18"), day("2026-05-24"), day("2026-05-20"))
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if a := got[0]; a.ID != told || !a.ToConfirm || a.Talker || a.OtherName != "白一帆" {
		t.Errorf("%+v", a)
	}
	if a := got[1]; a.ID != late || a.Status != StatusDue || !a.Talker {
		t.Errorf("%+v", a)
	}
	if a := got[2]; a.ID != mine || a.Status != Planned || a.OtherName != "江远山" || *a.Day != (calendar.Date{Year: 2026, Month: 5, Day: 21}) {
		t.Errorf("%+v", a)
	}
}
