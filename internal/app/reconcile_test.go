package app_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
	"xianfeng/internal/volunteer"
)

// Whatever is recorded, corrected and withdrawn, by whichever rounding: people,
// participations and hours agree on the list, its pages and months, on everybody's own
// record and time line, on certificates, and in both workbooks (rule 30).
func TestHoursReconcile(t *testing.T) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		t.Fatal(err)
	}
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		s.clock.set(today, 15)
		w := &served{office: newOffice(t, s, d), r: rt, put: map[participation]int{}}
		w.records()
		w.agree()
	})
}

// served is an office whose volunteering is known apart from its database.
type served struct {
	*office
	r       *rapid.T
	set     org.UnitSettings
	history []*entered
	put     map[participation]int // minutes as they lay on the notice that passed
}

type participation struct{ record, person uuid.UUID }

// entered is a record as it should stand.
type entered struct {
	saved     activity.Saved
	rec       activity.Record
	stands    bool
	organiser uuid.UUID // branch; zero: the office
}

func (w *served) day(first, last calendar.Date, label string) calendar.Date {
	return first.AddDays(rapid.IntRange(0, last.Sub(first)).Draw(w.r, label))
}

// fill draws who came, how long, and who came from outside.
func (w *served) fill(r *activity.Record) {
	r.Attendance, r.Outsiders = nil, nil
	for _, key := range w.Keys()[:12] {
		if rapid.IntRange(0, 2).Draw(w.r, "comes") == 0 {
			r.Attendance = append(r.Attendance, activity.Attendance{Person: w.Person(key), Status: activity.Present,
				Minutes: rapid.SampledFrom([]int{1, 15, 29, 30, 31, 45, 59, 60, 61, 89, 90, 119, 120, 200}).Draw(w.r, "minutes")})
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(w.r, "outsiders") {
		r.Outsiders = append(r.Outsiders, activity.Outsider{Name: fmt.Sprintf("外援%d", i), Partner: "区公安分局", Minutes: rapid.IntRange(1, 200).Draw(w.r, "outside minutes")})
	}
	if len(r.Attendance) == 0 {
		r.Attendance = []activity.Attendance{{Person: w.Person("chief"), Status: activity.Present, Minutes: 75}}
	}
}

func (w *served) enter(first, last calendar.Date) {
	day := w.day(first, last, "day")
	r := activity.Record{Kind: "volunteering", Title: fmt.Sprint("服务", len(w.history)), Place: "社区", Served: "居民", Recorder: w.Person("office"), OverlapAnswer: "先后到场",
		Organiser: activity.OrganiserRef{Kind: "unit"}, Starts: day.In().Add(time.Duration(rapid.IntRange(0, 20).Draw(w.r, "hour")) * time.Hour)}
	r.Ends = r.Starts.Add(200 * time.Minute)
	one := &entered{stands: true}
	switch i := rapid.IntRange(0, 3).Draw(w.r, "organiser"); i {
	case 0, 1:
		r.Organiser, one.organiser = branchOf(w.office, i), w.Branches[i].ID
	case 2:
		r.Organiser, one.organiser = activity.OrganiserRef{Kind: "group", ID: w.Groups[1][0].ID}, w.Branches[1].ID
	}
	w.fill(&r)
	by, scope := w.as("office", "activity", "record")
	var err error
	one.saved, err = w.app.Activities.Create(w.t.Context(), by, scope, r, rapid.IntRange(0, 5).Draw(w.r, "confirmed") > 0)
	must(w.t, err)
	one.stands, one.rec = one.saved.State == activity.Confirmed, r
	w.history = append(w.history, one)
}

// changes amends or withdraws some of what stands.
func (w *served) changes() {
	ctx := w.t.Context()
	for _, x := range w.history {
		if !x.stands {
			continue
		}
		record, may := w.as("office", "activity", "record")
		by, scope := w.as("office", "activity", "confirm")
		switch rapid.IntRange(0, 4).Draw(w.r, "then") {
		case 0:
			v := x.saved.RowVersion
			d, err := w.app.Activities.Detail(ctx, by, may, x.saved.ID, 0)
			must(w.t, err)
			if d.RowVersion > v {
				v = d.RowVersion
			}
			_, err = w.app.Activities.Withdraw(ctx, by, scope, x.saved.ID, v, "误记")
			must(w.t, err)
			x.stands = false
		case 1:
			draft, err := w.app.Activities.Amend(ctx, record, may, x.saved.ID, "更正")
			must(w.t, err)
			w.fill(&x.rec)
			x.saved, err = w.app.Activities.Confirm(ctx, by, scope, x.saved.ID, activity.Confirmation{RowVersion: draft.RowVersion, Record: &x.rec, OverlapAnswer: "先后到场"})
			must(w.t, err)
		}
	}
}

// records makes a history: some of it lay on a notice that passed, and was changed since.
func (w *served) records() {
	ctx := w.t.Context()
	by, scope := w.as("office", "settings", "write")
	set, err := w.app.Org.ReadSettings(ctx, scope)
	must(w.t, err)
	set.HoursRounding = rapid.SampledFrom([]string{org.RoundExact, org.RoundHalfHour, org.RoundHour}).Draw(w.r, "rounding")
	set.ShortVolunteers = rapid.Bool().Draw(w.r, "short")
	w.set, err = w.app.Org.SaveSettings(ctx, by, scope, set)
	must(w.t, err)

	noticed := today.AddDays(-40)
	w.on(noticed, func() {
		for range rapid.IntRange(0, 4).Draw(w.r, "records") {
			w.enter(calendar.NewDate(2026, time.January, 1), noticed.AddDays(-1))
		}
		w.changes()
		by, scope := w.as("office", "volunteer_hours", "notice")
		_, err := w.app.Volunteers.PutOnNotice(ctx, by, scope, volunteer.Period{}, uuid.Nil)
		if !fault.Is(err, fault.RuleBroken) { // there is nothing to put up
			must(w.t, err)
		}
		for _, p := range w.all() {
			w.put[p.participation] = p.minutes
		}
	})
	must(w.t, w.app.Notices.Tick(ctx))
	w.changes()
	for range rapid.IntRange(0, 4).Draw(w.r, "more records") {
		w.enter(calendar.NewDate(2026, time.August, 1), today.AddDays(-1))
	}
	w.changes()
}

// stood is one of ours at a record that stands.
type stood struct {
	participation
	day              calendar.Date
	branch           uuid.UUID
	minutes, counted int
	noticed          bool
}

func (w *served) all() (out []stood) {
	for _, x := range w.history {
		if !x.stands {
			continue
		}
		for _, a := range x.rec.Attendance {
			p := stood{participation: participation{x.saved.ID, a.Person}, day: calendar.DateOf(x.rec.Starts), minutes: a.Minutes, counted: w.set.CountedMinutes(a.Minutes)}
			p.branch = w.home(a.Person)
			minutes, lay := w.put[p.participation]
			p.noticed = lay && minutes == a.Minutes
			out = append(out, p)
		}
	}
	return out
}

func (w *served) home(person uuid.UUID) uuid.UUID {
	for _, key := range w.Keys()[:12] {
		if a := w.Actor(key); a.Person == person {
			return a.Branch
		}
	}
	return uuid.Nil
}

// seen are those of a period that somebody's scope reaches; totals is their sum.
func (w *served) seen(key string, p volunteer.Period, branch uuid.UUID) (out []stood, total volunteer.HoursTotal) {
	people, who := map[uuid.UUID]bool{}, w.Actor(key)
	for _, s := range w.all() {
		if s.day.Before(p.From) || s.day.After(p.To) || branch != uuid.Nil && s.branch != branch ||
			key != "office" && s.person != who.Person && (key != "secretary1" || s.branch != who.Branch) {
			continue
		}
		out, people[s.person] = append(out, s), true
		total.Participations++
		total.Minutes += s.counted
		if s.noticed {
			total.Noticed += s.counted
		}
	}
	total.People = len(people)
	for _, x := range w.history {
		day := calendar.DateOf(x.rec.Starts)
		if !x.stands || day.Before(p.From) || day.After(p.To) || branch != uuid.Nil && x.organiser != branch || key == "member1" || key == "secretary1" && x.organiser != who.Branch {
			continue
		}
		for _, o := range x.rec.Outsiders {
			total.Outsiders++
			total.OutsideMinutes += w.set.CountedMinutes(o.Minutes)
		}
	}
	return out, total
}

// agree compares every page and sheet with what should be.
func (w *served) agree() {
	year := volunteer.Period{From: calendar.NewDate(2026, time.January, 1), To: calendar.NewDate(2026, time.December, 31)}
	from := w.day(year.From, today, "from")
	some := volunteer.Period{From: from, To: w.day(from, year.To, "to")}
	quarter := volunteer.Period{From: calendar.QuarterOf(today).First(), To: calendar.QuarterOf(today).Last()}
	for _, key := range []string{"office", "secretary1", "member1"} {
		for _, p := range []volunteer.Period{year, quarter, some} {
			w.lists(key, p, uuid.Nil)
		}
	}
	w.lists("office", year, w.Branches[1].ID)
	w.workbook6("volunteer-year", year, uuid.Nil)
	w.workbook6("volunteer-year", year, w.Branches[0].ID)
	w.workbook6("volunteer-service", quarter, uuid.Nil)
	w.lives(year)
}

func (w *served) lists(key string, p volunteer.Period, branch uuid.UUID) {
	ctx := w.t.Context()
	_, scope := w.as(key, "volunteer_hours", "read")
	want, sum := w.seen(key, p, branch)
	f := volunteer.HoursFilter{Period: p, Branch: branch, Limit: 3, Sort: rapid.SampledFrom([]string{"", "name", "-name", "participations", "-minutes"}).Draw(w.r, "sort")}
	var items []volunteer.PersonHours
	for {
		page, next, total, err := w.app.Volunteers.Hours(ctx, scope, f)
		must(w.t, err)
		if total != sum {
			w.r.Fatalf("%s reads %+v of %v by %s, want %+v", key, total, p, w.set.HoursRounding, sum)
		}
		items = append(items, page...)
		if f.Cursor = next; next == "" {
			break
		}
	}
	var listed volunteer.HoursTotal
	for _, i := range items {
		listed.People++
		listed.Participations += i.Participations
		listed.Minutes += i.Minutes
		listed.Noticed += i.Noticed
		var n, minutes int
		for _, s := range want {
			if s.person == i.PersonID {
				n, minutes = n+1, minutes+s.counted
			}
		}
		if branch != uuid.Nil {
			continue // the personal record is not narrowed to a branch
		}
		of, err := w.app.Volunteers.Of(ctx, scope, i.PersonID, p)
		must(w.t, err)
		if n != i.Participations || minutes != i.Minutes || of.Participations != n || len(of.Items) != n || of.Minutes != minutes || of.Noticed != i.Noticed {
			w.r.Fatalf("%s: the list has %+v, the record %+v, want %d with %d minutes", key, i, of, n, minutes)
		}
	}
	listed.Outsiders, listed.OutsideMinutes = sum.Outsiders, sum.OutsideMinutes
	if listed != sum {
		w.r.Fatalf("%s: pages add up to %+v, not %+v", key, listed, sum)
	}
	w.months(key, scope, f, want)
	w.exported(scope, f, sum)
}

func (w *served) months(key string, scope access.Scope, f volunteer.HoursFilter, want []stood) {
	months, err := w.app.Volunteers.Months(w.t.Context(), scope, f)
	must(w.t, err)
	for _, m := range months {
		people, is := map[uuid.UUID]bool{}, volunteer.MonthHours{Month: m.Month}
		for _, s := range want {
			if fmt.Sprintf("%d-%02d", s.day.Year, s.day.Month) == m.Month {
				people[s.person] = true
				is.Participations++
				is.Minutes += s.counted
			}
		}
		if is.People = len(people); m != is {
			w.r.Fatalf("%s: %+v, want %+v", key, m, is)
		}
		want = slices.DeleteFunc(slices.Clone(want), func(s stood) bool { return fmt.Sprintf("%d-%02d", s.day.Year, s.day.Month) == m.Month })
	}
	if len(want) != 0 {
		w.r.Fatalf("%s: in no month: %+v", key, want)
	}
}
