package claim

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// appraised reads appraisals as the office's adapter does, from the same table.
type appraised struct{}

func (appraised) Appraisal(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (a Attested, err error) {
	var found []Attested
	err = tx.NewRaw(`SELECT person_id AS person, number, grade, text, served_to AS day FROM taskforce_appraisals WHERE unit_id = ? AND id = ?`, unit, id).Scan(ctx, &found)
	if err == nil && len(found) == 0 {
		err = fault.Missing("鉴定")
	}
	if err != nil {
		return a, err
	}
	return found[0], nil
}

// appraisal is one of somebody in a taskforce of the given name.
func (o *office) appraisal(key, taskforce string) uuid.UUID {
	o.t.Helper()
	id, appraisal := db.NewID(), db.NewID()
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO taskforce_kinds (unit_id, code, name, head, party, approval, outsiders, groups, posts, appraisal) VALUES (?, 'society', '研习社', '社长', false, false, false, false, false, true) ON CONFLICT DO NOTHING`, []any{o.Unit}},
		{`INSERT INTO org_projects (unit_id, id, name, party, valid_from) VALUES (?, ?, ?, false, '2026-03-01')`, []any{o.Unit, id, taskforce}},
		{`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, proposed_by, proposed_at) VALUES (?, ?, 'society', '研习', ?, now())`, []any{o.Unit, id, o.Person("office")}},
		{`INSERT INTO taskforce_appraisals (unit_id, id, number, taskforce_id, person_id, grade, text, served_from, served_to, written_by, written_at)
			VALUES (?, ?, ?, ?, ?, 'excellent', '表现突出', '2026-03-01', '2026-05-10', ?, now())`, []any{o.Unit, appraisal, "鉴" + taskforce, id, o.Person(key), o.Person("office")}},
	} {
		if _, err := o.db.NewRaw(q.text, q.args...).Exec(bg); err != nil {
			o.t.Fatal(err)
		}
	}
	return appraisal
}

// A claim may rest on an appraisal of its own beneficiary, once; whoever verifies it
// reads what it says.
func TestClaimRestsOnAnAppraisal(t *testing.T) {
	o := newOffice(t)
	mine, other := o.appraisal("member1", "创想研习社"), o.appraisal("leader1", "乐学研习社")
	in := o.proposal("member1")
	in.Source = Source{SourceAppraisal, other}
	_, err := o.create("member1", in)
	o.refused(err, fault.Invalid, "本人")
	in.Source.ID = uuid.New()
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "鉴定")
	in.Source = Source{"something", mine}
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "申报依据")
	in.Source = Source{SourceAppraisal, uuid.Nil}
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "申报依据")

	in.Source = Source{SourceAppraisal, mine}
	s := o.submitted("member1", in)
	by, scope := o.as("secretary1", "read")
	d, err := o.svc.Detail(bg, by, scope, s.ID)
	if err != nil || d.Source == nil || d.Source.Text != "表现突出" || d.Source.ID != mine {
		t.Fatalf("%v %+v", err, d.Source)
	}
	_, err = o.create("member1", in)
	o.refused(err, fault.Conflict, "已经申报过")
	// Another one may, once it was taken back.
	by = o.Actor("member1")
	if _, err := o.svc.Withdraw(bg, by, s.ID, s.Version, "写错了"); err != nil {
		t.Fatal(err)
	}
	again := o.must(o.create("member1", in))
	in.Source, in.Matter = Source{}, "另一件事"
	by, scope = o.as("member1", "submit")
	o.must(o.svc.Save(bg, by, scope, again.ID, again.Version, in))
	if c := o.claim(again); c.Source != (Source{}) {
		t.Errorf("%+v", c.Source)
	}
}
