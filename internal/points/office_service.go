package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// The permissions of what is done by hand; policy lines say that nobody does it
// for themselves.
var (
	needPost    = access.Need{Resource: "ledger", Action: "post"}
	needReverse = access.Need{Resource: "ledger", Action: "reverse"}
)

// PostByOffice posts one entry by hand, under a rule that leaves it to the office.
// Neither who posts nor who verified is the person it is about.
func (s *Service) PostByOffice(ctx context.Context, by access.Actor, scope access.Scope, in OfficePosting) (EntryDetail, error) {
	if err := s.policy.Separate(by, needPost, in.Person); err != nil {
		return EntryDetail{}, err
	}
	if err := in.check(s.today()); err != nil {
		return EntryDetail{}, err
	}
	var posted standing
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		posted, err = s.postByHand(ctx, tx, by, scope, in)
		return err
	})
	if err != nil {
		return EntryDetail{}, err
	}
	return s.Entry(ctx, scope, posted.ID)
}

func (s *Service) postByHand(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, in OfficePosting) (standing, error) {
	record, now := db.NewID(), s.now()
	t, err := lockTerms(ctx, tx, by.Unit, []uuid.UUID{record}, in.FactOn)
	if err != nil {
		return standing{}, err
	}
	scheme := t.scheme(in.FactOn)
	rule, points, err := in.asks(scheme)
	if err != nil {
		return standing{}, err
	}
	place, err := s.target(ctx, tx, by, scope, t.Settings, in)
	if err != nil {
		return standing{}, err
	}
	quarter := t.Quarters.taking(calendar.QuarterOf(in.FactOn))
	if err := ensureOpen(ctx, tx, by.Unit, now, t.Quarters, quarter); err != nil {
		return standing{}, err
	}
	b := newBook(by.Unit, by.Person, now)
	if _, err := openBook(ctx, tx, b, reading{People: []uuid.UUID{in.Person}, Records: []uuid.UUID{record}, Days: []calendar.Date{in.FactOn}, From: quarter, Draw: 1}); err != nil {
		return standing{}, err
	}
	posted, err := b.post(*scheme, Posting{Source: SourceOffice, SourceID: record, RecordID: record, FactOn: in.FactOn,
		Reason: in.Reason, VerifiedBy: in.VerifiedBy}, want{in.Person, rule, points}, place, quarter)
	if err != nil {
		return standing{}, err
	}
	if err := writeBook(ctx, tx, b); err != nil {
		return standing{}, err
	}
	return posted, audit.Record(ctx, tx, by, now, audit.Entry{
		Action: "ledger.post", Object: "entry", ObjectID: posted.ID,
		Summary: fmt.Sprintf("为%s按“%s”记 %s 分：%s", place.Name, rule.Title, Format(posted.Points), in.Reason),
		Detail:  map[string]any{"person": in.Person, "rule": rule.Code, "requested": points, "points": posted.Points, "voucher": posted.Voucher},
	})
}

// target finds the person to post for, within the scope and with a ledger on the
// day, and sees that the verifier is of the office.
func (s *Service) target(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, set org.UnitSettings, in OfficePosting) (org.Placement, error) {
	places, err := org.Placements(ctx, tx, by.Unit, in.FactOn, []uuid.UUID{in.Person, in.VerifiedBy})
	if err != nil {
		return org.Placement{}, err
	}
	p, known := places[in.Person]
	if !known || !scope.Covers(access.Place{Unit: by.Unit, Person: p.Person, Department: p.Department, Branch: p.Branch, Group: p.Group}) {
		return p, fault.Missing("人员")
	}
	if _, known := places[in.VerifiedBy]; !known {
		return p, fault.Field("verified_by", "请选择本单位的核实人")
	}
	if p.Exempt != "" {
		return p, fault.Newf(fault.RuleBroken, "%s在那一天免记积分（%s），不能入账", p.Name, p.Exempt)
	}
	if !p.Holds(set) {
		return p, fault.Newf(fault.RuleBroken, "%s在那一天没有积分台账，不能入账", p.Name)
	}
	return p, nil
}

// Reverse takes an entry back by hand (rule 8): once, never one's own, and for good.
// A later version of the record it came from does not bring it back; a mistake in
// the record itself is better corrected there.
func (s *Service) Reverse(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, reason string) (EntryDetail, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return EntryDetail{}, err
	}
	old, err := s.Entry(ctx, scope, id)
	if err != nil {
		return EntryDetail{}, err
	}
	if err := s.policy.Separate(by, needReverse, old.Person); err != nil {
		return EntryDetail{}, err
	}
	if old.Reverses != nil {
		return EntryDetail{}, fault.New(fault.RuleBroken, "冲正分录不能再冲正；如冲正有误，请重新入账")
	}
	var undoing uuid.UUID
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		undoing, err = s.reverseByHand(ctx, tx, by, old, reason)
		return err
	})
	if err != nil {
		return EntryDetail{}, err
	}
	return s.Entry(ctx, scope, undoing)
}

func (s *Service) reverseByHand(ctx context.Context, tx bun.Tx, by access.Actor, old EntryDetail, reason string) (uuid.UUID, error) {
	if old.Source == SourceClaim && s.claims != nil { // first: settling locks claims before accounts
		if err := s.claims.Reversed(ctx, tx, by, s.now(), old.RecordID, reason); err != nil {
			return uuid.Nil, err
		}
	}
	states, err := lockQuarters(ctx, tx, by.Unit, old.PostQuarter)
	if err != nil {
		return uuid.Nil, err
	}
	now, quarter := s.now(), states.taking(old.PostQuarter)
	if err := ensureOpen(ctx, tx, by.Unit, now, states, quarter); err != nil {
		return uuid.Nil, err
	}
	b := newBook(by.Unit, by.Person, now)
	stand, err := openEntry(ctx, tx, b, old)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, fault.New(fault.Conflict, "该分录已冲正，不能再次冲正")
	}
	if err != nil {
		return uuid.Nil, err
	}
	if err := b.reverse(stand, SourceOffice, reason, quarter); err != nil {
		return uuid.Nil, err
	}
	if err := writeBook(ctx, tx, b); err != nil {
		return uuid.Nil, err
	}
	undoing := b.entries[0].ID
	return undoing, audit.Record(ctx, tx, by, now, audit.Entry{
		Action: "ledger.reverse", Object: "entry", ObjectID: old.ID,
		Summary: fmt.Sprintf("冲正%s第 %d 号凭证（%s，%s 分）：%s", old.Name, old.Voucher, old.Rule, Format(old.Points), reason),
		Detail:  map[string]any{"person": old.Person, "reversal": undoing, "points": -old.Points},
	})
}

// openEntry opens the book at one entry that still counts; sql.ErrNoRows where it
// was reversed meanwhile.
func openEntry(ctx context.Context, tx bun.Tx, b *book, old EntryDetail) (standing, error) {
	stands, err := openBook(ctx, tx, b, reading{People: []uuid.UUID{old.Person}, Records: []uuid.UUID{old.RecordID}, Days: []calendar.Date{old.FactOn}, From: old.PostQuarter, Draw: 1})
	if err != nil {
		return standing{}, err
	}
	for _, s := range stands {
		if s.ID == old.ID && s.live() {
			return s, nil
		}
	}
	return standing{}, sql.ErrNoRows
}
