// Package activity records what people did together (rules 3 to 7): one form for
// meetings, lectures, study, volunteering, of kinds that are data. Confirming a
// record posts points in the same transaction; that is the "record once" of which
// everything else is a reading.
package activity

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/file"
	"xianfeng/internal/points"
)

// State of one version of a record (rule 6).
type State string

// A draft is the first version or an amendment on its way. Of the others exactly
// one per record is confirmed or withdrawn; superseded are the versions before it.
const (
	Draft      State = "draft"
	Confirmed  State = "confirmed"
	Superseded State = "superseded"
	Withdrawn  State = "withdrawn"
)

// How somebody stands to an activity. Present and absent are the expected people
// (应到); a guest sat in (列席) and earns nothing by attending.
const (
	Present = "present"
	Absent  = "absent"
	Guest   = "guest"
)

// Unexcused is the absence that costs points; the others are official, sick,
// personal and other.
const Unexcused = "unexcused"

func absences() []string { return []string{"official", "sick", "personal", "other", Unexcused} }

// OrganiserRef names who holds an activity; ID is zero for the unit.
type OrganiserRef struct {
	Kind string    `json:"kind" enum:"unit,department,branch,group,project"`
	ID   uuid.UUID `json:"id,omitzero" required:"false" format:"uuid" doc:"Of the department, branch, group or project; none for the unit"`
}

// Attendance is one person at an activity.
type Attendance struct {
	Person  uuid.UUID `json:"person_id" format:"uuid"`
	Status  string    `json:"status" enum:"present,absent,guest"`
	Absence string    `json:"absence,omitempty" required:"false" maxLength:"20" doc:"Why absent: official, sick, personal, other or unexcused; needed to confirm"`
	Reason  string    `json:"reason,omitempty" required:"false" maxLength:"200" doc:"The same in words, where they add something"`
	Minutes int       `json:"minutes,omitempty" required:"false" minimum:"0" maximum:"21600" doc:"Of volunteering"`

	// Filled in by the system for the day of the activity.
	voter         bool
	branch, group uuid.UUID
}

// Resolution is something decided, with its votes.
type Resolution struct {
	Title   string `json:"title" minLength:"1" maxLength:"200"`
	For     *int   `json:"votes_for,omitempty" required:"false" minimum:"0" maximum:"100000"`
	Against *int   `json:"votes_against,omitempty" required:"false" minimum:"0" maximum:"100000"`
	Abstain *int   `json:"votes_abstain,omitempty" required:"false" minimum:"0" maximum:"100000"`
	Counts  bool   `json:"counts" required:"false" readOnly:"true" doc:"Passed at a quorate meeting (rule 5); set on confirming"`
}

// Record is the content of a version: what the form sends, whole.
type Record struct {
	Kind          string
	Title         string
	Starts, Ends  time.Time
	Place         string
	Organiser     OrganiserRef
	Host          uuid.UUID
	Recorder      uuid.UUID
	Lecturer      uuid.UUID
	Agenda        string
	Content       string
	Guests        string // from outside the office
	Served        string // whom volunteering was for: 服务对象
	Election      bool   // needs four fifths present (rule 5)
	OverlapAnswer string // rule 7: the recorder's answer to the warning
	Attendance    []Attendance
	Resolutions   []Resolution
	Outsiders     []Outsider
}

// day is the office's day of the activity, on which places and points are judged.
func (r Record) day() calendar.Date { return calendar.DateOf(r.Starts) }

// Saved answers a write.
type Saved struct {
	ID             uuid.UUID      `json:"id" doc:"Of the record, through all its versions"`
	Version        int            `json:"version"`
	RowVersion     int            `json:"row_version" doc:"To be sent with the next change of this version"`
	State          State          `json:"state" enum:"draft,confirmed,superseded,withdrawn"`
	Late           bool           `json:"late"`
	VotersExpected *int           `json:"voters_expected,omitempty"`
	VotersPresent  *int           `json:"voters_present,omitempty"`
	QuorumMet      *bool          `json:"quorum_met,omitempty" doc:"Absent for kinds without a quorum"`
	Posted         *points.Posted `json:"posted,omitempty" doc:"What it did to the ledgers"`
}

