package app_test

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
	"xianfeng/internal/volunteer"
)

// service is what things have of volunteering: actions of their place, hours and a
// certificate of their person.
type service struct {
	coming, joined, present, ended volunteer.ActionDetail // staff signed up for the first, whom the matrix asks for the next two
	certificate                    volunteer.Certificate
	preview, imported              uuid.UUID // of hours
	book                           []byte
}

// within is this with what belongs to the unit from there.
func (x service) within(unit service) service {
	x.preview, x.imported, x.book = unit.preview, unit.imported, unit.book
	if x.coming.ID == uuid.Nil {
		x.coming, x.joined, x.present, x.ended = unit.coming, unit.joined, unit.present, unit.ended
	}
	if x.certificate.ID == uuid.Nil {
		x.certificate = unit.certificate
	}
	return x
}

// staff is who is signed up for the action that comes.
func (x service) staff() (id uuid.UUID) {
	for _, s := range x.coming.Signups {
		id = s.PersonID
	}
	return id
}

// serves makes the actions of every place, hours and certificates of the people of
// branches, and what belongs to the unit for the key whole.
func (o *office) serves(all map[string]things, whole string, signed map[string][]string) {
	o.t.Helper()
	for key, x := range all {
		x.service.coming = o.action(x, 1, 9, "staff")
		x.service.joined = o.action(x, 2, 9, signed[key]...)
		x.service.present = o.action(x, 0, 14, signed[key]...)
		o.on(today.AddDays(-3), func() { x.service.ended = o.action(x, 1, 9) })
		all[key] = x
	}
	x := all[whole]
	x.service.book = o.hours("丙", "staff")
	by, scope := o.as("office", "volunteer_hours", "import")
	confirmed, _, err := o.app.Volunteers.PreviewImport(o.t.Context(), by, scope, "时长.xlsx", o.hours("甲", "staff"))
	must(o.t, err)
	_, err = o.app.Volunteers.ConfirmImport(o.t.Context(), by, scope, confirmed.ID, false)
	must(o.t, err)
	preview, _, err := o.app.Volunteers.PreviewImport(o.t.Context(), by, scope, "时长.xlsx", o.hours("乙", "staff"))
	must(o.t, err)
	x.service.imported, x.service.preview = confirmed.ID, preview.ID
	all[whole] = x
}

// helped gives people hours: one that was on notice and stands on a certificate, and
// one that was not yet.
func (o *office) helped(all map[string]things, people map[string]string) {
	o.t.Helper()
	month := volunteer.Period{From: today.AddDays(-60), To: today.AddDays(-20)}
	for key, person := range people {
		o.confirmed(o.volunteering(all[key].branch.ID, person, 40))
	}
	o.on(today.AddDays(-19), func() {
		by, scope := o.as("office", "volunteer_hours", "notice")
		_, err := o.app.Volunteers.PutOnNotice(o.t.Context(), by, scope, month, uuid.Nil)
		must(o.t, err)
	})
	must(o.t, o.app.Notices.Tick(o.t.Context()))
	for key, person := range people {
		x := all[key]
		by, scope := o.as("office", "volunteer_certificate", "issue")
		var err error
		x.service.certificate, err = o.app.Volunteers.Certify(o.t.Context(), by, scope, o.Person(person), month)
		must(o.t, err)
		o.confirmed(o.volunteering(x.branch.ID, person, 10))
		all[key] = x
	}
}

func (o *office) volunteering(branch uuid.UUID, person string, daysAgo int) activity.Record {
	o.t.Helper()
	starts := today.AddDays(-daysAgo).In().Add(9 * time.Hour)
	return activity.Record{Kind: "volunteering", Title: "社区服务", Place: "滨河社区", Organiser: activity.OrganiserRef{Kind: "branch", ID: branch},
		Starts: starts, Ends: starts.Add(2 * time.Hour), Recorder: o.Person(person),
		Attendance: []activity.Attendance{{Person: o.Person(person), Status: activity.Present, Minutes: 120}}}
}

// action is one of the place, so many days from now, for which people are signed up.
func (o *office) action(x things, days, hour int, people ...string) volunteer.ActionDetail {
	o.t.Helper()
	by, scope := o.as("office", "volunteer", "organise")
	starts := calendar.DateOf(o.clock.now()).AddDays(days).In().Add(time.Duration(hour) * time.Hour)
	signing := o.clock.now()
	if !starts.After(signing) { // it is going on: put up before it began
		o.clock.set(today.AddDays(-1), 10)
		defer o.clock.set(today, 15)
	}
	a, err := o.app.Volunteers.CreateAction(o.t.Context(), by, scope, volunteer.ActionInput{Title: "社区普法", Starts: starts, Ends: starts.Add(2 * time.Hour),
		Place: "社区广场", Served: "居民", Organiser: x.place, Leader: by.Person})
	must(o.t, err)
	if len(people) == 0 {
		return a
	}
	ids := make([]uuid.UUID, len(people))
	for i, key := range people {
		ids[i] = o.Person(key)
	}
	a, err = o.app.Volunteers.AddPeople(o.t.Context(), by, scope, a.ID, ids)
	must(o.t, err)
	return a
}

// hours is a workbook of one participation.
func (o *office) hours(title, person string) []byte {
	o.t.Helper()
	var columns []sheet.Column
	for _, c := range []string{"姓名", "日期", "活动", "地点", "对象", "组织者", "时长(小时)"} {
		columns = append(columns, sheet.Column{Key: c, Title: c})
	}
	var b bytes.Buffer
	must(o.t, sheet.WriteList(&b, "时长", columns, sheet.RowsOf([][]any{{o.Actor(person).Name, "2026-11-16", "河道清洁" + title, "河边", "群众", "", "1.5"}})))
	return b.Bytes()
}
