package points

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// SchemeHead names a version.
type SchemeHead struct {
	ID            uuid.UUID     `json:"id"`
	Version       int           `json:"version"`
	Name          string        `json:"name"`
	State         string        `json:"state" enum:"draft,published"`
	EffectiveFrom calendar.Date `json:"effective_from"`
	RowVersion    int           `json:"row_version"`
}

func (s Scheme) head() SchemeHead {
	return SchemeHead{s.ID, s.Version, s.Name, s.State, s.EffectiveFrom, s.RowVersion}
}

// What became of a rule between two versions.
const (
	RuleAdded   = "added"
	RuleRemoved = "removed"
	RuleChanged = "changed"
)

// FieldChange is a field with its value before and after, in words.
type FieldChange struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// RuleChange is a rule that is not the same in two versions, and for whom it matters.
type RuleChange struct {
	Code      string        `json:"code"`
	Title     string        `json:"title"`
	Dimension Dimension     `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Change    string        `json:"change" enum:"added,removed,changed"`
	Fields    []FieldChange `json:"fields"`
	People    int           `json:"people" doc:"Who had entries under the rule in the quarter"`
	Entries   int           `json:"entries"`
}

// LimitChange is a dimension whose maximum is not the same.
type LimitChange struct {
	Dimension Dimension `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Title     string    `json:"title"`
	Before    string    `json:"before"`
	After     string    `json:"after"`
	People    int       `json:"people" doc:"Who gained in the dimension in the quarter"`
}

// Comparison is what one version changes of another, and for whom.
type Comparison struct {
	Scheme       SchemeHead       `json:"scheme"`
	With         *SchemeHead      `json:"with,omitempty" doc:"None: there is no version before"`
	Head         []FieldChange    `json:"head" doc:"Of name and first day"`
	Rules        []RuleChange     `json:"rules"`
	Limits       []LimitChange    `json:"limits"`
	Unchanged    int              `json:"unchanged" doc:"Rules that stay as they are"`
	People       int              `json:"people" doc:"Who had entries in the quarter under anything that changes"`
	Quarter      calendar.Quarter `json:"quarter"`
	QuarterTitle string           `json:"quarter_title"`
}

// compare tells the differences of now against before, in words; who is concerned is
// filled in by the service.
func compare(before *Scheme, now Scheme, terms FactTerms) Comparison {
	c := Comparison{Scheme: now.head(), Head: []FieldChange{}}
	var old Scheme
	if before != nil {
		old = *before
		head := before.head()
		c.With = &head
		for _, f := range []FieldChange{
			{"name", "名称", old.Name, now.Name},
			{"effective_from", "施行日期", old.EffectiveFrom.Chinese(), now.EffectiveFrom.Chinese()},
		} {
			if f.Before != f.After {
				c.Head = append(c.Head, f)
			}
		}
	}
	c.Rules, c.Limits = ruleChanges(old, now, terms), limitChanges(old, now)
	c.Unchanged = len(now.Rules)
	for _, r := range c.Rules {
		if r.Change != RuleRemoved {
			c.Unchanged--
		}
	}
	return c
}

// ruleChanges compares rules by their codes: those of now in their order, then what
// was removed.
func ruleChanges(before, now Scheme, terms FactTerms) []RuleChange {
	old := make(map[string]Rule, len(before.Rules))
	for _, r := range before.Rules {
		old[r.Code] = r
	}
	out := []RuleChange{}
	for _, r := range now.Rules {
		o, was := old[r.Code]
		delete(old, r.Code)
		c := RuleChange{Code: r.Code, Title: r.Title, Dimension: r.Dimension, Change: RuleAdded}
		if was {
			c.Change = RuleChanged
			c.Fields = changedWords(o.words(terms), r.words(terms))
			if len(c.Fields) == 0 {
				continue
			}
		} else {
			c.Fields = changedWords(Rule{}.blank(terms), r.words(terms))
		}
		out = append(out, c)
	}
	for _, r := range before.Rules {
		if _, gone := old[r.Code]; gone {
			out = append(out, RuleChange{Code: r.Code, Title: r.Title, Dimension: r.Dimension, Change: RuleRemoved,
				Fields: changedWords(r.words(terms), r.blank(terms))})
		}
	}
	return out
}

