package taskforce

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

// Outcomes lists what came of a taskforce, the voided too. scope is that of
// taskforce.read.
func (s *Service) Outcomes(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Outcomes, err error) {
	may, err := s.hands(by)
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		if out.Items, err = outcomes(ctx, tx, scope, outcomeQuery{taskforce: id, voided: true, limit: maxOutcomes}); err != nil {
			return err
		}
		out.Total = len(out.Items)
		for i := range out.Items {
			o := &out.Items[i]
			o.CanVoid = o.VoidedAt == nil && st.logging() == nil && may.over(st, o.RecordedBy.ID, by)
			for j := range o.Files {
				o.Files[j].CanRemove = st.filing() == nil && may.over(st, o.Files[j].AddedBy.ID, by)
			}
		}
		out.Sums, err = outcomeSums(ctx, tx, scope, outcomeQuery{taskforce: id})
		return err
	})
	return out, err
}

// maxOutcomes bounds the outcomes of one taskforce.
const maxOutcomes = 1000

// Register lists the outcomes of every taskforce in reach, newest first, with their
// sums; what was voided is not in it. scope is that of taskforce.read.
func (s *Service) Register(ctx context.Context, _ access.Actor, scope access.Scope, f OutcomeFilter) (out Outcomes, err error) {
	q := outcomeQuery{taskforce: f.Taskforce, kind: f.Kind, year: f.Year, text: f.Text, limit: f.Limit + 1}
	if f.Cursor != "" {
		if q.after, err = parseMark(f.Cursor); err != nil {
			return out, err
		}
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if out.Items, err = outcomes(ctx, tx, scope, q); err != nil {
			return err
		}
		if out.Total, err = countOutcomes(ctx, tx, scope, q); err != nil {
			return err
		}
		out.Sums, err = outcomeSums(ctx, tx, scope, q)
		return err
	})
	if err == nil && len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = mark{last.ReachedOn, 0, last.ID}.String()
	}
	return out, err
}

// Achieve enters an outcome. scope is that of taskforce.log.
func (s *Service) Achieve(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in OutcomeInput) (out Outcome, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.logging(); err != nil {
			return err
		}
		if err := in.check(st.From, s.today()); err != nil {
			return err
		}
		o := Outcome{ID: db.NewID(), Taskforce: id, TaskforceName: st.Name, Kind: in.Kind, Title: in.Title, Quantity: in.Quantity, ReachedOn: in.ReachedOn,
			Reference: in.Reference, RecordedBy: PersonRef{by.Person, by.Name}, RecordedAt: s.now(), Files: []Attachment{}, CanVoid: true}
		if err := outcomeKind(ctx, tx, by.Unit, &o); err != nil {
			return err
		}
		if err := insertOutcome(ctx, tx, by.Unit, o); err != nil {
			return err
		}
		out = o
		return s.tell(ctx, tx, by, "taskforce.outcome", st, fmt.Sprintf("登记“%s”的成果“%s”（%s %s %s）", st.Name, o.Title, o.KindName,
			OutcomeSum{Money: o.Money, Quantity: o.Quantity}.amount(), o.Measure), map[string]any{"outcome": o.ID, "kind": o.Kind, "quantity": o.Quantity})
	})
	return out, err
}

// VoidOutcome takes an outcome out of every count; it stays to be read with the reason.
// Whoever recorded it does so, or whoever has taskforce.work. scope is that of
// taskforce.log.
func (s *Service) VoidOutcome(ctx context.Context, by access.Actor, scope access.Scope, id, outcome uuid.UUID, reason string) error {
	reason, err := checkWhy(reason, "作废")
	if err != nil {
		return err
	}
	may, err := s.hands(by)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.logging(); err != nil {
			return err
		}
		title, recorder, voided, err := lockOutcome(ctx, tx, by.Unit, id, outcome)
		switch {
		case err != nil:
			return err
		case !may.over(st, recorder, by):
			return fault.New(fault.Forbidden, "只有登记人和负责人可以作废这项成果")
		case voided:
			return fault.New(fault.Conflict, "这项成果已经作废，请刷新后查看")
		}
		if err := voidOutcome(ctx, tx, by, s.now(), outcome, reason); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, "taskforce.outcome_void", st, "作废“"+st.Name+"”的成果“"+title+"”", map[string]any{"outcome": outcome, "reason": reason})
	})
}

// hands is what the actor may do beyond logging, and where.
type hands struct{ work access.Scope }

func (s *Service) hands(by access.Actor) (hands, error) {
	work, err := s.reach(by, need("work"))
	return hands{work}, err
}

// over says whether the actor may take back what somebody put there: one's own, or
// anything with taskforce.work.
func (h hands) over(st stage, author uuid.UUID, by access.Actor) bool {
	return author == by.Person || h.work.Covers(st.place(by.Unit))
}

// tell writes the audit row of a write to a taskforce.
func (s *Service) tell(ctx context.Context, tx bun.Tx, by access.Actor, action string, st stage, summary string, detail any) error {
	err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "taskforce", ObjectID: st.ID, Summary: summary, Detail: detail})
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, st.ID, err)
	}
	return nil
}
