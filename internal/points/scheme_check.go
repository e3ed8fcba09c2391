package points

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// FactTerms are the words that records use: what a rule can be about.
type FactTerms struct {
	Categories []Term
	Kinds      []KindTerm
}

// Term is a code with the word that people use.
type Term struct{ Code, Name string }

// KindTerm is a kind of record and the category it is of.
type KindTerm struct {
	Term
	Category string
}

// category finds a category's word.
func (t FactTerms) category(code string) (string, bool) {
	for _, c := range t.Categories {
		if c.Code == code {
			return c.Name, true
		}
	}
	return code, false
}

// kind finds a kind.
func (t FactTerms) kind(code string) (KindTerm, bool) {
	for _, k := range t.Kinds {
		if k.Code == code {
			return k, true
		}
	}
	return KindTerm{Term: Term{code, code}}, false
}

// Bounds of a scheme: what is beyond them is a typing error.
const (
	mostRules  = 200
	mostPoints = 10000   // hundredths: a full quarter's
	mostCap    = 1000000 // hundredths
)

var ruleCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// triggerWords are the ways in which points come about, in the words of the office.
func triggerWords() []Term {
	return []Term{
		{TriggerQuarter, "季度开账"}, {TriggerAttendance, "到会"}, {TriggerLecturing, "主讲"}, {TriggerHosting, "主持"},
		{TriggerRecording, "记录"}, {TriggerAbsence, "无故缺席"}, {TriggerVolunteering, "志愿服务"}, {TriggerClaim, "本人申报"},
		{TriggerOffice, "机关党委办理"},
	}
}

// perWords are what points are counted by.
func perWords() []Term {
	return []Term{{PerEvent, "每次"}, {PerHour, "每小时"}, {PerAmount, "视情况"}}
}

func wordOf(terms []Term, code string) (string, bool) {
	for _, t := range terms {
		if t.Code == code {
			return t.Name, true
		}
	}
	return code, false
}

// complaints gathers what is wrong with a document, each at its field.
type complaints []fault.Detail

func (c *complaints) say(field, format string, args ...any) {
	*c = append(*c, fault.Detail{Field: field, Message: fmt.Sprintf(format, args...)})
}

// problems names everything that keeps the document from being a scheme, each at its
// field (rules[3].points).
func (t SchemeText) problems(terms FactTerms) []fault.Detail {
	var bad complaints
	if n := runes(t.Name); n == 0 || n > 60 {
		bad.say("name", "请填写办法名称，不超过 60 个字")
	}
	if runes(t.Note) > 2000 {
		bad.say("note", "修订说明不能超过 2000 个字")
	}
	for _, x := range []struct{ field, text string }{{"name", t.Name}, {"note", t.Note}} {
		if strings.ContainsRune(x.text, 0) {
			bad.say(x.field, "里面有无法保存的字符，请删去后再提交")
		}
	}
	if !t.EffectiveFrom.Valid() || t.EffectiveFrom.Before(calendar.NewDate(2000, time.January, 1)) || t.EffectiveFrom.Year > 2100 {
		bad.say("effective_from", "请填写施行日期")
	}
	if n := len(t.Rules); n > mostRules {
		bad.say("rules", "条款最多 %d 条，现在有 %d 条", mostRules, n)
		return bad
	}
	codes, bases := map[string]int{}, 0
	for i, r := range t.Rules {
		at := func(field string) string { return fmt.Sprintf("rules[%d].%s", i, field) }
		if first, twice := codes[r.Code]; twice {
			bad.say(at("code"), "代码“%s”与第 %d 条重复，每条的代码须不同", r.Code, first+1)
		} else {
			codes[r.Code] = i
		}
		if r.Trigger == TriggerQuarter {
			if bases++; bases > 1 {
				bad.say(at("trigger"), "季度基础分只能有一条")
			}
		}
		r.problems(&bad, at, terms)
	}
	if bases == 0 {
		bad.say("rules", "还缺一条季度基础分（入账方式为“季度开账”）")
	}
	seen := map[Dimension]bool{}
	for i, l := range t.Limits {
		at := func(field string) string { return fmt.Sprintf("limits[%d].%s", i, field) }
		switch {
		case l.Dimension == Base || !slices.Contains(Dimensions(), l.Dimension):
			bad.say(at("dimension"), "上限只能设在政治、业务、纪律、作风四个维度")
		case seen[l.Dimension]:
			bad.say(at("dimension"), "%s维度的上限重复了", l.Dimension.Title())
		}
		seen[l.Dimension] = true
		if l.MaxGain < 0 || l.MaxGain > mostCap {
			bad.say(at("max_gain"), "每季上限应在 0 到 %s 分之间；不设上限请留空", Format(mostCap))
		}
	}
	return bad
}

