package account_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/audit"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// office is the same hand-over that app makes, without seeds.
type office struct{}

func (office) Found(ctx context.Context, tx bun.Tx, now time.Time, name string) (uuid.UUID, error) {
	return org.CreateUnit(ctx, tx, now, name, false)
}

func (office) AddOutsider(ctx context.Context, tx bun.Tx, unit uuid.UUID, name string) (uuid.UUID, error) {
	return org.AddOutsider(ctx, tx, unit, name)
}

// clock is a time that a test moves on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func newService(t *testing.T, d *bun.DB, allowDemo bool) (*account.Service, *clock) {
	t.Helper()
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{now: time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)}
	return account.NewService(d, c.Now, policy, office{}, audit.NewService(d, c.Now), allowDemo), c
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("want %s, got %v", code, err)
	}
}

func TestCheckPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"short-1":                 false,
		"password1234":            false, // a common word and digits
		"qwertyuiop123456":        false,
		"1234567890123":           false,
		"abcabcabcabc":            false,
		"secretary1-2026":         false, // the login in disguise
		"河畔的第三棵柳树下见面吧":            true,
		"tidal-otter-9-lamp":      true,
		strings.Repeat("长句子", 90): false,
	} {
		if err := account.CheckPassword("secretary1", password); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestSessionLife(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, c := newService(t, d, false)
	ctx := t.Context()
	token, who, err := s.SignIn(ctx, access.Actor{Address: "10.0.0.1"}, "Secretary1 ", testdb.Password, "test")
	if err != nil {
		t.Fatal(err)
	}
	if who.Person != o.Person("secretary1") || len(who.Grants) == 0 {
		t.Fatalf("wrong actor: %+v", who)
	}
	c.pass(29 * time.Minute)
	a, err := s.Actor(ctx, token)
	if err != nil || a.Branch != o.Branches[0].ID {
		t.Fatalf("%+v %v", a, err)
	}
	c.pass(29 * time.Minute) // used in between, so still there
	if _, err := s.Actor(ctx, token); err != nil {
		t.Fatal(err)
	}
	c.pass(31 * time.Minute)
	_, err = s.Actor(ctx, token)
	wantCode(t, err, fault.Unauthenticated)
	_, err = s.Actor(ctx, "forged")
	wantCode(t, err, fault.Unauthenticated)

	token, _, err = s.SignIn(ctx, access.Actor{}, "secretary1", testdb.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 25 { // busy all day: twelve hours all the same
		c.pass(29 * time.Minute)
		_, err = s.Actor(ctx, token)
	}
	wantCode(t, err, fault.Unauthenticated)
}

func TestWrongTries(t *testing.T) {
	d := testdb.New(t)
	testdb.Office(t, d)
	s, c := newService(t, d, false)
	ctx := t.Context()
	var mu sync.Mutex
	codes := map[fault.Code]int{}
	var wait sync.WaitGroup
	for range 20 { // a burst gets no more than five looked at
		wait.Go(func() {
			_, _, err := s.SignIn(ctx, access.Actor{}, "member1", "wrong password here", "")
			var f *fault.Error
			if !errors.As(err, &f) {
				t.Errorf("no fault: %v", err)
				return
			}
			mu.Lock()
			codes[f.Code]++
			mu.Unlock()
		})
	}
	wait.Wait()
	if codes[fault.Unauthenticated] != account.MaxTries || codes[fault.TooMany] != 15 {
		t.Fatalf("codes %v", codes)
	}
	_, _, err := s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	wantCode(t, err, fault.TooMany) // the right one has to wait too
	_, _, err = s.SignIn(ctx, access.Actor{}, "nobody-of-that-name", "x", "")
	wantCode(t, err, fault.Unauthenticated)
	c.pass(account.TryWindow + time.Second)
	if _, _, err := s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, ""); err != nil {
		t.Fatal(err)
	}
}

func TestManageAccounts(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, _ := newService(t, d, false)
	ctx := t.Context()
	admin, scope := o.Actor("sysadmin"), access.System(o.Unit)
	made, password, err := s.Create(ctx, admin, access.System(o.Unit), account.NewAccount{Login: "New.Person", Name: "外聘运维"})
	if err != nil {
		t.Fatal(err)
	}
	token, who, err := s.SignIn(ctx, access.Actor{}, "new.person", password, "")
	if err != nil || !who.MustChange {
		t.Fatalf("%+v %v", who, err)
	}
	if len(who.Grants) != 0 {
		t.Fatalf("somebody off the roll is no member: %v", who.Grants)
	}
	wantCode(t, s.ChangePassword(ctx, who, token, password, "password1234"), fault.Invalid)
	if err := s.ChangePassword(ctx, who, token, password, "tidal-otter-9-lamp"); err != nil {
		t.Fatal(err)
	}
	if err := s.Disable(ctx, admin, scope, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.Actor(ctx, token)
	wantCode(t, err, fault.Unauthenticated)
	_, _, err = s.SignIn(ctx, access.Actor{}, "new.person", "tidal-otter-9-lamp", "")
	wantCode(t, err, fault.Forbidden)
	wantCode(t, s.Disable(ctx, admin, scope, admin.Account), fault.RuleBroken)
	wantCode(t, s.Disable(ctx, admin, access.Scope{}, made.ID), fault.NotFound)
	_, _, err = s.Create(ctx, admin, access.System(o.Unit), account.NewAccount{Login: "new.person", Name: "又一个"})
	wantCode(t, err, fault.Conflict)
}

// Somebody who left is out from the day after, whatever grants are still there.
func TestLeaversAreOut(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, c := newService(t, d, false)
	ctx := t.Context()
	token, _, err := s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := testdb.Owner(t, d).ExecContext(ctx, `UPDATE org_people SET left_on = '2026-03-05' WHERE id = $1`, o.Person("member1")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Actor(ctx, token); err != nil { // the last day is worked
		t.Fatal(err)
	}
	c.pass(24 * time.Hour)
	_, err = s.Actor(ctx, token)
	wantCode(t, err, fault.Unauthenticated)
	_, _, err = s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	wantCode(t, err, fault.Forbidden)
}

func TestGrants(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, _ := newService(t, d, false)
	ctx := t.Context()
	officer := o.Actor("security")
	give := func(key, role string, place uuid.UUID) (uuid.UUID, error) {
		return s.Grant(ctx, officer, access.System(o.Unit), account.NewGrant{Person: o.Person(key), Role: role, Place: place})
	}
	_, err := give("security", "leading_group", uuid.Nil)
	wantCode(t, err, fault.RuleBroken) // not to oneself
	_, err = give("sysadmin", "security_auditor", uuid.Nil)
	wantCode(t, err, fault.RuleBroken) // auditors apart: the database says so
	_, err = give("auditor", "security_admin", uuid.Nil)
	wantCode(t, err, fault.RuleBroken)
	_, err = give("member1", "branch_secretary", uuid.Nil)
	wantCode(t, err, fault.Invalid)
	_, err = give("member1", "emperor", uuid.Nil)
	wantCode(t, err, fault.Invalid)

	id, err := give("member1", "branch_secretary", o.Branches[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = give("member1", "branch_secretary", o.Branches[1].ID)
	wantCode(t, err, fault.Conflict)
	token, who, err := s.SignIn(ctx, access.Actor{}, "member1", testdb.Password, "")
	if err != nil || len(who.Grants) != 2 {
		t.Fatalf("%v %v", who.Grants, err)
	}
	if err := s.EndGrant(ctx, officer, access.System(o.Unit), id); err != nil {
		t.Fatal(err)
	}
	_, err = s.Actor(ctx, token) // ended at once
	wantCode(t, err, fault.Unauthenticated)
	wantCode(t, s.EndGrant(ctx, officer, access.System(o.Unit), id), fault.NotFound)
}

func TestDemoSignInsRefusedInProduction(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	local, _ := newService(t, d, true)
	production, _ := newService(t, d, false)
	ctx := t.Context()
	_, _, err := local.Create(ctx, o.Actor("sysadmin"), access.System(o.Unit), account.NewAccount{Login: "demo", Name: "演示", Password: "tidal-otter-9-lamp", Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := local.SignIn(ctx, access.Actor{}, "demo", "tidal-otter-9-lamp", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = production.Actor(ctx, token)
	wantCode(t, err, fault.Unauthenticated)
	_, _, err = production.SignIn(ctx, access.Actor{}, "demo", "tidal-otter-9-lamp", "")
	wantCode(t, err, fault.Forbidden)
}

func TestSetupOnce(t *testing.T) {
	d := testdb.New(t)
	s, c := newService(t, d, false)
	ctx := t.Context()
	old, err := s.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first := account.First{UnitName: "临江区人民检察院", PersonName: "管理员", Login: "admin", Password: "tidal-otter-9-lamp"}
	for _, bad := range []string{old, "", "forged"} {
		first.Token = bad
		wantCode(t, s.Setup(ctx, access.Actor{}, first), fault.Forbidden)
	}
	first.Token = token
	weak := first
	weak.Password = "password1234"
	wantCode(t, s.Setup(ctx, access.Actor{}, weak), fault.Invalid)
	results := make(chan error, 8) // two tabs at once: one office
	for range cap(results) {
		go func() { results <- s.Setup(ctx, access.Actor{}, first) }()
	}
	good := 0
	for range cap(results) {
		if err := <-results; err == nil {
			good++
		} else if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if good != 1 {
		t.Fatalf("%d set-ups went through", good)
	}
	if again, err := s.SetupLink(ctx); err != nil || again != "" {
		t.Fatalf("a second link: %q %v", again, err)
	}
	c.pass(time.Second)
	if _, who, err := s.SignIn(ctx, access.Actor{}, "admin", "tidal-otter-9-lamp", ""); err != nil || fmt.Sprint(len(who.Grants)) != "2" {
		t.Fatalf("%+v %v", who, err)
	}
}
