// Package desk is the first page: what waits for whoever signed in, their quarter in
// one line, and how their branch stands with its duties. It reads across
// capabilities, through the scopes of their own permissions, and writes nothing but
// that somebody put the reminders of a day aside.
package desk

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
)

// Desk is the page.
type Desk struct {
	Today    calendar.Date `json:"today"`
	Digest   Digest        `json:"digest" doc:"Reminders whose moment is today"`
	Talks    OwnTalks      `json:"talks" doc:"Your own talks that ask for something"`
	Drafts   Drafts        `json:"drafts" doc:"Records that wait for their confirmation, within your reach"`
	Claims   Claims        `json:"claims" doc:"Claims that wait for you to verify them, the oldest first"`
	ToNotice int           `json:"claims_to_notice" doc:"Verified claims that you may put on public notice"`
	Returned Claims        `json:"returned_claims" doc:"Your own claims that were given back"`
	Tasks    []Task        `json:"tasks" doc:"What else waits for you, by kind; a kind of which nothing waits is absent"`
	Work     Works         `json:"work" doc:"Your own open tasks in taskforces"`
	Due      Due           `json:"due" doc:"What you still owe in the periods that run: where you may record, as a deputy or as a leader"`
	Quarter  Quarter       `json:"quarter" doc:"Your own points of the running quarter"`
	Calendar Calendar      `json:"calendar" doc:"Which duties the branches within your reach have met"`
	Late     Records       `json:"late" doc:"Records of this quarter that were filed late, where you may confirm"`
	Recent   []Record      `json:"recent" doc:"Latest confirmed activities of your branch; without one, of your reach"`
	Office   Office        `json:"office" doc:"How far the office is set up, for pages that have nothing to show yet"`
}

// Record is an activity in one line. ID is the record's, through all its versions.
type Record struct {
	ID            uuid.UUID `json:"id"`
	Kind          string    `json:"kind"`
	KindName      string    `json:"kind_name"`
	Title         string    `json:"title"`
	StartsAt      time.Time `json:"starts_at"`
	OrganiserName string    `json:"organiser_name"`
	Expected      int       `json:"expected"`
	Present       int       `json:"present"`
	Late          bool      `json:"late"`
}

// Records is the beginning of a list, and how long it is.
type Records struct {
	Items []Record `json:"items"`
	Total int      `json:"total"`
}

// Draft is a record to confirm.
type Draft struct {
	Record
	Amends  bool          `json:"amends" doc:"An amendment of a confirmed record (rule 6)"`
	By      string        `json:"by" doc:"Who drafted it"`
	InTime  calendar.Date `json:"in_time" doc:"Confirmed later than this day it is marked late (rule 6)"`
	Overdue bool          `json:"overdue" doc:"That day is over"`

	endsAt time.Time
}

// Drafts is the beginning of the list, the oldest first, and how long it is.
type Drafts struct {
	Items []Draft `json:"items"`
	Total int     `json:"total"`
}

// Claim is a claim in one line.
type Claim struct {
	ID          uuid.UUID `json:"id"`
	Number      int64     `json:"number"`
	PersonName  string    `json:"person_name"`
	Matter      string    `json:"matter"`
	Requested   int       `json:"requested" doc:"Hundredths, before caps"`
	SubmittedAt time.Time `json:"submitted_at"`
	Reason      string    `json:"reason,omitempty" doc:"Why it was given back"`
}

// Claims is the beginning of a list, and how long it is.
type Claims struct {
	Items []Claim `json:"items"`
	Total int     `json:"total"`
}

// Due is the beginning of the list, what ends first at the head, and how long it is.
type Due struct {
	Items    []duty.Cell `json:"items"`
	Total    int         `json:"total"`
	ThisWeek int         `json:"this_week" doc:"Of them, whose period ends with this week"`
}

// Calendar is a heat grid: branches down, periods across, a row for each duty.
type Calendar struct {
	Months   []string         `json:"months" doc:"2026-01, oldest first"`
	Branches []BranchCalendar `json:"branches"`
}

// BranchCalendar is one branch's part.
type BranchCalendar struct {
	ID     uuid.UUID     `json:"id"`
	Name   string        `json:"name"`
	Duties []DutyPeriods `json:"duties"`
}

// DutyPeriods is one duty of a branch over the periods; what groups owe is summed up.
type DutyPeriods struct {
	Code  string      `json:"code"`
	Name  string      `json:"name"`
	Every string      `json:"every" enum:"month,quarter"`
	Cells []duty.Cell `json:"cells" doc:"Oldest first"`
}

// Quarter is somebody's points of the running quarter, in hundredths.
type Quarter struct {
	Quarter      calendar.Quarter `json:"quarter"`
	Title        string           `json:"title"`
	Ledger       bool             `json:"ledger" doc:"Whether there is a ledger: entries, or the right to them"`
	Exempt       string           `json:"exempt,omitempty" doc:"Why there is none (rule 15)"`
	Base         int              `json:"base"`
	Political    int              `json:"political"`
	Professional int              `json:"professional"`
	Discipline   int              `json:"discipline"`
	Conduct      int              `json:"conduct"`
	Total        int              `json:"total"`
	Entries      int              `json:"entries"`
	Vetoed       bool             `json:"vetoed" doc:"The appraisal beside the sum is 0 (rule 12)"`
}

// Office is how far the office is set up. The counts are for those who see the
// whole office; others read zeros.
type Office struct {
	People          int  `json:"people" doc:"On the roll"`
	Members         int  `json:"members" doc:"Party members among them"`
	Branches        int  `json:"branches"`
	Groups          int  `json:"groups"`
	Confirmed       int  `json:"confirmed" doc:"Confirmed records, of all time"`
	RosterImported  bool `json:"roster_imported"`
	SchemePublished bool `json:"scheme_published" doc:"A points scheme is in force"`
	QuarterOpen     bool `json:"quarter_open"`
}
