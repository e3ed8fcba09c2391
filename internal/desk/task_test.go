package desk

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
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

// What waits about talks is told to the one that it waits for, and to nobody else.
func TestTasksOfTalksAndExcuses(t *testing.T) {
	o := newOffice(t)
	own := testdb.Owner(t, o.db)
	put := func(query string, args ...any) {
		t.Helper()
		if _, err := own.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	as := func(person uuid.UUID, query string, args ...any) { // under row-level security
		t.Helper()
		err := db.Transact(t.Context(), o.db, func(ctx context.Context, tx bun.Tx) error {
			if err := db.ActAs(ctx, tx, o.Unit, person); err != nil {
				return err
			}
			_, err := db.Exec(ctx, tx, query, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	talker, partner, chief := o.Person("secretary1"), o.Person("member1"), o.Person("chief")
	talk := func(state string, done any, by any) uuid.UUID {
		id := db.NewID()
		put(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, not_before, due_on, state, done_on, reported_by, reported_at, created_at)
			VALUES ($1, $2, 2026, 'member', $3, $4, $5, '2026-01-01', '2026-12-31', $6, $7, $8, now(), now())`, o.Unit, id, talker, partner, o.Branches[0].ID, state, done, by)
		return id
	}
	held := talk("reported", "2026-11-10", talker)
	put(`INSERT INTO keyring_keys (id, fingerprint) VALUES (1, sha256('x'))`)
	for version, by := range []uuid.UUID{partner, talker} { // the older one waits for nobody any more
		id := db.NewID()
		put(`INSERT INTO keyring_wraps (unit_id, id, key_id, wrapped) VALUES ($1, $2, 1, 'w')`, o.Unit, id)
		as(by, `INSERT INTO talk_records (unit_id, id, talk_id, version, written_by, written_at, sealed) VALUES ($1, $2, $3, $4, $5, now(), 's')`, o.Unit, id, held, version+1, by)
	}
	as(talker, `INSERT INTO talk_consents (unit_id, id, talk_id, leader_id, until, asked_by, asked_at) VALUES ($1, $2, $3, $4, now() + interval '9 days', $5, now())`,
		o.Unit, db.NewID(), held, chief, talker)
	put(`INSERT INTO duty_excuses (unit_id, id, code, owner, owner_id, branch_id, period_first, reason, asked_by, asked_at) VALUES ($1, $2, 'party_day', 'branch', $3, $3, '2026-10-01', '专案', $4, now())`,
		o.Unit, db.NewID(), o.Branches[0].ID, talker)
	for key, want := range map[string]string{
		"member1":    "records 1, consents 1",
		"secretary1": "",
		"secretary2": "",
		"chief":      "excuses 1",
		"office":     "excuses 1",
	} {
		if got := o.desk(key).tasks(); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	for _, task := range o.desk("member1").Tasks {
		if task.Talk == nil || *task.Talk != held {
			t.Errorf("%s leads to %v, want the talk", task.Kind, task.Talk)
		}
	}
	put(`UPDATE talk_talks SET state = 'planned', done_on = NULL, reported_by = NULL, unplaced = 'talker_full' WHERE id = $1`, held)
	if got := o.desk("secretary1").tasks(); got != "unplaced 1" {
		t.Errorf("the planner of the branch: %q", got)
	}
	if got := o.desk("secretary2").tasks(); got != "" {
		t.Errorf("the planner of another branch: %q", got)
	}
}
