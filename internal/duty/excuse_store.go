package duty

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// excuseRow is an excuse with where it lies.
type excuseRow struct {
	Excuse
	BranchID     uuid.NullUUID
	DepartmentID uuid.NullUUID
	Of           int
}

func excuseColumns() access.Columns {
	return access.Columns{Unit: "e.unit_id", Branch: "e.branch_id", Group: "CASE e.owner WHEN 'group' THEN e.owner_id END", Department: "e.department_id",
		Persons: []string{"e.asked_by", "CASE e.owner WHEN 'leader' THEN e.owner_id END"}}
}

// excuseRows selects excuses in a scope, named.
func excuseRows(on bun.IDB, scope access.Scope) *bun.SelectQuery {
	return on.NewSelect().TableExpr("duty_excuses AS e").
		ColumnExpr("e.id, e.code, e.owner, e.owner_id, e.branch_id, e.department_id, e.period_first AS first, e.reason, e.state, e.asked_by, e.asked_at, e.decided_at, e.remark").
		ColumnExpr("coalesce(d.name, e.code) AS name, coalesce(d.period, 'month') AS every").
		ColumnExpr("coalesce(a.name, '') AS asked_by_name, coalesce(c.name, '') AS decided_name, coalesce(b.name, '') AS branch_name").
		ColumnExpr(`coalesce(CASE e.owner WHEN 'unit' THEN (SELECT o.name FROM org_units o WHERE o.id = e.unit_id)
			WHEN 'group' THEN (SELECT o.name FROM org_groups o WHERE o.unit_id = e.unit_id AND o.id = e.owner_id)
			WHEN 'leader' THEN (SELECT o.name FROM org_people o WHERE o.unit_id = e.unit_id AND o.id = e.owner_id)
			WHEN 'deputy' THEN (SELECT o.name FROM org_departments o WHERE o.unit_id = e.unit_id AND o.id = e.owner_id) ELSE b.name END, '') AS owner_name`).
		Join("LEFT JOIN org_branches AS b ON b.unit_id = e.unit_id AND b.id = e.branch_id").
		Join("LEFT JOIN org_people AS a ON a.unit_id = e.unit_id AND a.id = e.asked_by").
		Join("LEFT JOIN org_people AS c ON c.unit_id = e.unit_id AND c.id = e.decided_by").
		Join(`LEFT JOIN LATERAL (SELECT name, period FROM duty_duties l WHERE l.unit_id = e.unit_id AND l.code = e.code
			ORDER BY l.valid_from <= e.period_first DESC, abs(l.valid_from - e.period_first) LIMIT 1) d ON TRUE`).
		Apply(scope.Rows(excuseColumns()))
}

func (r *excuseRow) name() {
	r.Period, r.Last = label(r.Every, r.First), end(r.Every, r.First)
}

func listExcuses(ctx context.Context, on bun.IDB, scope access.Scope, f ExcuseFilter) ([]excuseRow, int, error) {
	count := on.NewSelect().TableExpr("duty_excuses AS e").Apply(scope.Rows(excuseColumns()))
	q := excuseRows(on, scope).OrderExpr("e.asked_at DESC, e.id DESC").Limit(int64(f.Limit + 1))
	if f.State != "" {
		q.Where("e.state = ?", f.State)
		count.Where("e.state = ?", f.State)
	}
	total, err := count.Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("excuses: %w", err)
	}
	if f.after.ID != uuid.Nil {
		q.Where("(e.asked_at, e.id) < (?, ?)", f.after.At, f.after.ID)
	}
	var rows []excuseRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, 0, fmt.Errorf("excuses: %w", err)
	}
	for i := range rows {
		rows[i].name()
	}
	return rows, int(total), nil
}

// lockExcuse reads an excuse in reach to be changed.
func lockExcuse(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (excuseRow, error) {
	var rows []excuseRow
	if err := excuseRows(tx, scope).Where("e.id = ?", id).For("UPDATE OF e").Scan(ctx, &rows); err != nil {
		return excuseRow{}, fmt.Errorf("excuse: %w", db.Translate(err))
	}
	if len(rows) == 0 {
		return excuseRow{}, fault.Missing("未完成原因")
	}
	rows[0].name()
	return rows[0], nil
}

func insertExcuse(ctx context.Context, tx bun.Tx, unit uuid.UUID, id uuid.UUID, c Cell, reason string, by uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO duty_excuses (unit_id, id, code, owner, owner_id, branch_id, department_id, period_first, reason, asked_by, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		unit, id, c.Code, c.Owner, c.OwnerID, c.BranchID, c.DepartmentID, c.First, reason, by, now)
	return db.Translate(err)
}

func settleExcuse(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, state, remark string, by uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE duty_excuses SET state = $3, remark = $4, decided_by = $5, decided_at = $6 WHERE unit_id = $1 AND id = $2`,
		unit, id, state, remark, by, now)
	return db.Translate(err)
}

// concerned are by excuse the people whose own duty it is: who asked, the leader whose
// it is, and who answers for the department, branch or group on a day of the period; for
// a group its branch's secretary does besides. One statement, however many there are.
func concerned(ctx context.Context, on bun.IDB, unit uuid.UUID, rows ...excuseRow) (map[uuid.UUID][]uuid.UUID, error) {
	out := map[uuid.UUID][]uuid.UUID{}
	var keys, places []uuid.UUID
	var roles, kinds, firsts, lasts []string
	for _, e := range rows {
		out[e.ID] = append(out[e.ID], e.AskedBy)
		answers := func(role, kind string, place uuid.UUID) {
			keys, roles, kinds, places = append(keys, e.ID), append(roles, role), append(kinds, kind), append(places, place)
			firsts, lasts = append(firsts, e.First.String()), append(lasts, e.Last.String())
		}
		switch e.Owner {
		case OwnerLeader:
			out[e.ID] = append(out[e.ID], e.OwnerID)
		case OwnerDeputy:
			answers("deputy_leader", "department", e.OwnerID)
		case OwnerBranch:
			answers("branch_secretary", "branch", e.OwnerID)
		case OwnerGroup:
			answers("group_leader", "group", e.OwnerID)
			answers("branch_secretary", "branch", e.BranchID.UUID)
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	err := db.Each(ctx, on, `SELECT DISTINCT r.id, g.person_id
		FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[]) AS r (id, role, kind, place, first, last)
		JOIN access_grants g ON g.unit_id = $1 AND g.role = r.role AND g.place_kind = r.kind AND g.place_id = r.place
			AND g.valid_from <= r.last::date
			AND coalesce(least(g.valid_to, (g.ended_at AT TIME ZONE 'Asia/Shanghai')::date), 'infinity') >= r.first::date`,
		[]any{unit, keys, roles, kinds, places, firsts, lasts}, func(rows *sql.Rows) error {
			var id, person uuid.UUID
			err := rows.Scan(&id, &person)
			out[id] = append(out[id], person)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("who answers for excused duties: %w", err)
	}
	return out, nil
}
