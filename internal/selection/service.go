package selection

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Service is the use cases of selections and honours.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	duties Duties
	pairs  Pairs
	now    calendar.Clock
}

// Duties tells how far groups met the duties they owed in a quarter; the calendar of
// duties is kept by another capability.
type Duties interface {
	Completion(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]Share, error)
}

// NewService makes the service. duties tell how far groups met what they owed, pairs
// what the pairings of a year came to.
func NewService(d *bun.DB, policy *access.Policy, duties Duties, pairs Pairs, now calendar.Clock) *Service {
	return &Service{d, policy, duties, pairs, now}
}

func needRead() access.Need     { return access.Need{Resource: "selection", Action: "read"} }
func needOpen() access.Need     { return access.Need{Resource: "selection", Action: "open"} }
func needNominate() access.Need { return access.Need{Resource: "selection", Action: "nominate"} }
func needReview() access.Need   { return access.Need{Resource: "selection", Action: "review"} }
func needDecide() access.Need   { return access.Need{Resource: "selection", Action: "decide"} }
func needLedger() access.Need   { return access.Need{Resource: "ledger", Action: "read"} }
func needHonour() access.Need   { return access.Need{Resource: "honour", Action: "read"} }

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

// missing makes of an absent row the refusal that tells nothing apart.
func missing(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(what)
	}
	return err
}

// Open begins a selection of a quarter with its arithmetic. A running quarter may be
// opened too: what is computed then is computed anew before it is put on notice.
func (s *Service) Open(ctx context.Context, by access.Actor, scope access.Scope, kind string, q calendar.Quarter) (Detail, error) {
	switch kind {
	case Pennant, PioneerPost:
	case BestPair:
		return s.OpenPairs(ctx, by, scope, q.Year, 0, nil)
	default:
		return Detail{}, fault.Field("kind", "请选择评选类别：流动红旗、先锋岗或师徒最佳组合")
	}
	if q.IsZero() || q.First().After(s.today()) {
		return Detail{}, fault.Field("quarter", "请选择已经开始的季度")
	}
	set, err := org.Settings(ctx, s.db, by.Unit)
	if err != nil {
		return Detail{}, err
	}
	sel := Selection{ID: db.NewID(), Kind: kind, Quarter: q, Title: q.Chinese() + KindName(kind) + "评选", Quota: 1, State: Open, OpenedAt: s.now()}
	if kind == PioneerPost {
		sel.Quota = set.PioneerQuota
	}
	return s.begin(ctx, by, scope, sel, nil)
}

// compute brings the candidates of a selection up to date with the books, without
// writing; changed says whether that differs from what is kept.
func (s *Service) compute(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection) (cs []Candidate, changed bool, err error) {
	if sel.Kind == BestPair {
		return s.computePairs(ctx, tx, unit, sel)
	}
	f, err := gather(ctx, tx, unit, sel.Quarter, s.today(), s.duties)
	if err != nil {
		return nil, false, err
	}
	old, err := allCandidates(ctx, tx, unit, sel.ID)
	if err != nil {
		return nil, false, err
	}
	cs, changed = merge(sel.Kind, old, f.candidates(sel.Kind))
	return cs, changed, nil
}

// Recompute does the arithmetic again. Nominations and opinions stay with whom they
// are about, as long as these still can be chosen.
func (s *Service) Recompute(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (Detail, error) {
	err := s.within(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, sel Selection) error {
		if err := sel.must(Open); err != nil {
			return err
		}
		cs, changed, err := s.compute(ctx, tx, by.Unit, sel)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, by.Unit, sel, cs); err != nil {
			return err
		}
		if err := moveSelection(ctx, tx, by.Unit, id, step{computed: s.now()}); err != nil {
			return err
		}
		what := "没有变化"
		if changed {
			what = "结果有变化"
		}
		return s.record(ctx, tx, by, sel, "selection.compute", "重新计算"+sel.Title+"，"+what, nil)
	})
	return s.after(ctx, by, id, err)
}

// within runs a step of a selection that it holds against all others.
func (s *Service) within(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, fn func(context.Context, bun.Tx, Selection) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		sel, err := lockSelection(ctx, tx, scope, id)
		if err != nil {
			return missing(err, "评选")
		}
		return fn(ctx, tx, sel)
	})
}

// after reads the selection as the actor may see it once a step is done.
func (s *Service) after(ctx context.Context, by access.Actor, id uuid.UUID, err error) (Detail, error) {
	if err != nil {
		return Detail{}, err
	}
	scope, err := s.policy.Decide(by, needRead())
	if err != nil {
		return Detail{}, err
	}
	return s.Selection(ctx, by, scope, id)
}

func (s *Service) record(ctx context.Context, tx bun.Tx, by access.Actor, sel Selection, action, summary string, detail any) error {
	return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "selection", ObjectID: sel.ID, Summary: summary, Detail: detail})
}

