package talk

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Why a talk changes its day, and why one is cancelled: lists, so that no reason can
// tell what is talked about.
func moveReasons() []string {
	return []string{"business", "meeting", "leave", "case", "partner", "not_held", "replan", "other"}
}

// cancelReasons are those that a person gives. The year's plan respects them: the talk
// does not come back.
func cancelReasons() []string { return []string{"left", "merged", "not_needed"} }

// droppedByPlan is the reason of talks that the planner took off. It may want them again.
const droppedByPlan = "dropped"

// notHeld is the move of a talk that was reported and, as one of the two says, was not
// held.
const notHeld = "not_held"

// MoveInput is the new day of a talk.
type MoveInput struct {
	PlannedOn calendar.Date `json:"planned_on"`
	PlannedAt string        `json:"planned_at,omitempty" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9])?$" doc:"15:04; empty: somewhen that day"`
	Reason    string        `json:"reason" enum:"business,meeting,leave,case,partner,not_held,replan,other"`
	Version   int           `json:"version"`
}

// makeUp is how far after its last day an occasion's talk may still be put.
const makeUp = 60

// yearly says whether a talk is of the year's plan, and so has its year alone.
func yearly(kind string) bool {
	return slices.Contains([]string{TypeLeader, TypeCommittee, TypeCommitteeMember, TypeMember}, kind)
}

// checkMove says whether a talk may go to a day, whoever is free. The last day of a
// talk of the year's plan is not passed by hand; once it is over, what was missed may
// be made up. An occasion's talk may be late, and is shown so.
func (in MoveInput) check(t talkRow, today calendar.Date, days calendar.Workdays) error {
	if in.PlannedAt != "" {
		if _, err := time.Parse(hourForm, in.PlannedAt); err != nil {
			return fault.Field("planned_at", "时间应写作 09:30 的样式")
		}
	}
	day := in.PlannedOn
	switch {
	case !slices.Contains(moveReasons(), in.Reason):
		return fault.Field("reason", "请选择改期的原因")
	case !day.Valid():
		return fault.Field("planned_on", "请选择日期")
	case day.Before(today):
		return fault.Field("planned_on", "不能改到已经过去的日子，请选择今天或以后的工作日")
	case !days.IsWorkday(day):
		return fault.Field("planned_on", "这一天不是工作日，请另选一天")
	case day.Before(t.NotBefore):
		return fault.Field("planned_on", "这次谈话最早在 "+t.NotBefore.Chinese()+"，请选择这一天或以后")
	case yearly(t.Type) && !today.After(t.DueOn) && day.After(t.DueOn):
		return fault.Field("planned_on", "年度谈话须在 "+t.DueOn.Chinese()+" 前完成，请选择更早的工作日")
	case day.After(latest(t.DueOn, today).AddDays(makeUp)):
		return fault.Field("planned_on", "改得太晚了，请选择两个月以内的工作日")
	}
	return nil
}

func latest(a, b calendar.Date) calendar.Date {
	if a.After(b) {
		return a
	}
	return b
}

// checkHeld says whether a planned talk may have been held on a day: one of an occasion
// not before it, one of the year's plan within its year, unless it was put on a later
// day to be made up.
func (t talkRow) checkHeld(done, today calendar.Date) error {
	if err := checkDone(done, t.NotBefore, today); err != nil {
		return err
	}
	madeUp := t.PlannedOn != nil && t.PlannedOn.After(t.DueOn)
	if yearly(t.Type) && done.After(t.DueOn) && !madeUp {
		return fault.Field("done_on", "年度谈话须在 "+t.DueOn.Chinese()+" 前进行；确属事后补谈的，请先改期到补谈的日子，再登记")
	}
	return nil
}

// checkDone says whether a talk may have been held on a day.
func checkDone(done, notBefore, today calendar.Date) error {
	switch {
	case !done.Valid():
		return fault.Field("done_on", "请填写谈话的日期")
	case done.After(today):
		return fault.Field("done_on", "谈话日期不能晚于今天")
	case done.Before(notBefore):
		return fault.Field("done_on", "谈话日期不能早于 "+notBefore.Chinese()+"，请填写这一天或以后的日期")
	}
	return nil
}

// place is where planning a talk lies: with the partner's branch, or the whole office
// where no plan of a branch contains it.
func (t Talk) place(unit uuid.UUID) access.Place {
	if t.Type == TypeLeader || t.Type == TypeAdHoc {
		return access.Place{Unit: unit}
	}
	return access.Place{Unit: unit, Branch: given(t.BranchID)}
}

// party says whether the actor is one of the two.
func (t talkRow) party(by access.Actor) bool {
	return by.Person != uuid.Nil && (t.TalkerID == by.Person || t.PartnerID == by.Person)
}

// names are the two, for the trail.
func (t Talk) names() string { return t.TalkerName + "与" + t.PartnerName }

// fresh refuses a change of what was not seen as it is.
func (t talkRow) fresh(version int, states ...string) error {
	if t.Version != version {
		return fault.New(fault.Conflict, "这次谈话刚被别人改动，请刷新后再试")
	}
	if !slices.Contains(states, t.State) {
		return fault.New(fault.Conflict, "这次谈话的状态已经变化，请刷新后再试")
	}
	return nil
}

// Partner is somebody with whom a talk may be noted.
type Partner struct {
	ID             uuid.UUID `json:"id"`
	Name           string    `json:"name"`
	DepartmentName string    `json:"department_name"`
	BranchName     string    `json:"branch_name"`
}
