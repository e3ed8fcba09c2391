package app_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/report"
	"xianfeng/internal/taskforce"
	"xianfeng/internal/testdb"
)

// office is the fixture office at work: kinds and a scheme, an open quarter, and
// what people did, recorded through the services as pages do.
type office struct {
	testdb.Fixture
	*site
	t testing.TB
}

func newOffice(t testing.TB, s *site, d *bun.DB) *office {
	t.Helper()
	o := &office{testdb.Office(t, d), s, t}
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		if err := seedCalendars(ctx, tx, o); err != nil {
			return err
		}
		if err := taskforce.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return points.Seed(ctx, tx, o.Unit, s.clock.now(), calendar.NewDate(2026, time.January, 1))
	}))
	must(t, s.app.Points.OpenQuarter(t.Context(), o.Unit, calendar.QuarterOf(today)))
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as is one of the office with the scope of a permission.
func (o *office) as(key, resource, action string) (access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	scope, err := o.app.Policy.Decide(by, access.Need{Resource: resource, Action: action})
	must(o.t, err)
	return by, scope
}

func branchOf(o *office, i int) activity.OrganiserRef {
	return activity.OrganiserRef{Kind: "branch", ID: o.Branches[i].ID}
}

// salon is a record that expects nobody: exactly who is named came.
func (o *office) salon(ref activity.OrganiserRef, title string, came ...string) activity.Record {
	r := activity.Record{Kind: "reading_salon", Title: title, Place: "图书室", Organiser: ref, Starts: today.AddDays(-2).In().Add(9 * time.Hour)}
	r.Ends = r.Starts.Add(time.Hour)
	r.Host, r.Recorder = o.Person(came[0]), o.Person(came[0])
	for _, key := range came {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: o.Person(key), Status: activity.Present})
	}
	return r
}

// draft saves a record as the Party office and attaches a file to it.
func (o *office) draft(r activity.Record) (saved activity.Saved, fileID uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "activity", "record")
	saved, err := o.app.Activities.Create(o.t.Context(), by, scope, r, false)
	must(o.t, err)
	f, err := o.app.Activities.Attach(o.t.Context(), by, scope, saved.ID, "签到.txt", "签到表", strings.NewReader(r.Title))
	must(o.t, err)
	detail, err := o.app.Activities.Detail(o.t.Context(), by, scope, saved.ID, 0)
	must(o.t, err)
	saved.RowVersion = detail.RowVersion
	return saved, f.ID
}

// confirmed is draft, confirmed.
func (o *office) confirmed(r activity.Record) (saved activity.Saved, fileID uuid.UUID) {
	o.t.Helper()
	saved, fileID = o.draft(r)
	by, scope := o.as("office", "activity", "confirm")
	saved, err := o.app.Activities.Confirm(o.t.Context(), by, scope, saved.ID, activity.Confirmation{RowVersion: saved.RowVersion})
	must(o.t, err)
	return saved, fileID
}

// meeting is a branch's members' meeting at which everybody but one was present.
func (o *office) meeting(branch int, daysAgo int, title string) activity.Record {
	o.t.Helper()
	by, scope := o.as("office", "activity", "record")
	day := today.AddDays(-daysAgo)
	hint, err := o.app.Activities.Suggest(o.t.Context(), by, scope, "branch_meeting", branchOf(o, branch), day)
	must(o.t, err)
	r := activity.Record{Kind: "branch_meeting", Title: title, Place: "三楼会议室", Agenda: "学习文件；讨论计划", Organiser: branchOf(o, branch),
		Starts: day.In().Add(9 * time.Hour), Ends: day.In().Add(10 * time.Hour), Host: hint.Host.ID, Recorder: hint.Host.ID}
	voters := 0
	for i, e := range hint.Expected {
		a := activity.Attendance{Person: e.PersonID, Status: activity.Present}
		if i == len(hint.Expected)-1 && e.PersonID != hint.Host.ID {
			a.Status, a.Absence = activity.Absent, activity.Unexcused
		} else if e.Voter {
			voters++
		}
		r.Attendance = append(r.Attendance, a)
	}
	r.Resolutions = []activity.Resolution{{Title: "通过学习计划", For: &voters}}
	return r
}

// issue issues a report as somebody.
func (o *office) issue(key, kind, resource string, r report.Request) uuid.UUID {
	o.t.Helper()
	by, scope := o.as(key, resource, "issue")
	r.Kind, r.Quarter = kind, calendar.QuarterOf(today)
	i, err := o.app.Reports.Issue(o.t.Context(), by, scope, r)
	must(o.t, err)
	return i.ID
}

// upload previews an import of a small roster.
func (o *office) upload(rows ...[]string) uuid.UUID {
	o.t.Helper()
	by, scope := o.as("office", "people", "import")
	i, err := o.app.Org.PreviewImport(o.t.Context(), by, scope, "花名册.xlsx", roster(rows...), org.ImportOptions{})
	must(o.t, err)
	if i.Counts.Bad > 0 {
		o.t.Fatalf("bad rows: %+v", i.Problems)
	}
	return i.ID
}

