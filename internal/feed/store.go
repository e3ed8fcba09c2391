package feed

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
)

// lockPerson lets one change of somebody's address pass at a time.
func lockPerson(ctx context.Context, tx bun.Tx, unit, person uuid.UUID) error {
	if _, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtext('feed_feeds'), hashtext($1))`, unit.String()+person.String()); err != nil {
		return fmt.Errorf("lock feed: %w", err)
	}
	return nil
}

func ownFeed(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID) (Feed, error) {
	var f Feed
	where, args := scope.Where(access.Columns{Unit: "f.unit_id", Persons: []string{"f.person_id"}}, 2)
	var made time.Time
	var used sql.Null[calendar.Date]
	err := db.One(ctx, on, []any{&f.Names, &made, &used}, `SELECT f.names, f.created_at, f.used_on FROM feed_feeds f
		WHERE f.person_id = $1 AND f.revoked_at IS NULL AND `+where, append([]any{person}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("feed: %w", err)
	}
	f.Active, f.CreatedAt = true, &made
	if used.Valid {
		f.UsedOn = &used.V
	}
	return f, nil
}

func insertFeed(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, hash []byte, names bool, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO feed_feeds (unit_id, id, person_id, token_hash, names, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		by.Unit, id, by.Person, hash, names, at)
	return err
}

// revokeFeed ends somebody's address; the zero id where there was none.
func revokeFeed(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, at time.Time) (id uuid.UUID, err error) {
	err = db.One(ctx, tx, []any{&id}, `UPDATE feed_feeds SET revoked_at = $3 WHERE unit_id = $1 AND person_id = $2 AND revoked_at IS NULL RETURNING id`,
		unit, person, at)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

func feedByToken(ctx context.Context, on bun.IDB, hash []byte) (f feed, found bool, err error) {
	var served sql.Null[time.Time]
	err = db.One(ctx, on, []any{&f.unit, &f.id, &f.person, &f.names, &f.createdAt, &f.usedOn, &f.served, &served},
		`SELECT unit_id, id, person_id, names, created_at, used_on, served, served_at FROM feed_feeds WHERE token_hash = $1 AND revoked_at IS NULL`, hash)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("feed: %w", err)
	}
	f.servedAt = served.V
	return f, true, nil
}

// noteServed keeps what was given out, and gives since when it has been so. A change
// within the second that the one before it was noted in takes the next second: two
// bodies never share one.
func noteServed(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, sum []byte, at time.Time, today calendar.Date) (since time.Time, ok bool, err error) {
	err = db.One(ctx, tx, []any{&since}, `UPDATE feed_feeds SET used_on = $5::date, served = $3,
			served_at = CASE WHEN served IS NOT DISTINCT FROM $3 THEN served_at ELSE greatest($4::timestamptz, served_at + interval '1 second') END
		WHERE unit_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING served_at`, unit, id, sum, at, today.UTC())
	if errors.Is(err, sql.ErrNoRows) {
		return since, false, nil
	}
	if err != nil {
		return since, false, fmt.Errorf("feed: %w", err)
	}
	return since, true, nil
}
