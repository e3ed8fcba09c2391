package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// followUpColumns is how a scope reaches follow-ups: by their owner and who raised
// them, and by the owner's department.
func followUpColumns() access.Columns {
	return access.Columns{Unit: "f.unit_id", Persons: []string{"f.owner_id", "f.raised_by"}, Department: "f.department_id"}
}

// followUpOwn is the same for changes: nobody's superior makes them.
func followUpOwn() access.Columns {
	return access.Columns{Unit: "f.unit_id", Persons: []string{"f.owner_id", "f.raised_by"}}
}

const (
	followUpRank = `CASE f.state WHEN 'open' THEN 0 ELSE 1 END`
	followUpDay  = `CASE f.state WHEN 'open' THEN f.due_on - '2000-01-01'::date ELSE '2000-01-01'::date - f.due_on END`
)

// followUpRow is a FollowUp with what rules and pages ask. The link to the talk is
// under row-level security: it comes to the two alone.
type followUpRow struct {
	FollowUp
	RaisedBy uuid.UUID
	Rank     int
	Days     int
}

func followUps(on bun.IDB, c func(*bun.SelectQuery) *bun.SelectQuery) *bun.SelectQuery {
	return on.NewSelect().TableExpr("talk_followups AS f").
		Join("JOIN org_people AS o ON o.unit_id = f.unit_id AND o.id = f.owner_id").
		Join("LEFT JOIN org_people AS r ON r.unit_id = f.unit_id AND r.id = f.raised_by").
		Join("LEFT JOIN org_departments AS d ON d.unit_id = f.unit_id AND d.id = f.department_id").
		Apply(c)
}

const followUpRead = `f.id, f.matter, f.owner_id, o.name AS owner_name, coalesce(d.name, '') AS department_name, f.due_on, f.raised_by,
	coalesce(r.name, '') AS raised_by_name, (f.raised_at AT TIME ZONE 'Asia/Shanghai')::date AS raised_on, f.state, f.result, f.settled_at, f.row_version AS version, ` +
	followUpRank + ` AS rank, ` + followUpDay + ` AS days`

func (r followUpRow) seenBy(by access.Actor, today calendar.Date) FollowUp {
	f := r.FollowUp
	f.Late = f.State == FollowUpOpen && f.DueOn.Before(today)
	f.Mine, f.Raised = f.OwnerID == by.Person, r.RaisedBy == by.Person
	if !f.Mine && !f.Raised && f.TalkID == nil {
		f.RaisedByName = ""
	}
	return f
}

func listFollowUps(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, f FollowUpFilter, today calendar.Date) (rows []followUpRow, total int, err error) {
	narrowed := func() *bun.SelectQuery {
		q := followUps(tx, scope.Rows(followUpColumns()))
		switch f.State {
		case "":
			q.Where("f.state <> 'withdrawn'")
		case FollowUpLate:
			q.Where("f.state = 'open' AND f.due_on < ?", today)
		default:
			q.Where("f.state = ?", f.State)
		}
		switch f.Mine {
		case "owner":
			q.Where("f.owner_id = ?", by.Person)
		case "raised":
			q.Where("f.raised_by = ?", by.Person)
		}
		if f.Text != "" {
			q.Where("f.matter || ' ' || o.name || ' ' || o.pinyin || ' ' || o.initials ILIKE ?", "%"+db.Like(f.Text)+"%")
		}
		return q
	}
	if err := narrowed().ColumnExpr("count(*)::int").Scan(ctx, &total); err != nil {
		return nil, 0, fmt.Errorf("follow-ups: %w", db.Translate(err))
	}
	q := narrowed().ColumnExpr(followUpRead).
		ColumnExpr("(SELECT l.talk_id FROM talk_followup_links l WHERE l.unit_id = f.unit_id AND l.followup_id = f.id) AS talk_id").
		OrderExpr("rank, days, f.id").Limit(int64(f.Limit) + 1)
	if f.Cursor != "" {
		k, err := parseFollowUpKey(f.Cursor)
		if err != nil {
			return nil, 0, err
		}
		q.Where("("+followUpRank+", "+followUpDay+", f.id) > (?, ?, ?)", k.Rank, k.Days, k.ID)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, 0, fmt.Errorf("follow-ups: %w", db.Translate(err))
	}
	return rows, total, nil
}

