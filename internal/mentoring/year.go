package mentoring

import (
	"github.com/google/uuid"
)

// PairFacts is what the year of a pairing came to, for 师徒最佳组合 (rule 20). Where a
// mentor was changed during the year, Political and Professional are those of the
// pairing's last day in it.
type PairFacts struct {
	Pairing, Mentee, Political, Professional    uuid.UUID
	MenteeName, PoliticalName, ProfessionalName string
	Branch, Group                               uuid.UUID // of the mentee on that day; zero: none
	// YearScore is 年终分 in hundredths of a point, the mean of both mentors' scores,
	// half up; 0 until both are there.
	YearScore int
	// Planned are the times that its published plan, or the one on notice, asks for; Done
	// those of them that confirmed logs fulfil, of each item no more than it asks for;
	// Logs all confirmed ones of the year.
	Planned, Done, Logs int
	// Complete says that the plan is published and both mentors have scored the year.
	Complete bool
}
