package points

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// SchemeText is a version as it is edited, whole: one document, saved at once, so
// that its rules fit one another at every moment.
type SchemeText struct {
	Name          string        `json:"name" maxLength:"60"`
	EffectiveFrom calendar.Date `json:"effective_from" doc:"The first day it is in force; has to lie after the day of publishing"`
	Note          string        `json:"note,omitempty" required:"false" maxLength:"2000" doc:"修订说明, which every member reads"`
	Rules         []RuleText    `json:"rules" maxItems:"200"`
	Limits        []Limit       `json:"limits" maxItems:"4" doc:"A dimension without one has no maximum"`
}

// RuleText is a rule as it is edited; its place in the list is its order.
type RuleText struct {
	Code          string    `json:"code,omitempty" required:"false" maxLength:"40" doc:"Stays across versions; made by the system where left out"`
	Title         string    `json:"title" maxLength:"60"`
	Clause        string    `json:"clause,omitempty" required:"false" maxLength:"40" doc:"依据条款"`
	Dimension     Dimension `json:"dimension" maxLength:"20"`
	Trigger       string    `json:"trigger" maxLength:"20"`
	Categories    []string  `json:"categories,omitempty" required:"false" maxItems:"20"`
	Kinds         []string  `json:"kinds,omitempty" required:"false" maxItems:"100"`
	Points        int       `json:"points" doc:"Hundredths"`
	Per           string    `json:"per,omitempty" required:"false" maxLength:"20" doc:"event where left out"`
	CapEvent      *int      `json:"cap_event,omitempty" required:"false"`
	CapMonth      *int      `json:"cap_month,omitempty" required:"false"`
	CapQuarter    *int      `json:"cap_quarter,omitempty" required:"false"`
	CapYear       *int      `json:"cap_year,omitempty" required:"false"`
	Beyond        bool      `json:"beyond,omitempty" required:"false"`
	NeedsEvidence bool      `json:"needs_evidence,omitempty" required:"false"`
	Veto          bool      `json:"veto,omitempty" required:"false"`
	HonourLevel   *int      `json:"honour_level,omitempty" required:"false"`
}

// Text is the version as a document to start a draft from.
func (s Scheme) Text() SchemeText {
	t := SchemeText{Name: s.Name, EffectiveFrom: s.EffectiveFrom, Note: s.Note, Limits: slices.Clone(s.Limits)}
	for _, r := range s.Rules {
		t.Rules = append(t.Rules, RuleText{
			Code: r.Code, Title: r.Title, Clause: r.Clause, Dimension: r.Dimension, Trigger: r.Trigger, Categories: r.Categories, Kinds: r.Kinds,
			Points: r.Points, Per: r.Per, CapEvent: r.CapEvent, CapMonth: r.CapMonth, CapQuarter: r.CapQuarter, CapYear: r.CapYear,
			Beyond: r.Beyond, NeedsEvidence: r.NeedsEvidence, Veto: r.Veto, HonourLevel: r.HonourLevel,
		})
	}
	return t
}

// rules are the document's as they are kept, each with an id of its own: a rule
// belongs to one version.
func (t SchemeText) rules() []Rule {
	out := make([]Rule, len(t.Rules))
	for i, r := range t.Rules {
		out[i] = Rule{
			ID: db.NewID(), Code: r.Code, Title: r.Title, Clause: r.Clause, Dimension: r.Dimension, Trigger: r.Trigger,
			Categories: r.Categories, Kinds: r.Kinds, Points: r.Points, Per: r.Per,
			CapEvent: r.CapEvent, CapMonth: r.CapMonth, CapQuarter: r.CapQuarter, CapYear: r.CapYear,
			Beyond: r.Beyond, NeedsEvidence: r.NeedsEvidence, Veto: r.Veto, HonourLevel: r.HonourLevel, Ord: (i + 1) * 10,
		}
	}
	return out
}

