package org

import "github.com/google/uuid"

// Placement is where a person stands on one day (rule 1): which branch, group and
// department, and what that makes them. Ids are zero where there is none.
type Placement struct {
	Person                                uuid.UUID
	Name                                  string
	Branch, Group, Department             uuid.UUID
	BranchName, GroupName, DepartmentName string
	PoliticalStatus                       string
	// Party is a full or probationary member that day; Voter a full one, who has
	// a vote (rule 5).
	Party, Voter bool
	// OnRoll is that the person was of the office that day: no administrator from
	// outside, not gone, and come already.
	OnRoll bool
	// Exempt is why the person has no ledger that day (rule 15).
	Exempt string
}

// Holds says whether the person has a points ledger that day: on the roll, in a
// branch as a Party member (or any staff, where the settings say so), and not
// exempt (rule 15). HoldsSQL says the same to the database.
func (p Placement) Holds(set UnitSettings) bool {
	return p.OnRoll && p.Exempt == "" && (set.LedgerHolders == HoldersStaff || p.Party && p.Branch != uuid.Nil)
}

// Organiser is who holds an activity. Kind is unit, department, branch, group or
// project; only the id of that kind counts.
type Organiser struct {
	Kind                               string
	Department, Branch, Group, Project uuid.UUID
	Name                               string
}

// The circles that a kind of activity expects (rule 4).
const (
	CircleMembers   = "members"   // full and probationary members
	CircleVoters    = "voters"    // full members
	CircleCommittee = "committee" // secretary, deputy, committee members of the branch; of a project its officers
	CircleStaff     = "staff"     // everyone on the roll
	CircleNobody    = "nobody"
)
