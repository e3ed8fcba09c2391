package org

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// table names a kind's own table; a kind from outside is checked before.
func (k PlaceKind) table() string {
	switch k {
	case Department:
		return "org_departments"
	case Branch:
		return "org_branches"
	}
	return "org_groups"
}

const placeHeads = `count(p.id) AS people,
	count(p.id) FILTER (WHERE p.political_status IN ('party_member', 'probationary_member')) AS members,
	count(p.id) FILTER (WHERE p.political_status = 'party_member') AS voters`

const placePeople = ` AND h.valid_from <= $2::date AND (h.valid_to IS NULL OR h.valid_to >= $2::date)
	LEFT JOIN org_people p ON p.unit_id = h.unit_id AND p.id = h.person_id AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2::date)
	WHERE l.unit_id = $1 AND (l.valid_to IS NULL OR l.valid_to >= $2::date)
	GROUP BY l.unit_id, l.id ORDER BY l.ord, l.name`

func leader(kind, column string) string {
	return `coalesce((SELECT string_agg(q.name, '、') FROM org_positions o JOIN org_people q ON q.unit_id = o.unit_id AND q.id = o.person_id
		WHERE o.unit_id = l.unit_id AND o.` + column + ` = l.id AND o.kind = '` + kind + `'
		AND o.valid_from <= $2::date AND (o.valid_to IS NULL OR o.valid_to >= $2::date)), '')`
}

// places reads the tree with its head counts on a day.
func places(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date) (Places, error) {
	out := Places{Departments: []PlaceNode{}, Branches: []BranchNode{}, On: day}
	index := map[uuid.UUID]int{}
	err := readPlaces(ctx, on, `SELECT l.id, l.name, l.ord, l.valid_from, l.valid_to, NULL::uuid, '', `+placeHeads+` FROM org_departments l
		LEFT JOIN org_department_memberships h ON h.unit_id = l.unit_id AND h.department_id = l.id`+placePeople, unit, day, func(n PlaceNode, _ uuid.UUID) {
		out.Departments = append(out.Departments, n)
	})
	if err != nil {
		return out, err
	}
	err = readPlaces(ctx, on, `SELECT l.id, l.name, l.ord, l.valid_from, l.valid_to, NULL::uuid, `+leader(PositionSecretary, "branch_id")+`, `+placeHeads+` FROM org_branches l
		LEFT JOIN org_party_memberships h ON h.unit_id = l.unit_id AND h.branch_id = l.id`+placePeople, unit, day, func(n PlaceNode, _ uuid.UUID) {
		index[n.ID] = len(out.Branches)
		out.Branches = append(out.Branches, BranchNode{n, []PlaceNode{}})
	})
	if err != nil {
		return out, err
	}
	err = readPlaces(ctx, on, `SELECT l.id, l.name, l.ord, l.valid_from, l.valid_to, l.branch_id, `+leader(PositionGroupLeader, "group_id")+`, `+placeHeads+` FROM org_groups l
		LEFT JOIN org_party_memberships h ON h.unit_id = l.unit_id AND h.group_id = l.id`+placePeople, unit, day, func(n PlaceNode, branch uuid.UUID) {
		if i, ok := index[branch]; ok {
			out.Branches[i].Groups = append(out.Branches[i].Groups, n)
		}
	})
	if err != nil {
		return out, err
	}
	rows, err := db.Query(ctx, on, `SELECT count(*), count(*) FILTER (WHERE political_status IN ('party_member', 'probationary_member'))
		FROM org_people WHERE unit_id = $1 AND on_roll AND (left_on IS NULL OR left_on >= $2)`, unit, day)
	if err != nil {
		return out, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&out.People, &out.PartyMember); err != nil {
			return out, fmt.Errorf("places: %w", err)
		}
	}
	return out, db.Translate(rows.Err())
}

func readPlaces(ctx context.Context, on bun.IDB, query string, unit uuid.UUID, day calendar.Date, take func(PlaceNode, uuid.UUID)) error {
	rows, err := db.Query(ctx, on, query, unit, day)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n PlaceNode
		var branch uuid.UUID
		if err := rows.Scan(&n.ID, &n.Name, &n.Ord, &n.From, &n.To, &branch, &n.Leader, &n.People, &n.Members, &n.Voters); err != nil {
			return fmt.Errorf("places: %w", err)
		}
		take(n, branch)
	}
	return db.Translate(rows.Err())
}

