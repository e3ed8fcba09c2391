package talk

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

func (o *house) preview(key string, year int, branch uuid.UUID) (Preview, error) {
	by, scope := o.as(key, "talk", "plan")
	return o.svc.PreviewPlan(bg, by, scope, year, branch)
}

func (o *house) make(key string, year int, branch uuid.UUID, digest string) (MadePlan, error) {
	by, scope := o.as(key, "talk", "plan")
	return o.svc.ConfirmPlan(bg, by, scope, year, branch, digest)
}

// planned previews and confirms.
func (o *house) planned(key string, year int, branch uuid.UUID) Preview {
	o.t.Helper()
	p, err := o.preview(key, year, branch)
	o.must(err)
	_, err = o.make(key, year, branch, p.Digest)
	o.must(err)
	return p
}

func (o *house) chiefTalksWithAll() {
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, valid_from) VALUES (?, gen_random_uuid(), ?, '2020-01-01')`, o.Unit, o.Person("chief"))
}

func (o *house) away(key, from, to string) {
	o.exec(`INSERT INTO org_absences (unit_id, id, person_id, kind, valid_from, valid_to, noted_by, noted_at)
		VALUES (?, gen_random_uuid(), ?, 'leave', ?, ?, ?, now())`, o.Unit, o.Person(key), from, to, o.Person(key))
}

func TestPlanOfTheYear(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	p, err := o.preview("office", 2026, uuid.Nil)
	o.must(err)
	// The chief with eleven; in the first branch a committee of two, who talk with each
	// other, and four members; in the second a secretary alone and four members.
	if p.Due != 11+1+4+4+2+2 || p.Placed != p.Due || len(p.Added) != p.Due || len(p.Moved)+len(p.Unplaced)+len(p.Dropped) > 0 || !p.NoticeKnown {
		t.Fatalf("%+v", p)
	}
	if n := o.count(`SELECT count(*) FROM talk_talks`); n != 0 {
		t.Fatalf("a preview wrote %d talks", n)
	}
	if p.Talkers[0].TalkerName != "江远山" || p.Talkers[0].Talks < 11 {
		t.Errorf("who holds most: %+v", p.Talkers[0])
	}
	again, err := o.preview("office", 2026, uuid.Nil)
	o.must(err)
	if again.Digest != p.Digest {
		t.Error("two previews, two plans")
	}
	if _, err := o.make("office", 2026, uuid.Nil, "another"); !fault.Is(err, fault.Conflict) {
		t.Errorf("another digest: %v", err)
	}
	m, err := o.make("office", 2026, uuid.Nil, p.Digest)
	o.must(err)
	if m.Due != p.Due || m.Placed != p.Due || m.Moved != 0 || m.MadeByName != "柳青禾" || m.FromDay != day("2026-05-20") {
		t.Errorf("%+v", m)
	}
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE state = 'planned' AND planned_on > '2026-05-20' AND planned_on <= '2026-12-31' AND branch_id IS NOT NULL OR partner_id = ?`, o.Person("staff")); n != p.Due {
		t.Errorf("%d talks are there", n)
	}
	if o.count(`SELECT count(*) FROM audit_entries WHERE action = 'talk_plan.make' AND object_id = ?`, m.ID) != 1 {
		t.Error("no trail")
	}
	p = o.planned("office", 2026, uuid.Nil)
	if p.Kept != p.Due || p.Placed != 0 || len(p.Moved) != 0 {
		t.Errorf("planned again: kept %d of %d", p.Kept, p.Due)
	}
	if o.count(`SELECT count(*) FROM talk_talks WHERE row_version > 1`) != 0 {
		t.Error("planning again touched what stays")
	}
}

