package access

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// GrantRow is one stored grant. PlaceID is zero for the unit, ValidTo zero while
// it lasts, GrantedBy zero for set-up and the demo office.
type GrantRow struct {
	ID, Person uuid.UUID
	Role       string
	PlaceKind  string
	PlaceID    uuid.UUID
	From, To   calendar.Date
	GrantedBy  uuid.UUID
}

// InsertGrant stores a grant; constraints keep auditors apart from
// administrators and people from granting to themselves.
func InsertGrant(ctx context.Context, tx bun.Tx, unit uuid.UUID, g GrantRow) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, place_id, valid_from, valid_to, granted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, unit, g.ID, g.Person, g.Role, g.PlaceKind, db.OrNull(g.PlaceID), g.From, g.To, db.OrNull(g.GrantedBy))
	return db.Translate(err)
}

// EndGrant takes a grant back from this moment; false when it was not in force.
func EndGrant(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, at time.Time) (person uuid.UUID, ended bool, err error) {
	rows, err := db.Query(ctx, tx, `UPDATE access_grants SET ended_at = $3, ended_by = $4
		WHERE unit_id = $1 AND id = $2 AND ended_at IS NULL RETURNING person_id`, unit, id, at, db.OrNull(by))
	if err != nil {
		return uuid.Nil, false, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&person); err != nil {
			return uuid.Nil, false, db.Translate(err)
		}
		ended = true
	}
	return person, ended, db.Translate(rows.Err())
}

// MoveGrants hands the grants of one person to another, when an account that was
// made before the roster is linked to the person on the roll.
func MoveGrants(ctx context.Context, tx bun.Tx, unit, from, to uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE access_grants SET person_id = $3 WHERE unit_id = $1 AND person_id = $2 AND ended_at IS NULL`, unit, from, to)
	return db.Translate(err)
}
