package claim

import (
	"testing"

	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/testdb"
)

// Several branches, several notices; what cannot go up keeps all down.
func TestPublish(t *testing.T) {
	o := newOffice(t)
	a, b, c := o.submitted("member1", o.proposal("member1")), o.submitted("leader2", o.proposal("leader2")), o.submitted("leader1", o.proposal("leader1"))
	o.verified("office", a, b)
	_, err := o.publish("office", a, b, c)
	o.refused(err, fault.RuleBroken, "待核实")
	o.stand(Verified, a, b)
	o.verified("office", c)
	out, err := o.publish("office", a, b, c)
	if err != nil || len(out) != 2 || out[0].Claims+out[1].Claims != 3 {
		t.Fatalf("%v %+v", err, out)
	}
	if n := o.count(`SELECT count(*) FROM notice_items WHERE ? = ANY(recused) AND ? = ANY(recused) AND cells[1] = '叶知秋' AND cells[6] = '柳青禾'`, o.Person("member1"), o.Person("office")); n != 1 {
		t.Errorf("%d items as they should be", n)
	}
	_, err = o.publish("office", a)
	o.refused(err, fault.RuleBroken, "公示中")
	by := o.Actor("office")
	if err := o.notices.Cancel(bg, by, mustScope(o, "office"), o.claim(a).Notice, "名单有误"); err != nil {
		t.Fatal(err)
	}
	o.stand(Verified, a)
	o.wantSteps(a, StepSubmit, StepVerify, StepNotice, StepCancel)
	if _, err := o.publish("office", a); err != nil { // again
		t.Error(err)
	}
	o.pass()
	o.stand(Posted, a, b)
}

func TestNobodyWithoutABranchIsForgotten(t *testing.T) {
	o := newOffice(t)
	if _, err := testdb.Owner(t, o.db).Exec(`UPDATE org_units SET settings = jsonb_set(settings, '{ledger_holders}', '"staff"')`); err != nil {
		t.Fatal(err)
	}
	s := o.submitted("staff", o.proposal("staff"))
	_, err := o.verify("secretary1", s)
	o.refused(err, fault.NotFound, "")
	o.noticed(s)
	if n := o.count(`SELECT count(*) FROM notice_notices WHERE branch_id IS NULL AND kind = ?`, notice.KindClaims); n != 1 {
		t.Errorf("%d notices of the whole office", n)
	}
	o.pass()
	o.stand(Posted, s)
}
