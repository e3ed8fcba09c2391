package points

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// LedgerPage is a person's ledger of one quarter, as a bank statement shows it (rule 17).
type LedgerPage struct {
	Person  uuid.UUID        `json:"person_id"`
	Name    string           `json:"name"`
	Branch  string           `json:"branch" doc:"On the quarter's last day, or the last one in it"`
	Group   string           `json:"group"`
	Quarter calendar.Quarter `json:"quarter"`
	Title   string           `json:"title" doc:"2026年第三季度"`
	State   string           `json:"state" enum:"open,closed,none" doc:"none: nobody opened it yet"`
	Own     bool             `json:"own" doc:"The reader's own ledger"`

	Dimensions []DimensionSum `json:"dimensions"`
	Sums
	YearSum int         `json:"year_sum" doc:"All quarters of the year up to this one"`
	Tier    string      `json:"tier,omitempty" doc:"A hint for leaders; never shown to the person (rule 16)"`
	Exempt  string      `json:"exempt,omitempty" doc:"Why the person has no ledger (rule 15)"`
	Scheme  string      `json:"scheme,omitempty" doc:"Name and version of the scheme in force"`
	Entries LedgerLines `json:"entries"`
}

// DimensionSum is one dimension of a quarter.
type DimensionSum struct {
	Dimension Dimension `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Title     string    `json:"title"`
	Gained    int       `json:"gained"`
	Deducted  int       `json:"deducted"`
	Net       int       `json:"net"`
	Most      *int      `json:"most,omitempty" doc:"The most that can be gained; base points have none"`
	Entries   int       `json:"entries"`
}

// Sums are a quarter's sums over all dimensions. Gained and Deducted are without
// base points: 合计 = 基础 + 加分 + 扣分.
type Sums struct {
	Gained    int `json:"gained"`
	Deducted  int `json:"deducted"`
	Sum       int `json:"sum"`
	Vetoes    int `json:"vetoes"`
	Appraisal int `json:"appraisal" doc:"评定: the sum, or 0 beside a veto (rule 12)"`
}

// LedgerLine is an entry as people read it.
type LedgerLine struct {
	ID              uuid.UUID        `json:"id"`
	Seq             int64            `json:"seq"`
	Voucher         int64            `json:"voucher"`
	FactOn          calendar.Date    `json:"fact_on"`
	FactQuarter     calendar.Quarter `json:"fact_quarter"`
	PostQuarter     calendar.Quarter `json:"post_quarter"`
	PostedAt        time.Time        `json:"posted_at"`
	Dimension       Dimension        `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	RuleCode        string           `json:"rule_code"`
	Rule            string           `json:"rule"`
	Clause          string           `json:"clause"`
	Veto            bool             `json:"veto,omitempty"`
	Reason          string           `json:"reason"`
	Points          int              `json:"points"`
	Requested       int              `json:"requested"`
	CutBy           string           `json:"cut_by,omitempty"`
	Balance         int              `json:"balance"`
	Source          string           `json:"source" enum:"quarter,activity,claim,office,reversal"`
	SourceID        uuid.UUID        `json:"source_id"`
	RecordID        uuid.UUID        `json:"record_id"`
	PostedBy        string           `json:"posted_by,omitempty" doc:"Name; empty for the system"`
	VerifiedBy      string           `json:"verified_by,omitempty"`
	Reverses        *uuid.UUID       `json:"reverses,omitempty"`
	ReversesVoucher *int64           `json:"reverses_voucher,omitempty"`
	ReversedBy      *uuid.UUID       `json:"reversed_by,omitempty"`
	ReversedVoucher *int64           `json:"reversed_voucher,omitempty"`
}

// LedgerLines is a stretch of a ledger, newest first.
type LedgerLines struct {
	Items []LedgerLine `json:"items"`
	Next  string       `json:"next" doc:"Cursor of the next page, or empty"`
	Total int          `json:"total"`
}

// LineFilter narrows a ledger. Cursor is what LedgerLines.Next said.
type LineFilter struct {
	Quarter   calendar.Quarter
	Dimension Dimension // empty: all
	Cursor    string
	Limit     int
}

