package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Closing is what whoever closes a quarter says: which check list they saw, and that
// what it names besides may stay open.
type Closing struct {
	Fingerprint  string
	Acknowledged bool
}

// CheckList lists what is open of a quarter, as far as the scope reaches (rule 14).
func (s *Service) CheckList(ctx context.Context, scope access.Scope, q calendar.Quarter) (CheckList, error) {
	var out CheckList
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		_, state, left, err := readQuarter(ctx, tx, scope.Unit(), q, "")
		if err != nil {
			return missingQuarter(err)
		}
		if state.State == QuarterClosed {
			out = CheckList{QuarterState: state, Over: true, Whole: scope.Whole(), Branches: []BranchNotice{}, Sections: within(left, scope)}
			out.Current = s.quarter(calendar.Quarter{}) == q
			out.count()
			return nil
		}
		out, _, err = s.checkList(ctx, tx, scope, state)
		return err
	})
	return out, err
}

// within are the lines of a closed quarter's list that the scope reaches.
func within(left []CheckSection, scope access.Scope) []CheckSection {
	if scope.Whole() && left != nil {
		return left
	}
	c := checks{}
	for _, s := range left {
		c[s.Kind] = s.Lines
	}
	return c.sections(scope)
}

func missingQuarter(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("这个季度的账")
	}
	return err
}

// checkList reads what is open of an open quarter, and the list as it is for who
// sees all, whatever the scope.
func (s *Service) checkList(ctx context.Context, tx bun.Tx, scope access.Scope, state QuarterState) (CheckList, checks, error) {
	q, unit, c := state.Quarter, scope.Unit(), checks{}
	state.Current = s.quarter(calendar.Quarter{}) == q
	out := CheckList{QuarterState: state, Over: s.today().After(q.Last()), Whole: scope.Whole(), Branches: []BranchNotice{}}
	if !out.Over {
		c.add(CheckRunning, CheckLine{Text: fmt.Sprintf("%s到 %s 才结束", q.Chinese(), q.Last())})
	}
	earlier, err := earlierOpen(ctx, tx, unit, q)
	if err != nil {
		return out, nil, err
	}
	for _, e := range earlier {
		c.add(CheckEarlier, CheckLine{Text: e.Chinese() + "还没有结账", Quarter: &e})
	}
	branches, err := s.checkNotices(ctx, tx, unit, q, c)
	if err != nil {
		return out, nil, err
	}
	for _, b := range branches {
		if covers(scope, b.Branch) {
			out.Branches = append(out.Branches, b)
		}
	}
	if err := s.checkWork(ctx, tx, unit, q, c); err != nil {
		return out, nil, err
	}
	out.Sections = c.sections(scope)
	out.count()
	if scope.Whole() {
		out.Fingerprint, err = c.fingerprint(q)
	}
	return out, c, err
}

// checkNotices holds who has a ledger on the quarter's last day against the notices
// of totals.
func (s *Service) checkNotices(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter, c checks) ([]BranchNotice, error) {
	holders, err := org.Holders(ctx, tx, unit, asOf(q, s.today()))
	if err != nil {
		return nil, err
	}
	notices, err := readNotices(ctx, tx, unit, q)
	if err != nil {
		return nil, err
	}
	said, err := readNoticed(ctx, tx, unit, q)
	if err != nil {
		return nil, err
	}
	branches := byBranch(holders, notices, s.today())
	for _, b := range branches {
		switch b.State {
		case NoticeMissing:
			c.add(CheckMissing, CheckLine{Text: fmt.Sprintf("%s %d 人的合计没有公示", b.Name, b.People), Branch: b.Branch})
		case NoticeOpen:
			c.add(CheckNotice, CheckLine{Text: fmt.Sprintf("%s的合计公示到 %s", b.Name, *b.LastDay), Branch: b.Branch, Notice: b.Notice})
		}
	}
	listed := map[uuid.UUID]bool{}
	for _, n := range said {
		listed[n.Person] = true
		if how := n.Then.differs(n.Now); how != "" {
			from, to := n.Then.sum(), n.Now.sum()
			c.add(CheckChanged, CheckLine{Text: fmt.Sprintf("%s：公示合计 %s 分，现为 %s 分（%s）", n.Name, Format(from), Format(to), how),
				Branch: known(n.Branch), Person: known(n.Person), Notice: known(n.Notice), From: &from, To: &to})
		}
	}
	for _, h := range holders {
		if n, noticed := notices[h.Branch]; noticed && !listed[h.Person] {
			c.add(CheckChanged, CheckLine{Text: h.Name + "：公示名单中没有此人，公示后才有台账", Branch: known(h.Branch), Person: known(h.Person), Notice: known(n.ID)})
		}
	}
	upheld, err := readUpheld(ctx, tx, unit, q)
	for _, n := range upheld {
		c.add(CheckUpheld, CheckLine{Text: n.Name + "的合计：异议已支持，待更正", Branch: known(n.Branch), Person: known(n.Person), Notice: known(n.Notice)})
	}
	return branches, err
}

