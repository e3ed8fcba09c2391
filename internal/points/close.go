package points

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// OpenItem is one record, claim or objection that is not settled yet.
type OpenItem struct {
	ID         uuid.UUID // what its page is opened with; of an objection, its notice
	Title      string    // a record's title, a claim's item, what is objected to
	State      string    // how it stands, in Chinese: 草稿, 待核实
	Person     string    // whom it is about; empty where it is about nobody alone
	Day        calendar.Date
	Branch     uuid.UUID // whose it is; zero: the office's
	BranchName string
}

// The kinds of what a check list names. The first five have to be settled before
// the quarter can be closed; the others whoever closes has to have seen.
const (
	CheckRunning   = "running"   // the quarter is not over
	CheckEarlier   = "earlier"   // an earlier quarter is open
	CheckMissing   = "missing"   // a branch whose totals were not put on notice
	CheckNotice    = "notice"    // a notice of totals that still lies open
	CheckObjection = "objection" // undecided
	CheckUpheld    = "upheld"    // an objection was upheld and nothing corrected since
	CheckChanged   = "changed"   // totals are not those that were noticed
	CheckClaim     = "claim"     // not settled
	CheckRecord    = "record"    // not confirmed
)

// checkKinds lists them in the order they are shown, with their headings.
var checkKinds = []struct {
	kind, title, hint string
	blocking          bool
}{
	{CheckRunning, "季度尚未结束", "季度最后一天过后才能公示合计、办理结账。", true},
	{CheckEarlier, "以前的季度没有结账", "请按先后逐个季度结账。", true},
	{CheckMissing, "合计没有公示", "请先公示合计；公示期满、没有未答复的异议，才能结账。", true},
	{CheckNotice, "合计正在公示", "公示期满后才能结账。", true},
	{CheckObjection, "异议没有答复", "请由支委会（没有支委会的由党员大会）研究后书面答复。", true},
	{CheckUpheld, "异议已支持，待更正", "请由机关党委入账或冲正；不更正也可以结账，之后只能在以后的季度调整。", false},
	{CheckChanged, "合计与公示的不同", "公示之后又有分录记入；可以重新公示，也可以说明情况后结账。", false},
	{CheckClaim, "申报没有办结", "结账后才入账的，记入下一季度并注明所属季度。", false},
	{CheckRecord, "活动记录没有确认", "结账后才确认的，积分记入下一季度并注明所属季度。", false},
}

// CheckLine is one thing that is open, and what opens it.
type CheckLine struct {
	Text    string            `json:"text"`
	Branch  *uuid.UUID        `json:"branch_id,omitempty"`
	Day     *calendar.Date    `json:"day,omitempty"`
	Record  *uuid.UUID        `json:"record_id,omitempty"`
	Claim   *uuid.UUID        `json:"claim_id,omitempty"`
	Notice  *uuid.UUID        `json:"notice_id,omitempty"`
	Person  *uuid.UUID        `json:"person_id,omitempty" doc:"Whose ledger"`
	Quarter *calendar.Quarter `json:"quarter,omitempty" doc:"An earlier one"`
	From    *int              `json:"from,omitempty" doc:"The sum that was noticed"`
	To      *int              `json:"to,omitempty" doc:"The sum that is kept now"`
}

// CheckSection is what is open of one kind.
type CheckSection struct {
	Kind     string      `json:"kind" enum:"running,earlier,missing,notice,objection,upheld,changed,claim,record"`
	Title    string      `json:"title"`
	Hint     string      `json:"hint"`
	Blocking bool        `json:"blocking" doc:"Keeps the quarter from being closed"`
	Total    int         `json:"total"`
	Lines    []CheckLine `json:"lines" doc:"The first 200"`
}

// maxCheckLines bounds what a page shows of one kind.
const maxCheckLines = 200

// BranchNotice is how the notice of a branch's totals stands.
type BranchNotice struct {
	Branch  *uuid.UUID     `json:"branch_id,omitempty" doc:"Absent: who has a ledger and no branch"`
	Name    string         `json:"name"`
	People  int            `json:"people" doc:"With a ledger on the quarter's last day"`
	State   string         `json:"state" enum:"missing,open,over"`
	Notice  *uuid.UUID     `json:"notice_id,omitempty"`
	LastDay *calendar.Date `json:"last_day,omitempty"`
}

