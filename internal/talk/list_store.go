package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// columns is how the scope of talk.read reaches talks.
func columns() access.Columns {
	return access.Columns{Unit: "t.unit_id", Persons: []string{"t.talker_id", "t.partner_id"}, Branch: "t.branch_id", Department: "t.department_id"}
}

// parties is how the scope of talk.record does.
func parties() access.Columns {
	return access.Columns{Unit: "t.unit_id", Persons: []string{"t.talker_id", "t.partner_id"}}
}

// planned is how the scope of talk.plan does, as Talk.place: whose the partner is
// decides, and that somebody is one of the two gives no right to plan. What is in no
// branch's plan is for who plans the whole office.
func planned() access.Columns {
	return access.Columns{Unit: "t.unit_id", Branch: "CASE WHEN t.type NOT IN ('" + TypeLeader + "', '" + TypeAdHoc + "') THEN t.branch_id END"}
}

// reached is the query behind every list, sum and detail of talks.
func reached(on bun.IDB, scope access.Scope, c access.Columns) *bun.SelectQuery {
	return on.NewSelect().TableExpr("talk_talks AS t").
		Join("JOIN talk_types AS y ON y.unit_id = t.unit_id AND y.code = t.type").
		Join("JOIN org_people AS a ON a.unit_id = t.unit_id AND a.id = t.talker_id").
		Join("JOIN org_people AS p ON p.unit_id = t.unit_id AND p.id = t.partner_id").
		Apply(scope.Rows(c))
}

const talkColumns = `t.id, t.year, t.type, y.name AS type_name, t.talker_id, a.name AS talker_name, t.partner_id, p.name AS partner_name, t.branch_id,
	coalesce((SELECT o.name FROM org_branches o WHERE o.unit_id = t.unit_id AND o.id = t.branch_id), '') AS branch_name,
	coalesce((SELECT o.name FROM org_departments o WHERE o.unit_id = t.unit_id AND o.id = t.department_id), '') AS department_name,
	t.not_before, t.due_on, t.planned_on, coalesce(to_char(t.planned_at, 'HH24:MI'), '') AS planned_at, t.pinned, t.unplaced, t.state,
	t.done_on, t.reported_by, coalesce(t.cancel_reason, '') AS cancel_reason, t.row_version AS version, t.occasion_id`

// statusSQL is what status says, of the day given to its three placeholders.
const statusSQL = `CASE WHEN t.state <> 'planned' THEN t.state WHEN t.due_on < ? THEN 'late' WHEN t.planned_on IS NULL THEN 'unplanned'
	WHEN t.planned_on <= ? OR t.due_on <= ? THEN 'due' ELSE 'planned' END`

func statusArgs(today calendar.Date) []any { return []any{today, today, today.AddDays(dueSoon)} }

// talkRow is a Talk with what only rules ask.
type talkRow struct {
	Talk
	State      string
	OccasionID *uuid.UUID
}

// eyes is who looks: what is theirs, and what they may plan.
type eyes struct {
	person uuid.UUID
	plan   access.Scope
	apart  func(concerned ...uuid.UUID) error // of planning, see Service.apart
	today  calendar.Date
}

func (e eyes) see(r talkRow) Talk {
	t := r.Talk
	t.Status = status(r.State, t.PlannedOn, t.DueOn, e.today)
	t.Mine = e.person != uuid.Nil && (t.TalkerID == e.person || t.PartnerID == e.person)
	t.MayPlan = r.State == Planned && e.plan.Covers(t.place(e.plan.Unit())) && e.apart(t.TalkerID, t.PartnerID) == nil
	return t
}

func given(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func (f Filter) narrow(by uuid.UUID, today calendar.Date) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		const day = "coalesce(t.done_on, t.planned_on)"
		if !f.From.IsZero() {
			q.Where(day+" >= ?", f.From)
		}
		if !f.To.IsZero() {
			q.Where(day+" <= ?", f.To)
		}
		if f.Unplanned {
			q.Where(day + " IS NULL")
		}
		if f.Year != 0 {
			q.Where("t.year = ?", f.Year)
		}
		if f.Talker != uuid.Nil {
			q.Where("t.talker_id = ?", f.Talker)
		}
		if f.Person != uuid.Nil {
			q.Where("? IN (t.talker_id, t.partner_id)", f.Person)
		}
		if f.Mine {
			q.Where("? IN (t.talker_id, t.partner_id)", by)
		}
		if f.Type != "" {
			q.Where("t.type = ?", f.Type)
		}
		if f.Branch != uuid.Nil {
			q.Where("t.branch_id = ?", f.Branch)
		}
		if f.Department != uuid.Nil {
			q.Where("t.department_id = ?", f.Department)
		}
		if len(f.Statuses) > 0 {
			q.Where(statusSQL+" IN (?)", append(statusArgs(today), bun.List(f.Statuses))...)
		} else {
			q.Where("t.state <> ?", Cancelled)
		}
		if f.Text != "" {
			like := "%" + db.Like(strings.ToLower(f.Text)) + "%"
			q.Where(`(a.name || ' ' || a.pinyin || ' ' || a.initials LIKE ? OR p.name || ' ' || p.pinyin || ' ' || p.initials LIKE ?)`, like, like)
		}
		return q
	}
}

