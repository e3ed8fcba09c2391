// Package feed gives somebody's own calendar out at a secret address, for the
// calendar of a telephone or of Outlook to subscribe to. What stands in it is handed
// over by its owners: when and what kind, never what was said, and whom with only
// where its owner chose so.
package feed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// How far a calendar reaches around today.
const (
	daysBack  = 90
	daysAhead = 370
)

// Event is one entry of a calendar.
type Event struct {
	UID   string // the same for as long as the entry is the same thing
	Title string // names nobody
	Named string // the title where the owner chose names; empty: Title
	Day   calendar.Date
	At    string        // 15:04; empty: the whole day
	Takes time.Duration // from At on
	// Sequence grows with each change; Changed is when it last did, zero where that
	// is not known.
	Sequence int
	Changed  time.Time
}

// Source hands over what stands in somebody's own calendar.
type Source interface {
	// Events lists the entries of the days for the actor, within what the actor's own
	// grants allow to see.
	Events(ctx context.Context, tx bun.Tx, by access.Actor, from, to calendar.Date) ([]Event, error)
}

// Feed is how somebody's address stands. The address itself is told once, when it is
// made.
type Feed struct {
	Active    bool           `json:"active"`
	Names     bool           `json:"names" doc:"Whether entries name people"`
	CreatedAt *time.Time     `json:"created_at,omitempty"`
	UsedOn    *calendar.Date `json:"used_on,omitempty" doc:"Last day that a calendar asked; empty: never yet"`
}

// File is a calendar as it is given out.
type File struct {
	Body     []byte
	ETag     string    // strong, in quotes
	Modified time.Time // whole seconds; a later body has a later one
}

// newToken makes a token of 256 random bits. It is in hexadecimal: an address that
// somebody's program lowers or reads aloud stays the same.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process instead
	return hex.EncodeToString(b[:])
}

// tokenHash is what is kept of a token; nil of what cannot be one.
func tokenHash(token string) []byte {
	b, err := hex.DecodeString(token)
	if err != nil || len(b) != 32 {
		return nil
	}
	sum := sha256.Sum256([]byte(hex.EncodeToString(b)))
	return sum[:]
}

// title is what an entry is called for its owner.
func (e Event) title(names bool) string {
	if names && e.Named != "" {
		return e.Named
	}
	return e.Title
}
