package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/idempotency"
)

// Record writes the audit row of a write, in its transaction. When the request
// came with an Idempotency-Key, the key is reserved here too, since every write
// passes by: of two identical requests at once the second is refused.
func Record(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, e Entry) error {
	if err := idempotency.Reserve(ctx, tx, by, at); err != nil {
		return err
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit detail of %s: %w", e.Action, err)
	}
	result := "ok"
	if e.Refused {
		result = "refused"
	}
	actor := by.Name
	if actor == "" {
		actor = "系统"
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO audit_entries (unit_id, id, at, account_id, person_id, actor,
			action, object, object_id, summary, detail, result, address, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11::jsonb, 'null'), $12, $13, $14)`,
		by.Unit, db.NewID(), at, db.OrNull(by.Account), db.OrNull(by.Person), actor,
		e.Action, e.Object, db.OrNull(e.ObjectID), e.Summary, string(detail), result, by.Address, by.RequestID)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

type row struct {
	bun.BaseModel `bun:"table:audit_entries,alias:e"`
	ID            uuid.UUID
	At            time.Time
	Actor         string
	PersonID      *uuid.UUID
	Action        string
	Object        string
	ObjectID      *uuid.UUID
	Summary       string
	Detail        json.RawMessage `bun:"type:jsonb"`
	Result        string
	Address       string
	RequestID     string
}

func list(ctx context.Context, d *bun.DB, scope access.Scope, f Filter) ([]Row, error) {
	var rows []row
	q := d.NewSelect().Model(&rows).Apply(scope.Rows(access.Columns{Unit: "e.unit_id"})).
		OrderExpr("e.id DESC").Limit(int64(f.Limit) + 1)
	if f.Cursor != "" {
		q.Where("e.id < ?", f.Cursor)
	}
	if f.Text != "" {
		q.Where("e.actor || ' ' || e.action || ' ' || e.summary ILIKE ?", "%"+db.Like(f.Text)+"%")
	}
	if f.Action != "" {
		q.Where("e.action LIKE ?", db.Like(f.Action)+"%")
	}
	if f.Object != "" {
		q.Where("e.object = ?", f.Object)
	}
	if f.ObjectID != uuid.Nil {
		q.Where("e.object_id = ?", f.ObjectID)
	}
	if f.Result != "" {
		q.Where("e.result = ?", f.Result)
	}
	if !f.From.IsZero() {
		q.Where("e.at >= ?", f.From.In())
	}
	if !f.To.IsZero() {
		q.Where("e.at < ?", f.To.AddDays(1).In())
	}
	if err := q.Scan(ctx); err != nil {
		return nil, db.Translate(err)
	}
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = Row{r.ID, r.At, r.Actor, r.PersonID, r.Action, r.Object, r.ObjectID, r.Summary, r.Detail, r.Result, r.Address, r.RequestID}
	}
	return out, nil
}
