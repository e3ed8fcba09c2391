package desk

import (
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
)

// What waits of taskforces: proposals for who approves them, one's own tasks while one is
// in it, appraisals for the home branch.
func TestWorkOfTaskforces(t *testing.T) {
	o := newOffice(t)
	o.exec(`INSERT INTO taskforce_kinds (unit_id, code, name, head, party, approval, outsiders, groups, posts, appraisal) VALUES (?, 'action_branch', '行动党支部', '书记', true, true, false, false, false, true)`, o.Unit)
	add := func(name, proposer string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO org_projects (unit_id, id, name, party, valid_from) VALUES (?, ?, ?, true, '2026-10-01')`, o.Unit, id, name)
		o.exec(`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, proposed_by, proposed_at) VALUES (?, ?, 'action_branch', '护航', ?, now())`, o.Unit, id, o.Person(proposer))
		return id
	}
	id := add("守正行动党支部", "office")
	if got := o.desk("chief").tasks(); got != "taskforce_proposals 1" {
		t.Errorf("chief: %q", got)
	}
	if got := o.desk("office").tasks(); got != "" { // their own
		t.Errorf("office: %q", got)
	}
	o.exec(`UPDATE taskforce_taskforces SET state = 'approved', approval_no = '1号', approved_on = '2026-10-01', approved_by = ? WHERE id = ?`, o.Person("chief"), id)
	second := func(key string, to any) {
		o.exec(`INSERT INTO org_secondments (unit_id, id, project_id, person_id, office, valid_from, valid_to) VALUES (?, ?, ?, ?, 'member', '2026-10-01', ?)`, o.Unit, db.NewID(), id, o.Person(key), to)
	}
	second("member1", nil)
	second("leader1", "2026-11-19")
	task := func(owner, title, due, state string) {
		o.exec(`INSERT INTO taskforce_tasks (unit_id, id, taskforce_id, title, owner_id, due_on, state, done_on, created_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, CASE WHEN ? = 'done' THEN '2026-11-01'::date END, ?, now(), now())`,
			o.Unit, db.NewID(), id, title, o.Person(owner), due, state, state, o.Person("office"))
	}
	task("member1", "起草清单", "2026-12-01", "doing")
	task("member1", "走访企业", "2026-11-18", "todo")
	task("member1", "动员会", "2026-10-10", "done")
	task("leader1", "联络", "2026-12-01", "todo") // is in it no more
	if w := o.desk("member1").Work; w.Total != 2 || w.Late != 1 || w.Items[0].Title != "走访企业" || !w.Items[0].Late || w.Items[1].TaskforceName != "守正行动党支部" {
		t.Errorf("%+v", w)
	}
	if w := o.desk("leader1").Work; w.Total != 0 || w.Items == nil {
		t.Errorf("%+v", w)
	}
	appraisal := func(key string, branch any) {
		o.exec(`INSERT INTO taskforce_appraisals (unit_id, id, number, taskforce_id, person_id, branch_id, grade, text, served_from, served_to, written_by, written_at)
			VALUES (?, ?, ?, ?, ?, ?, 'good', '好', '2026-10-01', '2026-11-01', ?, now())`, o.Unit, db.NewID(), key, id, o.Person(key), branch, o.Person("office"))
	}
	appraisal("member1", o.Branches[0].ID)
	appraisal("leader2", o.Branches[1].ID)
	appraisal("staff", nil)
	for key, want := range map[string]string{"secretary1": "appraisals 1", "secretary2": "appraisals 1", "office": "appraisals 1", "member1": ""} {
		if got := o.desk(key).tasks(); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	o.exec(`UPDATE taskforce_appraisals SET received_by = ?, received_at = now() WHERE branch_id = ?`, o.Person("secretary1"), o.Branches[0].ID)
	if got := o.desk("secretary1").tasks(); got != "" {
		t.Errorf("received: %q", got)
	}
}
