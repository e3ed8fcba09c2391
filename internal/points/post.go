package points

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// Fact is one thing that a record says about a person: it came, it lectured, it
// stayed away without excuse. Kind and Category are the record's.
type Fact struct {
	Person   uuid.UUID
	Trigger  string
	Kind     string
	Category string
	Minutes  int // of volunteering, as recorded
	// Code and Amount are of a claim: which rule, and how many hundredths where the
	// rule leaves that to the claimant.
	Code   string
	Amount int
}

// Posting is all that one version of a record says. Without facts it takes back
// whatever the record posted.
type Posting struct {
	Source     string    // the kind: SourceActivity
	SourceID   uuid.UUID // the version
	RecordID   uuid.UUID // the record through all its versions
	FactOn     calendar.Date
	Reason     string // 事项 as the ledger prints it
	VerifiedBy uuid.UUID
	Facts      []Fact
}

// Posted says how a record stands in the ledgers after Post. It tells the standing
// and not the difference, so that posting the same again answers the same (rule 10).
type Posted struct {
	Entries   int              `json:"entries" doc:"Entries that count"`
	Reversals int              `json:"reversals" doc:"Entries that were reversed"`
	Cut       int              `json:"cut" doc:"Entries that a cap made smaller"`
	Quarter   calendar.Quarter `json:"quarter" doc:"The quarter they were posted in"`
}

// want is an entry that the facts ask for, before caps.
type want struct {
	Person    uuid.UUID
	Rule      *Rule
	Requested int
}

// asked finds what the facts ask for under a scheme: each rule at most once for
// each person and record; hours of one rule add up; of several absence rules only
// the heaviest counts (rule 12: one absence, one deduction). The order is by
// person and by the scheme.
func asked(scheme Scheme, set org.UnitSettings, facts []Fact) []want {
	type key struct {
		person uuid.UUID
		rule   *Rule
	}
	type much struct{ minutes, amount int }
	found := map[key]much{}
	heaviest := map[uuid.UUID]*Rule{}
	for _, f := range facts {
		for i := range scheme.Rules {
			r := &scheme.Rules[i]
			if !r.matches(f) {
				continue
			}
			if f.Trigger != TriggerAbsence {
				k := key{f.Person, r}
				found[k] = much{found[k].minutes + f.Minutes, found[k].amount + f.Amount}
			} else if h := heaviest[f.Person]; h == nil || r.Points < h.Points {
				heaviest[f.Person] = r
			}
		}
	}
	for person, r := range heaviest {
		found[key{person, r}] = much{}
	}
	wants := make([]want, 0, len(found))
	for k, m := range found {
		if points := k.rule.asks(set, m.minutes, m.amount); points != 0 || k.rule.Veto {
			wants = append(wants, want{k.person, k.rule, points})
		}
	}
	slices.SortFunc(wants, func(a, b want) int {
		return cmp.Or(bytes.Compare(a.Person[:], b.Person[:]), cmp.Compare(a.Rule.Ord, b.Rule.Ord), cmp.Compare(a.Rule.Code, b.Rule.Code))
	})
	return wants
}

// standing is an entry of a record as the ledger holds it, with what of its rule
// matters for taking it back.
type standing struct {
	Entry
	Code       string
	Veto       bool
	Caps       capSet
	ReversedBy string // source kind of its reversal; empty while the entry counts
}

func (s standing) live() bool { return s.ReversedBy == "" }

// undoing is the reason of its reversal where a record causes it.
func (s standing) undoing() string {
	return fmt.Sprintf("冲正第 %d 号凭证：%s", s.Voucher, s.Reason)
}

// reconcile compares what is wanted with what stands. What stands and is not
// wanted is undone; what is wanted and does not stand is missing; what is the same
// stays, whichever version posted it. What this version posted before, or what the
// office reversed by hand, does not come back.
func reconcile(p Posting, wants []want, stands []standing) (missing []want, undone []*standing, err error) {
	type key struct{ person, rule uuid.UUID }
	wanted := make(map[key]want, len(wants))
	for _, w := range wants {
		wanted[key{w.Person, w.Rule.ID}] = w
	}
	settled := map[key]bool{}
	for i := range stands {
		s := &stands[i]
		k := key{s.Person, s.Rule}
		w, ok := wanted[k]
		same := ok && w.Requested == s.Requested && s.FactOn == p.FactOn
		switch {
		case s.live() && same, s.ReversedBy == SourceOffice:
			settled[k] = true
		case s.live():
			undone = append(undone, s)
			fallthrough
		default:
			if ok && s.SourceID == p.SourceID {
				if !same {
					return nil, nil, fmt.Errorf("version %s of record %s was posted before and said something else", p.SourceID, p.RecordID)
				}
				settled[k] = true
			}
		}
	}
	for _, w := range wants {
		if !settled[key{w.Person, w.Rule.ID}] {
			missing = append(missing, w)
		}
	}
	return missing, undone, nil
}

// outcome counts how a record stands.
func outcome(stands []standing, otherwise calendar.Quarter) Posted {
	p := Posted{Quarter: otherwise}
	for _, s := range stands {
		if !s.live() {
			p.Reversals++
			continue
		}
		if p.Entries == 0 || p.Quarter.Before(s.PostQuarter) {
			p.Quarter = s.PostQuarter
		}
		p.Entries++
		if s.CutBy != "" {
			p.Cut++
		}
	}
	return p
}
