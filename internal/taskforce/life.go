package taskforce

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// Proposal is what somebody wants to set up.
type Proposal struct {
	Kind      string        `json:"kind" minLength:"1" maxLength:"40"`
	Name      string        `json:"name" minLength:"1" maxLength:"60"`
	Purpose   string        `json:"purpose" minLength:"1" maxLength:"1000" doc:"What it is for"`
	Branch    uuid.UUID     `json:"branch_id,omitzero" required:"false" doc:"That proposes it; none: the office"`
	From      calendar.Date `json:"from" doc:"Its first day"`
	PlannedTo calendar.Date `json:"planned_to,omitzero" required:"false" doc:"When it should be done"`
	Groups    []uuid.UUID   `json:"groups,omitempty" required:"false" maxItems:"30" doc:"Of a kind made up of Party groups"`
}

const (
	maxName    = 60
	maxPurpose = 1000
)

// check puts a proposal right, or says what to write.
func (p *Proposal) check() error {
	var bad []fault.Detail
	p.Name = sheet.Clean(p.Name)
	p.Purpose = strings.TrimSpace(p.Purpose)
	if p.Kind == "" {
		bad = append(bad, fault.Detail{Field: "kind", Message: "请选择类型"})
	}
	bad = append(bad, wording(p.Name, p.Purpose)...)
	if !p.From.Valid() {
		bad = append(bad, fault.Detail{Field: "from", Message: "请填写成立日期"})
	}
	bad = append(bad, planned(p.From, p.PlannedTo)...)
	return fault.Fields(bad)
}

func wording(name, purpose string) (bad []fault.Detail) {
	if !worded(name, maxName) {
		bad = append(bad, fault.Detail{Field: "name", Message: "请填写名称，不超过 60 个字"})
	}
	if !worded(purpose, maxPurpose) {
		bad = append(bad, fault.Detail{Field: "purpose", Message: "请写明任务，不超过 1000 个字"})
	}
	return bad
}

func planned(from, to calendar.Date) []fault.Detail {
	if !to.IsZero() && (!to.Valid() || to.Before(from)) {
		return []fault.Detail{{Field: "planned_to", Message: "计划结束日期不能早于成立日期"}}
	}
	return nil
}

// fits refuses groups where the kind has none, and too few where it is made up of them.
func (p *Proposal) fits(k Kind) error {
	slices.SortFunc(p.Groups, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	p.Groups = slices.Compact(p.Groups)
	switch {
	case k.Groups && len(p.Groups) < 2:
		return fault.Field("groups", "“"+k.Name+"”由党小组组成，请至少选择两个党小组")
	case !k.Groups && len(p.Groups) > 0:
		return fault.Field("groups", "“"+k.Name+"”不由党小组组成，请去掉所选的党小组")
	}
	return nil
}

// Rewording is what may be put right later.
type Rewording struct {
	Name      string        `json:"name" minLength:"1" maxLength:"60"`
	Purpose   string        `json:"purpose" minLength:"1" maxLength:"1000"`
	PlannedTo calendar.Date `json:"planned_to,omitzero" required:"false"`
	Version   int           `json:"version"`
}

func (r *Rewording) check(from calendar.Date) error {
	r.Name, r.Purpose = sheet.Clean(r.Name), strings.TrimSpace(r.Purpose)
	return fault.Fields(append(wording(r.Name, r.Purpose), planned(from, r.PlannedTo)...))
}

// Approval is how it was approved.
type Approval struct {
	No      string        `json:"approval_no,omitempty" required:"false" maxLength:"60" doc:"Number of the document: 滨检机党〔2026〕3号"`
	On      calendar.Date `json:"approved_on,omitzero" required:"false" doc:"Day of the document"`
	Version int           `json:"version"`
}

// check asks of an approval what the kind wants.
func (a *Approval) check(k Kind, today calendar.Date) error {
	a.No = sheet.Clean(a.No)
	var bad []fault.Detail
	want := k.Approval || a.No != "" || !a.On.IsZero()
	if want && !worded(a.No, 60) {
		bad = append(bad, fault.Detail{Field: "approval_no", Message: "请填写批准文号，不超过 60 个字"})
	}
	switch {
	case !want:
	case !a.On.Valid():
		bad = append(bad, fault.Detail{Field: "approved_on", Message: "请填写批准日期"})
	case a.On.After(today):
		bad = append(bad, fault.Detail{Field: "approved_on", Message: "批准日期不能晚于今天"})
	}
	return fault.Fields(bad)
}

// leaderless finds the first day from which on a temporary Party branch of three or more
// full members has no secretary (rule 27); zero where there is none. Days that are over
// are not judged again.
func leaderless(staff []org.Secondment, from calendar.Date) calendar.Date {
	days := []calendar.Date{from}
	for _, s := range staff {
		if s.From.After(from) {
			days = append(days, s.From)
		}
		if !s.To.IsZero() && !s.To.Before(from) {
			days = append(days, s.To.AddDays(1))
		}
	}
	slices.SortFunc(days, calendar.Date.Compare)
	for _, day := range days {
		full, headed := 0, false
		for _, s := range staff {
			if !s.On(day) {
				continue
			}
			headed = headed || s.Office == org.OfficeSecretary
			if s.Voter {
				full++
			}
		}
		if full >= 3 && !headed {
			return day
		}
	}
	return calendar.Date{}
}
