package mentoring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

const logRead = `SELECT l.id, l.pairing_id, l.mentee_id, l.mentor_id, m.name, k.name,
		coalesce((SELECT t.role FROM mentoring_terms t WHERE t.unit_id = l.unit_id AND t.pairing_id = l.pairing_id AND t.mentor_id = l.mentor_id
			ORDER BY (l.held_on BETWEEN t.valid_from AND t.valid_to) DESC, t.valid_from DESC LIMIT 1), 'professional'),
		l.kind, l.held_on, l.minutes, l.content, l.plan_id, coalesce(l.item, 0), coalesce(i.title, ''), l.state, l.written_by,
		CASE l.written_by WHEN l.mentor_id THEN m.name ELSE k.name END, l.written_at,
		CASE WHEN l.answered_by IS NULL THEN '' WHEN l.answered_by = l.mentor_id THEN m.name ELSE k.name END, l.answered_at, l.answer, l.row_version
	FROM mentoring_logs l
	JOIN mentoring_pairings r ON r.unit_id = l.unit_id AND r.id = l.pairing_id
	JOIN org_people m ON m.unit_id = l.unit_id AND m.id = l.mentor_id
	JOIN org_people k ON k.unit_id = l.unit_id AND k.id = l.mentee_id
	LEFT JOIN mentoring_plan_items i ON i.unit_id = l.unit_id AND i.plan_id = l.plan_id AND i.seq = l.item`

func (l *Log) fields() []any {
	return []any{&l.ID, &l.PairingID, &l.menteeID, &l.MentorID, &l.MentorName, &l.MenteeName, &l.Role, &l.Kind, &l.HeldOn, &l.Minutes, &l.Content, &l.PlanID, &l.Item,
		&l.ItemTitle, &l.State, &l.WrittenBy, &l.WrittenName, &l.WrittenAt, &l.AnsweredName, &l.AnsweredAt, &l.Answer, &l.Version}
}

// findLog reads a log within the scope of its pairing under lock.
func findLog(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (l Log, err error) {
	where, args := scope.Where(columns(), 2)
	err = db.One(ctx, tx, l.fields(), logRead+` WHERE l.id = $1 AND `+where+` FOR UPDATE OF l`, append([]any{id}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.Missing("活动记录")
	}
	if err != nil {
		return l, fmt.Errorf("log %s: %w", id, err)
	}
	return l, nil
}

// listLogs reads a part of a pairing's logs, one more than the limit.
func listLogs(ctx context.Context, on bun.IDB, unit, pairing uuid.UUID, f LogFilter) (out []Log, err error) {
	var after any
	if f.after != nil {
		after = *f.after
	}
	out = []Log{}
	err = db.Each(ctx, on, logRead+` WHERE l.unit_id = $1 AND l.pairing_id = $2 AND `+logsWanted+`
			AND ($6::date IS NULL OR (l.held_on, l.id) < ($6::date, $7::uuid))
		ORDER BY l.held_on DESC, l.id DESC LIMIT $8`,
		[]any{unit, pairing, f.State, f.Year, db.OrNull(f.Mentor), after, db.OrNull(f.afterID), f.Limit + 1}, func(rows *sql.Rows) error {
			var l Log
			err := rows.Scan(l.fields()...)
			out = append(out, l)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("logs of pairing %s: %w", pairing, err)
	}
	return out, nil
}

// logsWanted is the filter of a list, from $3 to $5.
const logsWanted = `CASE $3::text WHEN '' THEN l.state <> 'withdrawn' ELSE l.state = $3 END
	AND ($4::int = 0 OR l.held_on BETWEEN make_date(greatest($4::int, 1), 1, 1) AND make_date(greatest($4::int, 1), 12, 31))
	AND ($5::uuid IS NULL OR l.mentor_id = $5::uuid)`

// countLogs counts what the filter takes, and of the whole pairing what waits for the
// person and what is confirmed.
func countLogs(ctx context.Context, on bun.IDB, by access.Actor, pairing uuid.UUID, f LogFilter) (total, waiting, confirmed int, err error) {
	err = db.One(ctx, on, []any{&total, &waiting, &confirmed}, `SELECT count(*) FILTER (WHERE `+logsWanted+`),
			count(*) FILTER (WHERE l.state = 'reported' AND l.written_by <> $6 AND $6 IN (l.mentor_id, l.mentee_id)), count(*) FILTER (WHERE l.state = 'confirmed')
		FROM mentoring_logs l WHERE l.unit_id = $1 AND l.pairing_id = $2`, by.Unit, pairing, f.State, f.Year, db.OrNull(f.Mentor), by.Person)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("logs of pairing %s: %w", pairing, err)
	}
	return total, waiting, confirmed, nil
}

// likeLog finds what lies unanswered and says the same: in the same words by the writer,
// or of the same mentor, day and kind by the other one.
func likeLog(ctx context.Context, tx bun.Tx, by access.Actor, pairing uuid.UUID, in LogInput) (own, other bool, err error) {
	err = db.One(ctx, tx, []any{&own, &other}, `SELECT coalesce(bool_or(l.written_by = $3 AND l.content = $7 AND l.minutes = $8), false), coalesce(bool_or(l.written_by <> $3 AND l.state = 'reported'), false)
		FROM mentoring_logs l WHERE l.unit_id = $1 AND l.pairing_id = $2 AND l.state IN ('reported', 'confirmed') AND l.mentor_id = $4 AND l.held_on = $5 AND l.kind = $6`,
		by.Unit, pairing, by.Person, in.MentorID, in.HeldOn, in.Kind, in.Content, in.Minutes)
	if err != nil {
		return false, false, fmt.Errorf("logs of pairing %s: %w", pairing, err)
	}
	return own, other, nil
}

func insertLog(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, id uuid.UUID, t three, in LogInput) error {
	var item any
	if in.Item != 0 {
		item = in.Item
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, plan_id, item, kind, held_on, minutes, content, written_by, written_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		by.Unit, id, t.ID, t.Mentee, in.MentorID, in.PlanID, item, in.Kind, in.HeldOn, in.Minutes, in.Content, by.Person, at)
	if err != nil {
		return fmt.Errorf("log of pairing %s: %w", t.ID, db.Translate(err))
	}
	return nil
}

func answerLog(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, id uuid.UUID, state, answer string) error {
	_, err := db.Exec(ctx, tx, `UPDATE mentoring_logs SET state = $3, answered_by = CASE WHEN $3 = 'withdrawn' THEN NULL ELSE $4::uuid END,
		answered_at = $5, answer = $6, row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`, by.Unit, id, state, by.Person, at, answer)
	if err != nil {
		return fmt.Errorf("log %s: %w", id, db.Translate(err))
	}
	return nil
}
