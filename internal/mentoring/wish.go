package mentoring

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// The kinds of wishes.
const (
	Lock    = "lock"    // this mentor, in this role
	Exclude = "exclude" // not this one, in neither
)

// Wish is what a proposal has to respect.
type Wish struct {
	ID          uuid.UUID `json:"id"`
	Kind        string    `json:"kind" enum:"lock,exclude"`
	MenteeID    uuid.UUID `json:"mentee_id"`
	MenteeName  string    `json:"mentee_name"`
	MentorID    uuid.UUID `json:"mentor_id"`
	MentorName  string    `json:"mentor_name"`
	Role        string    `json:"role" enum:"political,professional," doc:"Of a lock"`
	NotedByName string    `json:"noted_by_name"`
	NotedAt     time.Time `json:"noted_at"`
}

// WishInput notes one.
type WishInput struct {
	Kind     string    `json:"kind" enum:"lock,exclude"`
	MenteeID uuid.UUID `json:"mentee_id"`
	MentorID uuid.UUID `json:"mentor_id"`
	Role     string    `json:"role,omitempty" enum:"political,professional" doc:"Of a lock; an exclusion is of both"`
}

func (in *WishInput) check() error {
	switch {
	case in.Kind != Lock && in.Kind != Exclude:
		return fault.Field("kind", "请选择意向或回避")
	case in.MenteeID == in.MentorID:
		return fault.Field("mentor_id", "导师与学员不能是同一人")
	case in.Kind == Lock && in.Role != Political && in.Role != Professional:
		return fault.Field("role", "请选择意向的是哪一类导师")
	}
	if in.Kind == Exclude {
		in.Role = ""
	}
	return nil
}
