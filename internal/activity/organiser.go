package activity

// OrganiserChoice is a place that the actor may record for.
type OrganiserChoice struct {
	OrganiserRef
	Name string `json:"name"`
}