// addPlace sets a place up after those that are there.
func addPlace(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, p NewPlace) error {
	table := p.Kind.table()
	if p.Kind != Group {
		_, err := db.Exec(ctx, tx, `INSERT INTO `+table+` (unit_id, id, name, ord, valid_from)
			SELECT $1, $2, $3, coalesce(max(ord), 0) + 1, $4 FROM `+table+` WHERE unit_id = $1`, unit, id, p.Name, p.From)
		return err
	}
	done, err := db.Exec(ctx, tx, `INSERT INTO org_groups (unit_id, id, branch_id, name, ord, valid_from)
		SELECT $1, $2, b.id, $3, (SELECT coalesce(max(ord), 0) + 1 FROM org_groups WHERE unit_id = $1 AND branch_id = b.id), greatest($4::date, b.valid_from)
		FROM org_branches b WHERE b.unit_id = $1 AND b.id = $5 AND (b.valid_to IS NULL OR b.valid_to >= $4)`, unit, id, p.Name, p.From, p.Branch)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.Field("branch_id", "没有这个党支部，或它已经撤销")
}

// lockPlace holds a place that is not closed yet, and gives its name and branch.
func lockPlace(ctx context.Context, tx bun.Tx, unit uuid.UUID, kind PlaceKind, id uuid.UUID) (name string, branch uuid.UUID, err error) {
	column := "NULL::uuid"
	if kind == Group {
		column = "branch_id"
	}
	rows, err := db.Query(ctx, tx, `SELECT name, `+column+` FROM `+kind.table()+` WHERE unit_id = $1 AND id = $2 AND valid_to IS NULL FOR UPDATE`, unit, id)
	if err != nil {
		return "", branch, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return "", branch, db.Translate(err)
		}
		return "", branch, fault.Missing(kind.Name())
	}
	if err := rows.Scan(&name, &branch); err != nil {
		return "", branch, fmt.Errorf("lock place: %w", err)
	}
	return name, branch, db.Translate(rows.Err())
}

func renamePlace(ctx context.Context, tx bun.Tx, unit uuid.UUID, kind PlaceKind, id uuid.UUID, name string, ord int) error {
	_, err := db.Exec(ctx, tx, `UPDATE `+kind.table()+` SET name = $3, ord = CASE WHEN $4::int > 0 THEN $4 ELSE ord END WHERE unit_id = $1 AND id = $2`, unit, id, name, ord)
	return err
}

// placeHeldAfter names somebody who is in the place after a day, or nobody.
func placeHeldAfter(ctx context.Context, tx bun.Tx, unit uuid.UUID, kind PlaceKind, id uuid.UUID, day calendar.Date) (who string, others int, err error) {
	held := map[PlaceKind]string{
		Department: "org_department_memberships h WHERE h.department_id",
		Branch:     "org_party_memberships h WHERE h.branch_id",
		Group:      "org_party_memberships h WHERE h.group_id",
	}
	rows, err := db.Query(ctx, tx, `SELECT min(p.name), count(*) FROM org_people p WHERE p.unit_id = $1 AND p.id IN (
		SELECT h.person_id FROM `+held[kind]+` = $2 AND h.unit_id = $1 AND (h.valid_to IS NULL OR h.valid_to > $3))`, unit, id, day)
	if err != nil {
		return "", 0, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	var name sql.NullString
	for rows.Next() {
		if err := rows.Scan(&name, &others); err != nil {
			return "", 0, fmt.Errorf("place: %w", err)
		}
	}
	return name.String, others, db.Translate(rows.Err())
}

// closePlace sets a place's last day; the groups of a branch close with it.
func closePlace(ctx context.Context, tx bun.Tx, unit uuid.UUID, kind PlaceKind, id uuid.UUID, last calendar.Date) error {
	done, err := db.Exec(ctx, tx, `UPDATE `+kind.table()+` SET valid_to = $3 WHERE unit_id = $1 AND id = $2 AND valid_from <= $3`, unit, id, last)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil {
		return fmt.Errorf("close place: %w", err)
	} else if n == 0 {
		return fault.Field("last_day", "最后一天不能早于成立的日期")
	}
	if kind != Branch {
		return nil
	}
	_, err = db.Exec(ctx, tx, `UPDATE org_groups SET valid_to = greatest($3::date, valid_from) WHERE unit_id = $1 AND branch_id = $2 AND valid_to IS NULL`, unit, id, last)
	return err
}
