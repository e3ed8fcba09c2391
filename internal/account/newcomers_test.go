package account_test

import (
	"slices"
	"testing"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestNewcomers(t *testing.T) {
	d := testdb.New(t)
	o := testdb.Office(t, d)
	s, _ := newService(t, d, false)
	ctx := t.Context()
	admin, scope := o.Actor("sysadmin"), access.System(o.Unit)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	roll := org.NewService(d, policy, nil, time.Now)
	_, err = roll.AddPerson(ctx, o.Actor("office"), scope, org.NewPerson{PersonInput: org.PersonInput{Name: "单小雨", PoliticalStatus: org.Masses}})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Newcomers(ctx, scope, "shanxiao")
	if err != nil || len(found) != 1 || found[0].Name != "单小雨" {
		t.Fatalf("people without an account: %v %v", found, err)
	}
	first := found[0]
	if _, _, err := s.Create(ctx, admin, access.System(o.Unit), account.NewAccount{Login: "first.account", Person: first.ID}); err != nil {
		t.Fatal(err)
	}
	// A second account would open the person's grants to whoever made it.
	if _, _, err := s.Create(ctx, admin, access.System(o.Unit), account.NewAccount{Login: "second.account", Person: first.ID}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second account for one person: %v", err)
	}
	left, err := s.Newcomers(ctx, scope, first.Name)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(left, func(n account.Newcomer) bool { return n.ID == first.ID }) {
		t.Errorf("%s has an account and is still offered", first.Name)
	}
	// A sign is no pattern, and nobody outside the scope is told of.
	for _, none := range []struct {
		scope access.Scope
		text  string
	}{{scope, "%"}, {access.Scope{}, ""}} {
		if got, err := s.Newcomers(ctx, none.scope, none.text); err != nil || len(got) != 0 {
			t.Errorf("%q: %v %v", none.text, got, err)
		}
	}
}
