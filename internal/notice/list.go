package notice

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Filter narrows the list of notices. Zero fields do not.
type Filter struct {
	Kind   string
	State  string
	Branch uuid.UUID
	Text   string // in the title, the items' titles and the names of whom they are about
	Cursor string
	Limit  int
}

func (f *Filter) tidy() {
	f.Text = strings.TrimSpace(f.Text)
	f.Limit = limited(f.Limit, maxLimit)
}

// Summary is a notice as a line of a list.
type Summary struct {
	ID          uuid.UUID        `json:"id"`
	Kind        string           `json:"kind"`
	KindName    string           `json:"kind_name"`
	Title       string           `json:"title"`
	BranchID    *uuid.UUID       `json:"branch_id,omitempty" doc:"Absent: open to the whole office"`
	BranchName  string           `json:"branch_name"`
	Quarter     calendar.Quarter `json:"quarter,omitzero"`
	WorkingDays int              `json:"working_days"`
	FirstDay    calendar.Date    `json:"first_day" doc:"Of publishing; not counted"`
	LastDay     calendar.Date    `json:"last_day" doc:"Objections are taken to its end"`
	Running     bool             `json:"running" doc:"Objections are taken today"`
	DaysLeft    int              `json:"days_left" doc:"Working days after today, while it runs; 0 on the last day"`
	PublishedBy string           `json:"published_by"`
	PublishedAt time.Time        `json:"published_at"`
	State       string           `json:"state" enum:"open,settled,cancelled"`
	Items       Tally            `json:"items"`
	ToDecide    int              `json:"to_decide" doc:"Open objections that the reader may decide"`
}

// Tally counts the items of a notice by their outcome.
type Tally struct {
	All       int `json:"all"`
	Open      int `json:"open"`
	Passed    int `json:"passed"`
	Upheld    int `json:"upheld"`
	Withdrawn int `json:"withdrawn"`
	Cancelled int `json:"cancelled"`
}

// Listed is a page of notices.
type Listed struct {
	Items []Summary `json:"items"`
	Next  string    `json:"next"`
	Total int       `json:"total"`
}

// ItemFilter pages through the items of a notice.
type ItemFilter struct {
	Text   string // in the title, the cells and the name of whom it is about
	Cursor string
	Limit  int
}

// ItemLine is an item as everybody sees it who may read the notice.
type ItemLine struct {
	ID         uuid.UUID  `json:"id"`
	SubjectID  uuid.UUID  `json:"subject_id" doc:"What the notice's owner put up"`
	PersonID   *uuid.UUID `json:"person_id,omitempty"`
	Person     string     `json:"person"`
	BranchName string     `json:"branch_name" doc:"Whose committee decides about objections; empty: the Party office"`
	Ord        int        `json:"ord"`
	Title      string     `json:"title"`
	Cells      []string   `json:"cells"`
	Outcome    string     `json:"outcome" enum:"passed,upheld,withdrawn,cancelled," doc:"Empty while it lies open"`
	Disputed   bool       `json:"disputed" doc:"The days are over, and it waits for the answer to an objection"`
	MayObject  bool       `json:"may_object"`
}

// Detail is a notice with a page of its items and the objections that the reader
// may see.
type Detail struct {
	Summary
	Body         string      `json:"body"`
	Columns      []string    `json:"columns"`
	CancelReason string      `json:"cancel_reason,omitempty"`
	CancelledBy  string      `json:"cancelled_by,omitempty"`
	SettledAt    *time.Time  `json:"settled_at,omitempty"`
	Office       string      `json:"office" doc:"Who takes objections, in words"`
	Unsure       bool        `json:"unsure" doc:"The holiday notice of a year it runs in was not known: its days may be wrong"`
	Lines        []ItemLine  `json:"lines"`
	Next         string      `json:"next"`
	Total        int         `json:"total" doc:"Items that the filter leaves"`
	Mine         []Objection `json:"mine" doc:"The reader's own objections"`
	Others       []Objection `json:"others" doc:"Objections that the reader decides, or decided"`
	MayCancel    bool        `json:"may_cancel"`
}

// kindName is what people call a notice of a kind.
func kindName(kind string) string {
	switch kind {
	case KindClaims:
		return "积分申报"
	case KindTotals:
		return "季度积分"
	case KindSelection:
		return "评选"
	}
	return kind
}

// office says who takes objections to a notice.
func office(branch string) string {
	if branch == "" {
		return "机关党委"
	}
	return branch + "支委会（未设支委会的，由支部党员大会）"
}

// show fills in what the day makes of a notice.
func (s *Summary) show(w calendar.Workdays, today calendar.Date) {
	s.KindName = kindName(s.Kind)
	if s.BranchID == nil {
		s.BranchName = "全院"
	}
	s.Running = Notice{State: s.State, FirstDay: s.FirstDay, LastDay: s.LastDay}.running(today)
	if s.Running {
		s.DaysLeft = w.WorkdaysBetween(today, s.LastDay)
	}
}
