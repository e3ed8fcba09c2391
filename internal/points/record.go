package points

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// RecordEntry is an entry as it stands beside the record that caused it.
type RecordEntry struct {
	EntryID     uuid.UUID
	Voucher     int64
	PersonID    uuid.UUID
	Name        string
	Rule        string
	Dimension   string
	Points      int // hundredths, after caps
	Requested   int // hundredths, before caps
	CutBy       string
	PostQuarter calendar.Quarter
	Reversal    bool
	Reversed    bool
}
