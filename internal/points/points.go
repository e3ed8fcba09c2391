// Package points keeps the ledgers: what each person's recorded deeds count under
// the scheme of the day. Entries are append-only and chained per account; caps and
// totals are kept in the same transaction. Everything that changes points goes
// through this package, and what records cause goes through Post.
//
// Points are integer hundredths everywhere: 100 is one point.
package points

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Dimension is a side of a person's work that points belong to.
type Dimension string

// The dimensions, in the order people read them.
const (
	Base         Dimension = "base"
	Political    Dimension = "political"
	Professional Dimension = "professional"
	Discipline   Dimension = "discipline"
	Conduct      Dimension = "conduct"
)

// Dimensions lists them in that order.
func Dimensions() []Dimension {
	return []Dimension{Base, Political, Professional, Discipline, Conduct}
}

// Title is the dimension in Chinese.
func (d Dimension) Title() string {
	switch d {
	case Base:
		return "基础分"
	case Political:
		return "政治"
	case Professional:
		return "业务"
	case Discipline:
		return "纪律"
	case Conduct:
		return "作风"
	}
	return string(d)
}

// The kinds of source that an entry can come from.
const (
	SourceQuarter  = "quarter"  // the base points of a quarter
	SourceActivity = "activity" // a version of an activity's record
	SourceClaim    = "claim"    // a claim decided by the branch
	SourceOffice   = "office"   // posted or reversed by hand
	SourceReversal = "reversal" // follows from a record that was amended or withdrawn
)

// Entry is one line of a ledger (rule 9). Absent ids are uuid.Nil.
type Entry struct {
	ID            uuid.UUID
	Person        uuid.UUID
	Seq           int64 // place in the account's chain, from 1
	Voucher       int64 // 凭证号
	Branch, Group uuid.UUID
	Scheme, Rule  uuid.UUID
	Dimension     Dimension
	Points        int    // after caps
	Requested     int    // before caps
	CutBy         string // which cap made the difference, in Chinese
	FactOn        calendar.Date
	FactQuarter   calendar.Quarter // caps count here
	PostedAt      time.Time
	PostQuarter   calendar.Quarter // totals count here
	Balance       int              // of the account in PostQuarter, this entry included
	Source        string
	SourceID      uuid.UUID // version of the record; for a reversal the entry it reverses
	RecordID      uuid.UUID
	Reverses      uuid.UUID
	PostedBy      uuid.UUID
	VerifiedBy    uuid.UUID
	Reason        string
	Algorithm     string
	PrevHash      []byte
	Hash          []byte
}

// gain is what the entry adds to what was gained: a reversal takes away from
// where its original came.
func (e Entry) gain() int {
	if (e.Reverses == uuid.Nil) == (e.Points > 0) {
		return e.Points
	}
	return 0
}

// deduction is the same for what was deducted; never positive over an account.
func (e Entry) deduction() int { return e.Points - e.gain() }

// Format writes hundredths as people read points: 150 is 1.5.
func Format(hundredths int) string {
	sign := ""
	if hundredths < 0 {
		sign, hundredths = "-", -hundredths
	}
	s := fmt.Sprintf("%s%d.%02d", sign, hundredths/100, hundredths%100)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
