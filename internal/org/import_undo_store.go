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
// was changed since, or when somebody or some place that it made is in use.
func (b *batch) undo(ctx context.Context, log undoLog) error {
	if err := b.untouched(ctx, log); err != nil {
		return err
	}
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
	for _, made := range []struct {
		table, what string
		ids         []uuid.UUID
	}{{"org_people", "人员", log.People}, {"org_groups", "党小组", log.Groups}, {"org_branches", "党支部", log.Branches}, {"org_departments", "部门", log.Departments}} {
		used, err := b.inUse(ctx, made.table, made.ids)
		if err != nil {
			return err
		}
		if len(used) > 0 {
			return fault.Newf(fault.RuleBroken, "不能撤销：这次导入新建的%s“%s”已有账号、授权、编组、活动或积分等记录", made.what, someNames(used))
		}
		if _, err := b.run(ctx, len(made.ids), `DELETE FROM `+made.table+` WHERE unit_id = $1 AND id = ANY($2::uuid[])`, made.ids); err != nil {
			return err
		}
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
	return err
}

// someNames lists the first few.
func someNames(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], "、") + fmt.Sprintf("等 %d 个", len(names))
	}
	return strings.Join(names, "、")
}

// untouched refuses when a person is not as the import left them. Every change of a
// person, dated rows included, counts row_version up.
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
		err := rows.Scan(&name)
		changed = append(changed, name)
		return err
	}, `SELECT p.name FROM unnest($2::uuid[], $3::int[]) v(id, version)
		JOIN org_people p ON p.unit_id = $1 AND p.id = v.id WHERE p.row_version <> v.version ORDER BY p.pinyin`, b.unit, ids, versions)
	if err == nil && len(changed) > 0 {
		err = fault.Newf(fault.RuleBroken, "不能撤销：导入之后“%s”的资料又被修改过", someNames(changed))
	}
	return err
}

// inUse names the rows of a table that others refer to. Which tables refer to it is
// asked of the database, so that a capability added later is not forgotten here.
func (b *batch) inUse(ctx context.Context, table string, ids []uuid.UUID) ([]string, error) {
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
		WHERE c.contype = 'f' AND c.confrelid = $1::text::regclass AND c.conparentid = 0`, table)
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
