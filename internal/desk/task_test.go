package desk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
)

func (d Desk) tasks() string {
	var out []string
	for _, t := range d.Tasks {
		out = append(out, fmt.Sprintf("%s %d", t.Kind, t.Count))
	}
	return strings.Join(out, ", ")
}

func TestTasksThatWait(t *testing.T) {
	o := newOffice(t)
	var none any
	branch, group := o.Branches[0].ID, o.Groups[0][0].ID
	put := func(branch any, last, state string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO notice_notices (unit_id, id, kind, title, branch_id, columns, working_days, published_by, published_at, first_day, last_day, state, settled_at)
			VALUES (?, ?, 'claims', '公示', ?, '{事项}', 5, ?, '2026-11-16 09:00+08', '2026-11-16', ?, ?, CASE WHEN ? = 'settled' THEN now() END)`,
			o.Unit, id, branch, o.Person("office"), last, state, state)
		return id
	}
	open := put(branch, "2026-11-23", "open")
	put(branch, "2026-11-19", "open") // over
	put(none, "2026-11-25", "open")   // the whole office's
	put(branch, "2026-11-30", "settled")
	item := db.NewID()
	o.exec(`INSERT INTO notice_items (unit_id, id, notice_id, kind, subject_id, person_id, branch_id, ord, title, cells, recused) VALUES (?, ?, ?, 'claims', ?, ?, ?, 1, '一项', '{一项}', ARRAY[?::uuid])`,
		o.Unit, item, open, db.NewID(), o.Person("member1"), branch, o.Person("secretary1"))
	o.exec(`INSERT INTO notice_objections (unit_id, id, notice_id, item_id, branch_id, objector_id, statement, filed_at) VALUES (?, ?, ?, ?, ?, ?, '请核对', '2026-11-17 10:00+08')`,
		o.Unit, db.NewID(), open, item, branch, o.Person("leader1"))

	sel := func(kind, state string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at) VALUES (?, ?, ?, '2026Q3', '评选', 1, ?, ?, now(), now())`,
			o.Unit, id, kind, state, o.Person("office"))
		return id
	}
	candidate := func(sel uuid.UUID, person any, proposed bool) {
		o.exec(`INSERT INTO selection_candidates (unit_id, id, selection_id, branch_id, group_id, person_id, name, headcount, points, proposed) VALUES (?, ?, ?, ?, ?, ?, '候选', 1, 6000, ?)`,
			o.Unit, db.NewID(), sel, branch, group, person, proposed)
	}
	posts := sel("pioneer_post", "open")
	candidate(posts, o.Person("member1"), false)
	candidate(sel("pennant", "open"), none, true)
	o.exec(`INSERT INTO points_quarters (unit_id, id, quarter, opened_at) VALUES (?, ?, '2026Q3', now()), (?, ?, '2026Q4', now())`, o.Unit, db.NewID(), o.Unit, db.NewID())
	o.exec(`INSERT INTO points_schemes (unit_id, id, version, name, state, effective_from, created_at) VALUES (?, ?, 9, '办法', 'draft', '2027-01-01', now())`, o.Unit, db.NewID())

	for key, want := range map[string]string{
		"committee1": "objections 1, notices 2, opinions 1",
		"secretary1": "notices 2, opinions 1", // verified it: does not decide
		"leader1":    "notices 2, nominations 1",
		"member1":    "notices 2",
		"chief":      "notices 2, close 1, schemes 1",
		"office":     "objections 1, notices 1",
		"secretary2": "notices 1",
	} {
		if got := o.desk(key).tasks(); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if d := o.desk("chief"); d.Tasks[1].Quarter == nil || d.Tasks[1].Quarter.String() != "2026Q3" || d.Tasks[0].Until == nil || d.Tasks[0].Until.String() != "2026-11-23" {
		t.Errorf("chief: %+v", d.Tasks)
	}
	o.exec(`UPDATE selection_selections SET state = 'heard' WHERE id = ?`, posts)
	if got := o.desk("office").tasks(); got != "objections 1, notices 1, decisions 1" {
		t.Errorf("office after the hearing: %q", got)
	}
}