func listTalks(ctx context.Context, on bun.IDB, scope access.Scope, e eyes, f Filter) ([]Talk, int, error) {
	total, err := reached(on, scope, columns()).Apply(f.narrow(e.person, e.today)).Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("talks: %w", db.Translate(err))
	}
	const key = `(coalesce(t.done_on, t.planned_on, '` + noDay + `'::date), coalesce(t.planned_at, '` + noHour + `'::time), t.id)`
	q := reached(on, scope, columns()).Apply(f.narrow(e.person, e.today)).ColumnExpr(talkColumns).OrderExpr(key).Limit(int64(f.Limit) + 1)
	if f.Cursor != "" {
		c, err := parseCursor(f.Cursor)
		if err != nil {
			return nil, 0, err
		}
		q.Where(key+" > (?::date, ?::time, ?::uuid)", c.Day, c.At, c.ID)
	}
	var rows []talkRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, 0, fmt.Errorf("talks: %w", db.Translate(err))
	}
	out := make([]Talk, len(rows))
	for i, r := range rows {
		out[i] = e.see(r)
	}
	return out, int(total), nil
}

// findTalk reads one talk that the scope reaches through c; a lock (FOR UPDATE OF t)
// may follow.
func findTalk(ctx context.Context, on bun.IDB, scope access.Scope, c access.Columns, id uuid.UUID, lock bool) (talkRow, error) {
	q := reached(on, scope, c).ColumnExpr(talkColumns).Where("t.id = ?", id)
	if lock {
		q.For("UPDATE OF t")
	}
	var r talkRow
	err := q.Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.Missing("谈话")
	}
	if err != nil {
		return r, fmt.Errorf("talk %s: %w", id, db.Translate(err))
	}
	return r, nil
}

// readMoves lists the moves of a talk, the latest first.
func readMoves(ctx context.Context, on bun.IDB, unit, talk uuid.UUID) ([]Move, error) {
	out := []Move{}
	err := db.Each(ctx, on, `SELECT m.from_day, m.to_day, m.reason, coalesce(a.name, ''), coalesce(p.name, ''), m.moved_at FROM talk_moves m
		LEFT JOIN talk_talks f ON f.unit_id = m.unit_id AND f.id = m.from_talk_id
		LEFT JOIN org_people a ON a.unit_id = f.unit_id AND a.id = f.talker_id
		LEFT JOIN org_people p ON p.unit_id = m.unit_id AND p.id = m.moved_by
		WHERE m.unit_id = $1 AND m.talk_id = $2 ORDER BY m.moved_at DESC, m.id DESC`, []any{unit, talk}, func(rows *sql.Rows) error {
		var m Move
		err := rows.Scan(&m.FromDay, &m.ToDay, &m.Reason, &m.FromTalker, &m.MovedByName, &m.MovedAt)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("moves of talk %s: %w", talk, err)
	}
	return out, nil
}

func readCause(ctx context.Context, on bun.IDB, unit, occasion uuid.UUID) (*Cause, error) {
	var c Cause
	err := db.One(ctx, on, []any{&c.Kind, &c.HappenedOn}, `SELECT kind, happened_on FROM talk_occasions WHERE unit_id = $1 AND id = $2`, unit, occasion)
	if err != nil {
		return nil, fmt.Errorf("occasion %s: %w", occasion, err)
	}
	return &c, nil
}

// Upcoming lists somebody's own talks from one day to another, for their calendar and
// their desk: what is planned for these days, what was held on them, and besides, in
// whatever time it lies, what is due or late without lying there and what waits for
// their word that it was held. today decides what is due.
func Upcoming(ctx context.Context, on bun.IDB, by access.Actor, from, to, today calendar.Date) ([]Appointment, error) {
	out := []Appointment{}
	err := db.Each(ctx, on, `SELECT t.id, t.type, y.name, o.id, o.name, t.talker_id = $2, coalesce(t.done_on, t.planned_on),
			coalesce(to_char(t.planned_at, 'HH24:MI'), ''), t.due_on, t.state, t.planned_on, t.state = 'reported' AND t.reported_by <> $2,
			t.row_version, greatest(t.created_at, t.reported_at, t.confirmed_at, (SELECT max(m.moved_at) FROM talk_moves m WHERE m.unit_id = t.unit_id AND m.talk_id = t.id))
		FROM talk_talks t
		JOIN talk_types y ON y.unit_id = t.unit_id AND y.code = t.type
		JOIN org_people o ON o.unit_id = t.unit_id AND o.id = CASE WHEN t.talker_id = $2 THEN t.partner_id ELSE t.talker_id END
		WHERE t.unit_id = $1 AND (t.talker_id = $2 OR t.partner_id = $2) AND t.state <> 'cancelled'
			AND (coalesce(t.done_on, t.planned_on) BETWEEN $3 AND $4
				OR t.state = 'reported' AND t.reported_by <> $2
				OR t.state = 'planned' AND (t.planned_on <= $5 OR t.due_on <= $6))
		ORDER BY coalesce(t.done_on, t.planned_on, t.due_on), t.planned_at NULLS LAST, t.id`,
		[]any{by.Unit, by.Person, from, to, today, today.AddDays(dueSoon)}, func(rows *sql.Rows) error {
			var a Appointment
			var state string
			var plannedOn *calendar.Date
			if err := rows.Scan(&a.ID, &a.Type, &a.TypeName, &a.OtherID, &a.OtherName, &a.Talker, &a.Day, &a.At, &a.DueOn, &state, &plannedOn, &a.ToConfirm, &a.Version, &a.Changed); err != nil {
				return err
			}
			a.Status = status(state, plannedOn, a.DueOn, today)
			out = append(out, a)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("talks of %s: %w", by.Person, err)
	}
	return out, nil
}
