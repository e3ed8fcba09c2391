package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// placementColumns and placementTables read everyone's place on the day $2 in the
// unit $1. A full member was probationary before full_member_on, and nobody was a
// member before joined_party_on, so that a past day reads as it was.
const placementColumns = `SELECT p.id, p.name, m.branch_id, m.group_id, dm.department_id,
	coalesce(b.name, ''), coalesce(g.name, ''), coalesce(d.name, ''),
	CASE WHEN p.political_status = 'party_member' AND p.full_member_on > $2::date THEN 'probationary_member' ELSE p.political_status END,
	` + partyThatDay + `,
	` + voterThatDay + `,
	` + onRollThatDay + `,
	coalesce(x.reason, '')`

const placementTables = `
	FROM org_people p
	LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id
		AND m.valid_from <= $2::date AND (m.valid_to IS NULL OR m.valid_to >= $2::date)
	LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
	LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id
	LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id
		AND dm.valid_from <= $2::date AND (dm.valid_to IS NULL OR dm.valid_to >= $2::date)
	LEFT JOIN org_departments d ON d.unit_id = dm.unit_id AND d.id = dm.department_id
	LEFT JOIN org_exemptions x ON x.unit_id = p.unit_id AND x.person_id = p.id
		AND x.valid_from <= $2::date AND (x.valid_to IS NULL OR x.valid_to >= $2::date)
	WHERE p.unit_id = $1`

const partyThatDay = `(p.political_status IN ('party_member', 'probationary_member') AND (p.joined_party_on IS NULL OR p.joined_party_on <= $2::date))`

const voterThatDay = `(p.political_status = 'party_member' AND (p.full_member_on IS NULL OR p.full_member_on <= $2::date) AND ` + partyThatDay + `)`

// onRollThatDay leaves out administrators from outside, who has left, and who had
// not come yet: whose memberships all lie on other days. Somebody without any
// membership at all has been here always.
const onRollThatDay = `(p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2::date)
	AND (m.id IS NOT NULL OR dm.id IS NOT NULL OR NOT EXISTS (
		SELECT FROM org_party_memberships o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
		UNION ALL
		SELECT FROM org_department_memberships o WHERE o.unit_id = p.unit_id AND o.person_id = p.id)))`

// HoldsSQL is Placement.Holds as a condition, exemptions left to the caller: of the
// person p, whose memberships on the day $2 are m in a branch and dm in a
// department, where there are any.
func HoldsSQL(set UnitSettings) string {
	if set.LedgerHolders == HoldersStaff {
		return onRollThatDay
	}
	return onRollThatDay + " AND m.id IS NOT NULL AND " + partyThatDay
}

const placementOrder = `
	ORDER BY b.ord NULLS LAST, b.id, g.ord NULLS LAST, g.id, p.pinyin, p.name, p.id`

// Placements gives the place of each of these people on a day, in one query.
// Whoever is not of the unit is absent from the answer.
func Placements(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date, people []uuid.UUID) (map[uuid.UUID]Placement, error) {
	out := make(map[uuid.UUID]Placement, len(people))
	if len(people) == 0 {
		return out, nil
	}
	found, err := placements(ctx, on, placementColumns+placementTables+" AND p.id = ANY($3::uuid[])", unit, day, people)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		out[p.Person] = p
	}
	return out, nil
}

// PersonDay is a person on a day.
type PersonDay struct {
	Person uuid.UUID
	Day    calendar.Date
}

