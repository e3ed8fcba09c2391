package activity

import "github.com/google/uuid"

// OrganiserChoice is a place that the actor may record for.
type OrganiserChoice struct {
	OrganiserRef
	Name string `json:"name"`
}

// ProjectRef is a project that held what the actor may read.
type ProjectRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}
