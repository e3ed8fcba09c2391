package points

import (
	"bytes"
	"fmt"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// sealedHead is the head of a ledger as a close sealed it, against the chain as it
// is now; or a ledger that was not sealed and has entries in the quarter.
type sealedHead struct {
	Sealed  bool
	Person  uuid.UUID
	Name    string
	account        // as sealed
	Now     []byte // hash of the entry at that place of the chain; nil where there is none
	Voucher int64
	Latest  int64 // last entry that the quarter holds
	Late    int64 // its voucher
}

// sealChecker recomputes one quarter's seal after the other, the earliest first.
type sealChecker struct {
	report   func(BrokenEntry)
	previous string // seal of the closed quarter before
	closed   bool   // a later quarter than the one at hand is closed
}

func (c *sealChecker) say(q calendar.Quarter, format string, args ...any) {
	c.report(BrokenEntry{Name: q.Chinese(), What: fmt.Sprintf(format, args...)})
}

// quarter takes a quarter of the books with what was sealed of it, and tells the
// first thing in it that does not hold.
func (c *sealChecker) quarter(s QuarterState, heads []sealedHead) {
	sealed := 0
	h := newHeadsHash()
	for _, a := range heads {
		if a.Sealed {
			sealed++
			h.add(a.Person, a.account)
		}
	}
	if s.State != QuarterClosed {
		if sealed > 0 || s.Seal != "" {
			c.say(s.Quarter, "这个季度已经封存，却被重新打开；结账后的季度不能重开")
			if s.Seal != "" {
				c.previous = s.Seal
			}
		} else if c.closed {
			c.say(s.Quarter, "以后的季度已经结账，这个季度却没有结账")
		}
		return
	}
	switch {
	case s.Seal == "" || s.Heads == "":
		c.say(s.Quarter, "已经结账，却没有封存")
	case s.Previous != c.previous:
		c.say(s.Quarter, "与上一个结账季度的封印接不上：上一季度的封印被改动，或者有季度被删除、重开")
	case sealOf(s.Previous, s.Quarter, s.Heads) != s.Seal:
		c.say(s.Quarter, "封印与封存的内容不符，结账记录被改动过")
	case sealed != s.Accounts:
		c.say(s.Quarter, "结账时封存 %d 个台账，现有 %d 个：封存记录被删除或添加", s.Accounts, sealed)
	case h.String() != s.Heads:
		c.say(s.Quarter, "封存记录被改动过，与结账时的首部校验码不符")
	}
	for _, a := range heads {
		c.head(s.Quarter, a)
	}
	c.previous = s.Seal
}

// head holds a sealed head against the chain: who rewrote an entry and every hash
// after it did not rewrite what was sealed, and printed.
func (c *sealChecker) head(q calendar.Quarter, a sealedHead) {
	broken := BrokenEntry{Person: a.Person, Name: a.Name, Seq: a.Seq, Voucher: a.Voucher}
	switch {
	case !a.Sealed:
		broken.Seq, broken.Voucher = a.Latest, a.Late
		broken.What = q.Chinese() + "有这个台账的分录，结账时却没有封存它：结账后又记入，或封存记录被删除"
	case a.Seq > 0 && a.Now == nil:
		broken.What = fmt.Sprintf("%s结账时封存到第 %d 笔，现在没有这一笔：分录被删除", q.Chinese(), a.Seq)
	case !bytes.Equal(a.Now, a.Head) && (a.Seq > 0 || len(a.Head) > 0):
		broken.What = fmt.Sprintf("与%s结账时封存的不符：这一笔或以前的分录在结账后被改写", q.Chinese())
	case a.Latest > a.Seq:
		broken.Seq, broken.Voucher = a.Latest, a.Late
		broken.What = fmt.Sprintf("%s结账之后又记入该季度", q.Chinese())
	default:
		return
	}
	c.report(broken)
}