func TestPlanOfABranch(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	first, second := o.Branches[0].ID, o.Branches[1].ID
	for _, c := range []struct {
		who    string
		branch uuid.UUID
		code   fault.Code
	}{
		{"secretary1", first, ""}, {"office", first, ""}, {"secretary1", second, fault.NotFound}, {"secretary1", uuid.Nil, fault.Forbidden},
		{"member1", first, fault.NotFound}, {"chief", first, fault.NotFound}, {"committee1", first, fault.NotFound}, {"sysadmin", first, fault.NotFound},
		{"office", uuid.New(), fault.NotFound},
	} {
		p, err := o.preview(c.who, 2026, c.branch)
		wants(t, c.who, err, c.code)
		if err == nil && (p.Due != 1+4+2 || p.BranchName != "第一党支部") {
			t.Errorf("%s: %+v", c.who, p)
		}
		_, err = o.make(c.who, 2026, c.branch, "x")
		if c.code == "" {
			c.code = fault.Conflict
		}
		wants(t, c.who+" confirms", err, c.code)
	}
	_, err := o.preview("office", 2025, uuid.Nil)
	wants(t, "last year", err, fault.Invalid)
	_, err = o.preview("office", 2028, uuid.Nil)
	wants(t, "in two years", err, fault.Invalid)

	o.planned("secretary1", 2026, first)
	o.planned("office", 2026, uuid.Nil)
	plans := func(key string) (int, []MadePlan) {
		by, scope := o.as(key, "talk", "plan")
		got, err := o.svc.Plans(bg, scope, "", 1)
		o.must(err)
		all := got.Items
		for got.Next != "" {
			got, err = o.svc.Plans(bg, scope, got.Next, 1)
			o.must(err)
			all = append(all, got.Items...)
		}
		for _, m := range all {
			if d, err := o.svc.Plan(bg, by, scope, m.ID); err != nil || d.Plan != m && d.Plan.ID != m.ID {
				t.Errorf("%s opens %+v: %v", key, m, err)
			}
		}
		return got.Total, all
	}
	for key, want := range map[string]int{"office": 2, "secretary1": 1, "secretary2": 0, "chief": 0, "member1": 0} {
		if total, all := plans(key); total != want || len(all) != want {
			t.Errorf("%s sees %d of %d", key, len(all), total)
		}
	}
	_, all := plans("office")
	by, scope := o.as("secretary1", "talk", "plan")
	if _, err := o.svc.Plan(bg, by, scope, all[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the office's plan by a secretary: %v", err)
	}
	// Planning the branch again leaves the chief's talks where they are.
	p, err := o.preview("secretary1", 2026, first)
	o.must(err)
	if p.Kept != 7 || p.Due != 7 || len(p.Dropped) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestPlanningAgainMovesWhatMust(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	o.planned("office", 2026, uuid.Nil)
	type row struct {
		ID        uuid.UUID
		PlannedOn calendar.Date
	}
	read := func() map[uuid.UUID]calendar.Date {
		var all []row
		o.must(o.db.NewRaw(`SELECT id, planned_on FROM talk_talks WHERE state = 'planned' AND planned_on IS NOT NULL`).Scan(bg, &all))
		out := map[uuid.UUID]calendar.Date{}
		for _, r := range all {
			out[r.ID] = r.PlannedOn
		}
		return out
	}
	was := read()
	o.away("chief", "2026-06-01", "2026-07-31")
	pinned := o.count(`UPDATE talk_talks SET pinned = true WHERE id = (SELECT id FROM talk_talks WHERE type = 'member' LIMIT 1) RETURNING 1`)
	lost := o.count(`SELECT count(*) FROM talk_talks WHERE ? IN (talker_id, partner_id) AND planned_on BETWEEN '2026-06-01' AND '2026-07-31'`, o.Person("chief"))
	p := o.planned("office", 2026, uuid.Nil)
	if lost == 0 || pinned != 1 || len(p.Moved) != lost || p.Kept != p.Due-lost {
		t.Fatalf("%d lost their day, %d moved, %d kept of %d", lost, len(p.Moved), p.Kept, p.Due)
	}
	now := read()
	changed := 0
	for id, d := range now {
		if was[id] != d {
			changed++
		}
	}
	if changed != lost {
		t.Errorf("%d have another day", changed)
	}
	by, scope := o.as("office", "talk", "plan")
	page, err := o.svc.Plans(bg, scope, "", 10)
	o.must(err)
	d, err := o.svc.Plan(bg, by, scope, page.Items[0].ID)
	o.must(err)
	if len(d.Moved) != lost || d.Plan.Moved != lost || d.Moved[0].From == nil || d.Moved[0].To == nil {
		t.Errorf("the plan tells %+v", d)
	}
	if o.count(`SELECT count(*) FROM talk_moves WHERE reason = 'replan' AND moved_by = ?`, by.Person) != lost {
		t.Error("the talks do not tell")
	}

	// Half a year later, some are held, some were missed, and somebody has left.
	o.now = time.Date(2026, 11, 2, 9, 0, 0, 0, calendar.Shanghai)
	o.exec(`UPDATE talk_talks SET state = 'reported', done_on = planned_on, reported_by = talker_id, reported_at = now()
		WHERE type = 'leader' AND planned_on < '2026-09-01' AND partner_id <> ?`, o.Person("member1"))
	held := o.count(`SELECT count(*) FROM talk_talks WHERE state = 'reported'`)
	gone := o.count(`SELECT count(*) FROM talk_talks WHERE state = 'planned' AND ? IN (talker_id, partner_id)`, o.Person("member1"))
	o.exec(`UPDATE org_people SET left_on = '2026-10-31' WHERE id = ?`, o.Person("member1"))
	p = o.planned("office", 2026, uuid.Nil)
	leftBehind := 0
	for _, x := range p.Dropped {
		if x.Reason == "left" {
			leftBehind++
		}
	}
	if leftBehind != gone || gone == 0 {
		t.Errorf("%d talks of who left, dropped %+v", gone, p.Dropped)
	}
	if o.count(`SELECT count(*) FROM talk_talks WHERE state = 'reported'`) != held {
		t.Error("what was held changed")
	}
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE state = 'planned' AND (planned_on IS NULL OR planned_on < '2026-11-02')`); n != 0 {
		t.Errorf("%d are left behind", n)
	}
	if n := o.count(`SELECT count(*) FROM (SELECT talker_id, planned_on FROM talk_talks WHERE state = 'planned' GROUP BY 1, 2 HAVING count(*) > 3) x`); n != 0 {
		t.Errorf("%d days are over their limit", n)
	}
}

func TestPlanNamesWhatDoesNotFit(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	o.now = time.Date(2026, 12, 29, 9, 0, 0, 0, calendar.Shanghai) // two working days are left
	o.away("staff", "2026-12-30", "2027-02-01")
	o.exec(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, gen_random_uuid(), ?, '长期病休', '2026-01-01')`, o.Unit, o.Person("leader2"))
	p := o.planned("office", 2026, uuid.Nil)
	full, away := 0, 0
	for _, u := range p.Unplaced {
		switch {
		case u.Why == "talker_full" && u.TalkerName == "江远山":
			full++
		case u.Why == "partner_away" && u.PartnerName == "曾小满":
			away++
		default:
			t.Errorf("%+v", u)
		}
	}
	if full != 3 || away != 1 { // ten are left, one of them away, and three a day fit
		t.Errorf("%d full, %d away: %+v", full, away, p.Unplaced)
	}
	if len(p.LeftOut) != 1 || p.LeftOut[0] != (LeftOut{PersonName: "方明远", Why: "exempt"}) {
		t.Errorf("left out: %+v", p.LeftOut)
	}
	if o.count(`SELECT count(*) FROM talk_talks WHERE planned_on IS NULL AND unplaced IN ('talker_full', 'partner_away')`) != 4 {
		t.Error("the talks do not say why they have no day")
	}

	// What an occasion makes due comes first, and takes the place of one of the year.
	o.exec(`UPDATE talk_types SET talker = 'leader', within_days = 2 WHERE code = 'post_change'`)
	by, scope := o.as("office", "talk", "plan")
	if _, err := o.svc.NoteOccasion(bg, by, scope, o.Person("head"), TypePostChange, day("2026-12-28")); err != nil {
		t.Fatal(err)
	}
	o.exec(`UPDATE talk_talks SET planned_on = NULL, unplaced = 'talker_full' WHERE occasion_id IS NOT NULL`)
	p = o.planned("office", 2026, uuid.Nil)
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE occasion_id IS NOT NULL AND planned_on IS NOT NULL`); n != 1 {
		t.Errorf("the occasion's talk has no day: %+v", p.Unplaced)
	}
	lost := 0
	for _, u := range p.Unplaced {
		if u.Was != nil {
			lost++
		}
	}
	if lost != 1 || len(p.Unplaced) != 5 {
		t.Errorf("%d lost their day for it: %+v", lost, p.Unplaced)
	}

	// The year to come is planned from its first day, by what holds then.
	p, err := o.preview("office", 2027, uuid.Nil)
	o.must(err)
	if p.From != day("2027-01-01") || p.NoticeKnown || p.Due == 0 || len(p.Unplaced) != 0 {
		t.Errorf("%+v", p)
	}
}

// TestTwoPlanAtOnce: of two who confirm the same preview, one is told to look again.
func TestTwoPlanAtOnce(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	p, err := o.preview("office", 2026, uuid.Nil)
	o.must(err)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = o.make("office", 2026, uuid.Nil, p.Digest) })
	}
	wg.Wait()
	done, conflicts := 0, 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case fault.Is(err, fault.Conflict):
			conflicts++
		default:
			t.Error(err)
		}
	}
	if done != 1 || conflicts != 3 {
		t.Errorf("%d made, %d refused", done, conflicts)
	}
	if n := o.count(`SELECT count(*) FROM talk_talks`); n != p.Due {
		t.Errorf("%d talks", n)
	}
}

// TestPlanIsSetBased plans for some three hundred people, which one statement a talk
// would show in the time; the trail has one entry.
func TestPlanIsSetBased(t *testing.T) {
	o := newHouse(t)
	o.chiefTalksWithAll()
	o.exec(`INSERT INTO org_people (unit_id, id, staff_no, name, pinyin) SELECT ?, gen_random_uuid(), 'X' || n, '新人' || n, 'xinren' FROM generate_series(1, 300) n`, o.Unit)
	o.exec(`INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from)
		SELECT p.unit_id, gen_random_uuid(), p.id, ?, '2020-01-01' FROM org_people p WHERE p.staff_no LIKE 'X%'`, o.Departments[0].ID)
	o.exec(`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from)
		SELECT p.unit_id, gen_random_uuid(), p.id, ?, '2020-01-01' FROM org_people p WHERE p.staff_no LIKE 'X%' AND right(p.staff_no, 1) < '3'`, o.Branches[0].ID)
	start := time.Now()
	p := o.planned("office", 2026, uuid.Nil)
	if p.Due != 311+1+4+4+2+2 || p.Placed != p.Due {
		t.Errorf("%d due, %d placed, %d not", p.Due, p.Placed, len(p.Unplaced))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
