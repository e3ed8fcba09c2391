package mentoring

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

func TestPairAndSee(t *testing.T) {
	o := newHouse(t)
	p := o.pair("member1", "chief", "committee1")
	if p.Number != "双导〔2026〕0001号" || p.To != day("2027-12-31") || p.State != StateCurrent || p.Version != 1 || !p.MayPair {
		t.Errorf("made %+v", p)
	}
	other := o.pair("staff", "deputy", "leader1")
	for key, want := range map[string]struct {
		role string
		sees []uuid.UUID
	}{
		"member1": {MenteeRole, []uuid.UUID{p.ID}}, "chief": {Political, []uuid.UUID{p.ID, other.ID}}, "committee1": {Professional, []uuid.UUID{p.ID}},
		"office": {"", []uuid.UUID{p.ID, other.ID}}, "secretary1": {"", nil}, "leader1": {"", []uuid.UUID{other.ID}}, "sysadmin": {"", nil},
	} {
		by, scope := o.as(key, "read")
		page, err := o.svc.Pairings(bg, by, scope, PairingFilter{})
		o.must(err)
		if page.Total != len(want.sees) || len(page.Items) != len(want.sees) {
			t.Errorf("%s: %d of %d, want %d", key, len(page.Items), page.Total, len(want.sees))
		}
		for _, one := range []Pairing{p, other} {
			got, err := o.svc.Pairing(bg, by, scope, one.ID)
			if slices.Contains(want.sees, one.ID) != (err == nil) {
				t.Errorf("%s opens %s: %v", key, one.MenteeName, err)
			}
			if err != nil {
				refused(t, err, fault.NotFound)
			} else if one.ID == p.ID && got.Pairing.Role != want.role {
				t.Errorf("%s is %q", key, got.Pairing.Role)
			}
		}
		mine, err := o.svc.MyPairings(bg, by, scope)
		o.must(err)
		if key == "office" && len(mine) != 0 || key == "chief" && len(mine) != 1 {
			t.Errorf("%s has %d of their own", key, len(mine))
		}
	}
}

