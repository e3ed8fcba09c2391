// Package claim is how a member gains what no record of an activity tells (rule 13):
// claimed with evidence, verified by somebody whom it does not concern, put on
// public notice, and posted when the notice has passed.
package claim

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
	"xianfeng/internal/sheet"
)

// State is where a claim stands on its way.
type State string

// The states. A draft is the claimant's alone; from Submitted on others see it.
const (
	Draft      State = "draft"
	Submitted  State = "submitted"
	Returned   State = "returned"
	Verified   State = "verified"
	Noticed    State = "noticed"
	Posted     State = "posted"
	Rejected   State = "rejected"
	Withdrawn  State = "withdrawn"
	Superseded State = "superseded" // by the same honour at a higher level
	Reversed   State = "reversed"   // by the Party office, by hand
)

// States lists them in the order of the way.
func States() []State {
	return []State{Draft, Submitted, Returned, Verified, Noticed, Posted, Rejected, Withdrawn, Superseded, Reversed}
}

// Title is the state in Chinese.
func (s State) Title() string {
	switch s {
	case Draft:
		return "草稿"
	case Submitted:
		return "待核实"
	case Returned:
		return "已退回"
	case Verified:
		return "已核实待公示"
	case Noticed:
		return "公示中"
	case Posted:
		return "已入账"
	case Rejected:
		return "未通过"
	case Withdrawn:
		return "已撤回"
	case Superseded:
		return "已由更高级别取代"
	case Reversed:
		return "已冲正"
	}
	return string(s)
}

// open says whether the claimant still has it in hand.
func (s State) open() bool { return s == Draft || s == Returned }

// underway says whether it may still come to be posted without being submitted again.
func (s State) underway() bool { return s == Submitted || s == Verified || s == Noticed }

// Step is what happened to a claim.
type Step string

// The steps of the time line.
const (
	StepSubmit    Step = "submit"
	StepRecall    Step = "recall"
	StepReturn    Step = "return"
	StepVerify    Step = "verify"
	StepNotice    Step = "notice"
	StepCancel    Step = "cancel" // the notice was; the claim is as verified as before
	StepPost      Step = "post"
	StepReject    Step = "reject"
	StepWithdraw  Step = "withdraw"
	StepSupersede Step = "supersede"
	StepReverse   Step = "reverse"
)

// Claim is one claim as it is stored.
type Claim struct {
	ID          uuid.UUID
	Number      int64     // 申报编号
	Person      uuid.UUID // the beneficiary
	ClaimedBy   uuid.UUID
	Branch      uuid.UUID // when it was submitted last; zero for no Party member
	Group       uuid.UUID
	RuleCode    string
	RuleTitle   string
	RuleClause  string
	Dimension   points.Dimension
	EvidenceDue bool // the rule asks for evidence
	Level       *int // of an honour; nil: the rule is about none
	Honour      string
	HonourKey   string
	FactOn      calendar.Date
	Amount      int // hundredths; 0 where the rule says how many
	Requested   int // hundredths, before caps
	Matter      string
	Statement   string
	Source      Source // what another capability attests; zero: nothing
	State       State
	Version     int
	CreatedAt   time.Time
	SubmittedAt *time.Time
	VerifiedBy  uuid.UUID
	VerifiedAt  *time.Time
	Notice      uuid.UUID
	SettledAt   *time.Time
	Reason      string

	PersonName string // joined, not stored
}

// name is how sentences call a claim.
func (c Claim) name() string {
	return fmt.Sprintf("%s的申报“%s”（编号 %d）", c.PersonName, c.Matter, c.Number)
}

// mine says whether the claim is the person's to change: the beneficiary's, or
// whose who claimed it.
func (c Claim) mine(person uuid.UUID) bool { return c.Person == person || c.ClaimedBy == person }

// Input is what the form says.
type Input struct {
	Person    uuid.UUID // the beneficiary
	RuleCode  string
	Honour    string // its name, where the rule has a level
	FactOn    calendar.Date
	Amount    int // hundredths, where the rule leaves it to the claimant
	Matter    string
	Statement string
	Source    Source // what it rests on besides its evidence; zero: nothing
}

const (
	maxMatter    = 100
	maxStatement = 2000
	maxHonour    = 100
	maxReason    = 200
)