// CheckList is what is open of a quarter, as far as the reader's scope reaches.
type CheckList struct {
	QuarterState
	Over        bool           `json:"over" doc:"The quarter's last day has passed"`
	Whole       bool           `json:"whole" doc:"The reader sees the whole office"`
	Branches    []BranchNotice `json:"branches"`
	Sections    []CheckSection `json:"sections" doc:"Only those with lines; of a closed quarter, what was left open"`
	Blocking    int            `json:"blocking" doc:"Lines that keep the quarter from being closed"`
	Open        int            `json:"open" doc:"Lines that have to be acknowledged"`
	Fingerprint string         `json:"fingerprint,omitempty" doc:"Closing asks for it; only for whom sees the whole office"`
}

// checks collects the lines of a check list.
type checks map[string][]CheckLine

func (c checks) add(kind string, l CheckLine) { c[kind] = append(c[kind], l) }

// fingerprint changes with every line, those included that no page shows.
func (c checks) fingerprint(q calendar.Quarter) (string, error) {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, q) // a hash never fails
	for _, k := range checkKinds {
		if err := json.NewEncoder(h).Encode(c[k.kind]); err != nil {
			return "", fmt.Errorf("fingerprint of %s: %w", q, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sections are the lines within a scope. A line without a branch is the office's; but
// what the quarter as a whole waits for concerns everybody.
func (c checks) sections(scope access.Scope) []CheckSection {
	out := []CheckSection{}
	for _, k := range checkKinds {
		s := CheckSection{Kind: k.kind, Title: k.title, Hint: k.hint, Blocking: k.blocking, Lines: []CheckLine{}}
		for _, l := range c[k.kind] {
			if !common(k.kind) && !covers(scope, l.Branch) {
				continue
			}
			if s.Total++; s.Total <= maxCheckLines {
				s.Lines = append(s.Lines, l)
			}
		}
		if s.Total > 0 {
			out = append(out, s)
		}
	}
	return out
}

func common(kind string) bool { return kind == CheckRunning || kind == CheckEarlier }

func covers(scope access.Scope, branch *uuid.UUID) bool {
	return scope.Whole() || branch != nil && scope.Covers(access.Place{Unit: scope.Unit(), Branch: *branch})
}

// count sums up how much is open.
func (l *CheckList) count() {
	for _, s := range l.Sections {
		if s.Blocking {
			l.Blocking += s.Total
		} else {
			l.Open += s.Total
		}
	}
}

// obstacles says in a sentence what keeps the quarter from being closed; empty where
// nothing does.
func (l CheckList) obstacles() string {
	var out []string
	for _, s := range l.Sections {
		if s.Blocking {
			out = append(out, fmt.Sprintf("%s（%d 项）", s.Title, s.Total))
		}
	}
	return strings.Join(out, "、")
}

// netTotals are a person's net points by dimension, in the order of Dimensions, and
// vetoes.
type netTotals struct {
	Net    [5]int
	Vetoes int
}

func (t netTotals) sum() int {
	sum := 0
	for _, n := range t.Net {
		sum += n
	}
	return sum
}

// differs says what changed from t to o; empty where nothing did.
func (t netTotals) differs(o netTotals) string {
	var out []string
	for i, d := range Dimensions() {
		if t.Net[i] != o.Net[i] {
			out = append(out, fmt.Sprintf("%s %s→%s", d.Title(), Format(t.Net[i]), Format(o.Net[i])))
		}
	}
	if t.Vetoes != o.Vetoes {
		out = append(out, fmt.Sprintf("一票否决 %d→%d", t.Vetoes, o.Vetoes))
	}
	return strings.Join(out, "，")
}

// noticed is what a notice said of a person, and what holds now.
type noticed struct {
	Person uuid.UUID
	Name   string
	Notice uuid.UUID
	Branch uuid.UUID
	Then   netTotals
	Now    netTotals
}

// sealOf binds a quarter's heads to the seal of the quarter closed before (rule 18).
func sealOf(previous string, q calendar.Quarter, heads string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", previous, q, heads))
	return hex.EncodeToString(sum[:])
}

// known gives an id as the API tells it: absent where there is none.
func known(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
