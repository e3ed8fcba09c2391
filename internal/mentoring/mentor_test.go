package mentoring

import (
	"testing"

	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func TestPool(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "pair")
	m, err := o.svc.SaveMentor(bg, by, scope, o.Person("member1"), MentorInput{Professional: true, Strengths: " 电子证据 "})
	o.must(err)
	if m.Strengths != "电子证据" || m.Room != 2 || m.Line != "第一检察部" {
		t.Errorf("listed %+v", m)
	}
	for name, c := range map[string]struct {
		key  string
		in   MentorInput
		code fault.Code
	}{
		"not a full member": {"probationer", MentorInput{Political: true}, fault.Invalid}, "neither": {"member1", MentorInput{}, fault.Invalid},
		"not on the roll": {"sysadmin", MentorInput{Professional: true}, fault.NotFound}, "themselves": {"office", MentorInput{Political: true}, fault.RuleBroken},
	} {
		if _, err := o.svc.SaveMentor(bg, by, scope, o.Person(c.key), c.in); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.pair("staff", "chief", "deputy")
	for key, want := range map[string]int{"office": 8, "chief": 8, "secretary1": 0, "member1": 0} {
		_, scope := o.as(key, "read")
		pool, limit, err := o.svc.Mentors(bg, scope, MentorFilter{})
		o.must(err)
		if len(pool) != want || limit != 2 {
			t.Errorf("%s sees %d", key, len(pool))
		}
		for _, m := range pool {
			if m.PersonID == o.Person("chief") && (m.Mentees != 1 || m.Room != 1) {
				t.Errorf("load %+v", m)
			}
		}
	}
	_, read := o.as("office", "read")
	pool, _, err := o.svc.Mentors(bg, read, MentorFilter{Text: "hcl", Role: Political})
	o.must(err)
	if len(pool) != 1 || pool[0].Strengths != "量刑建议" {
		t.Errorf("found %+v", pool)
	}
	o.must(o.svc.DropMentor(bg, by, scope, o.Person("chief")))
	refused(t, o.svc.DropMentor(bg, by, scope, o.Person("chief")), fault.NotFound)
	for _, key := range []string{"chief", "member1", "secretary1"} {
		by, scope := o.as(key, "pair")
		refused(t, o.svc.DropMentor(bg, by, scope, o.Person("deputy")), fault.NotFound)
		_, err := o.svc.SaveMentor(bg, by, scope, o.Person("leader2"), MentorInput{Professional: true})
		refused(t, err, fault.NotFound)
		_, err = o.svc.SaveLines(bg, by, scope, []LineInput{{o.Departments[0].ID, "x"}})
		refused(t, err, fault.NotFound)
		_, err = o.svc.NoteWish(bg, by, scope, WishInput{Kind: Exclude, MenteeID: o.Person("staff"), MentorID: o.Person("head")})
		refused(t, err, fault.NotFound)
	}
}

func TestLines(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "pair")
	out, err := o.svc.SaveLines(bg, by, scope, []LineInput{{o.Departments[1].ID, " 刑事检察 "}})
	o.must(err)
	if len(out) != 2 || out[0].Line != "" || out[1].Line != "刑事检察" {
		t.Errorf("set %+v", out)
	}
	p := o.propose(ProposalInput{From: day(first)})
	for _, m := range p.Mentors {
		if m.PersonID == o.Person("deputy") && m.Line != "刑事检察" || m.PersonID == o.Person("chief") && m.Line != "政治部" {
			t.Errorf("line of %s: %s", m.Name, m.Line)
		}
	}
	out, err = o.svc.SaveLines(bg, by, scope, []LineInput{{o.Departments[1].ID, ""}})
	o.must(err)
	if out[1].Line != "" {
		t.Errorf("left %+v", out)
	}
	_, err = o.svc.SaveLines(bg, by, scope, []LineInput{{o.Person("chief"), "x"}})
	refused(t, err, fault.NotFound)
}

