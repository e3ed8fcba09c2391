package activity

import (
	"github.com/google/uuid"

	"xianfeng/internal/org"
)

// can lists what is to be done with a version by somebody who may record or
// confirm for its organiser.
func can(d Detail, record, confirm bool) []string {
	what := []string{}
	offer := func(able bool, do string) {
		if able {
			what = append(what, do)
		}
	}
	offer(record && d.State == Draft, "edit")
	offer(record && d.State == Draft, "discard")
	offer(confirm && d.State == Draft, "confirm")
	offer(record && d.State == Confirmed && !d.blocked, "amend")
	offer(confirm && d.State == Confirmed && !d.blocked, "withdraw")
	return what
}

// keepReasons leaves of other people's absences that they were away: why, which may
// be an illness, is for them and for who records.
func (d *Detail) keepReasons(own uuid.UUID) {
	for i := range d.Attendance {
		if a := &d.Attendance[i]; a.PersonID != own {
			a.Absence, a.Reason = "", ""
		}
	}
}

// organiserOf makes the place of a row for Scope.Covers.
func organiserOf(kind string, department, branch, group, project uuid.UUID) org.Organiser {
	return org.Organiser{Kind: kind, Department: department, Branch: branch, Group: group, Project: project}
}
