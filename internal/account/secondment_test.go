package account_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
)

// A secondment gives its role on its first day and takes it after its last, at the very
// next request, and nothing has to be granted for it.
func TestSecondmentGivesAndTakesAtTheNextRequest(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, c := newService(t, d, false)
	ctx := t.Context()
	do := func(fn func(ctx context.Context, tx bun.Tx) error) {
		t.Helper()
		if err := db.Transact(ctx, d, fn); err != nil {
			t.Fatal(err)
		}
	}
	today := calendar.DateOf(c.Now())
	project, mine := db.NewID(), db.NewID()
	do(func(ctx context.Context, tx bun.Tx) error {
		return org.OpenProject(ctx, tx, o.Unit, org.Project{ID: project, Name: "守正行动党支部", Party: true, From: today.AddDays(-10)})
	})
	token, who, err := s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil || len(who.Grants) != 1 {
		t.Fatal(who.Grants, err)
	}
	want := func(when string, role string) {
		t.Helper()
		who, err := s.Actor(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		var got []access.Grant
		for _, g := range who.Grants {
			if g.PlaceKind == "project" {
				got = append(got, g)
			}
		}
		if role == "" && len(got) == 0 {
			return
		}
		if !slices.Equal(got, []access.Grant{{Role: role, PlaceKind: "project", PlaceID: project, PlaceName: "守正行动党支部"}}) {
			t.Errorf("%s: %v, want %q", when, got, role)
		}
	}
	second := func(id uuid.UUID, from calendar.Date) func(context.Context, bun.Tx) error {
		return func(ctx context.Context, tx bun.Tx) error {
			return org.Second(ctx, tx, o.Unit, org.Secondment{ID: id, Project: project, Person: o.Person("member1"), Office: org.OfficeMember, From: from})
		}
	}
	want("before", "")
	do(second(mine, today))
	want("on the first day", access.RoleTaskforceMember)
	c.pass(24 * time.Hour)
	token, _, err = s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	// Another office from today on, another role at once.
	do(func(ctx context.Context, tx bun.Tx) error {
		_, err := org.Appoint(ctx, tx, o.Unit, mine, org.OfficeDeputy, "", today.AddDays(1))
		return err
	})
	want("as deputy", access.RoleTaskforceSecretary)
	do(func(ctx context.Context, tx bun.Tx) error {
		return org.EndProject(ctx, tx, o.Unit, project, today.AddDays(1))
	})
	want("on the last day", access.RoleTaskforceSecretary)
	c.pass(24 * time.Hour)
	token, _, err = s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	want("after the last day", "")

	// Ended as of yesterday: gone at the next request of the same session.
	project = db.NewID()
	do(func(ctx context.Context, tx bun.Tx) error {
		return org.OpenProject(ctx, tx, o.Unit, org.Project{ID: project, Name: "守正行动党支部", From: today.AddDays(2)})
	})
	again := db.NewID()
	c.pass(24 * time.Hour)
	token, _, err = s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	do(second(again, today.AddDays(2)))
	want("seconded since yesterday", access.RoleTaskforceMember)
	do(func(ctx context.Context, tx bun.Tx) error {
		return org.EndSecondment(ctx, tx, o.Unit, again, today.AddDays(2))
	})
	want("ended yesterday", "")
}

func TestSecondedRolesAreNotGranted(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, _ := newService(t, d, false)
	for _, r := range access.Seconded() {
		_, err := s.Grant(t.Context(), o.Actor("security"), access.System(o.Unit), account.NewGrant{Person: o.Person("member1"), Role: r.Code, Place: db.NewID()})
		wantCode(t, err, fault.Invalid)
		if f := fault.From(err).Field; f != "role" {
			t.Errorf("told at %q", f)
		}
	}
}
