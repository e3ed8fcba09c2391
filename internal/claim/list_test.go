package claim

import (
	"strings"
	"testing"

	"xianfeng/internal/fault"
)

func TestListsAndDetailsAgree(t *testing.T) {
	o := newOffice(t)
	var all []Saved
	for _, key := range []string{"member1", "leader1", "probationer", "secretary1", "leader2", "committee1"} {
		all = append(all, o.submitted(key, o.proposal(key)), o.drafted(key, o.proposal(key)))
	}
	all = append(all, o.submitted("leader1", o.proposal("secretary1")))
	o.verified("office", all[0])
	for _, key := range o.Keys() {
		by, scope := o.as(key, "read")
		p, err := o.svc.List(bg, by, scope, Filter{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, i := range p.Items {
			listed[i.ID.String()] = true
		}
		if p.Total != len(p.Items) {
			t.Errorf("%s: total %d of %d", key, p.Total, len(p.Items))
		}
		for _, s := range all {
			if _, err := o.svc.Detail(bg, by, scope, s.ID); (err == nil) != listed[s.ID.String()] {
				t.Errorf("%s: claim %d listed %v, opened: %v", key, s.Number, listed[s.ID.String()], err)
			}
		}
	}
	by, scope := o.as("office", "read")
	var seen []int64
	f := Filter{Limit: 2, Sort: "-requested"}
	for {
		p, err := o.svc.List(bg, by, scope, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range p.Items {
			seen = append(seen, i.Number)
		}
		if f.Cursor = p.Next; p.Next == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("paged through %v", seen)
	}
	for name, f := range map[string]Filter{
		"7": {}, "6": {States: []State{Submitted}}, "1": {States: []State{Verified}}, "2": {Person: o.Person("secretary1")}, "5": {Branch: o.Branches[0].ID},
		"07": {Quarter: calendarQuarter("2026Q2")}, "0": {Quarter: calendarQuarter("2026Q1")}, "01": {Text: "yzq"}, "007": {Text: "评查"}, "00": {Text: "100%"}, "06": {ToVerify: true}, "001": {ToNotice: true},
	} {
		p, err := o.svc.List(bg, by, scope, f)
		if want := strings.TrimLeft(name, "0"); err != nil || p.Total != number(want) && len(f.States) > 0 || len(p.Items) != number(want) {
			t.Errorf("%+v: %v, %d items, want %s", f, err, len(p.Items), want)
		}
	}
	_, err := o.svc.List(bg, by, scope, Filter{Sort: "matter; DROP TABLE claim_claims"})
	o.refused(err, fault.Invalid, "排序")
	_, err = o.svc.List(bg, by, scope, Filter{Cursor: "zzz"})
	o.refused(err, fault.Invalid, "翻页")
	own, mine := o.as("leader1", "read")
	if p, err := o.svc.List(bg, own, mine, Filter{Mine: true}); err != nil || p.Total != 3 {
		t.Errorf("mine: %v %+v", err, p.States)
	}
	own, mine = o.as("secretary1", "read") // may not verify what is their own
	if p, err := o.svc.List(bg, own, mine, Filter{ToVerify: true}); err != nil || len(p.Items) != 2 {
		t.Errorf("to verify: %v %+v", err, p.Items)
	}
	var b strings.Builder
	if err := o.svc.Export(bg, by, scope, Filter{}, &b); err != nil || b.Len() < 1000 {
		t.Errorf("export: %v, %d bytes", err, b.Len())
	}
}

func TestOpenClaimsOfAQuarter(t *testing.T) {
	o := newOffice(t)
	a, b := o.submitted("member1", o.proposal("member1")), o.submitted("leader2", o.proposal("leader2"))
	o.drafted("member1", o.proposal("member1"))
	o.noticed(b)
	open, err := OpenClaims(bg, o.db, o.Unit, calendarQuarter("2026Q2"), o.Branches[0].ID)
	if err != nil || len(open) != 1 || open[0].ID != a.ID || open[0].BranchName != "第一党支部" {
		t.Errorf("%v %+v", err, open)
	}
	if open, err := OpenClaims(bg, o.db, o.Unit, calendarQuarter("2026Q2"), [16]byte{}); err != nil || len(open) != 2 {
		t.Errorf("%v %+v", err, open)
	}
	o.pass()
	if open, err := OpenClaims(bg, o.db, o.Unit, calendarQuarter("2026Q2"), o.Branches[1].ID); err != nil || len(open) != 0 {
		t.Errorf("%v %+v", err, open)
	}
	if ps, err := Postings(bg, o.db, o.Unit, calendarQuarter("2026Q2")); err != nil || len(ps) != 1 || ps[0].RecordID != b.ID || len(ps[0].Facts) != 1 {
		t.Errorf("%v %+v", err, ps)
	}
}
