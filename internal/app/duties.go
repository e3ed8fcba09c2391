package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
	"xianfeng/internal/selection"
)

// duties is what selection asks of duty; see selection.Duties.
type duties struct{ now calendar.Clock }

func (d duties) Completion(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]selection.Share, error) {
	shares, err := duty.Completion(ctx, tx, unit, q, calendar.DateOf(d.now()))
	out := make(map[uuid.UUID]selection.Share, len(shares))
	for group, s := range shares {
		out[group] = selection.Share(s)
	}
	return out, err
}
