package claim

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/notice"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
)

// Service is the use cases of claims.
type Service struct {
	db      *bun.DB
	policy  *access.Policy
	files   *file.Service
	sources Sources
	now     calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, files *file.Service, sources Sources, now calendar.Clock) *Service {
	return &Service{d, policy, files, sources, now}
}

func need(action string) access.Need { return access.Need{Resource: "claim", Action: action} }

// reach is how far the actor gets with another permission than the route's own;
// nowhere where they do not have it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

// Saved is how a claim stands after a change.
type Saved struct {
	ID      uuid.UUID `json:"id"`
	Number  int64     `json:"number" doc:"申报编号"`
	Version int       `json:"version" doc:"Of its content: the next change names it"`
	State   State     `json:"state" enum:"draft,submitted,returned,verified,noticed,posted,rejected,withdrawn,superseded,reversed"`
}

func (c Claim) saved() Saved { return Saved{c.ID, c.Number, c.Version, c.State} }

// beneficiary finds where the person whom a claim is for stands today, which has to
// be within the scope of claim.submit: one's own claims, and those of one's group.
func (s *Service) beneficiary(ctx context.Context, tx bun.Tx, scope access.Scope, unit, person uuid.UUID) (org.Placement, error) {
	places, err := org.Placements(ctx, tx, unit, s.today(), []uuid.UUID{person})
	if err != nil {
		return org.Placement{}, err
	}
	p, known := places[person]
	if !known || !scope.Covers(access.Place{Unit: unit, Person: p.Person, Branch: p.Branch, Group: p.Group}) {
		return p, fault.Missing("人员")
	}
	return p, nil
}

// fill checks what the form says against the scheme of its day and gives it to the
// claim.
func (s *Service) fill(ctx context.Context, tx bun.Tx, unit uuid.UUID, c *Claim, in Input) error {
	p, err := points.PreviewClaim(ctx, tx, unit, s.now(), c.Person, in.RuleCode, in.Amount, in.FactOn)
	if err != nil {
		return err
	}
	if _, err := s.attested(ctx, tx, unit, in.Source, c.Person); err != nil {
		return err
	}
	return in.apply(c, p.Rule, p.Requested)
}

// Create drafts a claim for oneself, or for somebody within the scope, which is
// that of claim.submit.
func (s *Service) Create(ctx context.Context, by access.Actor, scope access.Scope, in Input) (out Saved, err error) {
	if err := in.check(s.today()); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		p, err := s.beneficiary(ctx, tx, scope, by.Unit, in.Person)
		if err != nil {
			return err
		}
		c := Claim{ID: db.NewID(), Person: p.Person, PersonName: p.Name, ClaimedBy: by.Person, Branch: p.Branch, Group: p.Group,
			State: Draft, Version: 1, CreatedAt: s.now()}
		if err := s.fill(ctx, tx, by.Unit, &c, in); err != nil {
			return err
		}
		if err := insertClaim(ctx, tx, by.Unit, &c); err != nil {
			return err
		}
		out = c.saved()
		return s.record(ctx, tx, by, "claim.draft", c, "起草"+c.name(), nil)
	})
	return out, err
}

// Save replaces the content of a draft or of a claim that was returned. version is
// the one the form was filled from.
func (s *Service) Save(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, in Input) (out Saved, err error) {
	if err := in.check(s.today()); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, p, err := s.lockOpen(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return changed()
		}
		if in.Person != c.Person {
			return fault.Field("person_id", "不能改换申报对象，请删除这份草稿后重新申报")
		}
		if err := s.fill(ctx, tx, by.Unit, &c, in); err != nil {
			return err
		}
		c.Version++
		c.Branch, c.Group = p.Branch, p.Group
		if err := saveContent(ctx, tx, by.Unit, c); err != nil {
			return err
		}
		out = c.saved()
		return s.record(ctx, tx, by, "claim.draft", c, "修改"+c.name(), nil)
	})
	return out, err
}

// lockOpen locks a claim that is the actor's and still in the claimant's hand, and
// finds whom it is for.
func (s *Service) lockOpen(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID) (Claim, org.Placement, error) {
	c, err := own(ctx, tx, by.Unit, by.Person, id, true)
	if err != nil {
		return c, org.Placement{}, err
	}
	p, err := s.beneficiary(ctx, tx, scope, by.Unit, c.Person)
	switch {
	case fault.Is(err, fault.NotFound):
		return c, p, fault.Missing("申报") // who claimed it leads the group no more
	case err != nil:
		return c, p, err
	case c.State == Submitted:
		return c, p, fault.New(fault.RuleBroken, "这项申报已经提交，请先“收回修改”再改动")
	case !c.State.open():
		return c, p, fault.New(fault.RuleBroken, "这项申报"+c.State.Title()+"，不能再改动")
	}
	return c, p, nil
}

// Discard deletes a draft that nobody but its claimant ever saw.
func (s *Service) Discard(ctx context.Context, by access.Actor, id uuid.UUID, version int) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, err := own(ctx, tx, by.Unit, by.Person, id, true)
		switch {
		case err != nil:
			return err
		case c.SubmittedAt != nil:
			return fault.New(fault.RuleBroken, "提交过的申报不能删除，可以撤回")
		case c.Version != version:
			return changed()
		}
		files, err := deleteDraft(ctx, tx, by.Unit, c.ID)
		if err != nil {
			return err
		}
		if err := s.files.Remove(ctx, tx, by.Unit, files...); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "claim.discard", c, "删除"+c.name()+"的草稿", nil)
	})
}

