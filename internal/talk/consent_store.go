package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// readConsents lists who was named, the latest first. Under row-level security a
// leader sees their own alone.
func readConsents(ctx context.Context, tx bun.Tx, unit, talk uuid.UUID) ([]Consent, error) {
	out := []Consent{}
	err := db.Each(ctx, tx, `SELECT c.id, c.leader_id, coalesce(l.name, ''), c.until, c.until <= now(), c.asked_by, coalesce(p.name, ''), c.agreed_at, c.revoked_at
		FROM talk_consents c
		LEFT JOIN org_people l ON l.unit_id = c.unit_id AND l.id = c.leader_id
		LEFT JOIN org_people p ON p.unit_id = c.unit_id AND p.id = c.asked_by
		WHERE c.unit_id = $1 AND c.talk_id = $2 ORDER BY c.asked_at DESC, c.id DESC LIMIT 200`, []any{unit, talk}, func(rows *sql.Rows) error {
		var c Consent
		var until time.Time
		var over bool
		if err := rows.Scan(&c.ID, &c.LeaderID, &c.LeaderName, &until, &over, &c.AskedBy, &c.AskedByName, &c.AgreedAt, &c.RevokedAt); err != nil {
			return err
		}
		c.Until, c.State = lastDay(until), c.state(until, over)
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("consents of talk %s: %w", talk, err)
	}
	return out, nil
}

// consentRow is a consent as its rules look at it.
type consentRow struct {
	talk, leader, askedBy uuid.UUID
	agreed, revoked, over bool
}

func lockConsent(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (c consentRow, err error) {
	err = db.One(ctx, tx, []any{&c.talk, &c.leader, &c.askedBy, &c.agreed, &c.revoked, &c.over},
		`SELECT talk_id, leader_id, asked_by, agreed_at IS NOT NULL, revoked_at IS NOT NULL, until <= now()
		FROM talk_consents WHERE unit_id = $1 AND id = $2 FOR UPDATE`, unit, id)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.Missing("同意")
	}
	if err != nil {
		err = fmt.Errorf("consent %s: %w", id, err)
	}
	return c, err
}

func insertConsent(ctx context.Context, tx bun.Tx, by access.Actor, id, talk, leader uuid.UUID, until, at time.Time) error {
	// One whose time is over makes room for the next.
	_, err := db.Exec(ctx, tx, `UPDATE talk_consents SET revoked_by = $4, revoked_at = $5
		WHERE unit_id = $1 AND talk_id = $2 AND leader_id = $3 AND revoked_at IS NULL AND until <= now()`, by.Unit, talk, leader, by.Person, at)
	if err == nil {
		_, err = db.Exec(ctx, tx, `INSERT INTO talk_consents (unit_id, id, talk_id, leader_id, until, asked_by, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, by.Unit, id, talk, leader, until, by.Person, at)
	}
	if err != nil {
		return fmt.Errorf("consent for talk %s: %w", talk, db.Translate(err))
	}
	return nil
}

func agreeConsent(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_consents SET agreed_by = $3, agreed_at = $4 WHERE unit_id = $1 AND id = $2`, by.Unit, id, by.Person, at)
	return db.Translate(err)
}

func revokeConsent(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_consents SET revoked_by = $3, revoked_at = $4 WHERE unit_id = $1 AND id = $2`, by.Unit, id, by.Person, at)
	return db.Translate(err)
}

// nameable are those whom the two of a talk can name: on the roll, none of the two, and
// in charge of somebody today.
func nameable(on bun.IDB, unit uuid.UUID, t talkRow, today calendar.Date) *bun.SelectQuery {
	return on.NewSelect().TableExpr("org_people AS p").
		Join("LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to >= ?)", today, today).
		Join("LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id").
		Join("LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id AND dm.valid_from <= ? AND (dm.valid_to IS NULL OR dm.valid_to >= ?)", today, today).
		Join("LEFT JOIN org_departments d ON d.unit_id = dm.unit_id AND d.id = dm.department_id").
		Where("p.unit_id = ?", unit).Where("p.id NOT IN (?, ?)", t.TalkerID, t.PartnerID).
		Where("p.on_roll").Where("(p.left_on IS NULL OR p.left_on >= ?)", today).
		Where(`EXISTS (SELECT FROM access_grants g WHERE g.unit_id = p.unit_id AND g.person_id = p.id AND g.ended_at IS NULL
			AND g.valid_from <= ? AND (g.valid_to IS NULL OR g.valid_to >= ?)
			AND g.role IN ('leading_group', 'party_office', 'deputy_leader', 'department_head', 'branch_secretary', 'committee_member'))`, today, today)
}

func listNameable(ctx context.Context, on bun.IDB, unit uuid.UUID, t talkRow, text string, today calendar.Date, limit int) ([]Partner, error) {
	out := []Partner{}
	q := nameable(on, unit, t, today).
		ColumnExpr("p.id, p.name, coalesce(d.name, '') AS department_name, coalesce(b.name, '') AS branch_name").OrderExpr("p.pinyin, p.id").Limit(int64(limit))
	if text != "" {
		q.Where("p.name || ' ' || p.pinyin || ' ' || p.initials LIKE ?", "%"+db.Like(strings.ToLower(strings.Join(strings.Fields(text), "")))+"%")
	}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, fmt.Errorf("leaders to name: %w", db.Translate(err))
	}
	return out, nil
}

func mayBeNamed(ctx context.Context, on bun.IDB, unit uuid.UUID, t talkRow, leader uuid.UUID, today calendar.Date) error {
	var id uuid.UUID
	err := nameable(on, unit, t, today).ColumnExpr("p.id").Where("p.id = ?", leader).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Field("leader_id", "请从列表中选择谈话双方之外的领导")
	}
	return db.Translate(err)
}
