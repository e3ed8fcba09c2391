package activity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// summaryRow is a Summary as one row.
type summaryRow struct {
	RecordID      uuid.UUID
	Version       int
	RowVersion    int
	Kind          string
	KindName      string
	Category      string
	Title         string
	StartsAt      time.Time
	EndsAt        time.Time
	Place         string
	OrganiserKind string
	OrganiserID   uuid.UUID
	OrganiserName string
	HostName      string
	RecorderName  string
	State         State
	Late          bool
	QuorumMet     *bool
	Expected      int
	Present       int
	Guests        int
	Served        string
	Outsiders     int
	Attachments   int
	Amending      bool
	UpdatedAt     time.Time
}

func (r summaryRow) summary() Summary {
	return Summary{ID: r.RecordID, Version: r.Version, RowVersion: r.RowVersion, Kind: r.Kind, KindName: r.KindName,
		Category: r.Category, Title: r.Title, StartsAt: r.StartsAt, EndsAt: r.EndsAt, Place: r.Place,
		Organiser: OrganiserRef{r.OrganiserKind, r.OrganiserID}, OrganiserName: r.OrganiserName,
		HostName: r.HostName, RecorderName: r.RecorderName, State: r.State, Late: r.Late, QuorumMet: r.QuorumMet,
		Expected: r.Expected, Present: r.Present, Absent: r.Expected - r.Present, Guests: r.Guests,
		Served: r.Served, Outsiders: r.Outsiders,
		Attachments: r.Attachments, Amending: r.Amending, UpdatedAt: r.UpdatedAt}
}

// summaryColumns are those of summaryRow, but for the organiser's name and amending,
// which asks with the scope of drafts.
const summaryColumns = `a.record_id, a.version, a.row_version, a.kind, k.name AS kind_name, k.category, a.title, a.starts_at, a.ends_at,
	a.place, a.organiser_kind, a.served, a.state, a.late, a.quorum_met, a.updated_at,
	CASE a.organiser_kind WHEN 'department' THEN a.department_id WHEN 'branch' THEN a.branch_id WHEN 'group' THEN a.group_id WHEN 'project' THEN a.project_id END AS organiser_id,
	coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = a.unit_id AND p.id = a.host_id), '') AS host_name,
	coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = a.unit_id AND p.id = a.recorder_id), '') AS recorder_name,
	(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'guest') AS expected,
	(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present') AS present,
	(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'guest') AS guests,
	(SELECT count(*) FROM activity_outsiders o WHERE o.unit_id = a.unit_id AND o.activity_id = a.id) AS outsiders,
	(SELECT count(*) FROM activity_attachments t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id) AS attachments`

// standingOnly leaves one version of each record: the one that stands, or the
// draft of one that never stood. Amendments on their way are not lines of a list.
const standingOnly = "(a.state IN ('confirmed', 'withdrawn') OR a.state = 'draft' AND a.version = 1)"

// records is the query behind every list, count and export.
func records(on bun.IDB, read, record access.Scope, f Filter) *bun.SelectQuery {
	where, args := visible(read, record)
	q := on.NewSelect().TableExpr("activity_activities AS a").
		Join("JOIN activity_kinds AS k ON k.unit_id = a.unit_id AND k.code = a.kind").
		Where(where, args...).Where(standingOnly)
	for _, eq := range []struct {
		column string
		value  any
		given  bool
	}{
		{"a.kind", f.Kind, f.Kind != ""}, {"k.category", f.Category, f.Category != ""}, {"a.state", f.State, f.State != ""},
		{"a.branch_id", f.Branch, f.Branch != uuid.Nil}, {"a.group_id", f.Group, f.Group != uuid.Nil},
		{"a.department_id", f.Department, f.Department != uuid.Nil}, {"a.project_id", f.Project, f.Project != uuid.Nil},
	} {
		if eq.given {
			q.Where("? = ?", bun.Safe(eq.column), eq.value)
		}
	}
	if f.Late != nil {
		q.Where("a.late = ?", *f.Late)
	}
	if f.NoQuorum {
		q.Where("NOT a.quorum_met")
	}
	if !f.From.IsZero() {
		q.Where("a.ends_at >= ?", f.From.In()).Where("a.starts_at >= ?", f.From.AddDays(-16).In()) // none lasts longer than 15 days
	}
	if !f.To.IsZero() {
		q.Where("a.starts_at < ?", f.To.AddDays(1).In())
	}
	if f.Person != uuid.Nil {
		q.Where(`(? IN (a.host_id, a.recorder_id, a.lecturer_id) OR EXISTS (SELECT FROM activity_attendances t
			WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.person_id = ? AND t.status <> 'absent'))`, f.Person, f.Person)
	}
	if f.Text != "" {
		like := "%" + db.Like(f.Text) + "%"
		q.Where(`(a.title || ' ' || a.place ILIKE ? OR a.content ILIKE ? OR EXISTS (SELECT FROM activity_attendances t
			JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.person_id
			WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE ?))`, like, like, like)
	}
	return q
}

// amending adds whether an amendment is on its way that the reader may see.
func amending(record access.Scope) func(*bun.SelectQuery) *bun.SelectQuery {
	draft, args := record.SQL(access.Columns{Unit: "d.unit_id", Department: "d.department_id", Branch: "d.branch_id", Group: "d.group_id", Project: "d.project_id"})
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr(`EXISTS (SELECT FROM activity_activities d WHERE d.unit_id = a.unit_id AND d.record_id = a.record_id
			AND d.state = 'draft' AND d.version > 1 AND `+draft+`) AS amending`, args...)
	}
}

func listRecords(ctx context.Context, on bun.IDB, read, record access.Scope, f Filter) ([]Summary, error) {
	column, down := strings.CutPrefix(f.Sort, "-")
	direction, beyond := "ASC", ">"
	if down {
		direction, beyond = "DESC", "<"
	}
	q := records(on, read, record, f).ColumnExpr(summaryColumns).ColumnExpr(OrganiserNameSQL("a")+" AS organiser_name").Apply(amending(record)).
		OrderExpr("a.? ?, a.record_id ?", bun.Ident(column), bun.Safe(direction), bun.Safe(direction)).Limit(int64(f.Limit))
	if f.Cursor != "" {
		c, err := parseCursor(f.Cursor, f.Sort)
		if err != nil {
			return nil, err
		}
		q.Where("(a.?, a.record_id) ? (?, ?)", bun.Ident(column), bun.Safe(beyond), c.Key, c.ID)
	}
	var rows []summaryRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, db.Translate(err)
	}
	items := make([]Summary, len(rows))
	for i, r := range rows {
		items[i] = r.summary()
	}
	return items, nil
}

func countRecords(ctx context.Context, on bun.IDB, read, record access.Scope, f Filter) (int, error) {
	var n int
	err := records(on, read, record, f).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, db.Translate(err)
}

// listProjects lists whose records a list without a filter shows, by name.
func listProjects(ctx context.Context, on bun.IDB, read, record access.Scope) ([]ProjectRef, error) {
	refs := []ProjectRef{}
	held := records(on, read, record, Filter{}).ColumnExpr("a.project_id").Where("a.project_id IS NOT NULL")
	err := on.NewSelect().TableExpr("org_projects AS o").Column("o.id", "o.name").Where("o.unit_id = ?", read.Unit()).
		Where("o.id IN (?)", held).OrderExpr("o.name, o.id").Scan(ctx, &refs)
	return refs, db.Translate(err)
}
