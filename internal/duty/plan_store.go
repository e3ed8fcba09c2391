package duty

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// planBranch is how a Scope reaches the plans of the branch b.
func planBranch() access.Columns { return access.Columns{Unit: "b.unit_id", Branch: "b.id"} }

// inQuarter holds for places that were there in the quarter from $n to $n+1.
const inQuarter = ` %[1]s.valid_from <= $%[3]d::date AND (%[1]s.valid_to IS NULL OR %[1]s.valid_to >= $%[2]d::date)`

// planTitle is the branch of a plan; sql.ErrNoRows where it is out of the scope or was
// not there in the quarter.
func planTitle(ctx context.Context, on bun.IDB, scope access.Scope, branch uuid.UUID, q calendar.Quarter) (name string, err error) {
	where, args := scope.Where(planBranch(), 4)
	err = db.One(ctx, on, []any{&name}, `SELECT b.name FROM org_branches b WHERE b.id = $1 AND`+fmt.Sprintf(inQuarter, "b", 2, 3)+` AND `+where,
		append([]any{branch, q.First(), q.Last()}, args...)...)
	if err != nil {
		return "", fmt.Errorf("branch of a plan: %w", err)
	}
	return name, nil
}

// readPlan reads a plan without its items; sql.ErrNoRows where there is none.
func readPlan(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, q calendar.Quarter, lock bool) (p Plan, err error) {
	held := ""
	if lock {
		held = " FOR UPDATE OF l"
	}
	p.BranchID, p.Quarter, p.QuarterTitle = branch, q, q.Chinese()
	var filedBy uuid.NullUUID
	err = db.One(ctx, on, []any{&p.ID, &p.BranchName, &p.FiledAt, &filedBy, &p.FiledByName, &p.ChangedAt, &p.CreatedBy, &p.CreatedAt, &p.Version},
		`SELECT l.id, b.name, l.filed_at, l.filed_by, coalesce(f.name, ''), l.changed_at, coalesce(c.name, ''), l.created_at, l.row_version
		FROM duty_plans l JOIN org_branches b ON b.unit_id = l.unit_id AND b.id = l.branch_id
		LEFT JOIN org_people f ON f.unit_id = l.unit_id AND f.id = l.filed_by
		LEFT JOIN org_people c ON c.unit_id = l.unit_id AND c.id = l.created_by
		WHERE l.unit_id = $1 AND l.branch_id = $2 AND l.quarter = $3`+held, unit, branch, q.String())
	if err != nil {
		return p, fmt.Errorf("plan of %s: %w", q, err)
	}
	p.filedBy = filedBy.UUID
	return p, nil
}

