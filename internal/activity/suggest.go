package activity

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Expected is somebody who should come, as the form lists them: present, unless
// the roll says why not.
type Expected struct {
	PersonID   uuid.UUID `json:"person_id"`
	Name       string    `json:"name"`
	BranchName string    `json:"branch_name,omitempty"`
	GroupName  string    `json:"group_name,omitempty"`
	Voter      bool      `json:"voter"`
	Status     string    `json:"status" enum:"present,absent"`
	Absence    string    `json:"absence,omitempty" enum:"official,sick,personal,other,unexcused"`
	Reason     string    `json:"reason,omitempty"`
}

// Suggestion fills the form from the organiser and the last record of its kind, so
// that the recorder only says who was away and why (rule 4).
type Suggestion struct {
	Title         string        `json:"title"`
	StartsAt      time.Time     `json:"starts_at"`
	EndsAt        time.Time     `json:"ends_at"`
	Place         string        `json:"place"`
	Agenda        string        `json:"agenda"`
	Host          *PersonRef    `json:"host,omitempty"`
	Recorder      *PersonRef    `json:"recorder,omitempty"`
	OrganiserName string        `json:"organiser_name"`
	Expected      []Expected    `json:"expected"`
	Needs         []string      `json:"needs"`
	Quorum        *Quorum       `json:"quorum,omitempty" doc:"Absent for kinds without one"`
	From          *uuid.UUID    `json:"from,omitempty" doc:"The record it was filled from"`
	LateAfter     calendar.Date `json:"late_after" doc:"Filed after this day it is marked late (rule 6)"`
}

// Quorum tells the form what rule 5 asks for, so that it can say so while people
// are ticked.
type Quorum struct {
	Voters          int `json:"voters" doc:"Expected people who have a vote"`
	Percent         int `json:"percent" doc:"Of them have to be present"`
	ElectionPercent int `json:"election_percent" doc:"The same for an election"`
}

// earlier is the last record of a kind, or what the roll knows where there is none.
type earlier struct {
	Record         uuid.UUID
	Place, Agenda  string
	Host, Recorder PersonRef
	Starts, Ends   time.Time
	Head           PersonRef // secretary of the branch, leader of the group
}