// put writes the document into a draft.
func (s *Scheme) put(t SchemeText) {
	s.Name, s.EffectiveFrom, s.Note, s.Rules, s.Limits = t.Name, t.EffectiveFrom, t.Note, t.rules(), t.Limits
}

// tidy brings what people typed into the form in which it is kept, and gives codes
// to rules without: that of the base's rule of the same name, so that caps and
// comparisons go on, else a number nobody has.
func (t *SchemeText) tidy(base Scheme) {
	t.Name, t.Note = strings.TrimSpace(t.Name), strings.TrimSpace(t.Note)
	taken := map[string]bool{}
	for i := range t.Rules {
		r := &t.Rules[i]
		r.Code, r.Title, r.Clause = strings.TrimSpace(r.Code), strings.TrimSpace(r.Title), strings.TrimSpace(r.Clause)
		if r.Per == "" {
			r.Per = PerEvent
		}
		taken[r.Code] = true
	}
	known := map[string]string{} // by title and trigger
	for _, r := range base.Rules {
		known[r.Title+"\x00"+r.Trigger] = r.Code
	}
	held := map[string]bool{}
	for _, r := range base.Rules {
		held[r.Code] = true
	}
	for i := range t.Rules {
		r := &t.Rules[i]
		if r.Code != "" {
			continue
		}
		if code := known[r.Title+"\x00"+r.Trigger]; code != "" && !taken[code] {
			r.Code, taken[code] = code, true
			continue
		}
		for n := 1; r.Code == ""; n++ {
			if code := "rule_" + strconv.Itoa(n); !taken[code] && !held[code] {
				r.Code, taken[code] = code, true
			}
		}
	}
}

// warnings are what a draft's readers should think about; none keeps it from being
// published.
func (s Scheme) warnings(today calendar.Date) []string {
	var out []string
	if !s.EffectiveFrom.After(today) {
		out = append(out, "施行日期已到或已过，发布前须改为今天以后的日期")
	} else if q := calendar.QuarterOf(s.EffectiveFrom); s.EffectiveFrom != q.First() {
		out = append(out, "施行日期不是季度的第一天："+q.Chinese()+"内，此前的事项按原办法、此后的按新办法计分，基础分按季初的办法")
	}
	if s.Note == "" {
		out = append(out, "还没有写修订说明，党员将看不到为什么修订")
	}
	gains := map[Dimension]bool{}
	for i, r := range s.Rules {
		if r.Points > 0 && !r.Beyond {
			gains[r.Dimension] = true
		}
		for _, o := range s.Rules[:i] {
			if r.HonourLevel == nil || o.HonourLevel == nil || r.Dimension != o.Dimension {
				continue
			}
			if (*r.HonourLevel-*o.HonourLevel)*(r.Points-o.Points) < 0 {
				out = append(out, "“"+r.Title+"”与“"+o.Title+"”：荣誉级别较高的一项分值反而较低")
			}
		}
	}
	for _, l := range s.Limits {
		if l.MaxGain == 0 && gains[l.Dimension] {
			out = append(out, l.Dimension.Title()+"维度每季上限为 0，其中的加分条款都不会得分")
		}
	}
	return out
}

// runes counts characters as people do.
func runes(s string) int { return utf8.RuneCountInString(s) }

// inForce is the published version in force on a day, as they are listed; nil
// before the first.
func inForce(schemes []Scheme, day calendar.Date, except uuid.UUID) *Scheme {
	var in *Scheme
	for i := range schemes {
		s := &schemes[i]
		if (except == uuid.Nil || s.ID != except) && s.State == SchemePublished && !s.EffectiveFrom.After(day) && (in == nil || s.EffectiveFrom.After(in.EffectiveFrom)) {
			in = s
		}
	}
	return in
}

// nextQuarter is the day on which a new version best begins.
func nextQuarter(today calendar.Date) calendar.Date { return calendar.QuarterOf(today).Next().First() }
