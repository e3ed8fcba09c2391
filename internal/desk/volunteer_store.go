package desk

import "xianfeng/internal/access"

// volunteerWaitings are what waits of volunteering: for who signed up, that a place came
// free or that the action is off, until its day is over; for who organises one that
// has ended, to say who came and how long. $5 is now.
func volunteerWaitings(r reach) []waiting {
	own := access.Columns{Unit: "x.unit_id", Persons: []string{"x.person_id"}}
	one := "(array_agg(x.id ORDER BY x.starts_at, x.id))[1]"
	signed := func(more string) string {
		return `
			(SELECT a.unit_id, a.id, a.starts_at, s.person_id FROM volunteer_signups s JOIN volunteer_actions a ON a.unit_id = s.unit_id AND a.id = s.action_id
			WHERE s.unit_id = $1 AND s.person_id = $2 AND ` + more + `) x`
	}
	return []waiting{
		{TaskPlaces, r.volunteer, own, "NULL", "NULL", signed(`s.state = 'placed' AND s.moved_at IS NOT NULL AND a.state = 'open' AND a.starts_at > $5`), one},
		{TaskCancelled, r.volunteer, own, "NULL", "NULL", signed(`s.state <> 'gone' AND a.state = 'cancelled' AND (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date >= $3::date`), one},
		{TaskHours, r.organise, access.Columns{Unit: "x.unit_id", Department: "x.department_id", Branch: "x.branch_id", Group: "x.group_id", Project: "x.project_id"},
			"NULL", "NULL", `(SELECT * FROM volunteer_actions WHERE unit_id = $1 AND state = 'open' AND ends_at <= $5) x`, one},
	}
}

// ofAction tells tasks of volunteering by their action.
func (t *Task) ofAction() {
	switch t.Kind {
	case TaskPlaces, TaskCancelled, TaskHours:
		t.Talk, t.Action = nil, t.Talk
	}
}
