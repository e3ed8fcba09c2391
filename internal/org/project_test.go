package org

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

// force is a small office with a project open since 1 March 2026.
type force struct {
	testdb.Fixture
	t       *testing.T
	db      *bun.DB
	project uuid.UUID
}

func newForce(t *testing.T, party bool) *force {
	d := testdb.New(t)
	f := &force{testdb.Office(t, d), t, d, db.NewID()}
	f.must(func(ctx context.Context, tx bun.Tx) error {
		return OpenProject(ctx, tx, f.Unit, Project{ID: f.project, Name: " 守正行动党支部 ", Party: party, From: day("2026-03-01")})
	})
	return f
}

func (f *force) try(fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.Transact(context.Background(), f.db, fn)
}

func (f *force) must(fn func(ctx context.Context, tx bun.Tx) error) {
	f.t.Helper()
	if err := f.try(fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *force) second(key, office, from string) (uuid.UUID, error) {
	s := Secondment{ID: db.NewID(), Project: f.project, Person: f.Person(key), Office: office, From: day(from)}
	if office == OfficeOfficer {
		s.Title = "组织委员"
	}
	return s.ID, f.try(func(ctx context.Context, tx bun.Tx) error { return Second(ctx, tx, f.Unit, s) })
}

func (f *force) in(key, office, from string) uuid.UUID {
	f.t.Helper()
	id, err := f.second(key, office, from)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *force) endProject(last string) error {
	return f.try(func(ctx context.Context, tx bun.Tx) error { return EndProject(ctx, tx, f.Unit, f.project, day(last)) })
}

func (f *force) endSecondment(id uuid.UUID, last string) error {
	return f.try(func(ctx context.Context, tx bun.Tx) error { return EndSecondment(ctx, tx, f.Unit, id, day(last)) })
}

func (f *force) appoint(id uuid.UUID, office, title, from string) (next uuid.UUID, err error) {
	err = f.try(func(ctx context.Context, tx bun.Tx) error {
		next, err = Appoint(ctx, tx, f.Unit, id, office, title, day(from))
		return err
	})
	return next, err
}

// staff is everybody's time as lines.
func (f *force) staff() string {
	f.t.Helper()
	rows, err := Secondments(context.Background(), f.db, f.Unit, f.project)
	if err != nil {
		f.t.Fatal(err)
	}
	lines := make([]string, len(rows))
	for i, s := range rows {
		lines[i] = strings.Join([]string{s.Name, s.Office + s.Title, s.From.String(), s.To.String(), s.BranchName + s.GroupName}, " ")
	}
	return strings.Join(lines, "\n")
}

func (f *force) refused(err error, code fault.Code, says string) {
	f.t.Helper()
	if !fault.Is(err, code) || !strings.Contains(err.Error(), says) {
		f.t.Errorf("got %v, want %s with %q", err, code, says)
	}
}

func TestSecondmentsLieWithinTheirProject(t *testing.T) {
	f := newForce(t, true)
	_, err := f.second("member1", OfficeMember, "2026-02-28")
	f.refused(err, fault.RuleBroken, "起止日期")
	f.in("member1", OfficeMember, "2026-03-05")
	_, err = f.second("member1", OfficeMember, "2026-04-01")
	f.refused(err, fault.Conflict, "已在其中")
	_, err = f.second("probationer", OfficeSecretary, "2026-03-01")
	f.refused(err, fault.RuleBroken, "正式党员")
	f.in("secretary1", OfficeSecretary, "2026-03-01")
	_, err = f.second("secretary2", OfficeSecretary, "2026-03-05")
	f.refused(err, fault.Conflict, "负责人")
	_, err = f.second("staff", "emperor", "2026-03-01")
	f.refused(err, fault.Invalid, "职务")
	f.refused(f.try(func(ctx context.Context, tx bun.Tx) error {
		return Second(ctx, tx, f.Unit, Secondment{ID: db.NewID(), Project: f.project, Person: f.Person("staff"), Office: OfficeOfficer, From: day("2026-03-01")})
	}), fault.Invalid, "分工")
	f.refused(f.try(func(ctx context.Context, tx bun.Tx) error {
		return Second(ctx, tx, f.Unit, Secondment{ID: db.NewID(), Project: db.NewID(), Person: f.Person("staff"), Office: OfficeMember, From: day("2026-03-01")})
	}), fault.NotFound, "项目")
	f.refused(f.try(func(ctx context.Context, tx bun.Tx) error {
		return OpenProject(ctx, tx, f.Unit, Project{ID: db.NewID(), Name: "守正行动党支部", From: day("2026-05-01")})
	}), fault.Conflict, "同名")
	want := "白一帆 secretary 2026-03-01  第一党支部第一党小组\n叶知秋 member 2026-03-05  第一党支部第二党小组"
	if got := f.staff(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// An appointment ends the office before and begins the next; the way out is a day.
func TestAppoint(t *testing.T) {
	f := newForce(t, true)
	head, next := f.in("secretary1", OfficeSecretary, "2026-03-01"), f.in("member1", OfficeMember, "2026-03-05")
	_, err := f.appoint(next, OfficeDeputy, "", "2026-03-05")
	f.refused(err, fault.Invalid, "从次日起")
	f.refused(f.endSecondment(next, "2026-03-04"), fault.Invalid, "从次日起")
	_, err = f.appoint(next, OfficeSecretary, "", "2026-04-01")
	f.refused(err, fault.Conflict, "负责人")
	_, err = f.appoint(next, OfficeMember, "", "2026-04-01")
	f.refused(err, fault.Invalid, "现在就是")
	if _, err = f.appoint(head, OfficeOfficer, "纪检委员", "2026-04-01"); err != nil {
		t.Fatal(err)
	}
	if _, err = f.appoint(next, OfficeSecretary, "", "2026-04-01"); err != nil {
		t.Fatal(err)
	}
	_, err = f.appoint(next, OfficeDeputy, "", "2026-06-01") // of the past
	f.refused(err, fault.Conflict, "已不在")
	want := `白一帆 secretary 2026-03-01 2026-03-31 第一党支部第一党小组
叶知秋 member 2026-03-05 2026-03-31 第一党支部第二党小组
白一帆 officer纪检委员 2026-04-01  第一党支部第一党小组
叶知秋 secretary 2026-04-01  第一党支部第二党小组`
	if got := f.staff(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEndProject(t *testing.T) {
	f := newForce(t, false)
	f.in("secretary1", OfficeSecretary, "2026-03-01")
	gone := f.in("member1", OfficeMember, "2026-03-05")
	if err := f.endSecondment(gone, "2026-04-30"); err != nil {
		t.Fatal(err)
	}
	f.refused(f.endSecondment(gone, "2026-05-30"), fault.Conflict, "已于")
	f.in("staff", OfficeMember, "2026-07-02")
	f.refused(f.endProject("2026-02-28"), fault.Invalid, "不能早于")
	f.refused(f.endProject("2026-06-30"), fault.RuleBroken, "曾小满")
	if err := f.endProject("2026-07-31"); err != nil {
		t.Fatal(err)
	}
	f.refused(f.endProject("2026-08-31"), fault.Conflict, "已于")
	_, err := f.second("chief", OfficeMember, "2026-08-01")
	f.refused(err, fault.RuleBroken, "起止日期")
	want := `白一帆 secretary 2026-03-01 2026-07-31 第一党支部第一党小组
叶知秋 member 2026-03-05 2026-04-30 第一党支部第二党小组
曾小满 member 2026-07-02 2026-07-31 `
	if got := f.staff(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// The name is free again the day after, and renaming looks for that, too.
	second := Project{ID: db.NewID(), Name: "守正行动党支部", From: day("2026-08-01")}
	f.must(func(ctx context.Context, tx bun.Tx) error { return OpenProject(ctx, tx, f.Unit, second) })
	f.must(func(ctx context.Context, tx bun.Tx) error {
		return RenameProject(ctx, tx, f.Unit, second.ID, "晨曦行动党支部")
	})
	f.refused(f.try(func(ctx context.Context, tx bun.Tx) error { return RenameProject(ctx, tx, f.Unit, second.ID, "") }), fault.Invalid, "名称")
	f.refused(f.try(func(ctx context.Context, tx bun.Tx) error { return RenameProject(ctx, tx, f.Unit, db.NewID(), "云") }), fault.NotFound, "项目")
	if p, err := ProjectByID(context.Background(), f.db, f.Unit, second.ID); err != nil || p.Name != "晨曦行动党支部" || p.On(day("2026-07-31")) || !p.On(day("2026-08-01")) {
		t.Errorf("%+v %v", p, err)
	}
}

// Of a project those are expected who are seconded that day; where they belong is not
// asked, and does not move.
func TestExpectedOfProject(t *testing.T) {
	f := newForce(t, true)
	f.in("secretary1", OfficeSecretary, "2026-03-01")
	f.in("leader2", OfficeOfficer, "2026-03-01")
	f.in("probationer", OfficeMember, "2026-03-01")
	f.in("staff", OfficeMember, "2026-03-01")
	if err := f.endSecondment(f.in("member1", OfficeMember, "2026-03-05"), "2026-04-30"); err != nil {
		t.Fatal(err)
	}
	o := Organiser{Kind: "project", Project: f.project}
	for _, c := range []struct{ on, circle, want string }{
		{"2026-03-04", CircleStaff, "白一帆 方明远 欧阳晓 曾小满"},
		{"2026-04-30", CircleStaff, "白一帆 叶知秋 方明远 欧阳晓 曾小满"},
		{"2026-05-01", CircleMembers, "白一帆 方明远 欧阳晓"},
		{"2026-05-01", CircleVoters, "白一帆 方明远"},
		{"2026-05-01", CircleCommittee, "白一帆 方明远"},
		{"2026-05-01", CircleNobody, ""},
		{"2026-02-28", CircleStaff, ""},
	} {
		got, err := Expected(context.Background(), f.db, f.Unit, day(c.on), o, c.circle)
		if err != nil || names(got) != c.want {
			t.Errorf("%s on %s: %s, %v; want %s", c.circle, c.on, names(got), err, c.want)
		}
	}
	got, err := Placements(context.Background(), f.db, f.Unit, day("2026-05-01"), []uuid.UUID{f.Person("leader2")})
	if err != nil || got[f.Person("leader2")].BranchName != "第二党支部" {
		t.Errorf("%+v %v", got, err)
	}
}

// Two who make somebody the head at once: one does.
func TestTwoSecretariesAtOnce(t *testing.T) {
	f := newForce(t, true)
	answers := make(chan error, 2)
	for _, key := range []string{"secretary1", "secretary2"} {
		go func() {
			_, err := f.second(key, OfficeSecretary, "2026-03-01")
			answers <- err
		}()
	}
	errs := []error{<-answers, <-answers}
	if won := slices.IndexFunc(errs, func(err error) bool { return err == nil }); won < 0 || !fault.Is(errs[1-won], fault.Conflict) {
		t.Error(errs)
	}
}

func TestOfficeNames(t *testing.T) {
	for want, s := range map[string]Secondment{"组织委员": {Office: OfficeOfficer, Title: "组织委员"}, "成员": {Office: OfficeMember}} {
		if s.OfficeName() != want {
			t.Errorf("%s, want %s", s.OfficeName(), want)
		}
	}
	s := Secondment{From: day("2026-03-01"), To: calendar.NewDate(2026, 3, 31)}
	if s.On(day("2026-02-28")) || !s.On(day("2026-03-01")) || !s.On(day("2026-03-31")) || s.On(day("2026-04-01")) {
		t.Error("the days of a secondment are miscounted")
	}
}
