package taskforce

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// stage is where a taskforce stands: what every step on it looks at.
type stage struct {
	ID         uuid.UUID
	Kind       string
	KindName   string
	Head       string // what whoever heads it is called
	Appraised  bool   // its kind asks for appraisals
	Name       string
	Purpose    string
	State      State
	Branch     uuid.UUID
	BranchName string
	From       calendar.Date
	Last       calendar.Date // zero until concluded
	ApprovalNo string
	ApprovedOn calendar.Date
	Summary    string
	ArchivedAt *time.Time
	Version    int
}

// place is where it lies for a scope.
func (st stage) place(unit uuid.UUID) access.Place {
	return access.Place{Unit: unit, Branch: st.Branch, Project: st.ID}
}

// logging refuses outcomes and notes before it runs and once it is archived.
func (st stage) logging() error {
	switch st.State {
	case Active, Concluded:
		return nil
	case Archived:
		return fault.New(fault.RuleBroken, "已归档的不能再修改")
	}
	return fault.Newf(fault.RuleBroken, "“%s”%s，开始运行后才能登记成果和纪实", st.Name, st.State.Title())
}

// filing refuses files once it is archived or was rejected: its approval may come
// before it runs.
func (st stage) filing() error {
	switch st.State {
	case Archived:
		return fault.New(fault.RuleBroken, "已归档的不能再修改")
	case Rejected:
		return fault.New(fault.RuleBroken, "未批准成立的不再上传附件")
	}
	return nil
}

// seen refuses whoever acts on a version that is no longer the last.
func (st stage) seen(version int) error {
	if st.Version != version {
		return fault.New(fault.Conflict, "“"+st.Name+"”刚被别人改动，请刷新后再试")
	}
	return nil
}

// Conclusion ends a taskforce (rule 27).
type Conclusion struct {
	Last    calendar.Date // its last day
	Summary string
	Version int
}

func (c *Conclusion) check(began, today calendar.Date) error {
	c.Summary = strings.TrimSpace(c.Summary)
	var bad []fault.Detail
	if !worded(c.Summary, 3000) {
		bad = append(bad, fault.Detail{Field: "summary", Message: "请写明工作总结，不超过 3000 个字"})
	}
	switch {
	case !c.Last.Valid():
		bad = append(bad, fault.Detail{Field: "last", Message: "请填写结束日期"})
	case c.Last.Before(began):
		bad = append(bad, fault.Detail{Field: "last", Message: "结束日期不能早于成立日期 " + began.Chinese()})
	case c.Last.After(today):
		bad = append(bad, fault.Detail{Field: "last", Message: "结束日期不能晚于今天，请到期再办理结项"})
	}
	return fault.Fields(bad)
}

// Stepped answers a step of a taskforce's life.
type Stepped struct {
	State   State `json:"state" enum:"proposed,approved,active,concluded,archived,rejected"`
	Version int   `json:"version"`
}
