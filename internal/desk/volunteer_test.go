package desk

import (
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
)

// What waits of volunteering: that one moved up, that an action is off, and for who
// organises it that it is to be recorded. It is noon of 20 November.
func TestWaitingOfVolunteering(t *testing.T) {
	o := newOffice(t)
	add := func(title, starts string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO volunteer_actions (unit_id, id, title, starts_at, ends_at, place, served, organiser_kind, organiser_id, branch_id, leader_id, places, closes_at, code, created_by, created_at)
			VALUES (?, ?, ?, ?, ?::timestamptz + interval '1 hour', '广场', '居民', 'branch', ?, ?, ?, 2, ?, ?, ?, now())`,
			o.Unit, id, title, starts, starts, o.Branches[0].ID, o.Branches[0].ID, o.Person("member1"), starts, id.String()[24:], o.Person("secretary1"))
		return id
	}
	cancel := func(id uuid.UUID) {
		o.exec(`UPDATE volunteer_actions SET state = 'cancelled', cancel_reason = '暴雨' WHERE id = ?`, id)
	}
	sign := func(id uuid.UUID, key, state string, moved bool) {
		o.exec(`INSERT INTO volunteer_signups (unit_id, action_id, person_id, state, signed_at, signed_by, moved_at) VALUES (?, ?, ?, ?, now(), ?, CASE WHEN ? THEN now() END)`,
			o.Unit, id, o.Person(key), state, o.Person(key), moved)
	}
	check := func(when string, want map[string]string) {
		t.Helper()
		for key, tasks := range want {
			if got := o.desk(key).tasks(); got != tasks {
				t.Errorf("%s, %s: %q, want %q", when, key, got, tasks)
			}
		}
	}
	soon := add("巡河", "2026-11-20 15:00+08")
	sign(soon, "member1", "placed", true)
	sign(soon, "leader1", "placed", false)
	off, past := add("送暖", "2026-11-20 09:00+08"), add("清雪", "2026-11-19 09:00+08")
	sign(off, "member1", "waiting", false) // would have been this morning
	sign(off, "leader1", "gone", false)
	sign(past, "member1", "placed", false) // its day is over
	sign(add("普法", "2026-11-19 09:00+08"), "member1", "placed", true)
	cancel(off)
	cancel(past)
	check("noon", map[string]string{"member1": "volunteer_places 1, volunteer_cancelled 1", "leader1": "", "secretary1": "volunteer_records 1", "office": "volunteer_records 1", "secretary2": ""})
	for _, task := range o.desk("member1").Tasks {
		if want := map[string]uuid.UUID{TaskPlaces: soon, TaskCancelled: off}[task.Kind]; task.Action == nil || *task.Action != want || task.Talk != nil {
			t.Errorf("%+v", task)
		}
	}
	o.now = o.now.AddDate(0, 0, 1)
	check("the next day", map[string]string{"member1": "", "secretary1": "volunteer_records 2"})
}