func TestPairingsPageByPage(t *testing.T) {
	o := newHouse(t)
	for _, p := range [][3]string{{"member1", "chief", "committee1"}, {"staff", "deputy", "leader1"}, {"leader2", "secretary1", "head"}} {
		o.pair(p[0], p[1], p[2])
	}
	by, scope := o.as("office", "read")
	seen := map[uuid.UUID]bool{}
	f := PairingFilter{Limit: 2}
	for range 3 {
		page, err := o.svc.Pairings(bg, by, scope, f)
		o.must(err)
		if page.Total != 3 {
			t.Errorf("total %d", page.Total)
		}
		for _, p := range page.Items {
			if seen[p.ID] {
				t.Error("twice")
			}
			seen[p.ID] = true
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d seen", len(seen))
	}
	for name, c := range map[string]struct {
		f    PairingFilter
		want int
	}{
		"mentee": {PairingFilter{Text: "叶知秋"}, 1}, "mentor's initials": {PairingFilter{Text: "HCL"}, 1}, "number": {PairingFilter{Text: "0002"}, 1},
		"ended": {PairingFilter{State: StateEnded}, 0}, "current": {PairingFilter{State: StateCurrent}, 3}, "mentor": {PairingFilter{Mentor: o.Person("head")}, 1},
	} {
		page, err := o.svc.Pairings(bg, by, scope, c.f)
		o.must(err)
		if page.Total != c.want || len(page.Items) != c.want {
			t.Errorf("%s: %d", name, page.Total)
		}
	}
	if _, err := o.svc.Pairings(bg, by, scope, PairingFilter{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("cursor: %v", err)
	}
}

// What cannot be is refused by name, and then nothing is written.
func TestPairRefuses(t *testing.T) {
	o := newHouse(t)
	o.pair("staff", "chief", "deputy")
	by, scope := o.as("office", "pair")
	_, err := o.svc.NoteWish(bg, by, scope, WishInput{Kind: Exclude, MenteeID: o.Person("member1"), MentorID: o.Person("leader1")})
	o.must(err)
	good := o.item("probationer", "secretary1", "committee1")
	for name, c := range map[string]struct {
		item PairInput
		want string
	}{
		"no young cadre":       {o.item("leader1", "chief", "head"), "青年干警"},
		"paired":               {o.item("staff", "secretary1", "head"), "已有结对"},
		"one for both":         {o.item("member1", "chief", "chief"), "须是两个人"},
		"own mentor":           {o.item("member1", "member1", "head"), "不在导师库"},
		"not listed as such":   {o.item("member1", "secretary1", "secretary2"), "没有列为业务导师"},
		"not in the pool":      {o.item("member1", "leader2", "head"), "不在导师库"},
		"has to stay apart":    {o.item("member1", "chief", "leader1"), "须回避"},
		"the same twice":       {o.item("probationer", "secretary1", "head"), "重复"},
		"somebody not on roll": {o.item("sysadmin", "secretary1", "head"), "不在册"},
	} {
		_, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day(first), Items: []PairInput{good, c.item}})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.pair("member1", "chief", "committee1")
	if _, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day(first), Items: []PairInput{o.item("leader2", "chief", "head")}}); err == nil || !strings.Contains(err.Error(), "超过 2 人") {
		t.Errorf("third mentee: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM mentoring_pairings`); n != 2 {
		t.Errorf("%d pairings", n)
	}
	o.exec(`UPDATE org_people SET birth_on = '1998-04-02' WHERE id = ?`, o.Person("office"))
	for name, item := range map[string]PairInput{"mentee": o.item("office", "secretary1", "head"), "mentor": o.item("leader2", "office", "head")} {
		if _, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day(first), Items: []PairInput{item}}); !fault.Is(err, fault.RuleBroken) {
			t.Errorf("own, as %s: %v", name, err)
		}
	}
	for _, key := range []string{"chief", "member1", "secretary1", "sysadmin"} {
		by, scope := o.as(key, "pair")
		if _, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day(first), Items: []PairInput{o.item("leader2", "secretary2", "head")}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// Two clerks at once: one of the two is refused, and no mentor has three.
func TestPairTwoAtOnce(t *testing.T) {
	o := newHouse(t)
	o.pair("staff", "chief", "deputy")
	by, scope := o.as("office", "pair")
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i, mentee := range []string{"member1", "leader2"} {
		wait.Go(func() {
			_, errs[i] = o.svc.Pair(bg, by, scope, PairingsInput{From: day(first), Items: []PairInput{o.item(mentee, "chief", "head")}})
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("got %v and %v", errs[0], errs[1])
	}
}

func TestChangeKeepsHistory(t *testing.T) {
	o := newHouse(t)
	p := o.pair("member1", "chief", "committee1")
	by, scope := o.as("office", "pair")
	in := ChangeInput{Role: Professional, MentorID: o.Person("leader1"), From: day("2026-06-01"), Change: "工作调动", Version: 1}
	d, err := o.svc.Change(bg, by, scope, p.ID, in)
	o.must(err)
	if len(d.Terms) != 3 || d.Pairing.Professional.ID != o.Person("committee1") || d.Pairing.Version != 2 {
		t.Errorf("today %+v", d)
	}
	o.now = time.Date(2026, 6, 1, 9, 0, 0, 0, calendar.Shanghai)
	by2, read := o.as("committee1", "read")
	d, err = o.svc.Pairing(bg, by2, read, p.ID)
	o.must(err)
	if d.Pairing.Role != "former" || d.Pairing.Professional.ID != o.Person("leader1") || d.Terms[1].Change != "工作调动" || d.Terms[2].To != day("2026-05-31") {
		t.Errorf("later %+v", d)
	}
	if _, err := o.svc.Change(bg, by, scope, p.ID, in); !fault.Is(err, fault.Conflict) {
		t.Errorf("old version: %v", err)
	}
	in.Version = 2
	for name, c := range map[string]struct {
		edit func(*ChangeInput)
		want string
	}{
		"the same":           {func(in *ChangeInput) { in.MentorID = o.Person("leader1") }, "已是"},
		"the other mentor":   {func(in *ChangeInput) { in.MentorID, in.From = o.Person("chief"), day("2026-07-01") }, "两位导师"},
		"their first day":    {func(in *ChangeInput) { in.MentorID = o.Person("head") }, "次日"},
		"after the end":      {func(in *ChangeInput) { in.MentorID, in.From = o.Person("head"), day("2028-01-01") }, "期限"},
		"not fit":            {func(in *ChangeInput) { in.MentorID, in.From = o.Person("secretary1"), day("2026-07-01") }, "没有列为"},
		"not in the pool":    {func(in *ChangeInput) { in.MentorID, in.From = o.Person("staff"), day("2026-07-01") }, "导师库"},
		"the mentee":         {func(in *ChangeInput) { in.MentorID, in.From = o.Person("member1"), day("2026-07-01") }, "导师库"},
		"who decides":        {func(in *ChangeInput) { in.MentorID, in.From = o.Person("office"), day("2026-07-01") }, "回避"},
		"without a word why": {func(in *ChangeInput) { in.Change = " " }, "原因"},
	} {
		changed := in
		c.edit(&changed)
		if _, err := o.svc.Change(bg, by, scope, p.ID, changed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for key := range map[string]bool{"chief": true, "member1": true, "secretary1": true} {
		by, scope := o.as(key, "pair")
		if _, err := o.svc.Change(bg, by, scope, p.ID, in); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// What a mentor logged stays in their time.
func TestChangeAfterTheLastLog(t *testing.T) {
	o := newHouse(t)
	p := o.pair("member1", "chief", "committee1")
	o.exec(`INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, kind, held_on, minutes, content, written_by, written_at)
		VALUES (?, ?, ?, ?, ?, 'lesson', '2026-05-10', 60, '讲课', ?, ?)`, o.Unit, p.MenteeID, p.ID, p.MenteeID, o.Person("committee1"), p.MenteeID, noon)
	by, scope := o.as("office", "pair")
	in := ChangeInput{Role: Professional, MentorID: o.Person("leader1"), From: day("2026-05-10"), Change: "工作调动", Version: 1}
	if _, err := o.svc.Change(bg, by, scope, p.ID, in); err == nil || !strings.Contains(err.Error(), "2026-05-10") {
		t.Errorf("same day: %v", err)
	}
	if _, err := o.svc.End(bg, by, scope, p.ID, EndInput{Last: day("2026-05-09"), Reason: "调离", Version: 1}); err == nil || !strings.Contains(err.Error(), "2026-05-10") {
		t.Errorf("end: %v", err)
	}
	in.From = day("2026-05-11")
	_, err := o.svc.Change(bg, by, scope, p.ID, in)
	o.must(err)
}

func TestSignAndEnd(t *testing.T) {
	o := newHouse(t)
	p := o.pair("member1", "chief", "committee1")
	by, scope := o.as("office", "pair")
	if _, err := o.svc.Sign(bg, by, scope, p.ID, day("2026-05-21"), 1); !fault.Is(err, fault.Invalid) {
		t.Errorf("tomorrow: %v", err)
	}
	d, err := o.svc.Sign(bg, by, scope, p.ID, day("2026-01-05"), 1)
	o.must(err)
	if d.Pairing.SignedOn == nil || *d.Pairing.SignedOn != day("2026-01-05") {
		t.Errorf("signed %+v", d.Pairing)
	}
	_, err = o.svc.Change(bg, by, scope, p.ID, ChangeInput{Role: Political, MentorID: o.Person("deputy"), From: day("2026-09-01"), Change: "分工调整", Version: 2})
	o.must(err)
	for on, want := range map[string]string{"2025-12-31": "之间", "2027-12-31": "之间", "2026-06-30": "贺长林"} {
		if _, err := o.svc.End(bg, by, scope, p.ID, EndInput{Last: day(on), Reason: "学员调离", Version: 3}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", on, err)
		}
	}
	d, err = o.svc.End(bg, by, scope, p.ID, EndInput{Last: day("2026-09-30"), Reason: "学员调离", Version: 3})
	o.must(err)
	for _, term := range d.Terms {
		if term.To.After(day("2026-09-30")) {
			t.Errorf("goes on: %+v", term)
		}
	}
	if d.Pairing.EndReason != "学员调离" {
		t.Errorf("ended %+v", d.Pairing)
	}
	o.now = time.Date(2026, 10, 1, 9, 0, 0, 0, calendar.Shanghai)
	if _, err := o.svc.End(bg, by, scope, p.ID, EndInput{Last: day("2026-09-15"), Reason: "学员调离", Version: 4}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("again: %v", err)
	}
	// Who was in a pairing that is over may have another.
	out, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day("2026-10-01"), Years: 1, Items: []PairInput{o.item("member1", "secretary1", "head")}})
	o.must(err)
	if out[0].To != day("2027-09-30") {
		t.Errorf("until %s", out[0].To)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE object = 'pairing'`); n != 5 {
		t.Errorf("%d audited", n)
	}
}
