package duty

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// writer puts a random history into the database as it draws it. How many there are
// of what is rapid's to draw; days come from a seed, since rapid prefers small numbers
// and most of a year would stay empty.
type writer struct {
	*rapid.T
	db   *bun.DB
	h    *history
	luck *rand.Rand

	project uuid.UUID
}

func (w *writer) insert(table, columns string, values ...any) {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	w.exec("INSERT INTO "+table+" (unit_id, "+columns+") VALUES (?, "+marks+")", append([]any{w.h.unit}, values...)...)
}

func (w *writer) exec(text string, args ...any) {
	if _, err := w.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		w.Fatalf("%s: %v", text, err)
	}
}

func (w *writer) day() calendar.Date {
	return calendar.NewDate(2025, 11, 1).AddDays(w.luck.IntN(450))
}

func (w *writer) chance(percent int) bool { return w.luck.IntN(100) < percent }

// term is from when to when something lasted; often from long ago, often still.
func (w *writer) term() (from, to calendar.Date) {
	from = calendar.NewDate(2000, 1, 1)
	if w.chance(40) {
		from = w.day()
	}
	if w.chance(25) {
		to = from.AddDays(w.luck.IntN(300))
		if to.Year < 2025 {
			to = w.day()
		}
	}
	return from, to
}

func (w *writer) place(table string, branch uuid.UUID) placeOf {
	p := placeOf{id: db.NewID(), branch: branch}
	p.from, p.to = w.term()
	if branch != uuid.Nil {
		w.insert(table, "id, branch_id, name, valid_from, valid_to", p.id, branch, p.id.String(), p.from, p.to)
	} else {
		w.insert(table, "id, name, valid_from, valid_to", p.id, p.id.String(), p.from, p.to)
	}
	return p
}

func (w *writer) places() {
	for range rapid.IntRange(1, 3).Draw(w.T, "branches") {
		b := w.place("org_branches", uuid.Nil)
		w.h.branches = append(w.h.branches, b)
		for range rapid.IntRange(1, 2).Draw(w.T, "groups") {
			w.h.groups = append(w.h.groups, w.place("org_groups", b.id))
		}
	}
	for range rapid.IntRange(1, 2).Draw(w.T, "departments") {
		w.h.departments = append(w.h.departments, w.place("org_departments", uuid.Nil))
	}
}

// people fills branches with members, of whom some sit on the committee, and has
// deputies supervise departments.
func (w *writer) people() []uuid.UUID {
	var everybody []uuid.UUID
	for _, b := range w.h.branches {
		for range rapid.IntRange(3, 9).Draw(w.T, "members") {
			p := db.NewID()
			everybody = append(everybody, p)
			onRoll, status := w.chance(95), rapid.SampledFrom([]string{"party_member", "party_member", "party_member", "probationary_member", "masses"}).Draw(w.T, "status")
			w.insert("org_people", "id, name, on_roll, political_status", p, "某人", onRoll, status)
			s := stay{person: p, place: b.id}
			s.from, s.to = w.term()
			w.insert("org_party_memberships", "id, person_id, branch_id, valid_from, valid_to", db.NewID(), p, b.id, s.from, s.to)
			if onRoll && status != "masses" {
				w.h.members = append(w.h.members, s)
			}
		}
		if w.chance(50) {
			s := stay{person: everybody[len(everybody)-1], place: b.id}
			s.from, s.to = w.term()
			w.insert("org_positions", "id, person_id, kind, title, branch_id, valid_from, valid_to", db.NewID(), s.person, "committee_member", "委员", b.id, s.from, s.to)
			w.h.seats = append(w.h.seats, s)
		}
	}
	for _, d := range w.h.departments {
		for i := range rapid.IntRange(0, 3).Draw(w.T, "deputies") {
			s := stay{person: everybody[i%len(everybody)], place: d.id}
			s.from, s.to = w.term()
			if w.chance(20) {
				s.ended = w.day().In().Add(15 * time.Hour)
			}
			var ended any
			if !s.ended.IsZero() {
				ended = s.ended
			}
			w.insert("access_grants", "id, person_id, role, place_kind, place_id, valid_from, valid_to, ended_at", db.NewID(), s.person, "deputy_leader", "department",
				d.id, s.from, s.to, ended)
			w.h.deputies = append(w.h.deputies, s)
		}
	}
	return everybody
}