// roster is a workbook of people: name, telephone, political status, branch, group.
func roster(rows ...[]string) []byte {
	f := excelize.NewFile()
	for r, row := range append([][]string{{"姓名", "联系电话", "政治面貌", "所在党支部", "所在党小组"}}, rows...) {
		for c, value := range row {
			cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
			_ = f.SetCellStr("Sheet1", cell, value)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		panic(err) // to memory
	}
	return b.Bytes()
}

// form is a multipart body with one file.
func form(method, path, name string, data []byte, fields map[string]string) ask {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // to memory
	}
	return ask{method: method, path: path, body: b.String(), media: w.FormDataContentType()}
}

// things are one of each kind of object, all reached by the same place.
type things struct {
	place                 activity.OrganiserRef
	branch, group         testdb.Place // of the person
	department            testdb.Place // of the person
	person, other         uuid.UUID    // other is somebody else of the unit
	name                  string
	record, draft         activity.Saved
	recordFile, draftFile uuid.UUID
	entry                 uuid.UUID
	issue                 uuid.UUID
	position, exemption   uuid.UUID
	gone, newcomer        uuid.UUID // who left the roll, who has no account
	account, outsider     uuid.UUID
	grant                 uuid.UUID
	preview, imported     uuid.UUID
	scheme, rule          uuid.UUID
	emptyBranch           uuid.UUID
	personVersion         int
	circle                circle
	calendars             calendars
	forces                forces
	pairs                 pairs
	service               service
	login                 string // of who asks
}

// make records one of each at a place, around one person. The person is not at the
// activities: who is would reach them by being named.
func (o *office) make(place activity.OrganiserRef, title, person, came string) things {
	o.t.Helper()
	ctx := o.t.Context()
	a := o.Actor(person)
	x := things{place: place, person: a.Person, name: a.Name, other: o.Person(came), account: a.Account}
	for i, b := range o.Branches {
		if b.ID == a.Branch {
			x.branch = b
			for _, g := range o.Groups[i] {
				if g.ID == a.Group {
					x.group = g
				}
			}
		}
	}
	for _, d := range o.Departments {
		if d.ID == a.Department {
			x.department = d
		}
	}
	x.record, x.recordFile = o.confirmed(o.salon(place, title+"读书会", came))
	x.draft, x.draftFile = o.draft(o.salon(place, title+"读书会草稿", came))
	must(o.t, o.app.DB.NewRaw(`SELECT id FROM points_entries WHERE unit_id = ? AND person_id = ? ORDER BY seq LIMIT 1`, o.Unit, x.person).Scan(ctx, &x.entry))
	must(o.t, o.app.DB.NewRaw(`SELECT id FROM access_grants WHERE unit_id = ? AND person_id = ? AND ended_at IS NULL LIMIT 1`, o.Unit, x.person).Scan(ctx, &x.grant))
	by, scope := o.as("office", "people", "write")
	p, err := o.app.Org.Appoint(ctx, by, scope, x.person, org.NewPosition{Kind: "administrative", Title: title + "科员", From: today})
	must(o.t, err)
	x.position = p.Positions[0].ID
	p, err = o.app.Org.Exempt(ctx, by, scope, x.person, org.NewExemption{Reason: "借调", From: today.AddDays(60), To: today.AddDays(90)})
	must(o.t, err)
	x.exemption, x.personVersion = p.Exemptions[0].ID, p.RowVersion
	return x
}

// whole adds what belongs to the unit and not to a place.
func (o *office) whole(x things) things {
	o.t.Helper()
	ctx := o.t.Context()
	by, scope := o.as("office", "people", "write")
	add := func(name string) uuid.UUID {
		p, err := o.app.Org.AddPerson(ctx, by, scope, org.NewPerson{PersonInput: org.PersonInput{Name: name, PoliticalStatus: "masses"}, From: today.AddDays(-30)})
		must(o.t, err)
		return p.ID
	}
	x.newcomer, x.gone = add("申屠新"), add("司马离")
	_, err := o.app.Org.Leave(ctx, by, scope, x.gone, today.AddDays(-1))
	must(o.t, err)
	x.emptyBranch, err = o.app.Org.AddPlace(ctx, by, scope, org.NewPlace{Kind: "branch", Name: "筹建支部"})
	must(o.t, err)
	outsider, _, err := o.app.Accounts.Create(ctx, o.Actor("sysadmin"), access.System(o.Unit), account.NewAccount{Login: fmt.Sprintf("guest%d", o.clock.now().UnixNano()%1000), Name: "外聘人员"})
	must(o.t, err)
	x.outsider = outsider.ID
	x.imported = o.upload([]string{"仇新一", "13900001111", "群众", "", ""})
	_, err = o.app.Org.ConfirmImport(ctx, by, scope, x.imported, org.ConfirmOptions{})
	must(o.t, err)
	x.preview = o.upload([]string{"仇新二", "13900002222", "中共党员", "第一党支部", "第一党小组"})
	schemes, err := o.app.Points.Schemes(ctx, by, scope)
	must(o.t, err)
	s, err := o.app.Points.Scheme(ctx, by, scope, schemes[0].ID)
	must(o.t, err)
	x.scheme = s.ID
	for _, r := range s.Rules {
		if r.Code == "correct_political" {
			x.rule = r.ID
		}
	}
	return x
}
