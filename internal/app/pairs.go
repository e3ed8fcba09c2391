package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/mentoring"
	"xianfeng/internal/selection"
)

// pairs is what selection asks of mentoring; see selection.Pairs.
type pairs struct{}

func (pairs) BestPairs(ctx context.Context, tx bun.Tx, unit uuid.UUID, year int) ([]selection.Pair, error) {
	facts, err := mentoring.BestPairs(ctx, tx, unit, year)
	out := make([]selection.Pair, len(facts))
	for i, f := range facts {
		out[i] = selection.Pair{Pairing: f.Pairing, Mentee: f.Mentee, Political: f.Political, Professional: f.Professional,
			MenteeName: f.MenteeName, PoliticalName: f.PoliticalName, ProfessionalName: f.ProfessionalName, Branch: f.Branch, Group: f.Group,
			YearScore: f.YearScore, Planned: f.Planned, Done: f.Done, Logs: f.Logs, Complete: f.Complete}
	}
	return out, err
}