// check puts an input right, or says what to write. Rule and amount are looked at
// against the scheme of the day elsewhere.
func (in *Input) check(today calendar.Date) error {
	in.Matter, in.Honour = sheet.Clean(in.Matter), sheet.Clean(in.Honour)
	in.Statement = strings.TrimSpace(in.Statement)
	var bad []fault.Detail
	complain := func(wrong bool, field, message string) {
		if wrong {
			bad = append(bad, fault.Detail{Field: field, Message: message})
		}
	}
	n := utf8.RuneCountInString(in.Matter)
	complain(n == 0 || n > maxMatter, "matter", fmt.Sprintf("请写明申报的事项，不超过 %d 个字", maxMatter))
	complain(utf8.RuneCountInString(in.Statement) > maxStatement, "statement", fmt.Sprintf("情况说明不能超过 %d 个字", maxStatement))
	complain(utf8.RuneCountInString(in.Honour) > maxHonour, "honour", fmt.Sprintf("荣誉名称不能超过 %d 个字", maxHonour))
	complain(in.RuleCode == "", "rule_code", "请选择依据的条款")
	complain(!in.FactOn.Valid(), "fact_on", "请填写事项发生的日期")
	complain((in.Source.Kind == "") != (in.Source.ID == uuid.Nil) || in.Source.Kind != "" && in.Source.Kind != SourceAppraisal, "source_kind", "申报依据不对，请从鉴定页面重新申报")
	complain(in.FactOn.After(today), "fact_on", "事项发生的日期不能晚于今天")
	return fault.Fields(bad)
}

// apply gives a claim the content of the form under the rule it names.
func (in Input) apply(c *Claim, r points.Rule, requested int) error {
	c.RuleCode, c.RuleTitle, c.RuleClause, c.Dimension = r.Code, r.Title, r.Clause, r.Dimension
	c.EvidenceDue, c.Level = r.NeedsEvidence, r.HonourLevel
	c.FactOn, c.Requested, c.Matter, c.Statement, c.Source = in.FactOn, requested, in.Matter, in.Statement, in.Source
	c.Amount, c.Honour, c.HonourKey = 0, "", ""
	if r.Per == points.PerAmount {
		c.Amount = requested
	}
	if r.HonourLevel == nil {
		return nil
	}
	c.Honour, c.HonourKey = in.Honour, honourKey(in.Honour)
	if c.HonourKey == "" {
		return fault.Field("honour", "请写明荣誉的全称，如“2026年度全市优秀共产党员”")
	}
	return nil
}

// honourKey is the name by which one honour is known again however it is written:
// letters, characters and digits alone, half-width and lower case.
func honourKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, sheet.Key(name))
}

// rival is another claim of the same person for the same honour.
type rival struct {
	ID     uuid.UUID
	Number int64
	Person uuid.UUID
	Key    string
	Level  int
	Title  string // of its rule
	State  State
}

// honourWord says what the other claims for an honour mean for a claim at a level:
// refusal is why it may not go on, advice what will become of the others. Of one
// honour the highest level counts, once.
func honourWord(level int, rivals []rival) (refusal, advice string) {
	for _, r := range rivals {
		taken := r.State == Posted || r.State == Returned || r.State.underway()
		switch {
		case r.Level == level && taken:
			return fmt.Sprintf("这项荣誉已按“%s”申报过（编号 %d，%s），同一荣誉不能重复申报", r.Title, r.Number, r.State.Title()), ""
		case r.Level > level && r.State == Posted:
			return fmt.Sprintf("这项荣誉已按更高级别“%s”入账（编号 %d），同一荣誉只计最高一级", r.Title, r.Number), ""
		case r.Level > level && taken:
			advice = fmt.Sprintf("这项荣誉另按更高级别“%s”申报（编号 %d，%s）；那一项入账后，本项不再计分", r.Title, r.Number, r.State.Title())
		case r.Level < level && r.State == Posted && advice == "":
			advice = fmt.Sprintf("这项荣誉此前按“%s”入账（编号 %d）；本项入账时，那一项的分值会冲正，只计最高一级", r.Title, r.Number)
		}
	}
	return "", advice
}

// checkReason puts a reason right; what names the step it is asked for.
func checkReason(reason, what string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return "", fault.Field("reason", fmt.Sprintf("请写明%s的原因，不超过 %d 个字", what, maxReason))
	}
	return reason, nil
}

// changed is the refusal of whoever acts on a version that is no longer the last.
func changed() error {
	return fault.New(fault.Conflict, "这项申报刚有变化，请刷新后在最新内容上办理")
}

// verifiable says why a claim that somebody wants to verify does not stand; empty
// when it does. Recusal is asked of the policy.
func (c Claim) verifiable(version int, rivals []rival) string {
	switch {
	case c.State == Draft || c.State == Returned:
		return "还没有提交，或已由申报人收回"
	case c.State == Verified || c.State == Noticed || c.State == Posted:
		return "已由他人核实"
	case c.State != Submitted:
		return "已办结（" + c.State.Title() + "）"
	case c.Version != version:
		return "申报人修改过，请刷新后重新查看"
	}
	if c.Level != nil {
		refusal, _ := honourWord(*c.Level, rivals)
		return refusal
	}
	return ""
}
