package org

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// mover changes the dated rows of one person, whose row is locked.
type mover struct {
	tx           bun.Tx
	unit, person uuid.UUID
	name, status string
}

func (m mover) exec(ctx context.Context, query string, args ...any) error {
	_, err := db.Exec(ctx, m.tx, query, append([]any{m.unit, m.person}, args...)...)
	return err
}

// text gives the first column of the first row, or nothing.
func text(ctx context.Context, on bun.IDB, query string, args ...any) (string, error) {
	rows, err := db.Query(ctx, on, query, args...)
	if err != nil {
		return "", db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	var out sql.NullString
	if rows.Next() {
		if err := rows.Scan(&out); err != nil {
			return "", fmt.Errorf("org: %w", err)
		}
	}
	return out.String, db.Translate(rows.Err())
}

// refuseLater refuses to change history under something that was already arranged
// for a later day.
func (m mover) refuseLater(ctx context.Context, query, what string, from calendar.Date) error {
	later, err := text(ctx, m.tx, query, m.unit, m.person, from)
	if err != nil {
		return err
	}
	if later != "" {
		return fault.Newf(fault.RuleBroken, "%s自 %s 起已另有%s安排，请选择更晚的日期", m.name, later, what)
	}
	return nil
}

// toBranch ends the membership that lasts and begins the new one. It gives the
// name of the new place. Party posts elsewhere end with the membership.
func (m mover) toBranch(ctx context.Context, branch, group uuid.UUID, from calendar.Date) (string, error) {
	name, err := m.branchName(ctx, branch, group, from)
	if err != nil {
		return "", err
	}
	if branch != uuid.Nil && !partyMember(m.status) {
		return "", fault.Field("branch_id", m.name+"不是党员，不能编入党支部；请先改政治面貌")
	}
	if err := m.refuseLater(ctx, `SELECT min(valid_from)::text FROM org_party_memberships WHERE unit_id = $1 AND person_id = $2 AND valid_from > $3`, "党支部", from); err != nil {
		return "", err
	}
	if err := m.exec(ctx, `UPDATE org_positions SET valid_to = $3::date - 1 WHERE unit_id = $1 AND person_id = $2 AND kind <> 'administrative'
		AND (branch_id <> $4::uuid OR group_id <> $5::uuid) AND valid_from < $3 AND (valid_to IS NULL OR valid_to >= $3)`, from, branch, group); err != nil {
		return "", err
	}
	if err := m.exec(ctx, `DELETE FROM org_positions WHERE unit_id = $1 AND person_id = $2 AND kind <> 'administrative'
		AND (branch_id <> $4::uuid OR group_id <> $5::uuid) AND valid_from >= $3`, from, branch, group); err != nil {
		return "", err
	}
	// A membership that began the same day never lasted: it gives way.
	if err := m.exec(ctx, `DELETE FROM org_party_memberships WHERE unit_id = $1 AND person_id = $2 AND valid_from = $3`, from); err != nil {
		return "", err
	}
	if err := m.exec(ctx, `UPDATE org_party_memberships SET valid_to = $3::date - 1
		WHERE unit_id = $1 AND person_id = $2 AND valid_from < $3 AND (valid_to IS NULL OR valid_to >= $3)`, from); err != nil {
		return "", err
	}
	if branch == uuid.Nil {
		return "无", nil
	}
	return name, m.exec(ctx, `INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from)
		VALUES ($1, $3, $2, $4, nullif($5, '00000000-0000-0000-0000-000000000000'::uuid), $6)`, db.NewID(), branch, group, from)
}

// branchName checks that branch and group are there on the day.
func (m mover) branchName(ctx context.Context, branch, group uuid.UUID, from calendar.Date) (string, error) {
	if branch == uuid.Nil {
		if group != uuid.Nil {
			return "", fault.Field("branch_id", "请同时选择党小组所在的党支部")
		}
		return "", nil
	}
	name, err := text(ctx, m.tx, `SELECT name FROM org_branches WHERE unit_id = $1 AND id = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)`, m.unit, branch, from)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", fault.Field("branch_id", "没有这个党支部，或它在该日期还没有成立、已经撤销")
	}
	if group == uuid.Nil {
		return name, nil
	}
	groupName, err := text(ctx, m.tx, `SELECT name FROM org_groups WHERE unit_id = $1 AND branch_id = $2 AND id = $3
		AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $4)`, m.unit, branch, group, from)
	if err == nil && groupName == "" {
		err = fault.Field("group_id", "该党支部没有这个党小组，或它在该日期已经撤销")
	}
	return name + groupName, err
}