// PlacementsOn is Placements with a day for each person, in one query: what happened
// on many days is posted at once.
func PlacementsOn(ctx context.Context, on bun.IDB, unit uuid.UUID, at []PersonDay) (map[PersonDay]Placement, error) {
	out := make(map[PersonDay]Placement, len(at))
	if len(at) == 0 {
		return out, nil
	}
	people, days := make([]uuid.UUID, len(at)), make([]string, len(at))
	for i, k := range at {
		people[i], days[i] = k.Person, k.Day.String()
	}
	query := strings.ReplaceAll(placementColumns+", k.day"+placementTables, "$2::date", "k.day")
	query = strings.Replace(query, "FROM org_people p\n",
		"FROM unnest($2::uuid[], $3::text[]::date[]) AS k(person_id, day) JOIN org_people p ON p.id = k.person_id\n", 1)
	rows, err := db.Query(ctx, on, query, unit, people, days)
	if err != nil {
		return nil, fmt.Errorf("placements: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p Placement
		var day calendar.Date
		if err := rows.Scan(append(p.columns(), &day)...); err != nil {
			return nil, fmt.Errorf("placements: %w", err)
		}
		out[PersonDay{p.Person, day}] = p
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("placements: %w", db.Translate(err))
	}
	return out, nil
}

// columns are where placementColumns go.
func (p *Placement) columns() []any {
	return []any{&p.Person, &p.Name, &p.Branch, &p.Group, &p.Department, &p.BranchName, &p.GroupName, &p.DepartmentName,
		&p.PoliticalStatus, &p.Party, &p.Voter, &p.OnRoll, &p.Exempt}
}

// Holders lists who has a points ledger on a day, as Placement.Holds says. The order
// is branch, group, name.
func Holders(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date) ([]Placement, error) {
	set, err := Settings(ctx, on, unit)
	if err != nil {
		return nil, err
	}
	return placements(ctx, on, placementColumns+placementTables+" AND "+HoldsSQL(set)+" AND x.id IS NULL"+placementOrder, unit, day)
}

// Expected lists who should come to what the organiser holds on a day (rule 4).
// Exempt people are among them, marked: an exemption is from points, not from Party
// life. The order is branch, group, name.
func Expected(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date, o Organiser, circle string) ([]Placement, error) {
	query := placementColumns + placementTables + " AND " + onRollThatDay
	var place uuid.UUID
	branch := "" // whose committee
	switch o.Kind {
	case "unit":
		query += " AND $3::uuid IS NOT NULL" // keeps one parameter list for all
		place = unit
		branch = "TRUE"
	case "department":
		query += " AND dm.department_id = $3::uuid"
		place = o.Department
		branch = "FALSE"
	case "branch":
		place = o.Branch
		branch = "c.branch_id = $3::uuid"
		if circle != CircleCommittee {
			query += " AND m.branch_id = $3::uuid"
		}
	case "group":
		place = o.Group
		branch = "c.branch_id = (SELECT branch_id FROM org_groups WHERE unit_id = $1 AND id = $3::uuid)"
		if circle != CircleCommittee {
			query += " AND m.group_id = $3::uuid"
		}
	case "project":
		place = o.Project
		query += " AND " + secondedThatDay
		branch = "FALSE"
	default:
		return nil, fmt.Errorf("org: organiser of kind %q", o.Kind)
	}
	switch circle {
	case CircleMembers:
		query += " AND " + partyThatDay
	case CircleVoters:
		query += " AND " + voterThatDay
	case CircleCommittee:
		if o.Kind == "project" {
			query += " AND " + officerThatDay
			break
		}
		query += ` AND EXISTS (SELECT FROM org_positions c WHERE c.unit_id = p.unit_id AND c.person_id = p.id
			AND ` + committeePost + ` AND ` + branch + `)`
	case CircleStaff:
	case CircleNobody:
		return nil, nil
	default:
		return nil, fmt.Errorf("org: circle %q", circle)
	}
	return placements(ctx, on, query+placementOrder, unit, day, place)
}

// secondedThatDay is that the person p is in the project $3 on the day $2, and
// officerThatDay that they hold an office in it.
const (
	secondedThatDay = `EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = p.unit_id AND s.person_id = p.id AND s.project_id = $3::uuid
		AND s.valid_from <= $2::date AND (s.valid_to IS NULL OR s.valid_to >= $2::date))`
	officerThatDay = `EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = p.unit_id AND s.person_id = p.id AND s.project_id = $3::uuid
		AND s.valid_from <= $2::date AND (s.valid_to IS NULL OR s.valid_to >= $2::date) AND s.office <> 'member')`
)

// committeePost is that the position c is a seat of a committee on the day $2.
const committeePost = `c.kind IN ('secretary', 'deputy_secretary', 'committee_member')
	AND c.valid_from <= $2::date AND (c.valid_to IS NULL OR c.valid_to >= $2::date)`

// Committees gives the people of CircleCommittee of several branches on a day, by
// branch, in one query. A branch without a committee is absent from the answer.
func Committees(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date, branches []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	rows, err := db.Query(ctx, on, `SELECT DISTINCT c.branch_id, c.person_id FROM org_positions c
		WHERE c.unit_id = $1 AND c.branch_id = ANY($3::uuid[]) AND `+committeePost+`
			AND c.person_id IN (SELECT p.id`+placementTables+` AND `+onRollThatDay+`)`, unit, day, branches)
	if err != nil {
		return nil, fmt.Errorf("committees: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	out := make(map[uuid.UUID][]uuid.UUID, len(branches))
	for rows.Next() {
		var branch, person uuid.UUID
		if err := rows.Scan(&branch, &person); err != nil {
			return nil, fmt.Errorf("committees: %w", err)
		}
		out[branch] = append(out[branch], person)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("committees: %w", db.Translate(err))
	}
	return out, nil
}

func placements(ctx context.Context, on bun.IDB, query string, args ...any) ([]Placement, error) {
	rows, err := db.Query(ctx, on, query, args...)
	if err != nil {
		return nil, fmt.Errorf("placements: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	var out []Placement
	for rows.Next() {
		var p Placement
		if err := rows.Scan(p.columns()...); err != nil {
			return nil, fmt.Errorf("placements: %w", err)
		}
		out = append(out, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("placements: %w", db.Translate(err))
	}
	return out, nil
}