// Submit hands a claim to those who verify, for the first time or again. It needs
// evidence where the rule does, a ledger on the day of the fact, and an honour that
// does not count already.
func (s *Service) Submit(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, p, err := s.lockOpen(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return changed()
		}
		if err := s.submittable(ctx, tx, by.Unit, c); err != nil {
			return err
		}
		now := s.now()
		c.State, c.SubmittedAt, c.Reason = Submitted, &now, ""
		c.Branch, c.Group = p.Branch, p.Group
		out = c.saved()
		return s.move(ctx, tx, by, StepSubmit, c, "提交"+c.name())
	})
	return out, err
}

func (s *Service) submittable(ctx context.Context, tx bun.Tx, unit uuid.UUID, c Claim) error {
	p, err := points.PreviewClaim(ctx, tx, unit, s.now(), c.Person, c.RuleCode, c.Amount, c.FactOn)
	if err != nil {
		return err
	}
	if !p.Holds {
		return fault.New(fault.RuleBroken, p.Refusal+"，不能申报")
	}
	was, same := c.Level, p.Rule.HonourLevel
	if p.Requested != c.Requested || p.Rule.NeedsEvidence != c.EvidenceDue || (was == nil) != (same == nil) || was != nil && *was != *same {
		return fault.New(fault.Conflict, "积分办法的这一条款有变化，请点“修改”核对分值和要求，保存后再提交")
	}
	if c.EvidenceDue {
		files, err := evidenceOf(ctx, tx, unit, c.ID)
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return fault.Field("evidence", "“"+c.RuleTitle+"”须附证明材料，请上传后再提交")
		}
	}
	rivals, err := rivalsOf(ctx, tx, unit, c)
	if err != nil || c.Level == nil {
		return err
	}
	if refusal, _ := honourWord(*c.Level, rivals[c.ID]); refusal != "" {
		return fault.New(fault.RuleBroken, refusal)
	}
	return nil
}

// Recall takes a submitted claim back into the claimant's hand before anybody has
// verified it.
func (s *Service) Recall(ctx context.Context, by access.Actor, id uuid.UUID, version int) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, err := own(ctx, tx, by.Unit, by.Person, id, true)
		switch {
		case err != nil:
			return err
		case c.State != Submitted:
			return fault.New(fault.RuleBroken, "只有待核实的申报可以收回修改，请刷新后查看")
		case c.Version != version:
			return changed()
		}
		c.State = Draft
		out = c.saved()
		return s.move(ctx, tx, by, StepRecall, c, "收回"+c.name())
	})
	return out, err
}

// Withdraw gives a claim up, at any time before it is posted; a notice it lies on
// loses it, and objections against it have no more object.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, id uuid.UUID, version int, reason string) (out Saved, err error) {
	if reason, err = checkReason(reason, "撤回"); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		// Who settles a notice holds the notice before the claims; so it is here.
		seen, err := own(ctx, tx, by.Unit, by.Person, id, false)
		if err != nil {
			return err
		}
		if seen.State == Noticed {
			if err := notice.Withdraw(ctx, tx, by.Unit, now, notice.KindClaims, id); err != nil {
				return err
			}
		}
		c, err := own(ctx, tx, by.Unit, by.Person, id, true)
		switch {
		case err != nil:
			return err
		case c.SubmittedAt == nil:
			return fault.New(fault.RuleBroken, "这还是草稿，直接删除即可")
		case !c.State.open() && !c.State.underway():
			return fault.New(fault.Conflict, "这项申报"+c.State.Title()+"，不能再撤回")
		case c.Version != version || c.State != seen.State:
			return changed()
		}
		c.State, c.Reason, c.SettledAt = Withdrawn, reason, &now
		out = c.saved()
		return s.move(ctx, tx, by, StepWithdraw, c, "撤回"+c.name()+"："+reason)
	})
	return out, err
}

// move writes a claim's new state with its step and its audit row.
func (s *Service) move(ctx context.Context, tx bun.Tx, by access.Actor, step Step, c Claim, summary string) error {
	if err := saveWay(ctx, tx, by.Unit, c); err != nil {
		return err
	}
	if err := addSteps(ctx, tx, by.Unit, by.Person, s.now(), step, c); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "claim."+string(step), c, summary, map[string]any{"reason": c.Reason})
}

// record writes the audit row of a change.
func (s *Service) record(ctx context.Context, tx bun.Tx, by access.Actor, action string, c Claim, summary string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["number"], detail["version"], detail["person"], detail["rule"] = c.Number, c.Version, c.Person, c.RuleCode
	if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "claim", ObjectID: c.ID, Summary: summary, Detail: detail}); err != nil {
		return fmt.Errorf("%s %s: %w", action, c.ID, err)
	}
	return nil
}

// message is what a person reads of an error.
func message(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Message
	}
	return err.Error()
}
