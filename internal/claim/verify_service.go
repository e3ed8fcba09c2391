package claim

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// maxAtOnce bounds how many claims one click verifies or publishes.
const maxAtOnce = 100

// Seen is a claim in the version that somebody looked at.
type Seen struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
}

// Refused is a claim of several that did not stand, and why.
type Refused struct {
	ID     uuid.UUID `json:"id"`
	Number int64     `json:"number,omitempty"`
	Name   string    `json:"name,omitempty" doc:"Whose"`
	Matter string    `json:"matter,omitempty"`
	Reason string    `json:"reason"`
}

// Verification is what became of the claims that somebody verified at once.
type Verification struct {
	Verified []Saved   `json:"verified"`
	Refused  []Refused `json:"refused" doc:"Left as they were"`
}

// Verify verifies claims, each in the version that was seen: one's own and those
// one made for others are refused, and so is what changed since. Those that do not
// stand are named; the others are verified. scope is that of claim.verify. The
// number of statements does not grow with that of the claims.
func (s *Service) Verify(ctx context.Context, by access.Actor, scope access.Scope, seen []Seen) (out Verification, err error) {
	if len(seen) == 0 || len(seen) > maxAtOnce {
		return out, fault.Field("items", fmt.Sprintf("请选择 1 到 %d 项申报", maxAtOnce))
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out = Verification{Verified: []Saved{}, Refused: []Refused{}}
		ids := make([]uuid.UUID, len(seen))
		for i, k := range seen {
			ids[i] = k.ID
		}
		found, err := lockIn(ctx, tx, scope, ids)
		if err != nil {
			return err
		}
		locked := make([]Claim, 0, len(found))
		for _, c := range found {
			locked = append(locked, *c)
		}
		rivals, err := rivalsOf(ctx, tx, by.Unit, locked...)
		if err != nil {
			return err
		}
		now, missing := s.now(), 0
		var stand []Claim
		done := map[uuid.UUID]bool{}
		for _, k := range seen {
			if done[k.ID] {
				continue
			}
			done[k.ID] = true
			c := found[k.ID]
			if c == nil {
				missing++
				out.Refused = append(out.Refused, Refused{ID: k.ID, Reason: message(fault.Missing("申报"))})
				continue
			}
			reason := c.verifiable(k.Version, rivals[c.ID])
			if err := s.policy.Separate(by, need("verify"), c.Person, c.ClaimedBy); err != nil {
				reason = message(err)
			}
			if reason != "" {
				out.Refused = append(out.Refused, Refused{c.ID, c.Number, c.PersonName, c.Matter, reason})
				continue
			}
			c.State, c.VerifiedBy, c.VerifiedAt = Verified, by.Person, &now
			stand = append(stand, *c)
			out.Verified = append(out.Verified, c.saved())
		}
		if len(stand) == 0 {
			return noneStands(out.Refused, missing)
		}
		sortByID(stand)
		if err := saveWay(ctx, tx, by.Unit, stand...); err != nil {
			return err
		}
		if err := addSteps(ctx, tx, by.Unit, by.Person, now, StepVerify, stand...); err != nil {
			return err
		}
		return s.recordMany(ctx, tx, by, "claim.verify", "核实", stand)
	})
	if err != nil {
		return Verification{}, err
	}
	return out, nil
}

// noneStands is the refusal where nothing at all could be done.
func noneStands(refused []Refused, missing int) error {
	f := fault.New(fault.RuleBroken, refused[0].Reason)
	if missing == len(refused) {
		f.Code = fault.NotFound
	}
	if len(refused) > 1 {
		f.Message = fmt.Sprintf("所选 %d 项都不能办理，请逐项核对", len(refused))
		for _, r := range refused {
			f.Details = append(f.Details, fault.Detail{Field: "items", Message: r.text()})
		}
	}
	return f
}

// text is the refusal in one line.
func (r Refused) text() string {
	if r.Number == 0 {
		return r.Reason
	}
	return fmt.Sprintf("%s“%s”（编号 %d）：%s", r.Name, r.Matter, r.Number, r.Reason)
}

// recordMany writes one audit row for what was done to several claims at once; each
// claim's own steps tell of it besides.
func (s *Service) recordMany(ctx context.Context, tx bun.Tx, by access.Actor, action, verb string, all []Claim) error {
	if len(all) == 1 {
		return s.record(ctx, tx, by, action, all[0], verb+all[0].name(), nil)
	}
	type line struct {
		ID      uuid.UUID `json:"id"`
		Number  int64     `json:"number"`
		Person  uuid.UUID `json:"person"`
		Version int       `json:"version"`
	}
	lines := make([]line, len(all))
	for i, c := range all {
		lines[i] = line{c.ID, c.Number, c.Person, c.Version}
	}
	if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "claim", Summary: fmt.Sprintf("%s申报 %d 项", verb, len(all)),
		Detail: map[string]any{"claims": lines}}); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

// Return gives a claim back with the reason, so that it can be put right and
// submitted again; what was verified already, too, while it is not on notice. scope
// is that of claim.verify.
func (s *Service) Return(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, reason string) (out Saved, err error) {
	if reason, err = checkReason(reason, "退回"); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := lockIn(ctx, tx, scope, []uuid.UUID{id})
		if err != nil {
			return err
		}
		c := found[id]
		if c == nil {
			return fault.Missing("申报")
		}
		if err := s.policy.Separate(by, need("verify"), c.Person, c.ClaimedBy); err != nil {
			return err
		}
		switch {
		case c.State != Submitted && c.State != Verified:
			return fault.New(fault.Conflict, "这项申报"+c.State.Title()+"，不能退回，请刷新后查看")
		case c.Version != version:
			return changed()
		}
		c.State, c.Reason, c.VerifiedBy, c.VerifiedAt = Returned, reason, uuid.Nil, nil
		out = c.saved()
		return s.move(ctx, tx, by, StepReturn, *c, "退回"+c.name()+"："+reason)
	})
	return out, err
}
