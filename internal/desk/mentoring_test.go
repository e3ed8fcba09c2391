package desk

import (
	"testing"

	"xianfeng/internal/db"
)

// What waits in mentoring waits for the one whose turn it is. The clock of the office
// stands in November.
func TestTasksOfMentoring(t *testing.T) {
	o := newOffice(t)
	o.exec(`UPDATE org_people SET started_work_on = '2024-08-01' WHERE id = ?`, o.Person("member1"))
	id := db.NewID()
	o.exec(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at) VALUES (?, ?, '1', ?, '2026-03-01', '2028-02-29', ?, now())`,
		o.Unit, id, o.Person("member1"), o.Person("office"))
	term := func(role, mentor, from, to string) {
		o.exec(`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, now())`,
			o.Unit, db.NewID(), id, o.Person("member1"), role, o.Person(mentor), from, to, o.Person("office"))
	}
	term("political", "secretary1", "2026-03-01", "2028-02-29")
	term("professional", "leader1", "2026-03-01", "2026-08-31")
	term("professional", "secretary2", "2026-09-01", "2028-02-29")
	log := func(mentor, writer, state string) {
		o.exec(`INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, kind, held_on, minutes, content, state, written_by, written_at) VALUES (?, ?, ?, ?, ?, 'talk', '2026-06-01', 30, '谈', ?, ?, now())`,
			o.Unit, db.NewID(), id, o.Person("member1"), o.Person(mentor), state, o.Person(writer))
	}
	log("leader1", "member1", "reported") // replaced since, and still to answer
	log("secretary1", "secretary1", "reported")
	log("secretary1", "member1", "withdrawn")
	plan := db.NewID()
	o.exec(`INSERT INTO mentoring_plans (unit_id, id, pairing_id, year, goals, made_by, made_at, agreed_by) VALUES (?, ?, ?, 2027, '目标', ?, now(), ARRAY[?::uuid])`,
		o.Unit, plan, id, o.Person("member1"), o.Person("member1"))
	check := func(when string, want map[string]string) {
		t.Helper()
		for key, w := range want {
			if got := o.desk(key).tasks(); got != w {
				t.Errorf("%s, %s: %q, want %q", when, key, got, w)
			}
		}
	}
	check("November", map[string]string{"member1": "mentoring_logs 1", "leader1": "mentoring_logs 1", "secretary1": "growth_plans 1", "secretary2": "growth_plans 1", "leader2": "", "office": ""})
	for _, task := range o.desk("leader1").Tasks {
		if task.Pairing == nil || *task.Pairing != id || task.Talk != nil {
			t.Errorf("%+v", task)
		}
	}
	o.exec(`UPDATE mentoring_plans SET agreed_by = ARRAY[?::uuid, ?::uuid, ?::uuid]`, o.Person("member1"), o.Person("secretary1"), o.Person("secretary2"))
	o.exec(`DELETE FROM mentoring_plan_items`)
	check("agreed", map[string]string{"secretary1": "", "secretary2": "", "office": "ready_plans 1", "chief": ""})

	o.now = o.now.AddDate(0, 1, 0)
	check("December", map[string]string{"member1": "mentoring_logs 1, mentoring_assessments 1", "leader1": "mentoring_logs 1", "secretary1": "mentoring_assessments 1", "secretary2": "mentoring_assessments 1", "leader2": ""})
	said := func(role, by string, grade, score any) {
		o.exec(`INSERT INTO mentoring_assessments (unit_id, id, pairing_id, year, stage, role, by_person, grade, score, remark, written_at) VALUES (?, ?, ?, 2026, 'final', ?, ?, ?, ?, '好', now())`,
			o.Unit, db.NewID(), id, role, o.Person(by), grade, score)
	}
	said("mentee", "member1", nil, nil)
	said("professional", "secretary2", "good", 9000)
	check("written", map[string]string{"member1": "mentoring_logs 1", "secretary2": "", "secretary1": "mentoring_assessments 1"})
}
