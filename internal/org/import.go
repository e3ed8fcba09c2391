package org

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// Import is a roster on its way in (rule 2): previewed, confirmed as a whole or not
// at all, and, while it is the latest, undone.
type Import struct {
	ID            uuid.UUID        `json:"id"`
	FileName      string           `json:"file_name"`
	State         string           `json:"state" enum:"previewed,confirmed,undone"`
	GoodRowsOnly  bool             `json:"good_rows_only"`
	CreatePlaces  bool             `json:"create_places"`
	EffectiveFrom calendar.Date    `json:"effective_from" doc:"First day of the memberships of new people"`
	Counts        ImportCounts     `json:"counts"`
	NewPlaces     ImportPlaces     `json:"new_places" doc:"What confirming sets up"`
	Sheets        []ImportSheet    `json:"sheets,omitempty"`
	Problems      []sheet.RowError `json:"problems,omitempty" doc:"The first 200; every row carries its own"`
	Plan          string           `json:"plan" doc:"Changes when the plan does; send it back on confirming, to be refused when the office has changed meanwhile"`
	Undoable      bool             `json:"undoable"`
	CreatedAt     time.Time        `json:"created_at"`
	ConfirmedAt   *time.Time       `json:"confirmed_at,omitempty"`
	UndoneAt      *time.Time       `json:"undone_at,omitempty"`
}

