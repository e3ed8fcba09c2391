package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/claim"
	"xianfeng/internal/taskforce"
)

// claimSources tells claims what they may rest on, at whoever keeps it.
type claimSources struct{}

// Appraisal is what a taskforce said of a member when it ended.
func (claimSources) Appraisal(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (claim.Attested, error) {
	a, err := taskforce.Attest(ctx, tx, unit, id)
	if err != nil {
		return claim.Attested{}, err
	}
	return claim.Attested{Person: a.Person.ID, Number: a.Number, Title: a.TaskforceName, Grade: a.Grade.Title(), Text: a.Text, Day: a.To, Written: a.WrittenBy}, nil
}
