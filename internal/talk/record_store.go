package talk

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
	"xianfeng/internal/keyring"
)

// Everything here reads and writes under row-level security: before db.ActAs there
// are no rows, and a write is refused.

// readVersions gives the versions of a record, the newest first, and what is sealed
// in them in the same order.
func readVersions(ctx context.Context, tx bun.Tx, unit, talk uuid.UUID) (versions []Version, sealed []keyring.Sealed, err error) {
	versions = []Version{}
	err = db.Each(ctx, tx, `SELECT r.id, r.version, r.written_by, coalesce(p.name, ''), r.written_at, r.agreed_at, r.sealed
		FROM talk_records r LEFT JOIN org_people p ON p.unit_id = r.unit_id AND p.id = r.written_by
		WHERE r.unit_id = $1 AND r.talk_id = $2 ORDER BY r.version DESC`, []any{unit, talk}, func(rows *sql.Rows) error {
		var v Version
		var s keyring.Sealed
		if err := rows.Scan(&s.ID, &v.Version, &v.WrittenBy, &v.WrittenByName, &v.WrittenAt, &v.AgreedAt, &s.Text); err != nil {
			return err
		}
		versions, sealed = append(versions, v), append(sealed, s)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("record of talk %s: %w", talk, err)
	}
	return versions, sealed, nil
}

// newestVersion gives the number of the version that holds and who wrote it; zero
// where there is none.
func newestVersion(ctx context.Context, tx bun.Tx, unit, talk uuid.UUID) (version int, writtenBy uuid.UUID, agreed bool, err error) {
	err = db.Each(ctx, tx, `SELECT version, written_by, agreed_at IS NOT NULL FROM talk_records
		WHERE unit_id = $1 AND talk_id = $2 ORDER BY version DESC LIMIT 1`, []any{unit, talk}, func(rows *sql.Rows) error {
		return rows.Scan(&version, &writtenBy, &agreed)
	})
	if err != nil {
		err = fmt.Errorf("record of talk %s: %w", talk, err)
	}
	return version, writtenBy, agreed, err
}

func insertVersion(ctx context.Context, tx bun.Tx, by access.Actor, id, talk uuid.UUID, version int, sealed []byte, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_records (unit_id, id, talk_id, version, written_by, written_at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, by.Unit, id, talk, version, by.Person, at, sealed)
	if err != nil {
		return fmt.Errorf("record of talk %s: %w", talk, db.Translate(err))
	}
	return nil
}

func agreeVersion(ctx context.Context, tx bun.Tx, by access.Actor, talk uuid.UUID, version int, at time.Time) (bool, error) {
	r, err := db.Exec(ctx, tx, `UPDATE talk_records SET agreed_by = $4, agreed_at = $5
		WHERE unit_id = $1 AND talk_id = $2 AND version = $3 AND agreed_at IS NULL`, by.Unit, talk, version, by.Person, at)
	if err != nil {
		return false, fmt.Errorf("record of talk %s: %w", talk, db.Translate(err))
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

func readOpenings(ctx context.Context, tx bun.Tx, unit, talk uuid.UUID) ([]Opening, error) {
	out := []Opening{}
	err := db.Each(ctx, tx, `SELECT coalesce(p.name, ''), o.opened_at FROM talk_openings o
		LEFT JOIN org_people p ON p.unit_id = o.unit_id AND p.id = o.opened_by
		WHERE o.unit_id = $1 AND o.talk_id = $2 ORDER BY o.opened_at DESC, o.id DESC LIMIT 200`, []any{unit, talk}, func(rows *sql.Rows) error {
		var o Opening
		err := rows.Scan(&o.OpenedByName, &o.OpenedAt)
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("openings of talk %s: %w", talk, err)
	}
	return out, nil
}

// logOpening writes down by which consent somebody opens a record. It finds none, and
// says so, where the consent has just ended.
func logOpening(ctx context.Context, tx bun.Tx, by access.Actor, talk uuid.UUID, at time.Time) (bool, error) {
	r, err := db.Exec(ctx, tx, `INSERT INTO talk_openings (unit_id, id, talk_id, opened_by, opened_at, consent_id)
		SELECT c.unit_id, $4, c.talk_id, c.leader_id, $5, c.id FROM talk_consents c
		WHERE c.unit_id = $1 AND c.talk_id = $2 AND c.leader_id = $3 AND c.agreed_at IS NOT NULL AND c.revoked_at IS NULL AND c.until > now()`, by.Unit, talk, by.Person, db.NewID(), at)
	if err != nil {
		return false, fmt.Errorf("opening of talk %s: %w", talk, db.Translate(err))
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// listReadings goes by the database's clock, as talk_is_named does: what is listed opens.
func listReadings(ctx context.Context, tx bun.Tx, by access.Actor) ([]Reading, error) {
	out := []Reading{}
	err := db.Each(ctx, tx, `SELECT t.id, a.name, p.name, y.name, coalesce(t.done_on, t.planned_on), c.until,
			(SELECT count(*)::int FROM talk_openings o WHERE o.unit_id = c.unit_id AND o.talk_id = c.talk_id AND o.opened_by = c.leader_id)
		FROM talk_consents c
		JOIN talk_talks t ON t.unit_id = c.unit_id AND t.id = c.talk_id
		JOIN talk_types y ON y.unit_id = t.unit_id AND y.code = t.type
		JOIN org_people a ON a.unit_id = t.unit_id AND a.id = t.talker_id
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.partner_id
		WHERE c.unit_id = $1 AND c.leader_id = $2 AND c.agreed_at IS NOT NULL AND c.revoked_at IS NULL AND c.until > now()
		ORDER BY c.until, c.id LIMIT 200`, []any{by.Unit, by.Person}, func(rows *sql.Rows) error {
		var r Reading
		var until time.Time
		if err := rows.Scan(&r.TalkID, &r.TalkerName, &r.PartnerName, &r.TypeName, &r.Day, &until, &r.Openings); err != nil {
			return err
		}
		r.Until = lastDay(until)
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("records to read: %w", err)
	}
	return out, nil
}

// lastDay is the last whole day before a moment.
func lastDay(until time.Time) calendar.Date { return calendar.DateOf(until.Add(-time.Second)) }
