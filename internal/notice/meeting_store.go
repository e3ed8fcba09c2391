package notice

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
)

// The kinds of meetings that decide about objections (rule 13).
const (
	CommitteeMeeting = "committee_meeting"
	BranchMeeting    = "branch_meeting"
)

// Meeting is the record of a meeting, as far as a decision needs it.
type Meeting struct {
	Record    uuid.UUID
	Kind      string
	Branch    uuid.UUID // zero where no branch organised it
	Day       calendar.Date
	Title     string
	Confirmed bool
	Quorate   bool
}

// Meetings tells of meetings; whoever keeps the records hands it over.
type Meetings interface {
	// Meeting finds a record as it stands now; not found where there is none.
	Meeting(ctx context.Context, on bun.IDB, unit, record uuid.UUID) (Meeting, error)
	// MeetingsSince lists a branch's own committee and members' meetings from a day
	// on, latest first, drafts among them.
	MeetingsSince(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, from calendar.Date) ([]Meeting, error)
}