// before is the sequence number from which to read downwards.
func (f LineFilter) before() (int64, error) {
	if f.Cursor == "" {
		return 1<<63 - 1, nil
	}
	seq, err := strconv.ParseInt(f.Cursor, 10, 64)
	if err != nil || seq < 1 {
		return 0, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return seq, nil
}

// EntryDetail is one entry with whose it is and its place in the chain.
type EntryDetail struct {
	LedgerLine
	Person    uuid.UUID `json:"person_id"`
	Name      string    `json:"name"`
	Branch    string    `json:"branch" doc:"On the day of the fact"`
	Group     string    `json:"group"`
	Scheme    string    `json:"scheme"`
	Algorithm string    `json:"algorithm"`
	PrevHash  string    `json:"prev_hash"`
	Hash      string    `json:"hash"`
	Intact    bool      `json:"intact" doc:"The entry is what was sealed"`
}

// LedgerRow is a person in the overview of a quarter.
type LedgerRow struct {
	Person   uuid.UUID         `json:"person_id"`
	Name     string            `json:"name"`
	StaffNo  string            `json:"staff_no"`
	BranchID *uuid.UUID        `json:"branch_id,omitempty"`
	Branch   string            `json:"branch"`
	GroupID  *uuid.UUID        `json:"group_id,omitempty"`
	Group    string            `json:"group"`
	Net      map[Dimension]int `json:"net" doc:"By dimension, base included"`
	Sums
	Tier   string `json:"tier,omitempty" doc:"A hint for leaders (rule 16)"`
	Exempt string `json:"exempt,omitempty" doc:"Why the person has no ledger (rule 15)"`
	key    string
}

// LedgerRows is a stretch of the overview.
type LedgerRows struct {
	Quarter calendar.Quarter `json:"quarter"`
	Ranking bool             `json:"ranking" doc:"Whether the settings let this reader sort by points"`
	Items   []LedgerRow      `json:"items"`
	Next    string           `json:"next"`
	Total   int              `json:"total"`
}

// RowFilter narrows and orders the overview.
type RowFilter struct {
	Quarter       calendar.Quarter
	Branch, Group uuid.UUID
	Text          string // in name, pinyin, initials or staff number
	Vetoed        bool   // only with a veto
	Sort          string // one of RowSorts; empty: place
	Cursor        string
	Limit         int // 0: all, for an export
}

// RowSorts are the orders of the overview. Those by points make a ranking list,
// which is open only to whom the settings name (国办函〔2026〕12号).
func RowSorts() []string {
	return []string{"place", "name", "staff_no", "sum", "-sum", "gained", "-gained", "deducted", "-deducted"}
}

func ranks(sort string) bool { return slices.Index(RowSorts(), sort) > 2 }

// rankingFor says whether a reader of this scope may see a ranking.
func rankingFor(set org.UnitSettings, scope access.Scope) bool {
	switch set.RankingVisibility {
	case org.RankingLeaders:
		return scope.Whole()
	case org.RankingBranch:
		return scope.Whole() || len(scope.Branches()) > 0
	case org.RankingAll:
		return true
	}
	return false
}

// The cursor of the overview is the sort key of the last row.
func cursorOf(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

func keyOf(cursor string) (string, error) {
	key, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || !utf8.Valid(key) || strings.ContainsRune(string(key), 0) {
		return "", fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return string(key), nil
}

// add counts a dimension in.
func (s *Sums) add(d Dimension, t total) {
	s.Sum += t.Gained + t.Deducted
	s.Vetoes += t.Vetoes
	if d != Base {
		s.Gained += t.Gained
		s.Deducted += t.Deducted
	}
	s.Appraisal = s.Sum
	if s.Vetoes > 0 {
		s.Appraisal = 0
	}
}

// tier is the hint of rule 16, in words that judge nobody.
func (s Sums) tier() string {
	switch {
	case s.Appraisal >= 9000:
		return "90分以上"
	case s.Appraisal >= 7000:
		return "70–89分"
	case s.Appraisal >= 6000:
		return "60–69分"
	}
	return "60分以下"
}

// asOf is the day whose places a quarter's ledgers are read by (rule 1).
func asOf(q calendar.Quarter, today calendar.Date) calendar.Date {
	if today.Before(q.Last()) {
		return today
	}
	return q.Last()
}