// PersonRef is a person with the name to show.
type PersonRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Summary is a record as lists show it.
type Summary struct {
	ID            uuid.UUID    `json:"id"`
	Version       int          `json:"version"`
	RowVersion    int          `json:"row_version"`
	Kind          string       `json:"kind"`
	KindName      string       `json:"kind_name"`
	Category      string       `json:"category"`
	Title         string       `json:"title"`
	StartsAt      time.Time    `json:"starts_at"`
	EndsAt        time.Time    `json:"ends_at"`
	Place         string       `json:"place"`
	Organiser     OrganiserRef `json:"organiser"`
	OrganiserName string       `json:"organiser_name"`
	HostName      string       `json:"host_name"`
	RecorderName  string       `json:"recorder_name"`
	State         State        `json:"state" enum:"draft,confirmed,superseded,withdrawn"`
	Late          bool         `json:"late"`
	QuorumMet     *bool        `json:"quorum_met,omitempty"`
	Expected      int          `json:"expected"`
	Present       int          `json:"present"`
	Absent        int          `json:"absent"`
	Guests        int          `json:"guests"`
	Served        string       `json:"served" doc:"Whom volunteering was for"`
	Outsiders     int          `json:"outsiders" doc:"People of partner units who worked along"`
	Attachments   int          `json:"attachments"`
	Amending      bool         `json:"amending" doc:"An amendment is being drafted, and you may see it"`
	UpdatedAt     time.Time    `json:"updated_at"`
}

// AttendanceLine is an Attendance with names.
type AttendanceLine struct {
	PersonID   uuid.UUID `json:"person_id" format:"uuid"`
	Name       string    `json:"name"`
	Status     string    `json:"status" enum:"present,absent,guest"`
	Absence    string    `json:"absence,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Minutes    int       `json:"minutes,omitempty"`
	Voter      bool      `json:"voter"`
	BranchName string    `json:"branch_name,omitempty" doc:"On the day of the activity"`
	GroupName  string    `json:"group_name,omitempty"`
}

// Attachment is a file that is evidence of an activity.
type Attachment struct {
	file.File
	Caption string `json:"caption,omitempty"`
}

// VersionLine is one version in a record's history.
type VersionLine struct {
	Version     int        `json:"version"`
	State       State      `json:"state"`
	Reason      string     `json:"reason,omitempty" doc:"Why amended or withdrawn"`
	Late        bool       `json:"late"`
	CreatedBy   string     `json:"created_by"`
	CreatedAt   time.Time  `json:"created_at"`
	ConfirmedBy string     `json:"confirmed_by,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	WithdrawnBy string     `json:"withdrawn_by,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// PointsLine is a ledger entry that a record caused.
type PointsLine struct {
	EntryID     uuid.UUID        `json:"entry_id"`
	Voucher     int64            `json:"voucher" doc:"凭证号"`
	PersonID    uuid.UUID        `json:"person_id" format:"uuid"`
	Name        string           `json:"name"`
	Rule        string           `json:"rule"`
	Dimension   string           `json:"dimension"`
	Points      int              `json:"points" doc:"Hundredths, after caps"`
	Requested   int              `json:"requested" doc:"Hundredths, before caps"`
	CutBy       string           `json:"cut_by,omitempty"`
	PostQuarter calendar.Quarter `json:"post_quarter"`
	Reversal    bool             `json:"reversal"`
	Reversed    bool             `json:"reversed"`
}

// Detail is one version of a record, whole.
type Detail struct {
	Summary
	Host           *PersonRef       `json:"host,omitempty"`
	Recorder       *PersonRef       `json:"recorder,omitempty"`
	Lecturer       *PersonRef       `json:"lecturer,omitempty"`
	Agenda         string           `json:"agenda"`
	Content        string           `json:"content"`
	OutsideGuests  string           `json:"outside_guests" doc:"From outside the office"`
	Election       bool             `json:"election"`
	OverlapAnswer  string           `json:"overlap_answer,omitempty"`
	Reason         string           `json:"reason,omitempty"`
	VotersExpected *int             `json:"voters_expected,omitempty"`
	VotersPresent  *int             `json:"voters_present,omitempty"`
	CreatedBy      string           `json:"created_by"`
	CreatedAt      time.Time        `json:"created_at"`
	ConfirmedBy    string           `json:"confirmed_by,omitempty"`
	ConfirmedAt    *time.Time       `json:"confirmed_at,omitempty"`
	WithdrawnBy    string           `json:"withdrawn_by,omitempty"`
	WithdrawnAt    *time.Time       `json:"withdrawn_at,omitempty"`
	Attendance     []AttendanceLine `json:"attendance"`
	Resolutions    []Resolution     `json:"resolutions"`
	OutsidePeople  []Outsider       `json:"outside_people" doc:"Of partner units, who worked along (rule 31)"`
	Files          []Attachment     `json:"files"`
	Versions       []VersionLine    `json:"versions"`
	Points         []PointsLine     `json:"points" doc:"Entries of people whose ledgers you may see"`
	Can            []string         `json:"can" doc:"What you may do with it now: edit, discard, confirm, amend, withdraw"`

	blocked bool // an amendment is being drafted, whether the reader may see it or not
}
