package org

// CountedMinutesSQL is CountedMinutes as an expression over minutes, an integer
// expression of the caller's query. One test holds both against each other.
func CountedMinutesSQL(set UnitSettings, minutes string) string {
	counted := minutes
	switch set.HoursRounding {
	case RoundHalfHour:
		counted = minutes + " / 30 * 30"
	case RoundHour:
		counted = minutes + " / 60 * 60"
	}
	short := ""
	if set.ShortVolunteers {
		short = " WHEN " + minutes + " < 30 THEN 30"
	}
	return "(CASE WHEN " + minutes + " <= 0 THEN 0" + short + " ELSE " + counted + " END)"
}
