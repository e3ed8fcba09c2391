package mentoring

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// The same field in another order is the same proposal.
func TestProposeWhateverTheOrder(t *testing.T) {
	f := Sample(20, 25)
	f.Wishes = []Wish{{Kind: Lock, Role: Political, MenteeID: f.Mentees[3].PersonID, MentorID: f.Mentors[4].PersonID},
		{Kind: Exclude, MenteeID: f.Mentees[5].PersonID, MentorID: f.Mentors[7].PersonID}}
	for i := range f.Mentors {
		f.Mentors[i].Here, f.Mentors[i].FullMember = true, true
	}
	want := f.Propose()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // an order, no secret
	for range 5 {
		random.Shuffle(len(f.Mentees), func(i, j int) { f.Mentees[i], f.Mentees[j] = f.Mentees[j], f.Mentees[i] })
		random.Shuffle(len(f.Mentors), func(i, j int) { f.Mentors[i], f.Mentors[j] = f.Mentors[j], f.Mentors[i] })
		slices.Reverse(f.Wishes)
		if got := f.Propose(); !reflect.DeepEqual(got, want) {
			t.Fatal("differs")
		}
	}
}

func (o *house) propose(in ProposalInput) Proposal {
	o.t.Helper()
	by, scope := o.as("office", "pair")
	out, err := o.svc.Propose(bg, by, scope, in)
	o.must(err)
	return out
}

func TestProposeHonoursWishes(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "pair")
	for _, w := range []WishInput{
		{Kind: Lock, Role: Political, MenteeID: o.Person("member1"), MentorID: o.Person("head")},
		{Kind: Lock, Role: Professional, MenteeID: o.Person("staff"), MentorID: o.Person("chief")},
		{Kind: Exclude, MenteeID: o.Person("leader2"), MentorID: o.Person("deputy")},
		{Kind: Lock, Role: Professional, MenteeID: o.Person("probationer"), MentorID: o.Person("secretary2")}, // who is not listed for that
	} {
		_, err := o.svc.NoteWish(bg, by, scope, w)
		o.must(err)
	}
	out := o.propose(ProposalInput{From: day(first)})
	if len(out.Pairs) != 4 || out.To != day(last) || out.Limit != 2 || len(out.Exclusions) != 1 {
		t.Fatalf("%+v", out)
	}
	for _, p := range out.Pairs {
		switch p.MenteeID {
		case o.Person("member1"):
			if p.Political.MentorID != o.Person("head") || !p.Political.Locked || p.Political.Reasons[0] != "双方已有意向" {
				t.Errorf("lock: %+v", p.Political)
			}
		case o.Person("staff"):
			if p.Professional.MentorID != o.Person("chief") || p.Political.MentorID == o.Person("chief") {
				t.Errorf("lock: %+v", p)
			}
		case o.Person("leader2"):
			if p.Political.MentorID == o.Person("deputy") || p.Professional.MentorID == o.Person("deputy") {
				t.Errorf("exclusion: %+v", p)
			}
		case o.Person("probationer"):
			if p.Professional != nil || len(p.Missing) != 1 || !strings.Contains(p.Missing[0], "唐文静没有列为业务导师") {
				t.Errorf("impossible lock: %+v", p)
			}
		}
	}
	if n := o.count(`SELECT count(*) FROM mentoring_pairings`); n != 0 {
		t.Errorf("%d written", n)
	}
	if again := o.propose(ProposalInput{From: day(first)}); again.Digest != out.Digest || out.Digest == "" {
		t.Error("the digest changed")
	}
	o.pair("staff", "secretary1", "deputy")
	if again := o.propose(ProposalInput{From: day(first)}); again.Digest == out.Digest || len(again.Pairs) != 3 {
		t.Error("the digest stayed")
	}
}

// What is proposed can be confirmed as it is, and the load of existing terms counts.
func TestProposalCanBeConfirmed(t *testing.T) {
	o := newHouse(t)
	o.pair("staff", "chief", "deputy")
	o.pair("member1", "chief", "head")
	out := o.propose(ProposalInput{From: day("2026-07-01")})
	in := PairingsInput{From: out.From}
	for _, p := range out.Pairs {
		if p.Political == nil || p.Professional == nil {
			t.Fatalf("missing %v", p.Missing)
		}
		if p.Political.MentorID == o.Person("chief") || p.Professional.MentorID == o.Person("chief") {
			t.Error("the chief has two already")
		}
		in.Items = append(in.Items, PairInput{MenteeID: p.MenteeID, PoliticalID: p.Political.MentorID, ProfessionalID: p.Professional.MentorID,
			PoliticalReasons: p.Political.Reasons, ProfessionalReasons: p.Professional.Reasons})
	}
	by, scope := o.as("office", "pair")
	made, err := o.svc.Pair(bg, by, scope, in)
	o.must(err)
	if len(made) != 2 {
		t.Fatalf("%d made", len(made))
	}
	d, err := o.svc.Pairing(bg, by, scope, made[0].ID)
	o.must(err)
	if len(d.Terms) != 2 || len(d.Terms[0].Reasons) == 0 {
		t.Errorf("reasons are lost: %+v", d.Terms)
	}
}

func TestProposeSaysWhoCannot(t *testing.T) {
	o := newHouse(t)
	o.pair("staff", "chief", "deputy")
	o.exec(`UPDATE org_people SET birth_on = NULL, started_work_on = NULL WHERE id = ?`, o.Person("leader2"))
	o.exec(`UPDATE org_people SET birth_on = '1997-01-01' WHERE id = ?`, o.Person("office"))
	out := o.propose(ProposalInput{From: day(first), Mentees: []uuid.UUID{o.Person("staff"), o.Person("leader2"), o.Person("chief"), o.Person("office"), o.Person("member1")}})
	if len(out.Pairs) != 1 || len(out.Unable) != 4 {
		t.Fatalf("%+v", out)
	}
	all := ""
	for _, u := range out.Unable {
		all += u.Why + "\n"
	}
	for _, want := range []string{"已有结对", "缺出生日期", "不在青年干警范围", "是您本人"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %s", want, all)
		}
	}
	o.exec(`DELETE FROM mentoring_mentors WHERE person_id NOT IN (?, ?)`, o.Person("chief"), o.Person("deputy"))
	out = o.propose(ProposalInput{From: day(first)})
	empty := 0
	for _, p := range out.Pairs {
		empty += len(p.Missing)
	}
	if len(out.Pairs) != 2 || empty != 2 {
		t.Errorf("two places for two mentees: %+v", out.Pairs)
	}
	by, scope := o.as("office", "pair")
	_, err := o.svc.Propose(bg, by, scope, ProposalInput{})
	refused(t, err, fault.Invalid)
	for _, key := range []string{"chief", "member1", "secretary1"} {
		by, scope := o.as(key, "pair")
		_, err := o.svc.Propose(bg, by, scope, ProposalInput{From: day(first)})
		refused(t, err, fault.NotFound)
	}
}
