package desk

import "xianfeng/internal/access"

// ofPairing tells tasks of mentoring by their pairing.
func (t *Task) ofPairing() {
	switch t.Kind {
	case TaskLogs, TaskPlans, TaskAssessments:
		t.Talk, t.Pairing = nil, t.Talk
	}
}

// heldOn is who has each role of pairing r on a day, three rows (role, person).
func heldOn(day string) string {
	return `(SELECT 'mentee' AS role, r.mentee_id AS person
		UNION ALL (SELECT DISTINCT ON (t.role) t.role, t.mentor_id FROM mentoring_terms t
			WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.valid_from <= ` + day + ` ORDER BY t.role, t.valid_from DESC))`
}

// mentoringWaitings are what waits in mentoring: what the other one noted, the plan of
// another's wording, what is to be said of the half year or the year while it is due,
// and for the Party office the plans that the three have agreed to.
func mentoringWaitings(r reach) []waiting {
	own := access.Columns{Unit: "x.unit_id", Persons: []string{"x.person_id"}}
	one := "(array_agg(x.pairing_id ORDER BY x.pairing_id))[1]"
	today := "least(greatest($3::date, r.valid_from), r.valid_to)"
	out := []waiting{
		{TaskLogs, r.mentor, own, "NULL", "NULL", `
			(SELECT l.unit_id, l.pairing_id, $2::uuid AS person_id FROM mentoring_logs l
			WHERE l.unit_id = $1 AND l.state = 'reported' AND $2 IN (l.mentor_id, l.mentee_id) AND l.written_by <> $2) x`, one},
		{TaskPlans, r.mentor, own, "NULL", "NULL", `
			(SELECT p.unit_id, p.pairing_id, $2::uuid AS person_id FROM mentoring_plans p
			JOIN mentoring_pairings r ON r.unit_id = p.unit_id AND r.id = p.pairing_id
			WHERE p.unit_id = $1 AND p.state = 'draft' AND r.valid_to >= $3::date AND p.year >= extract(year FROM $3::date) AND $2 <> ALL (p.agreed_by)
				AND $2 IN (SELECT h.person FROM ` + heldOn(today) + ` h)) x`, one},
		// Of a half year in June and July, of a year in December and January.
		{TaskAssessments, r.mentor, own, "NULL", "NULL", `
			(SELECT r.unit_id, r.id AS pairing_id, $2::uuid AS person_id FROM mentoring_pairings r
			CROSS JOIN LATERAL (SELECT CASE WHEN extract(month FROM $3::date) IN (6, 7) THEN 'mid' WHEN extract(month FROM $3::date) IN (12, 1) THEN 'final' END AS stage,
				(extract(year FROM $3::date - interval '1 month'))::int AS year) d
			CROSS JOIN LATERAL (SELECT CASE d.stage WHEN 'final' THEN least(make_date(d.year, 12, 31), r.valid_to) ELSE $3::date END AS day) s
			CROSS JOIN LATERAL ` + heldOn("s.day") + ` h
			WHERE r.unit_id = $1 AND d.stage IS NOT NULL AND h.person = $2 AND r.valid_from <= s.day AND s.day <= r.valid_to AND extract(year FROM s.day) = d.year
				AND NOT EXISTS (SELECT FROM mentoring_assessments a WHERE a.unit_id = r.unit_id AND a.pairing_id = r.id AND a.year = d.year AND a.stage = d.stage AND a.role = h.role)) x`, one},
	}
	if r.plans.Whole() {
		out = append(out, waiting{kind: TaskReadyPlans, scope: r.plans, columns: access.Columns{Unit: "x.unit_id"}, until: "NULL", quarter: "NULL", from: `
			(SELECT p.unit_id FROM mentoring_plans p JOIN mentoring_pairings r ON r.unit_id = p.unit_id AND r.id = p.pairing_id
			WHERE p.unit_id = $1 AND p.state = 'draft' AND r.valid_to >= $3::date AND p.year >= extract(year FROM $3::date)
				AND p.agreed_by @> (SELECT array_agg(h.person) FROM ` + heldOn(today) + ` h)) x`})
	}
	return out
}