func limitChanges(before, now Scheme) []LimitChange {
	out := []LimitChange{}
	for _, d := range Dimensions() {
		if b, n := limitWords(before, d), limitWords(now, d); b != n {
			out = append(out, LimitChange{Dimension: d, Title: d.Title(), Before: b, After: n})
		}
	}
	return out
}

func limitWords(s Scheme, d Dimension) string {
	if most, limited := s.limit(d); limited {
		return "每季至多 " + Format(most) + " 分"
	}
	return "不设上限"
}

// words are a rule's fields as people read them.
func (r Rule) words(terms FactTerms) []FieldChange {
	trigger, _ := wordOf(triggerWords(), r.Trigger)
	per, _ := wordOf(perWords(), r.Per)
	points := Format(r.Points) + " 分"
	switch {
	case r.Per == PerAmount && r.Points == 0:
		points = "由机关党委视情况确定"
	case r.Per == PerAmount:
		points = "至多 " + points
	}
	about := func(codes []string, name func(string) string) string {
		if len(codes) == 0 {
			return "不限"
		}
		out := make([]string, len(codes))
		for i, c := range codes {
			out[i] = name(c)
		}
		slices.Sort(out) // another order says the same
		return strings.Join(out, "、")
	}
	honour := "否"
	if r.HonourLevel != nil {
		honour = fmt.Sprintf("第 %d 级", *r.HonourLevel)
	}
	return []FieldChange{
		{Field: "title", Label: "事项", After: r.Title},
		{Field: "clause", Label: "依据条款", After: r.Clause},
		{Field: "dimension", Label: "维度", After: r.Dimension.Title()},
		{Field: "trigger", Label: "入账方式", After: trigger},
		{Field: "categories", Label: "活动类别", After: about(r.Categories, func(c string) string { name, _ := terms.category(c); return name })},
		{Field: "kinds", Label: "活动类型", After: about(r.Kinds, func(c string) string { k, _ := terms.kind(c); return k.Name })},
		{Field: "points", Label: "分值", After: points},
		{Field: "per", Label: "计分方式", After: per},
		{Field: "cap_event", Label: "每次上限", After: capWords(r.CapEvent)},
		{Field: "cap_month", Label: "每月上限", After: capWords(r.CapMonth)},
		{Field: "cap_quarter", Label: "每季上限", After: capWords(r.CapQuarter)},
		{Field: "cap_year", Label: "每年上限", After: capWords(r.CapYear)},
		{Field: "beyond", Label: "不受维度上限限制", After: yesNo(r.Beyond)},
		{Field: "needs_evidence", Label: "须附证明材料", After: yesNo(r.NeedsEvidence)},
		{Field: "veto", Label: "一票否决", After: yesNo(r.Veto)},
		{Field: "honour_level", Label: "荣誉级别", After: honour},
	}
}

// blank are the words of a rule that is not there: beside it a rule's plain fields,
// which say nothing, are left out.
func (Rule) blank(terms FactTerms) []FieldChange {
	out := Rule{Per: "none", Dimension: "none", Trigger: "none"}.words(terms)
	for i := range out {
		switch out[i].Field {
		case "title", "clause", "dimension", "trigger", "points", "per":
			out[i].After = ""
		}
	}
	return out
}

func changedWords(before, now []FieldChange) []FieldChange {
	var out []FieldChange
	for i, n := range now {
		if b := before[i].After; b != n.After {
			n.Before = b
			out = append(out, n)
		}
	}
	for i := range out {
		for _, side := range []*string{&out[i].Before, &out[i].After} {
			if *side == "" {
				*side = "—"
			}
		}
	}
	return out
}

func capWords(most *int) string {
	if most == nil {
		return "不设"
	}
	return Format(*most) + " 分"
}

func yesNo(yes bool) string {
	if yes {
		return "是"
	}
	return "否"
}