// duties draws codes with versions that follow one another, with gaps between some.
func (w *writer) duties() {
	for i := range rapid.IntRange(3, 6).Draw(w.T, "codes") {
		owner := rapid.SampledFrom([]string{OwnerGroup, OwnerBranch, OwnerUnit, OwnerBranch, OwnerGroup, OwnerDeputy, OwnerLeader}).Draw(w.T, "owner")
		if owner == OwnerLeader && slices.ContainsFunc(w.h.lines, func(d Duty) bool { return d.Owner == OwnerLeader }) {
			owner = OwnerBranch
		}
		from := calendar.NewDate(2000, 1, 3)
		for from.Year < 2027 {
			l := Duty{ID: db.NewID(), Code: fmt.Sprintf("d%d", i), Name: "职责", Owner: owner, Times: rapid.IntRange(1, 3).Draw(w.T, "times"),
				Period: rapid.SampledFrom([]string{EveryWeek, EveryMonth, EveryQuarter, EveryYear}).Draw(w.T, "period")}
			var kind, talk any
			if owner == OwnerLeader {
				l.Period, l.Times, l.TalkType, talk = EveryYear, 1, "leader", "leader"
			} else {
				l.ActivityKind = rapid.SampledFrom(kinds()).Draw(w.T, "kind")
				kind = l.ActivityKind
			}
			l.Committee = owner == OwnerBranch && w.chance(30)
			l.ValidFrom = end(l.Period, from).AddDays(1)
			if l.ValidFrom.Year > 2026 {
				break
			}
			if next := w.day(); next.After(l.ValidFrom) && w.chance(60) {
				l.ValidTo = &next
				from = next
				if w.chance(30) {
					from = next.AddDays(40)
				}
			} else {
				from = calendar.NewDate(2027, 1, 1)
			}
			w.insert("duty_duties", "id, code, name, owner, activity_kind, talk_type, period, times, committee, valid_from, valid_to, created_at",
				l.ID, l.Code, l.Name, l.Owner, kind, talk, l.Period, l.Times, l.Committee, l.ValidFrom, l.ValidTo, w.h.created)
			w.h.lines = append(w.h.lines, l)
		}
	}
}

func kinds() []string { return []string{"one", "two"} }

func (w *writer) activities(people []uuid.UUID) {
	for range rapid.IntRange(20, 80).Draw(w.T, "records") {
		r := happened{kind: rapid.SampledFrom(kinds()).Draw(w.T, "kind"), late: w.chance(25),
			at:    w.day().In().Add(time.Duration(w.luck.IntN(24*60)) * time.Minute),
			state: rapid.SampledFrom([]string{"confirmed", "confirmed", "confirmed", "confirmed", "draft", "withdrawn", "superseded"}).Draw(w.T, "state")}
		if w.chance(40) {
			met := w.chance(70)
			r.quorum = &met
		}
		var branch, group, department, project any
		r.organiser = rapid.SampledFrom([]string{"group", "branch", "branch", "unit", "group", "department", "project"}).Draw(w.T, "organiser")
		switch {
		case r.organiser == "branch":
			r.place = rapid.SampledFrom(w.h.branches).Draw(w.T, "branch").id
			branch = r.place
		case r.organiser == "department":
			r.place = rapid.SampledFrom(w.h.departments).Draw(w.T, "department").id
			department = r.place
		case r.organiser == "project":
			r.place = w.project
			project = r.place
		case r.organiser == "group" && len(w.h.groups) > 0:
			g := rapid.SampledFrom(w.h.groups).Draw(w.T, "group")
			r.place, r.branch, branch, group = g.id, g.branch, g.branch, g.id
		default:
			r.organiser = "unit"
		}
		id := db.NewID()
		w.insert("activity_activities", `id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, group_id, department_id, project_id, state, late,
			quorum_met, created_by, created_at, updated_at`, id, db.NewID(), 1, r.kind, "活动", r.at, r.at.Add(time.Hour), r.organiser, branch, group, department, project,
			"draft", r.late, r.quorum, people[0], r.at, r.at)
		for i, p := range people[:min(len(people), rapid.IntRange(0, 6).Draw(w.T, "came"))] {
			b := w.h.branches[i%len(w.h.branches)].id
			status := rapid.SampledFrom([]string{"present", "present", "absent", "guest"}).Draw(w.T, "status")
			w.insert("activity_attendances", "activity_id, person_id, status, branch_id", id, p, status, b)
			if status == "present" {
				r.came = append(r.came, b)
			}
		}
		if r.state != "draft" {
			w.exec("UPDATE activity_activities SET state = 'confirmed', confirmed_at = starts_at, confirmed_by = created_by WHERE unit_id = ? AND id = ?", w.h.unit, id)
		}
		if r.state == "withdrawn" || r.state == "superseded" {
			w.exec("UPDATE activity_activities SET state = ?, withdrawn_at = starts_at WHERE unit_id = ? AND id = ?", r.state, w.h.unit, id)
		}
		w.h.records = append(w.h.records, r)
	}
}