// byRecord says whether records of activities bring the points.
func (r RuleText) byRecord() bool {
	return slices.Contains([]string{TriggerAttendance, TriggerLecturing, TriggerHosting, TriggerRecording, TriggerAbsence, TriggerVolunteering}, r.Trigger)
}

// gains says whether the rule can ever add points.
func (r RuleText) gains() bool { return r.Points > 0 || r.Per == PerAmount && r.Points == 0 }

func (r RuleText) problems(bad *complaints, at func(string) string, terms FactTerms) {
	if !ruleCode.MatchString(r.Code) {
		bad.say(at("code"), "代码由小写英文字母、数字和下划线组成，以字母开头，不超过 40 个字符")
	}
	if n := runes(r.Title); n == 0 || n > 60 {
		bad.say(at("title"), "请填写事项，不超过 60 个字")
	}
	if runes(r.Clause) > 40 {
		bad.say(at("clause"), "依据条款不能超过 40 个字")
	}
	for _, x := range []struct{ field, text string }{{"title", r.Title}, {"clause", r.Clause}} {
		if strings.ContainsRune(x.text, 0) {
			bad.say(at(x.field), "里面有无法保存的字符，请删去后再提交")
		}
	}
	if _, ok := wordOf(triggerWords(), r.Trigger); !ok {
		bad.say(at("trigger"), "请选择入账方式")
		return // all else goes by it
	}
	switch {
	case !slices.Contains(Dimensions(), r.Dimension):
		bad.say(at("dimension"), "请选择维度")
	case (r.Dimension == Base) != (r.Trigger == TriggerQuarter):
		bad.say(at("dimension"), "季度开账的基础分属于基础分，其他条款属于政治、业务、纪律、作风之一")
	}
	r.checkPer(bad, at)
	r.checkPoints(bad, at)
	r.checkAbout(bad, at, terms)
	r.checkCaps(bad, at)
	if r.Beyond && (r.Trigger == TriggerQuarter || !r.gains()) {
		bad.say(at("beyond"), "基础分和扣分本来不受维度上限限制，不必勾选")
	}
	if r.NeedsEvidence && r.Trigger != TriggerClaim {
		bad.say(at("needs_evidence"), "只有本人申报的条款可以要求证明材料；其他条款以活动记录或办理记录为凭")
	}
	if r.Veto && r.Trigger != TriggerOffice {
		bad.say(at("veto"), "一票否决只能用于机关党委办理的条款，系统不自动作出否决")
	}
	if l := r.HonourLevel; l != nil && (r.Trigger != TriggerClaim || *l < 1 || *l > 9) {
		bad.say(at("honour_level"), "荣誉级别为 1 到 9，只用于本人申报的条款")
	}
}

func (r RuleText) checkPer(bad *complaints, at func(string) string) {
	switch r.Per {
	case PerEvent:
	case PerHour:
		if r.Trigger != TriggerVolunteering {
			bad.say(at("per"), "只有志愿服务可以按小时计分")
		}
	case PerAmount:
		if r.Trigger != TriggerOffice && r.Trigger != TriggerClaim {
			bad.say(at("per"), "只有机关党委办理和本人申报的条款可以视情况给分")
		}
	default:
		bad.say(at("per"), "请选择计分方式：每次、每小时或视情况")
	}
}

