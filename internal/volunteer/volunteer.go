// Package volunteer keeps volunteering (rules 29 to 31): actions that people sign up for,
// what became of them as one record of an activity, and from these records the hours of
// everybody, put on notice and certified. Minutes stand in the records alone; whatever
// is counted here is counted from them.
package volunteer

// State of an action.
type State string

// The states. One that was recorded is from then on the record's: a correction is an
// amendment of that.
const (
	Open      State = "open"
	Recorded  State = "recorded"
	Cancelled State = "cancelled"
)
