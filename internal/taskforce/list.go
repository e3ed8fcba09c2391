package taskforce

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Filter narrows the list of taskforces.
type Filter struct {
	State  string // a State, or running: not over; empty: all
	Kind   string
	Text   string // in name and purpose
	Mine   bool   // that you are in today, or proposed
	Branch uuid.UUID
	Year   int // alive in it
	Cursor string
	Limit  int
}

// notOver is the filter of what is not over.
const notOver = "running"

func (f *Filter) check() error {
	f.Text = sheet.Clean(f.Text)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	if !slices.Contains([]string{"", notOver, string(Proposed), string(Approved), string(Active), string(Concluded), string(Archived), string(Rejected)}, f.State) {
		return fault.Field("state", "没有这种状态，请从列表中选择")
	}
	return nil
}

// Page is a part of the list, the latest proposed first.
type Page struct {
	Items []Taskforce `json:"items"`
	Next  string      `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int         `json:"total"`
}

// Detail is one taskforce with who is in it.
type Detail struct {
	Taskforce Taskforce  `json:"taskforce"`
	Kind      Kind       `json:"kind"`
	Staff     []Member   `json:"staff" doc:"Everybody's time in it, what is over too"`
	Outsiders []Outsider `json:"outsiders"`
	Groups    []Group    `json:"groups"`
}

// listKey is where the list goes on.
type listKey struct {
	At time.Time `json:"a"`
	ID uuid.UUID `json:"i"`
}

// rights are the reaches of what may be done with a taskforce.
type rights struct {
	approve, staff, work, log, conclude, appraise, archive, propose access.Scope
	appraisals                                                      access.Scope // to read: the bundle holds them all
}

// can lists what the actor may do with a taskforce as it stands.
func (r rights) can(t Taskforce, proposedBy uuid.UUID, appraised bool, by access.Actor) []string {
	out := []string{}
	place := access.Place{Unit: by.Unit, Branch: t.Branch, Project: t.ID}
	add := func(what string, when bool, scope access.Scope) {
		if when && scope.Covers(place) {
			out = append(out, what)
		}
	}
	serving := t.State == Approved || t.State == Active
	add("approve", t.State == Proposed && proposedBy != by.Person, r.approve)
	add("activate", t.State == Approved, r.staff)
	add("staff", serving, r.staff)
	add("work", serving, r.work)
	add("log", t.State == Active || t.State == Concluded, r.log)
	add("conclude", t.State == Active, r.conclude)
	add("appraise", t.State == Concluded && appraised, r.appraise)
	add("archive", t.State == Concluded, r.archive)
	if t.State == Archived && r.appraisals.Covers(bundlePlace(by, t.ID)) {
		out = append(out, "download")
	}
	if t.State == Proposed && proposedBy == by.Person {
		add("edit", true, r.propose)
	} else {
		add("edit", t.State == Proposed || serving, r.staff)
	}
	return out
}