// checkPoints keeps gains and deductions where they belong: no meeting takes points
// from whoever came, and no absence gives any.
func (r RuleText) checkPoints(bad *complaints, at func(string) string) {
	field := at("points")
	if r.Points < -mostPoints || r.Points > mostPoints {
		bad.say(field, "分值应在 -%[1]s 到 %[1]s 分之间", Format(mostPoints))
		return
	}
	switch {
	case r.Veto && r.Points > 0:
		bad.say(field, "一票否决的条款不能加分，请填 0 或扣分")
	case r.Veto && r.Per == PerAmount:
		bad.say(at("per"), "一票否决的条款请按每次计分")
	case r.Trigger == TriggerAbsence && r.Points >= 0:
		bad.say(field, "缺席条款须为扣分，请填负数")
	case r.Trigger == TriggerOffice && r.Points == 0 && r.Per != PerAmount && !r.Veto:
		bad.say(field, "请填写分值；由机关党委视情况确定的，计分方式请选“视情况”")
	case r.Trigger != TriggerAbsence && r.Trigger != TriggerOffice && r.Points <= 0:
		bad.say(field, "请填写大于 0 的分值")
	}
}

// checkAbout looks at which records the rule is about.
func (r RuleText) checkAbout(bad *complaints, at func(string) string, terms FactTerms) {
	if !r.byRecord() {
		if len(r.Categories) > 0 {
			bad.say(at("categories"), "只有按活动记录入账的条款可以限定活动类别")
		}
		if len(r.Kinds) > 0 {
			bad.say(at("kinds"), "只有按活动记录入账的条款可以限定活动类型")
		}
		return
	}
	for i, c := range r.Categories {
		if name, known := terms.category(c); !known {
			bad.say(at("categories"), "没有“%s”这个活动类别，请从列表中选择", name)
		} else if slices.Contains(r.Categories[:i], c) {
			bad.say(at("categories"), "活动类别“%s”重复了", name)
		}
	}
	for i, c := range r.Kinds {
		k, known := terms.kind(c)
		switch {
		case !known:
			bad.say(at("kinds"), "没有“%s”这种活动类型，请从列表中选择", c)
		case slices.Contains(r.Kinds[:i], c):
			bad.say(at("kinds"), "活动类型“%s”重复了", k.Name)
		case len(r.Categories) > 0 && !slices.Contains(r.Categories, k.Category):
			bad.say(at("kinds"), "“%s”不属于所选的活动类别，这一条永远不会入账，请改正其中一处", k.Name)
		}
	}
}

func (r RuleText) checkCaps(bad *complaints, at func(string) string) {
	caps := []struct {
		field, name string
		most        *int
	}{{"cap_event", "每次", r.CapEvent}, {"cap_month", "每月", r.CapMonth}, {"cap_quarter", "每季", r.CapQuarter}, {"cap_year", "每年", r.CapYear}}
	for i, c := range caps {
		if c.most == nil {
			continue
		}
		switch {
		case r.Trigger == TriggerQuarter:
			bad.say(at(c.field), "基础分不设上限")
		case !r.gains():
			bad.say(at(c.field), "扣分的条款不设上限")
		case *c.most <= 0 || *c.most > mostCap:
			bad.say(at(c.field), "%s上限应大于 0，不超过 %s 分；不设上限请留空", c.name, Format(mostCap))
		case *c.most < r.Points && r.Per != PerAmount:
			each := "一次"
			if r.Per == PerHour {
				each = "一小时"
			}
			bad.say(at(c.field), "%s上限 %s 分低于%s的分值 %s 分，请改正其中一处", c.name, Format(*c.most), each, Format(r.Points))
		default:
			for _, shorter := range caps[:i] {
				if shorter.most != nil && *shorter.most > *c.most {
					bad.say(at(c.field), "%s上限 %s 分低于%s上限 %s 分，请改正其中一处", c.name, Format(*c.most), shorter.name, Format(*shorter.most))
					break
				}
			}
		}
	}
}
