package app_test

// pairs is what things have of mentoring.
type pairs struct{}

// within is this with what belongs to the unit from there.
func (x pairs) within(unit pairs) pairs { return x }

// pairsUp makes it for each of the things.
func (o *office) pairsUp(all map[string]things) {}