func TestWishes(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "pair")
	in := WishInput{Kind: Lock, Role: Political, MenteeID: o.Person("member1"), MentorID: o.Person("chief")}
	w, err := o.svc.NoteWish(bg, by, scope, in)
	o.must(err)
	if w.MenteeName != "叶知秋" || w.NotedByName != "柳青禾" {
		t.Errorf("noted %+v", w)
	}
	_, err = o.svc.NoteWish(bg, by, scope, in)
	refused(t, err, fault.Conflict)
	in.MentorID = o.Person("deputy")
	_, err = o.svc.NoteWish(bg, by, scope, in)
	refused(t, err, fault.Conflict) // another lock of the same role
	for name, in := range map[string]WishInput{
		"no role": {Kind: Lock, MenteeID: o.Person("member1"), MentorID: o.Person("head")}, "the same": {Kind: Exclude, MenteeID: o.Person("head"), MentorID: o.Person("head")},
		"no kind": {MenteeID: o.Person("member1"), MentorID: o.Person("head")}, "not on the roll": {Kind: Exclude, MenteeID: o.Person("member1"), MentorID: o.Person("sysadmin")},
	} {
		if _, err := o.svc.NoteWish(bg, by, scope, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = o.svc.NoteWish(bg, by, scope, WishInput{Kind: Exclude, MenteeID: o.Person("member1"), MentorID: o.Person("office")})
	refused(t, err, fault.RuleBroken)
	o.must(o.svc.DropWish(bg, by, scope, w.ID))
	refused(t, o.svc.DropWish(bg, by, scope, w.ID), fault.NotFound)
	left, err := o.svc.Wishes(bg, scope)
	o.must(err)
	if len(left) != 0 {
		t.Errorf("%d left", len(left))
	}
}

func TestMentees(t *testing.T) {
	o := newHouse(t)
	o.exec(`UPDATE org_people SET birth_on = NULL, started_work_on = NULL WHERE id = ?`, o.Person("leader2"))
	o.pair("staff", "chief", "deputy")
	for state, want := range map[string]int{"": 3, "paired": 1, "unpaired": 2} {
		_, scope := o.as("office", "read")
		page, err := o.svc.Mentees(bg, scope, state, "")
		o.must(err)
		if len(ids(page.Items)) != want || page.Total != want || page.Unknown != 1 {
			t.Errorf("%q: %+v", state, page)
		}
	}
	// Who is paired until 2027 can be paired anew from 2028 on, while still young.
	_, scope := o.as("office", "read")
	page, err := o.svc.MenteesFrom(bg, scope, "unpaired", "", day("2028-01-01"))
	o.must(err)
	if page.Total != 3 {
		t.Errorf("from 2028 on: %+v", page)
	}
	_, scope = o.as("member1", "read")
	page, err = o.svc.Mentees(bg, scope, "", "")
	o.must(err)
	if page.Total != 0 || page.Unknown != 0 {
		t.Errorf("a member sees %+v", page)
	}
}

// Go and the database agree who is a young cadre, at the edges, too.
func TestYouthAsInTheDatabase(t *testing.T) {
	o := newHouse(t)
	on := day("2035-02-28")
	for _, c := range []struct{ born, began string }{
		{"1999-02-28", "2000-01-01"}, {"1999-03-01", "2000-01-01"}, {"2000-02-29", "2000-01-01"}, {"1998-02-28", "2000-01-01"}, {"1999-02-27", "2030-02-28"},
		{"1980-01-01", "2030-02-28"}, {"1980-01-01", "2030-03-01"}, {"1980-01-01", "2035-03-01"}, {"1980-01-01", "2000-01-01"},
	} {
		o.exec(`UPDATE org_people SET birth_on = ?, started_work_on = ? WHERE id = ?`, c.born, c.began, o.Person("member1"))
		tx, err := o.db.BeginTx(bg, nil)
		o.must(err)
		_, err = around(bg, tx, o, "member1", on.String(), "2035-12-31")
		_ = tx.Rollback()
		born, began := day(c.born), day(c.began)
		why := youth(&born, &began, on, org.DefaultSettings())
		if (err == nil) != (why != "") {
			t.Errorf("born %s, began %s: the database says %v, the page %q", c.born, c.began, err, why)
		}
	}
}
