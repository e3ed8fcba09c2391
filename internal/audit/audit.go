// Package audit keeps who did what, when, to which object. A row is written in
// the transaction of the write it tells of: no audit, no write.
package audit

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Entry is one thing done. Summary is a Chinese sentence a person can read
// without opening anything else; it never holds what is confidential.
type Entry struct {
	Action   string // activity.confirm
	Object   string // activity
	ObjectID uuid.UUID
	Summary  string
	Detail   any // stored as JSON; what changed, from what to what
	Refused  bool
}

// Row is an Entry as the auditor reads it.
type Row struct {
	ID        uuid.UUID       `json:"id"`
	At        time.Time       `json:"at"`
	Actor     string          `json:"actor"`
	PersonID  *uuid.UUID      `json:"person_id,omitempty"`
	Action    string          `json:"action"`
	Object    string          `json:"object"`
	ObjectID  *uuid.UUID      `json:"object_id,omitempty"`
	Summary   string          `json:"summary"`
	Detail    json.RawMessage `json:"detail,omitempty" doc:"An object, or a list of changes {field, name, from, to}"`
	Result    string          `json:"result" enum:"ok,refused"`
	Address   string          `json:"address"`
	RequestID string          `json:"request_id"`
}

// Filter narrows the auditor's list. Text looks into actor, action and summary.
type Filter struct {
	Text     string
	Action   string // a prefix: activity or activity.confirm
	Object   string
	ObjectID uuid.UUID
	Result   string
	From, To calendar.Date // days in Shanghai, both included
	Cursor   string
	Limit    int
}
