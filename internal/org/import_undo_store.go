package org

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// undo takes an import back, whole or not at all: refused when anybody it touched
// was changed since, or when somebody or some place that it made is in use. Base
// points do not count as use, for a job gives them within a minute: takeBack reverses
// them, and since a ledger stays for ever, its owner is taken off the roll where the
// others are deleted. kept is how many those are.
func (b *batch) undo(ctx context.Context, log undoLog, takeBack func(people []uuid.UUID) (KeptLedgers, error)) (kept int, err error) {
	if err := b.untouched(ctx, log); err != nil {
		return 0, err
	}
	ledgers, err := takeBack(log.People)
	if err != nil {
		return 0, err
	}
	if err := b.undoSpans(ctx, log); err != nil {
		return 0, err
	}
	if err := b.unmake(ctx, log, ledgers); err != nil {
		return 0, err
	}
	var c columns
	var versions []int
	for _, p := range log.Changed {
		c.add(p.ID, p.Before)
		versions = append(versions, p.Version)
	}
	n, err := b.run(ctx, len(c.ids), setFacts, append(c.args(), versions, b.now)...)
	if err == nil && n != len(c.ids) {
		err = errChangedMeanwhile()
	}
	return len(ledgers.People), err
}

// undoSpans puts the dated rows back.
func (b *batch) undoSpans(ctx context.Context, log undoLog) error {
	for table, ids := range log.Begun {
		n, err := b.run(ctx, len(ids), `DELETE FROM `+table+` WHERE unit_id = $1 AND id = ANY($2::uuid[])`, ids)
		if err != nil {
			return err
		}
		if n != len(ids) {
			return fault.New(fault.RuleBroken, "导入之后有人的支部、部门或职务又有变动，不能撤销；请在人员页面逐个办理")
		}
	}
	if err := b.begin(ctx, log.Dropped); err != nil {
		return err
	}
	for table, some := range byTable(log.Ended) {
		ids, to := idsOf(some)
		if _, err := b.run(ctx, len(ids), `UPDATE `+table+` t SET valid_to = nullif(v.last, '')::date FROM unnest($2::uuid[], $3::text[]) v(id, last)
			WHERE t.unit_id = $1 AND t.id = v.id`, ids, to); err != nil {
			return err
		}
	}
	return nil
}

// unmake removes the people and places that the import made.
func (b *batch) unmake(ctx context.Context, log undoLog, ledgers KeptLedgers) error {
	for _, made := range []struct {
		table, what string
		ids         []uuid.UUID
	}{{"org_people", "人员", log.People}, {"org_groups", "党小组", log.Groups}, {"org_branches", "党支部", log.Branches}, {"org_departments", "部门", log.Departments}} {
		used, err := b.inUse(ctx, made.table, made.ids, ledgers.Table)
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return fault.Newf(fault.RuleBroken, "不能撤销：这次导入新建的%s“%s”已有账号、授权、编组、活动或积分等记录", made.what, someNames(used))
		}
		if made.table == "org_people" {
			if err := b.offRoll(ctx, ledgers.People); err != nil {
				return err
			}
			made.ids = without(made.ids, ledgers.People)
		}
		if _, err := b.run(ctx, len(made.ids), `DELETE FROM `+made.table+` WHERE unit_id = $1 AND id = ANY($2::uuid[])`, made.ids); err != nil {
			return err
		}
	}
	return nil
}

// offRoll leaves of people what their ledgers need, a name. They are in no list or
// count, no import recognises them, and their staff numbers are free.
func (b *batch) offRoll(ctx context.Context, ids []uuid.UUID) error {
	_, err := b.run(ctx, len(ids), `UPDATE org_people SET on_roll = false, staff_no = NULL, sex = NULL, birth_on = NULL, nation = NULL, education = NULL,
			phone = NULL, political_status = DEFAULT, development_stage = DEFAULT, joined_party_on = NULL, full_member_on = NULL, started_work_on = NULL,
			note = '', updated_at = $3, row_version = row_version + 1
		WHERE unit_id = $1 AND id = ANY($2::uuid[])`, ids, b.now)
	return err
}

func without(ids, others []uuid.UUID) []uuid.UUID {
	out := map[uuid.UUID]bool{}
	for _, id := range others {
		out[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool { return out[id] })
}

// someNames lists the first few.
func someNames(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], "、") + fmt.Sprintf("等 %d 个", len(names))
	}
	return strings.Join(names, "、")
}

// untouched refuses when a person is not as the import left them, and holds them
// all: nobody can refer to them meanwhile. Every change of a person, dated rows
// included, counts row_version up.
func (b *batch) untouched(ctx context.Context, log undoLog) error {
	var ids []uuid.UUID
	var versions []int
	for _, id := range log.People {
		ids, versions = append(ids, id), append(versions, 1)
	}
	for _, p := range log.Changed {
		ids, versions = append(ids, p.ID), append(versions, p.Version)
	}
	if len(ids) == 0 {
		return nil
	}
	var changed []string
	err := eachRow(ctx, b.tx, func(rows *sql.Rows) error {
		var name string
		var same bool
		err := rows.Scan(&name, &same)
		if !same {
			changed = append(changed, name)
		}
		return err
	}, `SELECT p.name, p.row_version = v.version FROM unnest($2::uuid[], $3::int[]) v(id, version)
		JOIN org_people p ON p.unit_id = $1 AND p.id = v.id ORDER BY p.id FOR UPDATE OF p`, b.unit, ids, versions)
	if err == nil && len(changed) > 0 {
		err = fault.Newf(fault.RuleBroken, "不能撤销：导入之后“%s”的资料又被修改过", someNames(changed))
	}
	return err
}

// inUse names the rows of a table that others refer to. Which tables refer to it is
// asked of the database, so that a capability added later is not forgotten here;
// besides is one that was seen to.
func (b *batch) inUse(ctx context.Context, table string, ids []uuid.UUID, besides string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var referrers []string
	err := eachRow(ctx, b.tx, func(rows *sql.Rows) error {
		var from, column string
		err := rows.Scan(&from, &column)
		referrers = append(referrers, `EXISTS (SELECT FROM `+from+` r WHERE r.unit_id = t.unit_id AND r.`+column+` = t.id)`)
		return err
	}, `SELECT DISTINCT c.conrelid::regclass::text, quote_ident(a.attname)
		FROM pg_constraint c
		JOIN pg_attribute i ON i.attrelid = c.confrelid AND i.attname = 'id'
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[array_position(c.confkey, i.attnum)]
		WHERE c.contype = 'f' AND c.confrelid = $1::text::regclass AND c.conparentid = 0 AND c.conrelid::regclass::text <> $2`, table, besides)
	if err != nil || len(referrers) == 0 {
		return nil, err
	}
	slices.Sort(referrers)
	var used []string
	return used, eachRow(ctx, b.tx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		used = append(used, name)
		return err
	}, `SELECT t.name FROM `+table+` t WHERE t.unit_id = $1 AND t.id = ANY($2::uuid[]) AND (`+strings.Join(referrers, " OR ")+`) ORDER BY t.name`, b.unit, ids)
}
