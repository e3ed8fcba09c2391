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
	// Exempt is why the person has no ledger that day; empty for who has (rule 15).
	Exempt string
}

// Organiser is who holds an activity. Kind is unit, department, branch or group;
// only the id of that kind counts.
type Organiser struct {
	Kind                      string
	Department, Branch, Group uuid.UUID
	Name                      string
}

// The circles that a kind of activity expects (rule 4).
const (
	CircleMembers   = "members"   // full and probationary members
	CircleVoters    = "voters"    // full members
	CircleCommittee = "committee" // secretary, deputy, committee members of the branch
	CircleStaff     = "staff"     // everyone on the roll
	CircleNobody    = "nobody"
)
