package talk

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/keyring"
)

// Sources is what talk asks of other capabilities; app hands it over.
type Sources interface {
	// Occasions lists what happened since a day that may make a talk due, of the whole
	// unit, each with a source that is its own.
	Occasions(ctx context.Context, tx bun.Tx, unit uuid.UUID, since calendar.Date) ([]Occasion, error)
	// Mornings lists the morning meetings of the days that have a confirmed record.
	Mornings(ctx context.Context, tx bun.Tx, unit uuid.UUID, from, to calendar.Date) ([]Held, error)
}

// Service plans and keeps talks.
type Service struct {
	db      *bun.DB
	policy  *access.Policy
	ring    *keyring.Ring
	sources Sources
	now     calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, ring *keyring.Ring, sources Sources, now calendar.Clock) *Service {
	return &Service{d, policy, ring, sources, now}
}