func (w *writer) conversations(people []uuid.UUID) {
	for i, partner := range people[2:min(len(people), 12)] {
		t := talked{kind: "leader", year: rapid.IntRange(2025, 2027).Draw(w.T, "year"), talker: people[i%2], due: w.day(),
			state: rapid.SampledFrom([]string{"planned", "reported", "confirmed", "cancelled"}).Draw(w.T, "talk")}
		if w.chance(20) {
			t.kind = "member"
		}
		var reporter, confirmer, cancel any
		switch t.state {
		case "confirmed":
			confirmer = partner
			fallthrough
		case "reported":
			reporter, t.done = t.talker, w.day()
		case "cancelled":
			cancel = "left"
		}
		w.insert("talk_talks", "id, year, type, talker_id, partner_id, not_before, due_on, state, done_on, reported_by, confirmed_by, cancel_reason, created_at",
			db.NewID(), t.year, t.kind, t.talker, partner, calendar.NewDate(2025, 1, 1), t.due, t.state, t.done, reporter, confirmer, cancel, w.h.created)
		w.h.talks = append(w.h.talks, t)
	}
	// Some lead from long ago, some for departments one after the other or at once.
	for i, p := range people[:min(len(people), rapid.IntRange(0, 4).Draw(w.T, "leaders"))] {
		for n := range 1 + i%2 {
			s := stay{person: p}
			s.from, s.to = w.term()
			w.insert("talk_leaders", "id, person_id, department_id, valid_from, valid_to", db.NewID(), p, w.h.departments[min(n, len(w.h.departments)-1)].id, s.from, s.to)
			w.h.leaders = append(w.h.leaders, s)
			if n == 0 && len(w.h.departments) == 1 {
				break // twice for one department is refused
			}
		}
	}
}

// reasons draws excuses for cells that there are.
func (w *writer) reasons(people []uuid.UUID, cells []Cell) {
	if len(cells) == 0 {
		return
	}
	settled := map[string]bool{}
	for i := range rapid.IntRange(0, 6).Draw(w.T, "excuses") {
		c := rapid.SampledFrom(cells).Draw(w.T, "cell")
		e := Excuse{Code: c.Code, Owner: c.Owner, OwnerID: c.OwnerID, First: c.First, Reason: fmt.Sprintf("原因%d", i),
			State: rapid.SampledFrom([]string{Asked, Approved, Approved, Refused, Withdrawn}).Draw(w.T, "excuse")}
		key := c.Code + c.OwnerID.String() + c.First.String()
		if settled[key] && e.State != Withdrawn {
			continue // one at a time, and of several refused ones the order is not drawn
		}
		settled[key] = settled[key] || e.State != Withdrawn
		var by, at any
		if e.State != Asked {
			by, at = people[1], w.h.created
		}
		w.insert("duty_excuses", "id, code, owner, owner_id, period_first, reason, state, asked_by, asked_at, decided_by, decided_at, remark",
			db.NewID(), e.Code, e.Owner, e.OwnerID, e.First, e.Reason, e.State, people[0], w.h.created, by, at, "意见")
		w.h.excuses = append(w.h.excuses, e)
	}
}

// draw makes a history of an office of its own, and writes it.
func draw(t *rapid.T, d *bun.DB) (*history, []uuid.UUID) {
	w := &writer{T: t, db: d, h: &history{unit: db.NewID()}, luck: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))}
	w.h.created = w.day().AddDays(-200).In()
	w.h.today = w.day().AddDays(60)
	w.exec("INSERT INTO org_units (id, name, created_at) VALUES (?, '某院', ?)", w.h.unit, w.h.created)
	for _, kind := range kinds() {
		w.insert("activity_kinds", "code, name, category, expected, organisers", kind, kind, "other", "nobody", "{unit,department,branch,group,project}")
	}
	w.project = db.NewID()
	w.insert("org_projects", "id, name, party, valid_from", w.project, "行动党支部", true, calendar.NewDate(2025, 1, 1))
	w.insert("talk_types", "code, name", "leader", "领导谈话")
	w.insert("talk_types", "code, name", "member", "互谈")
	var special []calendar.SpecialDay
	for day := calendar.NewDate(2026, 1, 1); day.Year == 2026; day = day.AddDays(1) {
		if day.Month == 2 && day.Day >= 9 && day.Day <= 24 || day.Month == 10 && day.Day <= 8 || day.Month == 7 && day.Weekday() == time.Sunday {
			kind := calendar.DayKind("holiday")
			if day.Month == 7 {
				kind = "workday"
			}
			special = append(special, calendar.SpecialDay{Date: day, Kind: kind})
			w.insert("org_holidays", "day, kind, imported_at", day, string(kind), w.h.created)
		}
	}
	others := slices.DeleteFunc(calendar.Official(), func(s calendar.SpecialDay) bool { return s.Date.Year == 2026 })
	w.h.workdays = calendar.NewWorkdays(append(others, special...)...)
	w.places()
	people := w.people()
	w.duties()
	w.activities(people)
	w.conversations(people)
	w.reasons(people, w.h.reckonSlowly(w.day(), w.h.today))
	return w.h, people
}