// must refuses a step that the selection's state does not allow.
func (s Selection) must(states ...string) error {
	if slices.Contains(states, s.State) {
		return nil
	}
	switch s.State {
	case Open:
		return fault.New(fault.RuleBroken, "该评选还没有公示期满的候选，请先公示")
	case Noticed:
		return fault.New(fault.RuleBroken, "候选正在公示，公示结束前不能办理；如需改动，请先撤销公示")
	case Heard:
		return fault.New(fault.RuleBroken, "公示已经期满，请直接审定；如需重来，请撤销本次评选后重新发起")
	case Decided:
		return fault.New(fault.Conflict, "该评选已经审定，请刷新后查看")
	}
	return fault.New(fault.Conflict, "该评选已经撤销，请刷新后查看")
}

// seen refuses what was decided by looking at an older state of the selection.
func (s Selection) seen(version int) error {
	if version != s.RowVersion {
		return fault.New(fault.Conflict, "评选内容刚刚有变动，请刷新后重新核对")
	}
	return nil
}

// Selection opens one. Its numbers are kept as they were computed; whether they still
// hold is told to those who see the whole office, while it is open.
func (s *Service) Selection(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (d Detail, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		d, err = s.detail(ctx, tx, by, scope, id)
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID) (Detail, error) {
	sel, err := readSelection(ctx, tx, scope, id)
	if err != nil {
		return Detail{}, missing(err, "评选")
	}
	d := Detail{Selection: sel, Waived: []Ref{}, Scope: "part"}
	if err := outcomes(ctx, tx, by.Unit, []*Selection{&d.Selection}); err != nil {
		return d, err
	}
	if d.Candidates, d.Proposed, err = countCandidates(ctx, tx, scope, id); err != nil {
		return d, err
	}
	if d.Places, err = s.places(ctx, tx, by.Unit, scope); err != nil {
		return d, err
	}
	cs, err := allCandidates(ctx, tx, by.Unit, id)
	if err != nil {
		return d, err
	}
	stood, err := s.standIn(ctx, tx, by.Unit, sel, cs)
	if err != nil {
		return d, err
	}
	d.Recused = slices.Contains(stood, by.Person)
	if d.MayCancel, err = s.mayCancel(ctx, tx, by, sel, cs); err != nil {
		return d, err
	}
	if !scope.Whole() {
		return d, nil
	}
	d.Scope, d.Tied = "unit", len(contested(sel, cs)) > 0
	if sel.State != Open {
		return d, nil
	}
	if _, d.Stale, err = s.compute(ctx, tx, by.Unit, sel); err != nil {
		return d, err
	}
	waived, err := s.waived(ctx, tx, by.Unit, cs)
	for _, c := range cs {
		if w := (Ref{c.BranchID, c.Branch}); waived[c.BranchID] && !slices.Contains(d.Waived, w) {
			d.Waived = append(d.Waived, w)
		}
	}
	return d, err
}

// places says whether the reader may see who comes where: the whole office's reader
// has to decide by it; for others it is a ranking as the settings open it.
func (s *Service) places(ctx context.Context, tx bun.Tx, unit uuid.UUID, scope access.Scope) (bool, error) {
	if scope.Whole() {
		return true, nil
	}
	set, err := org.Settings(ctx, tx, unit)
	if err != nil {
		return false, err
	}
	return set.RankingVisibility == org.RankingAll || set.RankingVisibility == org.RankingBranch && len(scope.Branches()) > 0, nil
}

// standIn are the people who stand in a selection: its nominees, or the members of
// the groups that the pennant may go to, the equal first ones among them.
func (s *Service) standIn(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection, cs []Candidate) ([]uuid.UUID, error) {
	equals := contested(sel, cs)
	return s.peopleOf(ctx, tx, unit, sel, cs, func(c Candidate) bool { return c.Proposed || equals[c.ID] })
}

// peopleOf are the people of some of the candidates: themselves, or the members of
// the group or pair.
func (s *Service) peopleOf(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection, cs []Candidate, which func(Candidate) bool) ([]uuid.UUID, error) {
	var people, groups []uuid.UUID
	for _, c := range cs {
		switch {
		case !which(c):
		case c.pairing != uuid.Nil:
			people = append(people, c.people...)
		case c.person != uuid.Nil:
			people = append(people, c.person)
		default:
			groups = append(groups, c.GroupID)
		}
	}
	if len(groups) == 0 {
		return people, nil
	}
	members, err := membersOf(ctx, tx, unit, groups, asOf(sel.Quarter, s.today()), s.today())
	return append(people, members...), err
}

// outcomes adds what selections led to.
func outcomes(ctx context.Context, tx bun.Tx, unit uuid.UUID, sels []*Selection) error {
	ids := make([]uuid.UUID, len(sels))
	for i, s := range sels {
		ids[i] = s.ID
	}
	all, err := readOutcomes(ctx, tx, unit, ids)
	for _, o := range all {
		s := sels[slices.Index(ids, o.selectionID)]
		s.Outcome = append(s.Outcome, o)
	}
	return err
}