// planItems are the items of a plan, in their order.
func planItems(ctx context.Context, on bun.IDB, unit, plan uuid.UUID) ([]PlanItem, error) {
	out := []PlanItem{}
	err := db.Each(ctx, on, `SELECT i.id, i.code, i.group_id, coalesce(g.name, ''), i.planned_on, i.title, i.person_id, coalesce(p.name, ''), i.changed_at
		FROM duty_plan_items i
		LEFT JOIN org_groups g ON g.unit_id = i.unit_id AND g.id = i.group_id
		LEFT JOIN org_people p ON p.unit_id = i.unit_id AND p.id = i.person_id
		WHERE i.unit_id = $1 AND i.plan_id = $2 ORDER BY i.ord, i.id`, []any{unit, plan}, func(rows *sql.Rows) error {
		var it PlanItem
		err := rows.Scan(&it.ID, &it.Code, &it.GroupID, &it.GroupName, &it.PlannedOn, &it.Title, &it.PersonID, &it.PersonName, &it.ChangedAt)
		out = append(out, it)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("items of plan %s: %w", plan, err)
	}
	return out, nil
}

// planGroups are the groups that a branch has in a quarter.
func planGroups(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, q calendar.Quarter) ([]PlaceName, error) {
	out := []PlaceName{}
	err := db.Each(ctx, on, `SELECT g.id, g.name FROM org_groups g WHERE g.unit_id = $1 AND g.branch_id = $2 AND`+
		fmt.Sprintf(inQuarter, "g", 3, 4)+` ORDER BY g.ord, g.name`, []any{unit, branch, q.First(), q.Last()}, func(rows *sql.Rows) error {
		var g PlaceName
		err := rows.Scan(&g.ID, &g.Name)
		out = append(out, g)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("groups of a plan: %w", err)
	}
	return out, nil
}

// planDuties are the duties of branches and groups that hold in a quarter, each under
// its latest name of that time.
func planDuties(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]PlanDuty, error) {
	out := []PlanDuty{}
	err := db.Each(ctx, on, `SELECT code, name, owner FROM (SELECT DISTINCT ON (d.code) d.code, d.name, d.owner, d.ord FROM duty_duties d
			WHERE d.unit_id = $1 AND d.owner IN ('branch', 'group') AND`+fmt.Sprintf(inQuarter, "d", 2, 3)+`
			ORDER BY d.code, d.valid_from DESC) latest ORDER BY ord, code`, []any{unit, q.First(), q.Last()}, func(rows *sql.Rows) error {
		var d PlanDuty
		err := rows.Scan(&d.Code, &d.Name, &d.Owner)
		out = append(out, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("duties of a plan: %w", err)
	}
	return out, nil
}

// planOfficers are who sees to things on a day: the branch's secretary under the zero
// id, and the leader of each group.
func planOfficers(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, day calendar.Date) (map[uuid.UUID]uuid.UUID, error) {
	out := map[uuid.UUID]uuid.UUID{}
	err := db.Each(ctx, on, `SELECT DISTINCT ON (o.kind, o.group_id) CASE o.kind WHEN 'group_leader' THEN o.group_id END, o.person_id
		FROM org_positions o JOIN org_people p ON p.unit_id = o.unit_id AND p.id = o.person_id AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $3::date)
		WHERE o.unit_id = $1 AND o.branch_id = $2 AND o.kind IN ('secretary', 'group_leader')
			AND o.valid_from <= $3::date AND (o.valid_to IS NULL OR o.valid_to >= $3::date)
		ORDER BY o.kind, o.group_id, o.valid_from DESC, o.id`, []any{unit, branch, day}, func(rows *sql.Rows) error {
		var group uuid.NullUUID
		var person uuid.UUID
		err := rows.Scan(&group, &person)
		out[group.UUID] = person
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("officers of a branch: %w", err)
	}
	return out, nil
}

// heldRecords are the confirmed records of a branch and its groups within days.
func heldRecords(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, from, to calendar.Date) (out []heldRecord, err error) {
	err = db.Each(ctx, on, `SELECT a.kind, coalesce(a.group_id, a.branch_id), (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date FROM activity_activities a
		WHERE a.unit_id = $1 AND a.branch_id = $2 AND a.state = 'confirmed' AND a.organiser_kind IN ('branch', 'group') AND a.quorum_met IS NOT FALSE
			AND a.starts_at >= $3 AND a.starts_at < $4 ORDER BY a.starts_at, a.id`, []any{unit, branch, from.In(), to.AddDays(1).In()}, func(rows *sql.Rows) error {
		var r heldRecord
		err := rows.Scan(&r.kind, &r.who, &r.day)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("held records: %w", err)
	}
	return out, nil
}

// plannedElsewhere are the duties that other quarters' plans of the year hold already.
func plannedElsewhere(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, q calendar.Quarter) (map[string]bool, error) {
	out := map[string]bool{}
	err := db.Each(ctx, on, `SELECT DISTINCT i.code FROM duty_plan_items i JOIN duty_plans l ON l.unit_id = i.unit_id AND l.id = i.plan_id
		WHERE l.unit_id = $1 AND l.branch_id = $2 AND left(l.quarter, 4) = left($3, 4) AND l.quarter <> $3 AND i.code <> ''`,
		[]any{unit, branch, q.String()}, func(rows *sql.Rows) error {
			var code string
			err := rows.Scan(&code)
			out[code] = true
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("planned elsewhere: %w", err)
	}
	return out, nil
}

// strangers counts the people who are not on the roll of the office.
func strangers(ctx context.Context, on bun.IDB, unit uuid.UUID, people []uuid.UUID) (n int, err error) {
	err = db.One(ctx, on, []any{&n}, `SELECT count(*)::int FROM unnest($2::uuid[]) AS w (id)
		WHERE NOT EXISTS (SELECT FROM org_people p WHERE p.unit_id = $1 AND p.id = w.id AND p.on_roll)`, unit, people)
	if err != nil {
		return 0, fmt.Errorf("people of a plan: %w", err)
	}
	return n, nil
}

func insertPlan(ctx context.Context, tx bun.Tx, unit uuid.UUID, p Plan, by uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO duty_plans (unit_id, id, branch_id, quarter, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		unit, p.ID, p.BranchID, p.Quarter.String(), by, p.CreatedAt)
	return db.Translate(err)
}

// saveItems puts the items in the place of those that are there.
func saveItems(ctx context.Context, tx bun.Tx, unit, plan uuid.UUID, items []PlanItem) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM duty_plan_items WHERE unit_id = $1 AND plan_id = $2`, unit, plan); err != nil {
		return db.Translate(err)
	}
	n := len(items)
	ids, codes, groups, days := make([]uuid.UUID, n), make([]string, n), make([]*uuid.UUID, n), make([]string, n)
	titles, people, changed := make([]string, n), make([]*uuid.UUID, n), make([]*time.Time, n)
	for i, it := range items {
		ids[i], codes[i], groups[i], days[i] = it.ID, it.Code, it.GroupID, it.PlannedOn.String()
		titles[i], people[i], changed[i] = it.Title, it.PersonID, it.ChangedAt
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO duty_plan_items (unit_id, plan_id, id, code, group_id, planned_on, title, person_id, changed_at, ord)
		SELECT $1, $2, * FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::date[], $7::text[], $8::uuid[], $9::timestamptz[]) WITH ORDINALITY`,
		unit, plan, ids, codes, groups, days, titles, people, changed)
	return db.Translate(err)
}

// touchPlan counts a locked plan's version on; changed is when it was changed after it
// was filed.
func touchPlan(ctx context.Context, tx bun.Tx, unit, plan uuid.UUID, changed *time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE duty_plans SET row_version = row_version + 1, changed_at = coalesce($3, changed_at) WHERE unit_id = $1 AND id = $2`, unit, plan, changed)
	return db.Translate(err)
}

func filePlan(ctx context.Context, tx bun.Tx, unit, plan, by uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE duty_plans SET filed_by = $3, filed_at = $4, row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`, unit, plan, by, at)
	return db.Translate(err)
}

func deletePlan(ctx context.Context, tx bun.Tx, unit, plan uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM duty_plans WHERE unit_id = $1 AND id = $2`, unit, plan)
	return db.Translate(err)
}

// planLines are the branches of a quarter in the scope, with their plans.
const planLines = ` FROM org_branches b LEFT JOIN duty_plans l ON l.unit_id = b.unit_id AND l.branch_id = b.id AND l.quarter = $1
	LEFT JOIN org_people f ON f.unit_id = l.unit_id AND f.id = l.filed_by
	WHERE ($4 = '' OR b.name LIKE '%' || $4 || '%') AND b.valid_from <= $3::date AND (b.valid_to IS NULL OR b.valid_to >= $2::date)
	AND CASE $5 WHEN 'filed' THEN l.filed_at IS NOT NULL WHEN 'unfiled' THEN l.filed_at IS NULL
		WHEN 'late' THEN ` + plansTardy + ` ELSE TRUE END AND `

// plansOwed holds for branches that were there on the day of a quarter's plans, $8, in
// an office that had begun by then, $9; plansTardy for those whose plan is late now.
const (
	plansOwed  = `($9::boolean AND b.valid_from <= $8::date AND (b.valid_to IS NULL OR b.valid_to >= $8::date))`
	plansTardy = `(` + plansOwed + ` AND coalesce(l.filed_at, $6) >= $7)`
)

func (f PlanFilter) args(on deadline, now time.Time) []any {
	return []any{f.Quarter.String(), f.Quarter.First(), f.Quarter.Last(), db.Like(f.Text), f.State, now, on.day.AddDays(1).In(), on.day, on.begun}
}

// owesPlan says whether a branch was there on the day of a quarter's plans.
func owesPlan(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, due calendar.Date) (owes bool, err error) {
	err = db.One(ctx, on, []any{&owes}, `SELECT EXISTS (SELECT FROM org_branches b WHERE b.unit_id = $1 AND b.id = $2 AND`+fmt.Sprintf(inQuarter, "b", 3, 3)+`)`,
		unit, branch, due)
	if err != nil {
		return false, fmt.Errorf("day of a plan: %w", err)
	}
	return owes, nil
}

// Begun is the day on which the office began to keep records here: before it nothing
// is missed and nothing late.
func Begun(ctx context.Context, on bun.IDB, unit uuid.UUID) (day calendar.Date, err error) {
	if err = db.One(ctx, on, []any{&day}, `SELECT `+begunOn+` FROM org_units u WHERE u.id = $1`, unit); err != nil {
		return day, fmt.Errorf("beginning of the office: %w", err)
	}
	return day, nil
}

// listPlans reads one more than the limit, in the order of the roll.
func listPlans(ctx context.Context, on bun.IDB, scope access.Scope, f PlanFilter, by deadline, now time.Time) ([]PlanLine, error) {
	where, args := scope.Where(planBranch(), 13)
	out := []PlanLine{}
	err := db.Each(ctx, on, `SELECT b.id, b.name, b.ord, l.id IS NOT NULL, l.filed_at, coalesce(f.name, ''), l.changed_at, `+plansTardy+`,
			(SELECT count(*)::int FROM duty_plan_items i WHERE i.unit_id = l.unit_id AND i.plan_id = l.id)`+planLines+where+`
			AND (b.ord, b.id) > ($10::int, $11::uuid) ORDER BY b.ord, b.id LIMIT $12`,
		append(append(f.args(by, now), f.after.ord, f.after.id, f.Limit+1), args...), func(rows *sql.Rows) error {
			var l PlanLine
			err := rows.Scan(&l.BranchID, &l.BranchName, &l.ord, &l.Made, &l.FiledAt, &l.FiledBy, &l.ChangedAt, &l.Late, &l.Items)
			out = append(out, l)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	return out, nil
}

func countPlans(ctx context.Context, on bun.IDB, scope access.Scope, f PlanFilter, by deadline, now time.Time) (total, filed, tardy int, err error) {
	where, args := scope.Where(planBranch(), 10)
	err = db.One(ctx, on, []any{&total, &filed, &tardy}, `SELECT count(*)::int, count(l.filed_at)::int, (count(*) FILTER (WHERE `+plansTardy+`))::int`+
		planLines+where, append(f.args(by, now), args...)...)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("plans: %w", err)
	}
	return total, filed, tardy, nil
}
