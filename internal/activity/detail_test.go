package activity

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

// Everybody named in any confirmed version reads the record, hosts too; what a
// draft names counts for nothing.
func TestWhoIsNamedReads(t *testing.T) {
	o := newOffice(t)
	r := o.meeting("2026-05-19")
	r.Host, r.Lecturer = o.Person("head"), o.Person("staff")
	s := o.must(o.create("secretary1", r, true))
	r.Host, r.Lecturer = o.Person("secretary1"), uuid.Nil
	draft := o.must(o.amend("secretary1", s.ID))
	r.Recorder = o.Person("probationer")
	draft = o.must(o.save("secretary1", s.ID, draft.RowVersion, r))
	if _, err := o.detail("probationer", s.ID, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("named in a draft: %v", err)
	}
	o.must(o.confirm("secretary1", s.ID, Confirmation{RowVersion: draft.RowVersion}))
	for _, key := range []string{"head", "staff", "probationer"} {
		if _, err := o.detail(key, s.ID, 0); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if len(o.list(key, Filter{})) != 1 {
			t.Errorf("%s has no line in the list", key)
		}
	}
	if _, err := o.detail("secretary2", s.ID, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("never named: %v", err)
	}
}

// Why somebody was away is between them and who records; that they were is not.
func TestReasonsOfAbsenceAreKept(t *testing.T) {
	o := newOffice(t)
	r := o.meeting("2026-05-19", "deputy", "member1")
	for i, why := range map[int]string{1: "外出就医", 5: "术后休养"} {
		r.Attendance[i].Absence, r.Attendance[i].Reason = "sick", why
	}
	s := o.must(o.create("secretary1", r, true))
	for key, want := range map[string]string{"secretary1": "sick 外出就医, sick 术后休养", "office": "sick 外出就医, sick 术后休养",
		"member1": " , sick 术后休养", "deputy": "sick 外出就医,  ", "leader1": " ,  ", "committee1": " ,  ", "chief": " ,  "} {
		d, err := o.detail(key, s.ID, 0)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		told := map[string]string{}
		for _, a := range d.Attendance {
			if a.Status == Absent {
				told[a.Name] = a.Absence + " " + a.Reason
			}
		}
		if got := told["贺长林"] + ", " + told["叶知秋"]; len(told) != 2 || got != want {
			t.Errorf("%s reads %q, want %q", key, got, want)
		}
	}
}

// A link beside a record opens: its entries are of the ledgers that the reader
// has, by the place where each person is read (rule 1).
func TestPointsOfARecordOpen(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	s := o.must(o.create("secretary1", o.meeting("2026-05-12"), true))
	for _, q := range []string{
		`UPDATE org_party_memberships SET valid_to = '2026-05-14' WHERE person_id = ?1`,
		`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?0, gen_random_uuid(), ?1, ?2, ?3, '2026-05-15')`,
	} {
		if _, err := o.db.NewRaw(q, o.Unit, o.Person("member1"), o.Branches[1].ID, o.Groups[1][0].ID).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	book := points.NewService(o.db, o.policy, nil, nil, nil, func() time.Time { return o.now })
	for key, want := range map[string]int{"secretary1": 7, "committee1": 7, "office": 8, "member1": 1} {
		d, err := o.detail(key, s.ID, 0)
		if err != nil || len(d.Points) != want {
			t.Errorf("%s sees %d entries, want %d, %v", key, len(d.Points), want, err)
		}
		_, ledger := o.as(key, needLedger())
		for _, p := range d.Points {
			if _, err := book.Entry(ctx, ledger, p.EntryID); err != nil {
				t.Errorf("%s: the link to an entry of %s: %v", key, p.Name, err)
			}
		}
	}
}