// toDepartment is toBranch for departments.
func (m mover) toDepartment(ctx context.Context, department uuid.UUID, from calendar.Date) (string, error) {
	name := "无"
	if department != uuid.Nil {
		var err error
		name, err = text(ctx, m.tx, `SELECT name FROM org_departments WHERE unit_id = $1 AND id = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)`, m.unit, department, from)
		if err != nil {
			return "", err
		}
		if name == "" {
			return "", fault.Field("department_id", "没有这个部门，或它在该日期还没有设立、已经撤销")
		}
	}
	if err := m.refuseLater(ctx, `SELECT min(valid_from)::text FROM org_department_memberships WHERE unit_id = $1 AND person_id = $2 AND valid_from > $3`, "部门", from); err != nil {
		return "", err
	}
	if err := m.exec(ctx, `DELETE FROM org_department_memberships WHERE unit_id = $1 AND person_id = $2 AND valid_from = $3`, from); err != nil {
		return "", err
	}
	if err := m.exec(ctx, `UPDATE org_department_memberships SET valid_to = $3::date - 1
		WHERE unit_id = $1 AND person_id = $2 AND valid_from < $3 AND (valid_to IS NULL OR valid_to >= $3)`, from); err != nil {
		return "", err
	}
	if department == uuid.Nil {
		return name, nil
	}
	return name, m.exec(ctx, `INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from) VALUES ($1, $3, $2, $4, $5)`,
		db.NewID(), department, from)
}

// appoint begins a position. A branch has one secretary and a group one leader at a
// time.
func (m mover) appoint(ctx context.Context, id uuid.UUID, p NewPosition) error {
	if p.Kind == PositionAdministrative {
		return m.exec(ctx, `INSERT INTO org_positions (unit_id, id, person_id, kind, title, valid_from) VALUES ($1, $3, $2, $4, $5, $6)`,
			id, p.Kind, p.Title, p.From)
	}
	holder := ""
	var err error
	const others = `SELECT p.name FROM org_positions o JOIN org_people p ON p.unit_id = o.unit_id AND p.id = o.person_id
		WHERE o.unit_id = $1 AND o.person_id <> $2 AND o.kind = $3 AND (o.valid_to IS NULL OR o.valid_to >= $5) AND `
	switch p.Kind {
	case PositionSecretary:
		holder, err = text(ctx, m.tx, others+"o.branch_id = $4", m.unit, m.person, p.Kind, p.Branch, p.From)
	case PositionGroupLeader:
		holder, err = text(ctx, m.tx, others+"o.group_id = $4", m.unit, m.person, p.Kind, p.Group, p.From)
	}
	if err != nil {
		return err
	}
	if holder != "" {
		return fault.Newf(fault.RuleBroken, "%s正由%s担任，请先结束其任职", termName(PositionKinds(), p.Kind), holder)
	}
	already, err := text(ctx, m.tx, `SELECT valid_from::text FROM org_positions WHERE unit_id = $1 AND person_id = $2 AND kind = $3 AND branch_id = $4
		AND (valid_to IS NULL OR valid_to >= $5)`, m.unit, m.person, p.Kind, p.Branch, p.From)
	if err != nil {
		return err
	}
	if already != "" {
		return fault.Newf(fault.Conflict, "%s自 %s 起已任%s", m.name, already, termName(PositionKinds(), p.Kind))
	}
	return m.exec(ctx, `INSERT INTO org_positions (unit_id, id, person_id, kind, title, branch_id, group_id, valid_from)
		VALUES ($1, $3, $2, $4, $5, $6, nullif($7, '00000000-0000-0000-0000-000000000000'::uuid), $8)`,
		id, p.Kind, p.Title, p.Branch, p.Group, p.From)
}