// ImportCounts says what becomes of the rows.
type ImportCounts struct {
	Rows      int `json:"rows"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Bad       int `json:"bad"`
	Warnings  int `json:"warnings"`
}

// ImportPlaces lists places by name; a group is 第一党支部 / 第一党小组.
type ImportPlaces struct {
	Departments []string `json:"departments"`
	Branches    []string `json:"branches"`
	Groups      []string `json:"groups"`
}

// ImportSheet is what was understood of one worksheet.
type ImportSheet struct {
	Name       string   `json:"name"`
	HeadingRow int      `json:"heading_row"`
	Rows       int      `json:"rows"`
	Branch     string   `json:"branch" doc:"Taken from the sheet's name or title"`
	Unknown    []string `json:"unknown,omitempty" doc:"Headings that were not understood and are left out"`
	Notes      []string `json:"notes,omitempty"`
}

// What becomes of a row.
const (
	RowNew       = "new"
	RowChanged   = "changed"
	RowUnchanged = "unchanged"
	RowBad       = "bad"
)

// ImportRow is one row of the preview.
type ImportRow struct {
	Sheet      string           `json:"sheet"`
	Row        int              `json:"row"`
	Action     string           `json:"action" enum:"new,changed,unchanged,bad"`
	Person     uuid.UUID        `json:"person_id,omitzero" doc:"Whom it was recognised as"`
	Name       string           `json:"name"`
	StaffNo    string           `json:"staff_no"`
	Phone      string           `json:"phone" doc:"Masked"`
	Status     string           `json:"political_status"`
	Branch     string           `json:"branch"`
	Group      string           `json:"group"`
	Department string           `json:"department"`
	Position   string           `json:"position"`
	Exempt     string           `json:"exempt"`
	Changes    []Change         `json:"changes,omitempty"`
	Problems   []sheet.RowError `json:"problems,omitempty"`
}

// ImportOptions of a preview.
type ImportOptions struct {
	// NoCreatePlaces makes a row bad that names a department, branch or group the
	// office does not have.
	NoCreatePlaces bool
	// EffectiveFrom is the first day of the memberships of people who are new.
	// A roster tells no history, so the zero Date means the first day of this
	// year: the year's quarters can then be counted. What changes for people who
	// are there already changes from today on.
	EffectiveFrom calendar.Date
}

// ConfirmOptions of an import.
type ConfirmOptions struct {
	GoodRowsOnly   bool
	NoCreatePlaces bool
	// Plan is Import.Plan as it was shown; empty takes the plan as it is now.
	Plan string
}

// ImportFilter pages through the rows of an import.
type ImportFilter struct {
	Action string // one of the Row constants, or warning; empty for all
	// CreatePlaces asks what the plan would be with or without setting places up;
	// nil takes what the preview was made with.
	CreatePlaces  *bool
	Offset, Limit int
}

// storedRoster is what waits in the database between preview and confirm.
type storedRoster struct {
	Roster
	EffectiveFrom calendar.Date `json:"effective_from"`
}

// maxProblems is how many problems the head of a preview lists.
const maxProblems = 200

// outcome is what a confirmed import did to each row, kept for its page: one
// letter a row, and the changes of those that changed, by index.
type outcome struct {
	Actions string           `json:"actions"`
	Changes map[int][]Change `json:"changes,omitempty"`
	Places  ImportPlaces     `json:"places"`
	// Problems are those of the file and those that the comparison found.
	Problems []sheet.RowError `json:"problems,omitempty"`
}

func actionLetter(action string) byte { return action[0] } // n, c, u, b

func actionOf(letter byte) string {
	for _, a := range []string{RowNew, RowChanged, RowUnchanged} {
		if a[0] == letter {
			return a
		}
	}
	return RowBad
}

// undoLog is what puts everything back. Ids of dated rows go by table.
type undoLog struct {
	Outcome     outcome                `json:"outcome"`
	People      []uuid.UUID            `json:"people,omitempty"` // created
	Departments []uuid.UUID            `json:"departments,omitempty"`
	Branches    []uuid.UUID            `json:"branches,omitempty"`
	Groups      []uuid.UUID            `json:"groups,omitempty"`
	Changed     []undoPerson           `json:"changed,omitempty"`
	Begun       map[string][]uuid.UUID `json:"begun,omitempty"`
	Ended       []span                 `json:"ended,omitempty"` // as they were
	Dropped     []span                 `json:"dropped,omitempty"`
}

// undoPerson is a changed person as it was; Version is what the import left, so that
// a later change is seen.
type undoPerson struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
	Before  facts     `json:"before"`
}

// facts are the undated columns of a person, as a roster may change them.
type facts struct {
	StaffNo   string        `json:"staff_no,omitempty"`
	Sex       string        `json:"sex,omitempty"`
	Birth     calendar.Date `json:"birth_on,omitzero"`
	Nation    string        `json:"nation,omitempty"`
	Education string        `json:"education,omitempty"`
	Phone     string        `json:"phone,omitempty"`
	Status    string        `json:"political_status"`
	Stage     string        `json:"development_stage"`
	Joined    calendar.Date `json:"joined_party_on,omitzero"`
	Full      calendar.Date `json:"full_member_on,omitzero"`
	Started   calendar.Date `json:"started_work_on,omitzero"`
	Note      string        `json:"note,omitempty"`
}

// span is one dated row of whichever table: a membership, a position, an exemption.
type span struct {
	Table  string        `json:"table"`
	ID     uuid.UUID     `json:"id"`
	Person uuid.UUID     `json:"person"`
	Place  uuid.UUID     `json:"place,omitzero"` // branch or department
	Group  uuid.UUID     `json:"group,omitzero"`
	Kind   string        `json:"kind,omitempty"` // of a position
	Text   string        `json:"text,omitempty"` // title or reason
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to,omitzero"` // the last day; none while it lasts
}

// The tables that spans lie in.
const (
	inBranches    = "org_party_memberships"
	inDepartments = "org_department_memberships"
	inPositions   = "org_positions"
	inExemptions  = "org_exemptions"
)

// known is a person of the office as the database has them now.
type known struct {
	facts
	id      uuid.UUID
	name    string
	version int
	left    calendar.Date
	spans   []span // those that last, or begin later
}

// current finds the spans in a table that last today; later says whether something
// is arranged from a later day on.
func (k *known) current(table string, today calendar.Date) (now []span, later bool) {
	for _, s := range k.spans {
		if s.Table != table {
			continue
		}
		if s.From.After(today) {
			later = true
		} else {
			now = append(now, s)
		}
	}
	return now, later
}

// office is the database of now, as far as an import compares with it.
type office struct {
	people      []*known
	departments map[string]uuid.UUID // by sheet.Key of the name
	branches    map[string]uuid.UUID
	groups      map[uuid.UUID]map[string]uuid.UUID // by branch
	names       map[uuid.UUID]string
}
