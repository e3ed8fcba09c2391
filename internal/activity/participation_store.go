package activity

import "xianfeng/internal/org"

// ParticipationsSQL is the one truth about volunteering (rules 29 and 30): a row for
// each of our people and each confirmed record of volunteering that they came to for
// some time. 人次 is the number of these rows, 人数 of the people in them, and hours the
// sum of counted, minutes as the office rounds them. Lists, personal records,
// certificates and the workbook all read it, as FROM (…) v, and bound it themselves by
// unit, scope and days.
func ParticipationsSQL(set org.UnitSettings) string {
	return `SELECT a.unit_id, a.id AS version_id, a.record_id, a.starts_at, (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
			a.title, a.place, a.served, t.person_id, t.branch_id, t.group_id, t.minutes, ` + org.CountedMinutesSQL(set, "t.minutes") + ` AS counted
		FROM activity_activities a
		JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind AND k.category = '` + categoryVolunteering + `'
		JOIN activity_attendances t ON t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = '` + Present + `' AND t.minutes > 0
		WHERE a.state = '` + string(Confirmed) + `'`
}

// OutsidersSQL is ParticipationsSQL of people from partner units, who count apart
// (rule 31). Their place is the record's: branch_id and group_id are its organiser's.
func OutsidersSQL(set org.UnitSettings) string {
	return `SELECT a.unit_id, a.id AS version_id, a.record_id, a.starts_at, a.branch_id, a.group_id, o.partner, o.name, o.minutes,
			` + org.CountedMinutesSQL(set, "o.minutes") + ` AS counted
		FROM activity_activities a
		JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind AND k.category = '` + categoryVolunteering + `'
		JOIN activity_outsiders o ON o.unit_id = a.unit_id AND o.activity_id = a.id AND o.minutes > 0
		WHERE a.state = '` + string(Confirmed) + `'`
}

// OrganiserNameSQL names who held an activity; alias is that of activity_activities.
func OrganiserNameSQL(alias string) string {
	a := alias + "."
	return `CASE ` + a + `organiser_kind
		WHEN 'department' THEN (SELECT o.name FROM org_departments o WHERE o.unit_id = ` + a + `unit_id AND o.id = ` + a + `department_id)
		WHEN 'branch' THEN (SELECT o.name FROM org_branches o WHERE o.unit_id = ` + a + `unit_id AND o.id = ` + a + `branch_id)
		WHEN 'group' THEN (SELECT b.name || o.name FROM org_groups o JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id
			WHERE o.unit_id = ` + a + `unit_id AND o.id = ` + a + `group_id)
		WHEN 'project' THEN (SELECT o.name FROM org_projects o WHERE o.unit_id = ` + a + `unit_id AND o.id = ` + a + `project_id)
		ELSE '全院' END`
}
