package volunteer

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// crowd puts people into the first branch besides those of the fixture.
func (h *house) crowd(n int) []access.Actor {
	h.t.Helper()
	like := h.Actor("member1")
	out := make([]access.Actor, n)
	for i := range out {
		a := like
		a.Person, a.Name = db.NewID(), fmt.Sprintf("志愿者%02d", i)
		for _, q := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO org_people (unit_id, id, name, political_status, development_stage) VALUES (?, ?, ?, 'masses', 'none')`, []any{h.Unit, a.Person, a.Name}},
			{`INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from) VALUES (?, ?, ?, ?, '2020-01-01')`,
				[]any{h.Unit, db.NewID(), a.Person, h.Departments[1].ID}},
		} {
			if _, err := h.db.NewRaw(q.text, q.args...).Exec(bg); err != nil {
				h.t.Fatal(err)
			}
		}
		out[i] = a
	}
	return out
}

func TestFiftyAtOnce(t *testing.T) {
	h := newHouse(t)
	people := h.crowd(50)
	a := h.must(h.create("secretary1", h.plan(10)))
	var wg sync.WaitGroup
	errs := make(chan error, 100)
	for _, p := range people {
		for range 2 { // everybody presses twice
			wg.Go(func() {
				scope, err := h.policy.Decide(p, needSign())
				if err == nil {
					_, err = h.svc.SignUp(bg, p, scope, a.ID)
				}
				errs <- err
			})
		}
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	full := h.must(h.action("secretary1", a.ID))
	if full.Placed != 10 || full.Waiting != 40 || len(full.Signups) != 50 {
		t.Fatalf("%d placed, %d waiting, %d lines", full.Placed, full.Waiting, len(full.Signups))
	}
	for i, s := range full.Signups {
		if (i < 10) != (s.State == Placed) || i > 0 && !s.SignedAt.After(full.Signups[i-1].SignedAt) {
			t.Fatalf("line %d: %+v", i, s)
		}
	}
	// Each who waits reads their position; who is first moves up when a place comes free.
	byID := map[uuid.UUID]access.Actor{}
	for _, p := range people {
		byID[p.Person] = p
	}
	reads := func(p access.Actor) ActionDetail {
		scope, err := h.policy.Decide(p, needRead())
		if err != nil {
			t.Fatal(err)
		}
		return h.must(h.svc.Action(bg, p, scope, a.ID))
	}
	for i, s := range full.Signups[10:15] {
		if d := reads(byID[s.PersonID]); d.Own == nil || d.Own.Position != i+1 {
			t.Fatalf("waiting %d reads %+v", i+1, d.Own)
		}
	}
	gone := byID[full.Signups[3].PersonID]
	scope, err := h.policy.Decide(gone, needSign())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // pressed twice, one place comes free
		if _, err := h.svc.Withdraw(bg, gone, scope, a.ID); err != nil {
			t.Fatal(err)
		}
	}
	then := h.must(h.action("secretary1", a.ID))
	if then.Placed != 10 || then.Waiting != 39 || then.Signups[9].PersonID != full.Signups[10].PersonID || then.Signups[10].PersonID != full.Signups[11].PersonID {
		t.Errorf("after a withdrawal %d placed, %d waiting: %v", then.Placed, then.Waiting, lines(then)[8:12])
	}
	first := byID[full.Signups[10].PersonID]
	if d := reads(first); d.Own == nil || d.Own.MovedAt == nil {
		t.Errorf("who moved up reads %+v", d.Own)
	}
	if n := h.count(`SELECT count(*) FROM audit_entries WHERE action = 'volunteer.sign' AND object_id = ?`, a.ID); n != 50 {
		t.Errorf("%d audit rows of 50 sign-ups", n)
	}
	// Who comes back stands at the end.
	if _, err := h.svc.SignUp(bg, gone, scope, a.ID); err != nil {
		t.Fatal(err)
	}
	then = h.must(h.action("secretary1", a.ID))
	if last := then.Signups[49]; last.PersonID != gone.Person || last.State != Waiting {
		t.Errorf("back as %+v", last)
	}
}

func TestSigningUp(t *testing.T) {
	h := newHouse(t)
	a := h.must(h.create("secretary1", h.plan(1)))
	h.must(h.sign("member1", a.ID))
	waits := h.must(h.sign("leader1", a.ID))
	if waits.Own.State != Waiting || waits.Own.Position != 1 || slices.Contains(waits.Can, "sign") || !slices.Contains(waits.Can, "withdraw") {
		t.Errorf("%+v", waits.Own)
	}
	// Fewer places than are given away are refused; more take in who waits.
	two := h.must(h.change("secretary1", a.ID, a.Version, h.plan(2)))
	if two.Placed != 2 || two.Waiting != 0 {
		t.Errorf("two places: %v", lines(two))
	}
	_, err := h.change("secretary1", a.ID, two.Version, h.plan(1))
	wants(t, err, fault.Invalid, "places")
	_, err = h.change("secretary1", a.ID, a.Version, h.plan(2))
	wants(t, err, fault.Conflict, "")

	h.now = moment("2026-05-22 18:01")
	_, err = h.sign("committee1", a.ID)
	wants(t, err, fault.RuleBroken, "")
	h.must(h.withdraw("member1", a.ID))                       // until it begins
	h.must(h.add("secretary1", a.ID, h.Person("committee1"))) // the organiser may
	_, err = h.arrive("committee1", a.ID)
	wants(t, err, fault.RuleBroken, "")

	h.now = moment("2026-05-23 08:00")
	for range 2 {
		if d := h.must(h.arrive("committee1", a.ID)); d.Own.CameAt == nil || !d.Own.CameAt.Equal(h.now) {
			t.Errorf("arrived: %+v", d.Own)
		}
	}
	_, err = h.arrive("member1", a.ID) // withdrew
	wants(t, err, fault.RuleBroken, "")
	h.now = moment("2026-05-23 09:00")
	_, err = h.withdraw("leader1", a.ID)
	wants(t, err, fault.RuleBroken, "")
	h.now = moment("2026-05-23 12:01")
	_, err = h.arrive("leader1", a.ID)
	wants(t, err, fault.RuleBroken, "")

	by, scope := h.as("secretary1", needOrganise())
	for range 2 {
		if err := h.svc.RemovePerson(bg, by, scope, a.ID, h.Person("leader1")); err != nil {
			t.Error(err)
		}
	}
	if d := h.must(h.action("secretary1", a.ID)); d.Placed != 1 {
		t.Errorf("%v", lines(d))
	}
	_, err = h.add("secretary1", a.ID, h.Person("member1"), uuid.New())
	wants(t, err, fault.Invalid, "person_ids")
	called := h.must(h.action("secretary1", a.ID))
	off := h.must(h.cancel("secretary1", called))
	if off.State != Cancelled || off.CancelReason == "" {
		t.Errorf("%+v", off.Action)
	}
	for what, err := range map[string]error{
		"sign":     second(h.sign("member1", a.ID)),
		"withdraw": second(h.withdraw("committee1", a.ID)),
		"arrive":   second(h.arrive("committee1", a.ID)),
		"add":      second(h.add("secretary1", a.ID, h.Person("member1"))),
		"change":   second(h.change("secretary1", a.ID, off.Version, h.plan(2))),
		"cancel":   second(h.cancel("secretary1", off)),
		"record":   second(h.enter("secretary1", off, h.came("member1"))),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s after cancelling: %v", what, err)
		}
	}
}

func second(_ ActionDetail, err error) error { return err }

// TestPlacesHoldInTheDatabase goes past the service.
func TestPlacesHoldInTheDatabase(t *testing.T) {
	h := newHouse(t)
	a := h.must(h.create("secretary1", h.plan(1)))
	h.must(h.sign("member1", a.ID))
	err := db.Transact(bg, h.db, func(ctx context.Context, tx bun.Tx) error {
		return signUp(ctx, tx, h.Unit, a.ID, h.Person("leader1"), h.now, []uuid.UUID{h.Person("leader1")}, 1)
	})
	wants(t, err, fault.Conflict, "")
}
