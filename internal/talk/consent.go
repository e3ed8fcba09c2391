package talk

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The states of a consent.
const (
	ConsentAsked   = "asked"   // by one of the two
	ConsentAgreed  = "agreed"  // by both: the leader may read
	ConsentOver    = "over"    // its time is
	ConsentRevoked = "revoked" // by either of the two
)

// consentDays is for how many days, today among them, the two may name somebody.
const consentDays = 92

// Consent names a leader who may read the record for a time, once both agree.
type Consent struct {
	ID          uuid.UUID     `json:"id"`
	LeaderID    uuid.UUID     `json:"leader_id"`
	LeaderName  string        `json:"leader_name"`
	Until       calendar.Date `json:"until" doc:"Last day"`
	AskedBy     uuid.UUID     `json:"asked_by"`
	AskedByName string        `json:"asked_by_name"`
	AgreedAt    *time.Time    `json:"agreed_at,omitempty"`
	RevokedAt   *time.Time    `json:"revoked_at,omitempty"`
	State       string        `json:"state" enum:"asked,agreed,over,revoked"`
}

// state is what a consent has come to. Whether its time is over, the database's clock
// says, by which row-level security goes.
func (c Consent) state(until time.Time, over bool) string {
	switch {
	case c.RevokedAt != nil && c.RevokedAt.Before(until):
		return ConsentRevoked
	case over:
		return ConsentOver
	case c.AgreedAt != nil:
		return ConsentAgreed
	}
	return ConsentAsked
}

// checkUntil gives the moment at which the last day is over.
func checkUntil(last, today calendar.Date) (time.Time, error) {
	switch {
	case !last.Valid():
		return time.Time{}, fault.Field("until", "请选择同意查看到哪一天")
	case last.Before(today):
		return time.Time{}, fault.Field("until", "截止日期不能早于今天")
	case !last.Before(today.AddDays(consentDays)):
		return time.Time{}, fault.Field("until", "最长三个月，请选择更早的日期；到期后可以再次同意")
	}
	return last.AddDays(1).In(), nil
}
