package duty

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// grid pages through the owners of one kind and reckons those of the page. What groups
// owe is summed up in their branch's row.
func grid(ctx context.Context, on bun.IDB, scope access.Scope, f GridFilter, today calendar.Date) (Grid, error) {
	out := Grid{Months: f.months(), Rows: []Row{}}
	keys, total, err := ownersPage(ctx, on, scope, f, today)
	if err != nil {
		return out, err
	}
	out.Total = total
	if len(keys) > f.Limit {
		keys = keys[:f.Limit]
		out.Next = keys[f.Limit-1].String()
	}
	ids := make([]uuid.UUID, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	if out.Sums, err = Sums(ctx, on, scope, f, today); err != nil || len(ids) == 0 {
		return out, err
	}
	some := f.cells()
	some.Branches = nil
	if f.Owner == OwnerBranch {
		some.Branches = ids
	} else {
		some.OwnerIDs = ids
	}
	cells, err := Cells(ctx, on, scope, some, today)
	if err != nil {
		return out, err
	}
	out.Rows = rows(keys, cells, out.Months, today)
	return out, nil
}

// Rows reckons the branches of a scope, those cells of their groups summed up, for a
// page that shows all of them at once; at most limit branches come.
func Rows(ctx context.Context, on bun.IDB, scope access.Scope, f Filter, limit int, today calendar.Date) ([]Row, error) {
	g := GridFilter{Owner: OwnerBranch, Limit: limit, first: f.From, last: f.To}
	keys, _, err := ownersPage(ctx, on, scope, g, today)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	keys = keys[:min(len(keys), limit)]
	f.Owners = []string{OwnerBranch, OwnerGroup}
	f.Branches = make([]uuid.UUID, len(keys))
	for i, k := range keys {
		f.Branches[i] = k.ID
	}
	cells, err := Cells(ctx, on, scope, f, today)
	if err != nil {
		return nil, err
	}
	return rows(keys, cells, nil, today), nil
}

// rows puts cells under their owners.
func rows(keys []ownerRow, cells []Cell, months []string, today calendar.Date) []Row {
	own := map[uuid.UUID][]Cell{}
	groups := map[uuid.UUID][]Cell{}
	for _, c := range cells {
		if c.Owner == OwnerGroup && c.BranchID != nil {
			groups[*c.BranchID] = append(groups[*c.BranchID], c)
		}
		own[c.OwnerID] = append(own[c.OwnerID], c)
	}
	out := make([]Row, len(keys))
	for i, k := range keys {
		mine := own[k.ID]
		if k.Owner == OwnerBranch {
			mine = append(slices.Clone(mine), sumGroups(k.ID, k.Name, groups[k.ID])...)
			slices.SortStableFunc(mine, func(a, b Cell) int {
				return cmp.Or(a.Ord-b.Ord, strings.Compare(a.Code, b.Code), a.First.Compare(b.First))
			})
		}
		if mine == nil {
			mine = []Cell{}
		}
		out[i] = Row{Owner: k.Owner, OwnerID: k.ID, Name: k.Name, BranchID: k.BranchID, BranchName: k.Branch, DepartmentID: k.DepartmentID,
			Cells: mine, Months: monthly(mine, months, today)}
	}
	return out
}

// cells are those that the rows are made of: in a branch's, its groups' besides.
func (f GridFilter) cells() Filter {
	out := Filter{From: f.first, To: f.last, Owners: []string{f.Owner}, Code: f.Code}
	if f.Owner == OwnerBranch {
		out.Owners = append(out.Owners, OwnerGroup)
	}
	if f.Branch != uuid.Nil {
		out.Branches = []uuid.UUID{f.Branch}
	}
	return out
}

// shown are the owners that have a row: there at some time of the grid that is not to
// come. Those reckoned are more, as a period may begin before the grid.
func (q *query) shown(f GridFilter, today calendar.Date) {
	to := f.last
	if to.After(today) {
		to = today
	}
	q.add(`, shown AS (SELECT * FROM owners WHERE owner = ? AND since <= ? AND until >= ?
		AND (spans IS NULL OR owner = 'leader' OR spans && daterange(?, ?, '[]'))`, f.Owner, to, f.first, f.first, later(f.first, to))
	if f.Text != "" {
		q.add(` AND branch_name || owner_name ILIKE ?`, "%"+db.Like(f.Text)+"%")
	}
	q.add(`)`)
}

// Sums add up the months of all rows that the filter shows, whatever the page; the
// cells of a branch's groups are one for each duty and period, as in its row. IS TRUE
// keeps PostgreSQL from joining what it takes for one cell to what it takes for one row.
func Sums(ctx context.Context, on bun.IDB, scope access.Scope, f GridFilter, today calendar.Date) ([]Month, error) {
	if err := f.check(today); err != nil {
		return nil, err
	}
	q, err := reckon(ctx, on, scope, f.cells(), today)
	if err != nil {
		return nil, err
	}
	q.shown(f, today)
	q.add(`, counted AS (SELECT last, state FROM judged WHERE state <> 'none' AND owner = ? AND (owner_id IN (SELECT owner_id FROM shown)) IS TRUE`, f.Owner)
	if f.Owner == OwnerBranch {
		q.add(` UNION ALL SELECT last, CASE WHEN owed = excused THEN 'excused' WHEN met = owed - excused AND late > 0 THEN 'late'
				WHEN met = owed - excused THEN 'met' WHEN met > 0 THEN 'partial' WHEN missed > 0 THEN 'missed' ELSE 'due' END
			FROM (SELECT last, ` + countStates + ` FROM judged WHERE state <> 'none' AND owner = 'group' AND (branch_id IN (SELECT owner_id FROM shown)) IS TRUE
				GROUP BY branch_id, code, every, first, last) g`)
	}
	q.add(`) SELECT to_char(least(last, ?), 'YYYY-MM') AS month, `+countStates+` FROM counted GROUP BY 1`, today)
	var months []Month
	if err := q.scan(ctx, on, &months); err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	out := make([]Month, 0, f.Months)
	for _, name := range f.months() {
		m := Month{Month: name}
		if i := slices.IndexFunc(months, func(m Month) bool { return m.Month == name }); i >= 0 {
			m = months[i]
		}
		m.judge()
		out = append(out, m)
	}
	return out, nil
}

// countStates counts cells like Month.count.
const countStates = `count(*) AS owed, count(*) FILTER (WHERE state IN ('met', 'late')) AS met, count(*) FILTER (WHERE state = 'late') AS late,
	count(*) FILTER (WHERE state = 'due') AS due, count(*) FILTER (WHERE state = 'missed') AS missed, count(*) FILTER (WHERE state = 'excused') AS excused`

// ownerRow is an owner as a row of a grid.
type ownerRow struct {
	Owner        string
	BranchID     *uuid.UUID
	DepartmentID *uuid.UUID
	rowKey
	Of int
}

// ownersPage lists the owners of a page, and one more where there are more.
func ownersPage(ctx context.Context, on bun.IDB, scope access.Scope, f GridFilter, today calendar.Date) ([]ownerRow, int, error) {
	all := f.cells()
	all.Owners = []string{f.Owner}
	if all.To.After(today) {
		all.To = today
	}
	q := &query{}
	q.lines(scope.Unit(), all)
	q.owners(scope, all)
	q.shown(f, today)
	q.add(` SELECT owner, branch_id, department_id, branch_ord, branch_name AS branch, owner_ord AS ord, owner_name AS name, owner_id AS id FROM shown WHERE TRUE`)
	count := &query{args: slices.Clone(q.args)}
	count.add(`SELECT count(*) FROM (` + q.text.String() + `) x`)
	var total int
	if err := count.scan(ctx, on, &total); err != nil {
		return nil, 0, fmt.Errorf("owners: %w", err)
	}
	if f.after.ID != uuid.Nil {
		q.add(` AND (branch_ord, branch_name, owner_ord, owner_name, owner_id) > (?, ?, ?, ?, ?)`, f.after.BranchOrd, f.after.Branch, f.after.Ord, f.after.Name, f.after.ID)
	}
	q.add(` ORDER BY branch_ord, branch_name, owner_ord, owner_name, owner_id LIMIT ?`, f.Limit+1)
	var rows []ownerRow
	if err := q.scan(ctx, on, &rows); err != nil {
		return nil, 0, fmt.Errorf("owners: %w", err)
	}
	return rows, total, nil
}

// Owed lists what is still owed in the periods that run, what ends first at the head:
// where the scope of activity.record reaches, and the actor's own talks as a leader.
func Owed(ctx context.Context, on bun.IDB, record access.Scope, by access.Actor, today calendar.Date) ([]Cell, error) {
	f := Filter{From: today, To: today, Owners: []string{OwnerUnit, OwnerBranch, OwnerGroup, OwnerDeputy}, States: []string{Due}}
	out := []Cell{}
	if record.Unit() != uuid.Nil {
		cells, err := Cells(ctx, on, record, f, today)
		if err != nil {
			return nil, err
		}
		out = append(out, cells...)
	}
	f.Owners, f.OwnerIDs = []string{OwnerLeader}, []uuid.UUID{by.Person}
	cells, err := Cells(ctx, on, access.System(by.Unit), f, today)
	if err != nil {
		return nil, err
	}
	out = append(out, cells...)
	slices.SortStableFunc(out, func(a, b Cell) int { return a.Last.Compare(b.Last) })
	return out, nil
}

// detail opens a cell. Drafts show where the scope of activity.record reaches.
func detail(ctx context.Context, on bun.IDB, scope, record access.Scope, at CellID, today calendar.Date) (Detail, error) {
	out := Detail{Records: []Record{}}
	f := Filter{From: at.First, To: at.First, Code: at.Code, Owners: []string{at.Owner}, OwnerIDs: []uuid.UUID{at.OwnerID}}
	cells, err := Cells(ctx, on, scope, f, today)
	if err != nil {
		return out, err
	}
	if len(cells) == 0 && at.Owner == OwnerBranch { // a duty of its groups
		f.Owners, f.OwnerIDs, f.Branches = []string{OwnerGroup}, nil, []uuid.UUID{at.OwnerID}
		groups, err := Cells(ctx, on, scope, f, today)
		if err != nil {
			return out, err
		}
		out.Groups = slices.DeleteFunc(groups, func(c Cell) bool { return c.First != at.First })
		if len(out.Groups) > 0 {
			cells = sumGroups(at.OwnerID, out.Groups[0].BranchName, out.Groups)
		}
	}
	i := slices.IndexFunc(cells, func(c Cell) bool { return c.First == at.First })
	if i < 0 {
		return out, fault.Missing("这一期的职责")
	}
	out.Cell = cells[i]
	if out.Cell.Owner == OwnerLeader {
		out.Talks = &Talks{Due: out.Cell.Owed, Done: out.Cell.Held}
		return out, nil
	}
	if out.Records, err = evidence(ctx, on, scope.Unit(), record, out); err != nil {
		return out, err
	}
	return out, nil
}

// evidence lists the records of a cell: those that count, and those of the same owner,
// kind and time that do not.
func evidence(ctx context.Context, on bun.IDB, unit uuid.UUID, record access.Scope, d Detail) ([]Record, error) {
	c := d.Cell
	mine, args := record.SQL(access.Columns{Unit: "a.unit_id", Department: "a.department_id", Branch: "a.branch_id", Group: "a.group_id", Project: "a.project_id"})
	q := on.NewSelect().TableExpr("activity_activities AS a").
		ColumnExpr("a.record_id, a.title, a.starts_at, a.late, a.state, a.quorum_met").
		ColumnExpr(`CASE a.organiser_kind WHEN 'unit' THEN '全院' ELSE coalesce(b.name, '') || coalesce(g.name, '') || coalesce(d.name, '') || coalesce(o.name, '') END AS organiser_name`).
		ColumnExpr("(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'guest') AS expected").
		ColumnExpr("(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present') AS present").
		Join("LEFT JOIN org_branches AS b ON b.unit_id = a.unit_id AND b.id = a.branch_id").
		Join("LEFT JOIN org_groups AS g ON g.unit_id = a.unit_id AND g.id = a.group_id").
		Join("LEFT JOIN org_departments AS d ON d.unit_id = a.unit_id AND d.id = a.department_id").
		Join("LEFT JOIN org_projects AS o ON o.unit_id = a.unit_id AND o.id = a.project_id").
		Where("a.unit_id = ?", unit).Where("a.kind = ?", c.Kind).Where("(a.state IN ('confirmed', 'withdrawn') OR a.state = 'draft' AND a.version = 1 AND "+mine+")", args...).
		Where("a.starts_at >= ?", c.First.In()).Where("a.starts_at < ?", c.Last.AddDays(1).In()).
		OrderExpr("a.starts_at DESC, a.id").Limit(maxLimit)
	switch {
	case c.Owner == OwnerUnit:
		q.Where("a.organiser_kind = 'unit'")
	case len(d.Groups) > 0:
		ids := make([]uuid.UUID, len(d.Groups))
		for i, g := range d.Groups {
			ids[i] = g.OwnerID
		}
		q.Where("a.organiser_kind = 'group'").Where("a.group_id IN (?)", bun.List(ids))
	case c.Owner == OwnerBranch:
		q.Where(`(a.organiser_kind = 'branch' AND a.branch_id = ? OR a.organiser_kind IN ('unit', 'project') AND EXISTS (SELECT FROM activity_attendances t
			WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present' AND t.branch_id = ?))`, c.OwnerID, c.OwnerID)
	case c.Owner == OwnerGroup:
		q.Where("a.organiser_kind = 'group'").Where("a.group_id = ?", c.OwnerID)
	default:
		q.Where("a.organiser_kind = 'department'").Where("a.department_id = ?", c.OwnerID)
	}
	var rows []struct {
		RecordID      uuid.UUID
		Title         string
		StartsAt      time.Time
		Late          bool
		State         string
		QuorumMet     *bool
		OrganiserName string
		Expected      int
		Present       int
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("records of a cell: %w", err)
	}
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = Record{RecordID: r.RecordID, Title: r.Title, StartsAt: r.StartsAt, OrganiserName: r.OrganiserName,
			Expected: r.Expected, Present: r.Present, Late: r.Late, WhyNot: whyNot(r.State, r.QuorumMet)}
		out[i].Counts = out[i].WhyNot == ""
	}
	return out, nil
}

func whyNot(state string, quorum *bool) string {
	switch {
	case state != "confirmed":
		return state
	case quorum != nil && !*quorum:
		return "quorum"
	}
	return ""
}