// followUpsOf lists what came of a talk. The links are the two's alone.
func followUpsOf(ctx context.Context, tx bun.Tx, by access.Actor, talk uuid.UUID, today calendar.Date) ([]FollowUp, error) {
	var rows []followUpRow
	err := followUps(tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Join("JOIN talk_followup_links AS l ON l.unit_id = f.unit_id AND l.followup_id = f.id").
			Where("f.unit_id = ?", by.Unit).Where("l.talk_id = ?", talk)
	}).ColumnExpr(followUpRead).ColumnExpr("l.talk_id").OrderExpr("f.raised_at DESC, f.id DESC").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("follow-ups of talk %s: %w", talk, db.Translate(err))
	}
	out := make([]FollowUp, len(rows))
	for i, r := range rows {
		out[i] = r.seenBy(by, today)
	}
	return out, nil
}

func findFollowUp(ctx context.Context, tx bun.Tx, scope access.Scope, c access.Columns, id uuid.UUID) (r followUpRow, err error) {
	err = followUps(tx, scope.Rows(c)).ColumnExpr(followUpRead).Where("f.id = ?", id).For("UPDATE OF f").Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("转办事项")
	}
	if err != nil {
		return r, fmt.Errorf("follow-up %s: %w", id, db.Translate(err))
	}
	return r, nil
}

// sameFollowUp finds an open follow-up of a talk that the actor raised in the same words.
func sameFollowUp(ctx context.Context, tx bun.Tx, by access.Actor, talk uuid.UUID, in FollowUpInput) (id uuid.UUID, found bool, err error) {
	err = db.One(ctx, tx, []any{&id}, `SELECT f.id FROM talk_followups f
		JOIN talk_followup_links l ON l.unit_id = f.unit_id AND l.followup_id = f.id
		WHERE f.unit_id = $1 AND l.talk_id = $2 AND f.raised_by = $3 AND f.state = 'open'
			AND f.matter = $4 AND f.owner_id = $5 AND f.due_on = $6 ORDER BY f.id LIMIT 1`, by.Unit, talk, by.Person, in.Matter, in.OwnerID, in.DueOn)
	if errors.Is(err, sql.ErrNoRows) {
		return id, false, nil
	}
	if err != nil {
		return id, false, fmt.Errorf("follow-ups of a talk: %w", err)
	}
	return id, true, nil
}

// insertFollowUp writes what is to be done, and apart from it which talk it came from.
func insertFollowUp(ctx context.Context, tx bun.Tx, by access.Actor, id, talk uuid.UUID, in FollowUpInput, today calendar.Date, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_followups (unit_id, id, matter, owner_id, due_on, raised_by, raised_at, department_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, `+departmentOf("$4", "$8")+`)`, by.Unit, id, in.Matter, in.OwnerID, in.DueOn, by.Person, at, today)
	if err == nil {
		_, err = db.Exec(ctx, tx, `INSERT INTO talk_followup_links (unit_id, followup_id, talk_id) VALUES ($1, $2, $3)`, by.Unit, id, talk)
	}
	if err != nil {
		return fmt.Errorf("follow-up: %w", db.Translate(err))
	}
	return nil
}

// departmentOf is the department of a person of unit $1 on a day.
func departmentOf(person, day string) string {
	return `(SELECT m.department_id FROM org_department_memberships m WHERE m.unit_id = $1 AND m.person_id = ` + person + `::uuid
		AND m.valid_from <= ` + day + `::date AND (m.valid_to IS NULL OR m.valid_to >= ` + day + `::date) LIMIT 1)`
}

func changeFollowUp(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, set string, args ...any) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_followups SET row_version = row_version + 1, `+set+` WHERE unit_id = $1 AND id = $2`,
		append([]any{unit, id}, args...)...)
	if err != nil {
		return fmt.Errorf("follow-up %s: %w", id, db.Translate(err))
	}
	return nil
}

const settleFollowUp = `state = $3, result = $4, settled_by = $5, settled_at = $6`

func handFollowUp() string {
	return `owner_id = $3, due_on = $4, department_id = ` + departmentOf("$3", "$5")
}
