package app_test

// service is what things have of volunteering.
type service struct{}

// within is this with what belongs to the unit from there.
func (x service) within(unit service) service { return x }

// serves makes it for each of the things.
func (o *office) serves(all map[string]things) {}
