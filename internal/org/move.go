package org

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// BranchMove takes a person to a branch and group from a day on (rule 1). A zero
// branch ends the membership: the person is no member of any branch from then on.
type BranchMove struct {
	Branch uuid.UUID     `json:"branch_id,omitzero"`
	Group  uuid.UUID     `json:"group_id,omitzero"`
	From   calendar.Date `json:"from"`
}

// DepartmentMove takes a person to a department from a day on; zero is none.
type DepartmentMove struct {
	Department uuid.UUID     `json:"department_id,omitzero"`
	From       calendar.Date `json:"from"`
}

// NewPosition appoints a person. A Party post is in the person's own branch; the
// branch may be left out.
type NewPosition struct {
	Kind   string        `json:"kind" enum:"administrative,secretary,deputy_secretary,committee_member,group_leader"`
	Title  string        `json:"title,omitempty" maxLength:"50" doc:"As printed; a Party post has its usual title where left out"`
	Branch uuid.UUID     `json:"branch_id,omitzero"`
	Group  uuid.UUID     `json:"group_id,omitzero"`
	From   calendar.Date `json:"from"`
}

// NewExemption takes a person's ledger away for a time (rule 15).
type NewExemption struct {
	Reason string        `json:"reason" minLength:"1" maxLength:"100"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to,omitzero" doc:"The last day; none while it lasts"`
}

// horizon is how many days ahead something dated may begin.
const horizon = 366

func checkFrom(from, today calendar.Date) error {
	switch {
	case from.IsZero() || !from.Valid():
		return fault.Field("from", "请填写起始日期")
	case from.After(today.AddDays(horizon)):
		return fault.Field("from", "起始日期不能晚于一年以后")
	}
	return nil
}
