package points

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// VerifyReport is the result of recomputing the ledgers (rule 18).
type VerifyReport struct {
	At       time.Time     `json:"at"`
	OK       bool          `json:"ok"`
	Accounts int           `json:"accounts"`
	Entries  int           `json:"entries"`
	Seals    int           `json:"seals" doc:"Closed quarters, whose seals were recomputed"`
	Heads    string        `json:"heads" doc:"Hash over the heads of all chains, as printed on reports"`
	Broken   []BrokenEntry `json:"broken" doc:"At most 100; the first of an account's chain is where somebody reached in"`
}

// BrokenEntry is one thing that does not add up. Without Voucher it is about the
// account and not one entry; without Person it is about a closed quarter, which Name
// then is.
type BrokenEntry struct {
	Person  uuid.UUID `json:"person_id"`
	Name    string    `json:"name"`
	Seq     int64     `json:"seq,omitempty"`
	Voucher int64     `json:"voucher,omitempty"`
	What    string    `json:"what" doc:"In Chinese"`
}

// String is the line that the command line prints: who, which voucher, what.
func (b BrokenEntry) String() string {
	if b.Voucher == 0 {
		return b.Name + "：" + b.What
	}
	return fmt.Sprintf("%s 第 %d 笔（凭证号 %d）：%s", b.Name, b.Seq, b.Voucher, b.What)
}

// maxBroken bounds the report: one change behind our back makes one line, and a
// lost table needs no list.
const maxBroken = 100

// kept is what the database keeps of an account beside its entries.
type kept struct {
	Person uuid.UUID
	Name   string
	account
	Totals map[totalKey]total
	Caps   map[capKey]int
}

// checker recomputes one account, entry by entry.
type checker struct {
	unit   uuid.UUID
	kept   kept
	report func(BrokenEntry)

	seq      int64
	head     []byte
	torn     bool // the chain is broken already: what follows cannot be blamed
	balances map[calendar.Quarter]int
	totals   map[totalKey]total
	caps     map[capKey]int
	live     map[uuid.UUID]liveEntry // entries that no reversal took back
}

// liveEntry is what a reversal has to fit.
type liveEntry struct {
	points  int
	quarter calendar.Quarter // of posting
}

func newChecker(unit uuid.UUID, k kept, report func(BrokenEntry)) *checker {
	return &checker{unit: unit, kept: k, report: report, balances: map[calendar.Quarter]int{},
		totals: map[totalKey]total{}, caps: map[capKey]int{}, live: map[uuid.UUID]liveEntry{}}
}

// add takes the account's next entry, with what its rule says.
func (c *checker) add(s standing) {
	e := s.Entry
	wrong := c.reckon(s)
	if c.torn {
		return
	}
	intact, err := e.intact(c.unit)
	what := ""
	switch {
	case e.Seq != c.seq+1:
		what = fmt.Sprintf("序号不连续：应为第 %d 笔，实为第 %d 笔，中间的分录被删除或改动", c.seq+1, e.Seq)
	case err != nil:
		what = fmt.Sprintf("不认识的链算法“%s”", e.Algorithm)
	case !intact:
		what = "内容与封存时不符，分录被改动过"
	case !bytes.Equal(e.PrevHash, c.head):
		what = "与上一笔分录接不上，链被改写过"
	}
	switch {
	case what != "" && wrong != "":
		what += "：" + wrong
	case what == "":
		what = wrong
	}
	c.seq, c.head = e.Seq, e.Hash
	if what != "" {
		c.torn = true
		c.report(BrokenEntry{e.Person, c.kept.Name, e.Seq, e.Voucher, what})
	}
}

// reckon counts an entry and tells what in it contradicts the entries before.
func (c *checker) reckon(s standing) (wrong string) {
	e := s.Entry
	c.balances[e.PostQuarter] += e.Points
	if c.balances[e.PostQuarter] != e.Balance {
		wrong = fmt.Sprintf("结余应为 %s 分，记的是 %s 分", Format(c.balances[e.PostQuarter]), Format(e.Balance))
		c.balances[e.PostQuarter] = e.Balance
	}
	if e.FactQuarter != calendar.QuarterOf(e.FactOn) {
		wrong = fmt.Sprintf("日期 %s 与所属季度 %s 不符", e.FactOn, e.FactQuarter)
	}
	veto := s.Veto
	if e.Reverses == uuid.Nil {
		c.live[e.ID] = liveEntry{e.Points, e.PostQuarter}
	} else if old, is := c.live[e.Reverses]; !is {
		wrong = "冲正了已冲正的或不属于本台账的分录"
	} else {
		delete(c.live, e.Reverses)
		veto = veto && old.quarter == e.PostQuarter
		if old.points != -e.Points {
			wrong = fmt.Sprintf("原分录为 %s 分，冲正却为 %s 分", Format(old.points), Format(e.Points))
		}
	}
	key := totalKey{e.PostQuarter, e.Person, e.Dimension}
	t := c.totals[key]
	t.count(e, veto)
	c.totals[key] = t
	if gain := e.gain(); gain != 0 {
		for _, k := range s.Caps.keys(e.Person, s.Code, e.Dimension, e.RecordID, e.FactOn) {
			c.caps[k] += gain
		}
	}
	return wrong
}

// finish compares what was recomputed with what is kept.
func (c *checker) finish() {
	say := func(format string, args ...any) {
		c.report(BrokenEntry{Person: c.kept.Person, Name: c.kept.Name, What: fmt.Sprintf(format, args...)})
	}
	if !c.torn && (c.seq != c.kept.Seq || !bytes.Equal(c.head, c.kept.Head)) {
		say("台账末笔应为第 %d 笔，现为第 %d 笔：末尾的分录被删除或改动", c.kept.Seq, c.seq)
	}
	for k, want := range c.totals {
		if have := c.kept.Totals[k]; have != want {
			say("%s %s合计与分录不符：得分 %s/%s，扣分 %s/%s，笔数 %d/%d，否决 %d/%d（记录/重算）", k.Quarter, k.Dimension.Title(),
				Format(have.Gained), Format(want.Gained), Format(have.Deducted), Format(want.Deducted),
				have.Entries, want.Entries, have.Vetoes, want.Vetoes)
		}
	}
	for k, have := range c.kept.Totals {
		if _, known := c.totals[k]; !known && have != (total{}) {
			say("%s %s有合计而无分录", k.Quarter, k.Dimension.Title())
		}
	}
	for k, want := range c.caps {
		if have := c.kept.Caps[k]; have != want {
			say("封顶用量（%s，%s）与分录不符：记录 %s 分，重算 %s 分", k.Cap, k.Period, Format(have), Format(want))
		}
	}
	for k, have := range c.kept.Caps {
		if _, known := c.caps[k]; !known && have != 0 {
			say("封顶用量（%s，%s）为 %s 分而无分录", k.Cap, k.Period, Format(have))
		}
	}
}

// headsHash is the hash over the heads of chains, taken in the order of person
// ids: one line each of id, number of entries and head.
type headsHash struct{ h hash.Hash }

func newHeadsHash() headsHash { return headsHash{sha256.New()} }

func (h headsHash) add(person uuid.UUID, a account) {
	_, _ = fmt.Fprintf(h.h, "%s %d %s\n", person, a.Seq, hex.EncodeToString(a.Head)) // a hash never fails
}

func (h headsHash) String() string { return hex.EncodeToString(h.h.Sum(nil)) }
