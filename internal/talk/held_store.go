package talk

import (
	"context"
	"database/sql"
	"errors"
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
	"xianfeng/internal/org"
)

// lockDays makes whoever else puts talks on days wait until the transaction ends, so
// that limits of a day hold. It is taken before any row of a talk.
func lockDays(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtext('talk days'), hashtext($1::uuid::text))`, unit)
	return db.Translate(err)
}

// awayOn gives the names of those of a talk's two who are away on a day.
func awayOn(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date, t Talk) (names []string, err error) {
	absences, err := org.Absences(ctx, on, unit, day, day)
	if err != nil {
		return nil, fmt.Errorf("who is away on %s: %w", day, err)
	}
	away := func(person uuid.UUID) bool {
		return slices.ContainsFunc(absences, func(a org.Absence) bool { return a.Person == person })
	}
	if away(t.TalkerID) {
		names = append(names, t.TalkerName)
	}
	if away(t.PartnerID) {
		names = append(names, t.PartnerName)
	}
	return names, nil
}

// loadOn gives how many talks somebody holds on a day beside one, and how many they
// may: their own number as a leader, or the setting.
func loadOn(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date, talker, beside uuid.UUID, setting int) (has, most int, err error) {
	err = db.One(ctx, on, []any{&has, &most}, `SELECT
			(SELECT count(*)::int FROM talk_talks WHERE unit_id = $1 AND talker_id = $2 AND planned_on = $3 AND state = 'planned' AND id <> $4),
			coalesce((SELECT max(per_day) FROM talk_leaders WHERE unit_id = $1 AND person_id = $2
				AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)), $5::int)`, unit, talker, day, beside, setting)
	if err != nil {
		err = fmt.Errorf("talks of %s on %s: %w", talker, day, err)
	}
	return has, most, err
}

func insertMove(ctx context.Context, tx bun.Tx, unit, talk uuid.UUID, from, to *calendar.Date, reason string, by uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_moves (unit_id, id, talk_id, from_day, to_day, reason, moved_by, moved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, unit, db.NewID(), talk, from, to, reason, by, at)
	return db.Translate(err)
}

// change updates a locked talk.
func change(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, set string, args ...any) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_talks SET row_version = row_version + 1, `+set+` WHERE unit_id = $1 AND id = $2`,
		append([]any{unit, id}, args...)...)
	if err != nil {
		return fmt.Errorf("talk %s: %w", id, db.Translate(err))
	}
	return nil
}

const (
	toDay     = `planned_on = $3, planned_at = nullif($4, '')::time, pinned = true, unplaced = ''`
	toHeld    = `state = 'reported', done_on = $3, reported_by = $4, reported_at = $5`
	toBoth    = `state = 'confirmed', confirmed_by = $3, confirmed_at = $4`
	toUnheld  = `state = 'planned', done_on = NULL, reported_by = NULL, reported_at = NULL, planned_on = NULL, planned_at = NULL, pinned = false, unplaced = ''`
	toNothing = `state = 'cancelled', cancel_reason = $3, cancelled_by = $4, done_on = NULL, reported_by = NULL, reported_at = NULL`
)

// insertHeld writes a talk that was held without being planned. False: the two have
// noted one of that day already.
func insertHeld(ctx context.Context, tx bun.Tx, by access.Actor, id, partner uuid.UUID, done calendar.Date, today calendar.Date, at time.Time) (bool, error) {
	r, err := db.Exec(ctx, tx, `INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on,
			state, done_on, reported_by, reported_at, created_by, created_at)
		SELECT $1, $2, $3, 'ad_hoc', $4, p.id, m.branch_id, d.department_id, $6::date, $6::date, 'reported', $6::date, $4, $8, $4, $8
		FROM org_people p
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= $7::date AND (m.valid_to IS NULL OR m.valid_to >= $7::date)
		LEFT JOIN org_department_memberships d ON d.unit_id = p.unit_id AND d.person_id = p.id AND d.valid_from <= $7::date AND (d.valid_to IS NULL OR d.valid_to >= $7::date)
		WHERE p.unit_id = $1 AND p.id = $5 AND NOT EXISTS (SELECT FROM talk_talks t WHERE t.unit_id = $1 AND t.type = 'ad_hoc' AND t.state <> 'cancelled'
			AND t.done_on = $6::date AND least(t.talker_id, t.partner_id) = least($4::uuid, $5::uuid) AND greatest(t.talker_id, t.partner_id) = greatest($4::uuid, $5::uuid))`,
		by.Unit, id, done.Year, by.Person, partner, done, today, at)
	if err != nil {
		return false, fmt.Errorf("talk of %s: %w", by.Person, db.Translate(err))
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// colleagues are those on the roll today with whom the actor may note a talk: where
// everybody is false, who is of their branch or their department.
func colleagues(on bun.IDB, by access.Actor, everybody bool, today calendar.Date) *bun.SelectQuery {
	q := on.NewSelect().TableExpr("org_people AS p").
		Join("LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to >= ?)", today, today).
		Join("LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id").
		Join("LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id AND dm.valid_from <= ? AND (dm.valid_to IS NULL OR dm.valid_to >= ?)", today, today).
		Join("LEFT JOIN org_departments d ON d.unit_id = dm.unit_id AND d.id = dm.department_id").
		Where("p.unit_id = ?", by.Unit).Where("p.id <> ?", by.Person).Where("p.on_roll").Where("(p.left_on IS NULL OR p.left_on >= ?)", today)
	if !everybody {
		q.Where("(m.branch_id = ? OR dm.department_id = ?)", by.Branch, by.Department)
	}
	return q
}

func listPartners(ctx context.Context, on bun.IDB, by access.Actor, everybody bool, text string, today calendar.Date, limit int) ([]Partner, error) {
	out := []Partner{}
	q := colleagues(on, by, everybody, today).
		ColumnExpr("p.id, p.name, coalesce(d.name, '') AS department_name, coalesce(b.name, '') AS branch_name").OrderExpr("p.pinyin, p.id").Limit(int64(limit))
	if text != "" {
		q.Where("p.name || ' ' || p.pinyin || ' ' || p.initials LIKE ?", "%"+db.Like(strings.ToLower(strings.Join(strings.Fields(text), "")))+"%")
	}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, fmt.Errorf("partners: %w", db.Translate(err))
	}
	return out, nil
}

func mayTalkWith(ctx context.Context, on bun.IDB, by access.Actor, everybody bool, partner uuid.UUID, today calendar.Date) error {
	var id uuid.UUID
	err := colleagues(on, by, everybody, today).ColumnExpr("p.id").Where("p.id = ?", partner).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("谈话对象")
	}
	return db.Translate(err)
}

func typeActive(ctx context.Context, on bun.IDB, unit uuid.UUID, code string) (active bool, err error) {
	err = db.One(ctx, on, []any{&active}, `SELECT coalesce((SELECT active FROM talk_types WHERE unit_id = $1 AND code = $2), false)`, unit, code)
	return active, err
}
