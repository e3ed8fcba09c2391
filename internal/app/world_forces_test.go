package app_test

// forces is what things have of taskforces.
type forces struct{}

// within is this with what belongs to the unit from there.
func (x forces) within(unit forces) forces { return x }

// campaigns makes it for each of the things.
func (o *office) campaigns(all map[string]things) {}
