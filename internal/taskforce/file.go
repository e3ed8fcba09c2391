package taskforce

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/file"
)

// Attachment is a file of a taskforce: evidence of an outcome, a picture of a note, or,
// with neither, of the taskforce itself, such as its approval.
type Attachment struct {
	file.File
	Caption   string    `json:"caption,omitempty"`
	Outcome   uuid.UUID `json:"outcome_id,omitzero" required:"false"`
	Note      uuid.UUID `json:"note_id,omitzero" required:"false"`
	AddedBy   PersonRef `json:"added_by"`
	AddedAt   time.Time `json:"added_at"`
	CanRemove bool      `json:"can_remove"`
}

// FileInput says what a file belongs to.
type FileInput struct {
	Name    string
	Caption string
	Outcome uuid.UUID // or
	Note    uuid.UUID // or neither
}

// maxFiles bounds the files of one taskforce.
const maxFiles = 300
