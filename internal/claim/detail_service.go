package claim

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

// Detail opens a claim: whatever a list shows, and nothing else. scope is that of
// claim.read.
func (s *Service) Detail(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (d Detail, err error) {
	sc, err := s.scopes(by, scope)
	if err != nil {
		return d, err
	}
	submit, err := s.reach(by, need("submit"))
	if err != nil {
		return d, err
	}
	ledger, err := s.reach(by, access.Need{Resource: "ledger", Action: "read"})
	if err != nil {
		return d, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, summary, err := findDetail(ctx, tx, by, sc, id)
		if err != nil {
			return err
		}
		d = Detail{Summary: summary, Statement: c.Statement, Amount: c.Amount, EvidenceDue: c.EvidenceDue, HonourLevel: c.Level,
			CreatedAt: c.CreatedAt, VerifiedAt: c.VerifiedAt, SettledAt: c.SettledAt, Points: []PointsLine{}, Today: s.today()}
		if c.Source.Kind != "" {
			a, err := s.attested(ctx, tx, by.Unit, c.Source, c.Person)
			if err != nil {
				return err
			}
			d.Source = &SourceLine{c.Source.Kind, c.Source.ID, a}
		}
		if d.Files, err = evidenceOf(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		if d.Steps, err = stepsOf(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		if d.Same, err = sameHonour(ctx, tx, by, sc, c); err != nil {
			return err
		}
		entries, err := points.EntriesOfRecord(ctx, tx, ledger, by.Unit, id, s.today())
		if err != nil {
			return err
		}
		for _, e := range entries {
			d.Points = append(d.Points, pointsLine(e))
		}
		mine, claims := c.mine(by.Person), false
		if mine && c.State.open() {
			_, err := s.beneficiary(ctx, tx, submit, by.Unit, c.Person)
			if claims = err == nil; err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		d.Can = can(d, mine, claims, sc.verify.Covers(access.Place{Unit: by.Unit, Branch: c.Branch, Group: c.Group}))
		return nil
	})
	return d, err
}
