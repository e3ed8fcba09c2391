package duty

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// List is the list of duties.
type List struct {
	Items   []Duty `json:"items" doc:"In force, or the next of a code that is not in force yet"`
	Next    []Duty `json:"next" doc:"Lines that take the place of those in force from a later day on"`
	History []Duty `json:"history" doc:"Lines that held before, the newest first"`
}

// Terms are what can be changed of a duty.
type Terms struct {
	Name         string        `json:"name" minLength:"1" maxLength:"20"`
	ActivityKind string        `json:"activity_kind,omitempty" maxLength:"40" doc:"Of activities; none for talks and daily study"`
	Period       string        `json:"period" enum:"day,week,month,quarter,year"`
	Times        int           `json:"times" minimum:"1" maximum:"31"`
	Committee    bool          `json:"committee"`
	Basis        string        `json:"basis" maxLength:"100"`
	Ord          int           `json:"ord" minimum:"0" maximum:"9999"`
	ValidFrom    calendar.Date `json:"valid_from" doc:"First day of a period, of the old and of the new one; not before the running one"`
}

// Change is a new line of a duty.
type Change struct {
	Seen uuid.UUID `json:"seen" doc:"The line that was looked at; if another one is the last by now, it is a conflict"`
	Terms
}

// New is a duty that the office adds.
type New struct {
	Owner string `json:"owner" enum:"unit,branch,group,deputy"`
	Terms
}

// Ending ends a duty.
type Ending struct {
	Seen uuid.UUID     `json:"seen"`
	Last calendar.Date `json:"last" doc:"Last day of a period; not before the day ahead of the running one"`
}

// ownerName and periodName are what people call them.
func ownerName(owner string) string {
	switch owner {
	case OwnerUnit:
		return "全院"
	case OwnerBranch:
		return "党支部"
	case OwnerGroup:
		return "党小组"
	case OwnerDeputy:
		return "分管院领导"
	case OwnerLeader:
		return "谈话领导"
	}
	return "党员个人"
}

func periodName(every string) string {
	switch every {
	case EveryDay:
		return "每天"
	case EveryWeek:
		return "每周"
	case EveryMonth:
		return "每月"
	case EveryQuarter:
		return "每季度"
	}
	return "每年"
}

// organiser is who has to hold the records that meet a duty of an owner.
func organiser(owner string) string {
	if owner == OwnerDeputy {
		return "department"
	}
	return owner
}

// check puts terms right, or refuses them. kind is what the office says of the kind of
// activity; nil where there is none of that code.
func (t *Terms) check(owner string, kind *kindRow) error {
	var bad []fault.Detail
	say := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	t.Name, t.Basis = strings.TrimSpace(t.Name), strings.TrimSpace(t.Basis)
	if n := utf8.RuneCountInString(t.Name); n == 0 || n > 20 {
		say("name", "请填写名称，不超过 20 个字")
	}
	if utf8.RuneCountInString(t.Basis) > 100 {
		say("basis", "依据不超过 100 个字")
	}
	if t.Times < 1 || t.Times > 31 {
		say("times", "次数应在 1 到 31 之间")
	}
	periods := []string{EveryWeek, EveryMonth, EveryQuarter, EveryYear}
	switch owner {
	case OwnerMember:
		periods = []string{EveryDay}
	case OwnerLeader:
		periods = []string{EveryYear} // a talk is of a year's plan
		if t.Times != 1 {
			say("times", "领导谈话与每人谈一次，次数由谈话计划决定，请填 1")
		}
	default:
		switch {
		case kind == nil:
			say("activity_kind", "请从列表中选择活动类型")
		case !kind.Active:
			say("activity_kind", "该活动类型已停用，请选择其他类型")
		case !slices.Contains(kind.Organisers, organiser(owner)) && (owner != OwnerBranch || !slices.Contains(kind.Organisers, "unit") && !slices.Contains(kind.Organisers, "project")):
			say("activity_kind", "这类活动不由"+ownerName(owner)+"组织，请选择其他类型，或先在活动类型中允许")
		}
	}
	if (owner == OwnerMember || owner == OwnerLeader) && t.ActivityKind != "" {
		say("activity_kind", "这项职责不由活动记录落实，请留空")
	}
	if !slices.Contains(periods, t.Period) {
		say("period", "周期只能选："+strings.Join(mapped(periods, periodName), "、"))
	} else if begin(t.Period, t.ValidFrom) != t.ValidFrom {
		say("valid_from", "起始日期须是周期的第一天，如 "+begin(t.Period, t.ValidFrom).Chinese()+"或 "+end(t.Period, t.ValidFrom).AddDays(1).Chinese())
	}
	if t.Committee && owner != OwnerBranch {
		say("committee", "只有党支部的职责可以限于设支委会的支部")
	}
	if !t.ValidFrom.Valid() {
		say("valid_from", "请填写起始日期")
	}
	return fault.Fields(bad)
}

func mapped(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// follows says whether a line that begins on a day may take the place of another: what
// is over stays judged as it was, and no period of the old line is cut in two, where
// the two kinds of periods can meet at all.
func follows(old Duty, t Terms, today calendar.Date) error {
	earliest := begin(old.Period, today)
	if b := begin(t.Period, today); b.After(earliest) {
		earliest = b
	}
	if t.ValidFrom.Before(earliest) {
		if first := begin(t.Period, earliest); first != earliest {
			earliest = end(t.Period, earliest).AddDays(1)
		}
		return fault.Field("valid_from", "已过去的周期不能改，最早可从 "+earliest.Chinese()+"起")
	}
	if old.Period != EveryWeek && t.Period != EveryWeek && begin(old.Period, t.ValidFrom) != t.ValidFrom {
		return fault.Field("valid_from", "原来按"+periodName(old.Period)+"计，新的规定须从它的周期第一天起，如 "+end(old.Period, t.ValidFrom).AddDays(1).Chinese())
	}
	return nil
}

// codeFor makes a code of a kind that no line has.
func codeFor(kind string, taken []string) string {
	kind = kind[:min(len(kind), 36)]
	code := kind
	for n := 2; slices.Contains(taken, code); n++ {
		code = kind + "_" + strconv.Itoa(n)
	}
	return code
}

// what says a line in one sentence, for the audit.
func (d Duty) what() string {
	return ownerName(d.Owner) + periodName(d.Period) + strconv.Itoa(d.Times) + "次"
}
