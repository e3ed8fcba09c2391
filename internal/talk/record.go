package talk

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// maxText bounds a record, in characters.
const maxText = 20000

// Record is what was said (rule 23), as one of the two reads it, or the leader whom
// both named. Nobody else is told so much as that there is one.
type Record struct {
	TalkID    uuid.UUID  `json:"talk_id"`
	Versions  []Version  `json:"versions" doc:"The newest, which holds, first"`
	Consents  []Consent  `json:"consents"`
	Openings  []Opening  `json:"openings" doc:"By anybody but the two, the latest first"`
	FollowUps []FollowUp `json:"followups" doc:"To the two alone"`
	Party     bool       `json:"party" doc:"You are one of the two; otherwise you read by their consent, and they are told"`
	MayWrite  bool       `json:"may_write" doc:"The talk is held, or its day has come"`
}

// Version is one version of a record.
type Version struct {
	Version       int        `json:"version"`
	WrittenBy     uuid.UUID  `json:"written_by"`
	WrittenByName string     `json:"written_by_name"`
	WrittenAt     time.Time  `json:"written_at"`
	Text          string     `json:"text"`
	AgreedAt      *time.Time `json:"agreed_at,omitempty" doc:"When the other of the two said that it was so"`
}

// Opening is one reading by somebody whom the two had named.
type Opening struct {
	OpenedByName string    `json:"opened_by_name"`
	OpenedAt     time.Time `json:"opened_at"`
}

// Reading is a talk whose record somebody may read for a time, because both named
// them.
type Reading struct {
	TalkID      uuid.UUID      `json:"talk_id"`
	TalkerName  string         `json:"talker_name"`
	PartnerName string         `json:"partner_name"`
	TypeName    string         `json:"type_name"`
	Day         *calendar.Date `json:"day,omitempty" doc:"Held on, or else planned for"`
	Until       calendar.Date  `json:"until" doc:"Last day"`
	Openings    int            `json:"openings" doc:"How often you have opened it"`
}

// named is how the scope of talk_text.read reaches talks: the two, and whom both
// named while the time runs.
func named() access.Columns {
	c := parties()
	c.Named = []string{"talk_is_named(t.unit_id, t.id, @person)"}
	return c
}

// begun says whether there can be something to write down: the talk is held, or its
// day has come.
func (t talkRow) begun(today calendar.Date) bool {
	switch t.State {
	case Reported, Confirmed:
		return true
	case Planned:
		return t.PlannedOn != nil && !t.PlannedOn.After(today)
	}
	return false
}

func (t talkRow) mustHaveBegun(today calendar.Date) error {
	if t.begun(today) {
		return nil
	}
	if t.State == Cancelled {
		return fault.New(fault.RuleBroken, "这次谈话已取消，不能再写记录")
	}
	return fault.New(fault.RuleBroken, "谈话还没有到日子，谈过以后再写；已经谈过的，请先登记谈话日期")
}

// checkText never repeats what it was given, not even a part of it.
func checkText(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.Field("text", "请写下谈话的内容")
	case n > maxText:
		return "", fault.Field("text", "记录太长，请精简到 20000 字以内")
	case strings.ContainsRune(text, 0):
		return "", fault.Field("text", "记录里有无法保存的字符，请删去后再提交")
	}
	return text, nil
}

func writtenMeanwhile() error {
	return fault.New(fault.Conflict, "对方刚刚保存了新的记录，请刷新后再写；您写的内容还在页面上")
}