// branchOn gives the person's own branch and group on a day.
func (m mover) branchOn(ctx context.Context, day calendar.Date) (branch, group uuid.UUID, err error) {
	found, err := Placements(ctx, m.tx, m.unit, day, []uuid.UUID{m.person})
	p := found[m.person]
	return p.Branch, p.Group, err
}

// endPosition sets the last day of a position that lasts; it gives its title.
func (m mover) endPosition(ctx context.Context, id uuid.UUID, last calendar.Date) (string, error) {
	return m.end(ctx, `UPDATE org_positions SET valid_to = $4 WHERE unit_id = $1 AND person_id = $2 AND id = $3
		AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $4) RETURNING title`, id, last, "职务")
}

// endExemption is endPosition for an exemption; it gives its reason.
func (m mover) endExemption(ctx context.Context, id uuid.UUID, last calendar.Date) (string, error) {
	return m.end(ctx, `UPDATE org_exemptions SET valid_to = $4 WHERE unit_id = $1 AND person_id = $2 AND id = $3
		AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $4) RETURNING reason`, id, last, "免记")
}

func (m mover) end(ctx context.Context, query string, id uuid.UUID, last calendar.Date, what string) (string, error) {
	ended, err := text(ctx, m.tx, query, m.unit, m.person, id, last)
	if err == nil && ended == "" {
		err = fault.Newf(fault.Invalid, "没有这条%s，或它在该日期之前已经结束、之后才开始，请刷新后核对", what)
	}
	return ended, err
}

func (m mover) exempt(ctx context.Context, id uuid.UUID, x NewExemption) error {
	return m.exec(ctx, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES ($1, $3, $2, $4, $5, $6)`,
		id, x.Reason, x.From, x.To)
}

// datedTables are those whose rows end when a person leaves.
func datedTables() []string {
	return []string{"org_party_memberships", "org_department_memberships", "org_positions", "org_exemptions"}
}

// leave ends everything that lasts with the last day on the roll.
func (m mover) leave(ctx context.Context, last calendar.Date, now time.Time) error {
	var later []string
	for _, table := range datedTables() {
		later = append(later, `SELECT valid_from FROM `+table+` WHERE unit_id = $1 AND person_id = $2 AND valid_from > $3`)
	}
	if err := m.refuseLater(ctx, `SELECT min(valid_from)::text FROM (`+strings.Join(later, " UNION ALL ")+`) later`, "任职或编组", last); err != nil {
		return err
	}
	for _, table := range datedTables() {
		if err := m.exec(ctx, `UPDATE `+table+` SET valid_to = $3 WHERE unit_id = $1 AND person_id = $2 AND (valid_to IS NULL OR valid_to > $3)`, last); err != nil {
			return err
		}
	}
	return m.exec(ctx, `UPDATE org_people SET left_on = $3, updated_at = $4, row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`, last, now)
}

// comeBack takes leave back: what ended that day lasts again.
func (m mover) comeBack(ctx context.Context, last calendar.Date, now time.Time) error {
	for _, table := range datedTables() {
		if err := m.exec(ctx, `UPDATE `+table+` SET valid_to = NULL WHERE unit_id = $1 AND person_id = $2 AND valid_to = $3`, last); err != nil {
			return err
		}
	}
	return m.exec(ctx, `UPDATE org_people SET left_on = NULL, updated_at = $3, row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`, now)
}
