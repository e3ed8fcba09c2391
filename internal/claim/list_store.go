package claim

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/points"
)

// visible is the query behind every list, detail and file: the claims that the scope
// of claim.read reaches, and drafts only to those who may change them.
func visible(on bun.IDB, by access.Actor, scope access.Scope) *bun.SelectQuery {
	return on.NewSelect().TableExpr("claim_claims AS c").Join("JOIN org_people AS p ON p.unit_id = c.unit_id AND p.id = c.person_id").
		Apply(scope.Rows(reached())).Where("(c.state <> 'draft' OR c.person_id = ? OR c.claimed_by = ?)", by.Person, by.Person)
}

// scopes are those that a list is read and marked by.
type scopes struct{ read, verify, notice access.Scope }

// narrowed is visible under a filter.
func narrowed(on bun.IDB, by access.Actor, sc scopes, f Filter, states bool) *bun.SelectQuery {
	q := visible(on, by, sc.read)
	if states && len(f.States) > 0 {
		q.Where("c.state IN (?)", bun.List(f.States))
	}
	if f.Mine {
		q.Where("? IN (c.person_id, c.claimed_by)", by.Person)
	}
	if f.ToVerify {
		q.Apply(sc.verify.Rows(placed())).Where("c.state = 'submitted'").Where("? NOT IN (c.person_id, c.claimed_by)", by.Person)
	}
	if f.ToNotice {
		q.Apply(sc.notice.Rows(placed())).Where("c.state = 'verified'")
	}
	if f.Person != uuid.Nil {
		q.Where("c.person_id = ?", f.Person)
	}
	if f.Rule != "" {
		q.Where("c.rule_code = ?", f.Rule)
	}
	if f.Branch != uuid.Nil {
		q.Where("c.branch_id = ?", f.Branch)
	}
	if !f.Quarter.IsZero() {
		q.Where("c.fact_on BETWEEN ? AND ?", f.Quarter.First(), f.Quarter.Last())
	}
	if f.Text != "" {
		like := "%" + db.Like(f.Text) + "%"
		q.Where(`(c.number::text = ? OR c.matter || ' ' || c.honour || ' ' || c.rule_title ILIKE ? OR p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE ?)`, f.Text, like, like)
	}
	return q
}

// summaryRow is a Summary as one row.
type summaryRow struct {
	ID          uuid.UUID
	Number      int64
	Version     int
	State       State
	PersonID    uuid.UUID
	PersonName  string
	ClaimedBy   uuid.UUID
	ClaimedName string
	BranchID    *uuid.UUID
	GroupID     *uuid.UUID
	BranchName  string
	GroupName   string
	RuleCode    string
	RuleTitle   string
	RuleClause  string
	Dimension   points.Dimension
	Honour      string
	FactOn      calendar.Date
	Requested   int
	Matter      string
	Evidence    int
	SubmittedAt *time.Time
	VerifiedBy  string
	NoticeID    *uuid.UUID
	Reason      string
}

const summaryColumns = `c.id, c.number, c.version, c.state, c.person_id, p.name AS person_name, c.claimed_by, c.branch_id, c.group_id, c.rule_code, c.rule_title,
	c.rule_clause, c.dimension, c.honour, c.fact_on, c.requested, c.matter, c.submitted_at, c.notice_id, c.reason,
	coalesce((SELECT o.name FROM org_people o WHERE o.unit_id = c.unit_id AND o.id = c.claimed_by), '') AS claimed_name,
	coalesce((SELECT o.name FROM org_people o WHERE o.unit_id = c.unit_id AND o.id = c.verified_by), '') AS verified_by,
	coalesce((SELECT o.name FROM org_branches o WHERE o.unit_id = c.unit_id AND o.id = c.branch_id), '') AS branch_name,
	coalesce((SELECT o.name FROM org_groups o WHERE o.unit_id = c.unit_id AND o.id = c.group_id), '') AS group_name,
	(SELECT count(*) FROM claim_evidence e WHERE e.unit_id = c.unit_id AND e.claim_id = c.id) AS evidence`

func given(p *uuid.UUID) uuid.UUID {
	if p == nil {
		return uuid.Nil
	}
	return *p
}

func (r summaryRow) summary(by access.Actor, sc scopes) Summary {
	out := Summary{ID: r.ID, Number: r.Number, Version: r.Version, State: r.State, PersonID: r.PersonID, PersonName: r.PersonName,
		ClaimedBy: r.ClaimedBy, ClaimedName: r.ClaimedName, BranchID: r.BranchID, BranchName: r.BranchName, GroupName: r.GroupName,
		RuleCode: r.RuleCode, RuleTitle: r.RuleTitle, RuleClause: r.RuleClause, Dimension: r.Dimension, Honour: r.Honour, FactOn: r.FactOn,
		Requested: r.Requested, Matter: r.Matter, Evidence: r.Evidence, SubmittedAt: r.SubmittedAt, VerifiedBy: r.VerifiedBy,
		NoticeID: r.NoticeID, Reason: r.Reason}
	place := access.Place{Unit: by.Unit, Branch: given(r.BranchID), Group: given(r.GroupID)}
	out.Verifiable = r.State == Submitted && sc.verify.Covers(place) && r.PersonID != by.Person && r.ClaimedBy != by.Person
	out.Noticeable = r.State == Verified && sc.notice.Covers(place)
	return out
}

func listClaims(ctx context.Context, on bun.IDB, by access.Actor, sc scopes, f Filter) ([]Summary, error) {
	column, down := strings.CutPrefix(f.Sort, "-")
	direction, beyond := "ASC", ">"
	if down {
		direction, beyond = "DESC", "<"
	}
	q := narrowed(on, by, sc, f, true).ColumnExpr(summaryColumns).
		OrderExpr("c.? ?, c.id ?", bun.Ident(column), bun.Safe(direction), bun.Safe(direction)).Limit(int64(f.Limit))
	if f.Cursor != "" {
		c, err := parseCursor(f.Cursor, f.Sort)
		if err != nil {
			return nil, err
		}
		q.Where("(c.?, c.id) ? (?, ?)", bun.Ident(column), bun.Safe(beyond), c.Key, c.ID)
	}
	var rows []summaryRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, db.Translate(err)
	}
	items := make([]Summary, len(rows))
	for i, r := range rows {
		items[i] = r.summary(by, sc)
	}
	return items, nil
}

// countClaims counts by state, the filter's own states left aside.
func countClaims(ctx context.Context, on bun.IDB, by access.Actor, sc scopes, f Filter) (map[State]int, error) {
	var rows []struct {
		State State
		N     int
	}
	if err := narrowed(on, by, sc, f, false).ColumnExpr("c.state, count(*) AS n").GroupExpr("c.state").Scan(ctx, &rows); err != nil {
		return nil, db.Translate(err)
	}
	out := map[State]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}
