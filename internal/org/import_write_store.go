package org

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// batch writes a plan: one statement for each kind of row, whatever their number.
type batch struct {
	tx   bun.Tx
	unit uuid.UUID
	now  time.Time
	log  undoLog
}

// run executes a statement that takes the unit and arrays; with no rows it does
// nothing. It gives the number of rows changed.
func (b *batch) run(ctx context.Context, rows int, query string, args ...any) (int, error) {
	if rows == 0 {
		return 0, nil
	}
	done, err := db.Exec(ctx, b.tx, query, append([]any{b.unit}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("import: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// apply carries the plan out and leaves in b.log what takes it back.
func (b *batch) apply(ctx context.Context, p *plan) error {
	if err := b.places(ctx, p); err != nil {
		return err
	}
	if err := b.people(ctx, p); err != nil {
		return err
	}
	if err := b.changed(ctx, p); err != nil {
		return err
	}
	var end, drop, begin []span
	for _, x := range p.rows {
		if !x.bad {
			end, drop, begin = append(end, x.end...), append(drop, x.drop...), append(begin, x.begin...)
		}
	}
	b.log.Ended, b.log.Dropped, b.log.Begun = end, drop, map[string][]uuid.UUID{}
	if err := b.end(ctx, end, p.today); err != nil {
		return err
	}
	if err := b.drop(ctx, drop); err != nil {
		return err
	}
	for _, s := range begin {
		b.log.Begun[s.Table] = append(b.log.Begun[s.Table], s.ID)
	}
	return b.begin(ctx, begin)
}

// byTable sorts spans by the table they lie in.
func byTable(spans []span) map[string][]span {
	out := map[string][]span{}
	for _, s := range spans {
		out[s.Table] = append(out[s.Table], s)
	}
	return out
}

func idsOf(spans []span) (ids []uuid.UUID, to []string) {
	for _, s := range spans {
		ids, to = append(ids, s.ID), append(to, s.To.String())
	}
	return ids, to
}

// end sets the last day of spans to the day before, where they still end as the
// plan saw them.
func (b *batch) end(ctx context.Context, spans []span, today calendar.Date) error {
	for table, some := range byTable(spans) {
		ids, to := idsOf(some)
		n, err := b.run(ctx, len(ids), `UPDATE `+table+` t SET valid_to = $4::date - 1 FROM unnest($2::uuid[], $3::text[]) v(id, last)
			WHERE t.unit_id = $1 AND t.id = v.id AND t.valid_to IS NOT DISTINCT FROM nullif(v.last, '')::date`, ids, to, today)
		if err == nil && n != len(ids) {
			err = errChangedMeanwhile()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) drop(ctx context.Context, spans []span) error {
	for table, some := range byTable(spans) {
		ids, _ := idsOf(some)
		n, err := b.run(ctx, len(ids), `DELETE FROM `+table+` WHERE unit_id = $1 AND id = ANY($2::uuid[])`, ids)
		if err == nil && n != len(ids) {
			err = errChangedMeanwhile()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func errChangedMeanwhile() error {
	return fault.New(fault.Conflict, "花名册中的人员刚被别人修改，请重新查看预览后再确认；本次没有导入任何内容")
}

func (b *batch) places(ctx context.Context, p *plan) error {
	for _, k := range []struct {
		table  string
		places []newPlace
		made   *[]uuid.UUID
	}{{"org_departments", p.departments, &b.log.Departments}, {"org_branches", p.branches, &b.log.Branches}, {"org_groups", p.groups, &b.log.Groups}} {
		var ids, branches []uuid.UUID
		var names []string
		for _, n := range k.places {
			ids, branches, names = append(ids, n.id), append(branches, n.branch), append(names, n.name)
		}
		*k.made = ids
		query, args := `INSERT INTO `+k.table+` (unit_id, id, name, ord)
			SELECT $1, v.id, v.name, (SELECT coalesce(max(ord), 0) FROM `+k.table+` WHERE unit_id = $1) + v.n
			FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY v(id, name, n)`, []any{ids, names}
		if k.table == "org_groups" {
			query, args = `INSERT INTO org_groups (unit_id, id, branch_id, name, ord)
				SELECT $1, v.id, v.branch, v.name, (SELECT coalesce(max(ord), 0) FROM org_groups g WHERE g.unit_id = $1 AND g.branch_id = v.branch)
					+ row_number() OVER (PARTITION BY v.branch ORDER BY v.n)
				FROM unnest($2::uuid[], $3::uuid[], $4::text[]) WITH ORDINALITY v(id, branch, name, n)`, []any{ids, branches, names}
		}
		if _, err := b.run(ctx, len(ids), query, args...); err != nil {
			return err
		}
	}
	return nil
}

// columns are the facts of many people as arrays, in the order of factColumns.
type columns struct {
	ids                                  []uuid.UUID
	staff, sex, nation, education, phone []string
	status, stage, note                  []string
	birth, joined, full, started         []string
}

func (c *columns) add(id uuid.UUID, f facts) {
	c.ids = append(c.ids, id)
	c.staff, c.sex, c.nation = append(c.staff, f.StaffNo), append(c.sex, f.Sex), append(c.nation, f.Nation)
	c.education, c.phone, c.note = append(c.education, f.Education), append(c.phone, f.Phone), append(c.note, f.Note)
	c.status, c.stage = append(c.status, f.Status), append(c.stage, f.Stage)
	c.birth, c.joined = append(c.birth, f.Birth.String()), append(c.joined, f.Joined.String())
	c.full, c.started = append(c.full, f.Full.String()), append(c.started, f.Started.String())
}

func (c *columns) args() []any {
	return []any{c.ids, c.staff, c.sex, c.birth, c.nation, c.education, c.phone, c.status, c.stage, c.joined, c.full, c.started, c.note}
}

// factColumns turns the arrays $2 to $14 into rows; an empty text is no value.
const factColumns = `(SELECT id, nullif(staff, '') AS staff_no, nullif(sex, '') AS sex, nullif(birth, '')::date AS birth_on, nullif(nation, '') AS nation,
		nullif(education, '') AS education, nullif(phone, '') AS phone, status AS political_status, stage AS development_stage,
		nullif(joined, '')::date AS joined_party_on, nullif(fullm, '')::date AS full_member_on, nullif(started, '')::date AS started_work_on, note, n
	FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
		WITH ORDINALITY u(id, staff, sex, birth, nation, education, phone, status, stage, joined, fullm, started, note, n)) v`

func (b *batch) people(ctx context.Context, p *plan) error {
	var c columns
	var names, readings, initials []string
	for _, x := range p.rows {
		if x.action() == RowNew {
			c.add(x.person(), x.after)
			names, readings, initials = append(names, x.row.Name), append(readings, x.pinyin), append(initials, x.initials)
		}
	}
	b.log.People = c.ids
	_, err := b.run(ctx, len(c.ids), `INSERT INTO org_people (unit_id, id, name, pinyin, initials, staff_no, sex, birth_on, nation, education, phone,
			political_status, development_stage, joined_party_on, full_member_on, started_work_on, note, created_at, updated_at)
		SELECT $1, v.id, w.name, w.pinyin, w.initials, v.staff_no, v.sex, v.birth_on, v.nation, v.education, v.phone,
			v.political_status, v.development_stage, v.joined_party_on, v.full_member_on, v.started_work_on, v.note, $18, $18
		FROM `+factColumns+` JOIN unnest($15::text[], $16::text[], $17::text[]) WITH ORDINALITY w(name, pinyin, initials, n) USING (n)`,
		append(c.args(), names, readings, initials, b.now)...)
	return err
}

const setFacts = `UPDATE org_people p SET staff_no = v.staff_no, sex = v.sex, birth_on = v.birth_on, nation = v.nation, education = v.education, phone = v.phone,
		political_status = v.political_status, development_stage = v.development_stage, joined_party_on = v.joined_party_on, full_member_on = v.full_member_on,
		started_work_on = v.started_work_on, note = v.note, updated_at = $16, row_version = p.row_version + 1
	FROM ` + factColumns + ` JOIN unnest($15::int[]) WITH ORDINALITY w(version, n) USING (n)
	WHERE p.unit_id = $1 AND p.id = v.id AND p.row_version = w.version`

// changed writes people who change in any way. Their version must still be the one
// the plan was made from.
func (b *batch) changed(ctx context.Context, p *plan) error {
	var c columns
	var versions []int
	for _, x := range p.rows {
		if x.action() == RowChanged {
			c.add(x.known.id, x.after)
			versions = append(versions, x.known.version)
			b.log.Changed = append(b.log.Changed, undoPerson{x.known.id, x.known.version + 1, x.known.facts})
		}
	}
	n, err := b.run(ctx, len(c.ids), setFacts, append(c.args(), versions, b.now)...)
	if err == nil && n != len(c.ids) {
		err = errChangedMeanwhile()
	}
	return err
}

// begin inserts dated rows of all tables.
func (b *batch) begin(ctx context.Context, spans []span) error {
	for _, k := range []struct{ table, columns, values string }{
		{inBranches, "branch_id, group_id", "v.place, v.grp"},
		{inDepartments, "department_id", "v.place"},
		{inPositions, "kind, title, branch_id, group_id", "v.kind, v.text, v.place, v.grp"},
		{inExemptions, "reason", "v.text"},
	} {
		var ids, people, places, groups []uuid.UUID
		var kinds, texts, from, to []string
		for _, s := range spans {
			if s.Table == k.table {
				ids, people, places, groups = append(ids, s.ID), append(people, s.Person), append(places, s.Place), append(groups, s.Group)
				kinds, texts, from = append(kinds, s.Kind), append(texts, s.Text), append(from, s.From.String())
				to = append(to, s.To.String())
			}
		}
		_, err := b.run(ctx, len(ids), `INSERT INTO `+k.table+` (unit_id, id, person_id, valid_from, valid_to, `+k.columns+`)
			SELECT $1, v.id, v.person, v.since, v.until, `+k.values+`
			FROM (SELECT id, person, nullif(place, '00000000-0000-0000-0000-000000000000') AS place, nullif(grp, '00000000-0000-0000-0000-000000000000') AS grp, kind, text, since::date AS since, nullif(until, '')::date AS until
				FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[]) u(id, person, place, grp, kind, text, since, until)) v`,
			ids, people, places, groups, kinds, texts, from, to)
		if err != nil {
			return err
		}
	}
	return nil
}