// checkWork asks for records, claims and objections.
func (s *Service) checkWork(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter, c checks) error {
	if s.open == nil {
		return nil
	}
	for _, w := range []struct {
		kind string
		read func(context.Context, bun.Tx, uuid.UUID, calendar.Quarter) ([]OpenItem, error)
		link func(*CheckLine) **uuid.UUID
	}{
		{CheckObjection, s.open.OpenObjections, func(l *CheckLine) **uuid.UUID { return &l.Notice }},
		{CheckClaim, s.open.OpenClaims, func(l *CheckLine) **uuid.UUID { return &l.Claim }},
		{CheckRecord, s.open.UnconfirmedRecords, func(l *CheckLine) **uuid.UUID { return &l.Record }},
	} {
		items, err := w.read(ctx, tx, unit, q)
		if err != nil {
			return err
		}
		for _, i := range items {
			l := CheckLine{Text: i.text(), Branch: known(i.Branch)}
			if !i.Day.IsZero() {
				l.Day = &i.Day
			}
			*w.link(&l) = known(i.ID)
			c.add(w.kind, l)
		}
	}
	return nil
}

// text is the item in a line: whose, what, how it stands.
func (i OpenItem) text() string {
	what := i.Title
	if i.Person != "" {
		what = i.Person + "：" + what
	}
	if i.BranchName != "" {
		what = i.BranchName + " " + what
	}
	if i.State != "" {
		what += "（" + i.State + "）"
	}
	return strings.TrimSpace(what)
}

// CloseQuarter closes a quarter for good: it seals the head of every ledger, freezes
// the totals and takes no more entries (rules 14 and 18). What the check list names
// and does not forbid stays open, acknowledged by who closes. There is no reopening:
// whatever comes later is posted in the open quarter.
func (s *Service) CloseQuarter(ctx context.Context, by access.Actor, scope access.Scope, q calendar.Quarter, in Closing) (QuarterState, error) {
	if !scope.Whole() {
		return QuarterState{}, fault.Missing("这个季度的账")
	}
	var closed QuarterState
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		state, id, err := lockQuarter(ctx, tx, by.Unit, q)
		if err != nil {
			return missingQuarter(err)
		}
		if state.State == QuarterClosed {
			return fault.Newf(fault.Conflict, "%s已由%s于 %s 结账，不必再结", q.Chinese(), state.ClosedBy, calendar.DateOf(*state.ClosedAt))
		}
		list, _, err := s.checkList(ctx, tx, scope, state)
		if err != nil {
			return err
		}
		if err := in.answers(list); err != nil {
			return err
		}
		closed, err = s.seal(ctx, tx, by, id, q, list)
		return err
	})
	return closed, err
}

// answers says whether the closing was decided on this list.
func (in Closing) answers(list CheckList) error {
	if in.Fingerprint != list.Fingerprint {
		return fault.New(fault.Conflict, "结账清单刚刚有变化，没有结账；请刷新清单，核对后再结账")
	}
	if list.Blocking > 0 {
		return fault.Newf(fault.RuleBroken, "还不能结账：%s", list.obstacles())
	}
	if list.Open > 0 && !in.Acknowledged {
		return fault.Field("acknowledged", fmt.Sprintf("清单上还有 %d 项未了，请确认留待以后办理", list.Open))
	}
	return nil
}

func (s *Service) seal(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, q calendar.Quarter, list CheckList) (QuarterState, error) {
	heads, accounts, err := sealHeads(ctx, tx, by.Unit, q)
	if err != nil {
		return QuarterState{}, err
	}
	if err := closeRow(ctx, tx, by.Unit, by.Person, s.now(), q, heads, accounts, list.Sections); err != nil {
		return QuarterState{}, err
	}
	_, closed, _, err := readQuarter(ctx, tx, by.Unit, q, "")
	if err != nil {
		return QuarterState{}, err
	}
	return closed, audit.Record(ctx, tx, by, s.now(), audit.Entry{
		Action: "quarter.close", Object: "quarter", ObjectID: id,
		Summary: fmt.Sprintf("%s结账：封存 %d 个台账，本季 %d 笔分录，留待以后办理 %d 项", q.Chinese(), accounts, closed.Entries, list.Open),
		Detail:  map[string]any{"quarter": q, "heads": heads, "previous": closed.Previous, "seal": closed.Seal, "left_open": list.Sections},
	})
}
