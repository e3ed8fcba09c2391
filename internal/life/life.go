// Package life gathers what the office's records tell of one person, as far as the
// viewer may see each kind of them, on one time line. It writes nothing.
package life
