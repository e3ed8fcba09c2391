package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// Parameters: $1 unit, $2 day, $3 quarter, $4 first quarter of its year, $5 first
// day of the quarter.
//
// Listed is who has a ledger on the day or is exempt from one, and besides whoever
// has entries in the quarter, so that the rows add up to what was posted: somebody
// who left within it stands under the last branch. Who is off the roll because an
// import was undone is not listed; their entries are all reversed.
const (
	keptTotals = `WITH kept AS (
		SELECT person_id, sum(gained + deducted) AS total, sum(entries) AS entries, sum(vetoes) AS vetoes,
			coalesce(sum(gained) FILTER (WHERE dimension <> 'base'), 0) AS gained,
			coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'base'), 0) AS base,
			coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'political'), 0) AS political,
			coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'professional'), 0) AS professional,
			coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'discipline'), 0) AS discipline
		FROM points_totals WHERE unit_id = $1 AND quarter = $3 GROUP BY person_id),
	earlier AS (
		SELECT person_id, sum(gained + deducted) AS total
		FROM points_totals WHERE unit_id = $1 AND quarter >= $4 AND quarter < $3 GROUP BY person_id),` + endedMemberships + `,
	exempt AS (
		SELECT DISTINCT ON (person_id) person_id, reason, valid_from, valid_to FROM org_exemptions
		WHERE unit_id = $1 AND valid_from <= $2::date AND (valid_to IS NULL OR valid_to >= $5::date)
		ORDER BY person_id, valid_from DESC)`

	endedMemberships = `
	ended AS ( -- the last membership that ended before the day, and within the quarter or right before it
		SELECT DISTINCT ON (o.person_id) o.person_id, o.branch_id, o.group_id, o.valid_from, o.valid_to, b.name
		FROM org_party_memberships o JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id
		WHERE o.unit_id = $1 AND o.valid_to < $2::date AND o.valid_to >= $5::date - 1
		ORDER BY o.person_id, o.valid_to DESC)`

	// placeColumns say who somebody is and where they belong.
	placeColumns = `
	SELECT p.unit_id, p.id AS person_id, p.name, p.pinyin,
		CASE WHEN m.id IS NULL THEN e.branch_id ELSE m.branch_id END AS branch_id,
		CASE WHEN m.id IS NULL THEN e.group_id ELSE m.group_id END AS group_id,
		coalesce(b.name, '') AS branch_name, coalesce(g.name, '') AS group_name, coalesce(b.ord, 2147483647) AS branch_ord, coalesce(g.ord, 2147483647) AS group_ord,
		coalesce(m.valid_from, e.valid_from) AS since, CASE WHEN m.id IS NULL THEN e.valid_to END AS until,
		CASE WHEN m.id IS NOT NULL THEN coalesce(e.name, '') ELSE '' END AS origin, p.joined_party_on`

	standingColumns = placeColumns + `,
		coalesce(x.reason, '') AS exempt, x.valid_from AS exempt_from, x.valid_to AS exempt_to,
		coalesce(k.base, 0) AS base, coalesce(k.political, 0) AS political, coalesce(k.professional, 0) AS professional,
		coalesce(k.discipline, 0) AS discipline, coalesce(k.total - k.base - k.political - k.professional - k.discipline, 0) AS conduct,
		coalesce(k.gained, 0) AS gained, coalesce(k.total - k.base - k.gained, 0) AS deducted,
		coalesce(k.total, 0) + coalesce(y.total, 0) AS year, coalesce(k.vetoes, 0) AS vetoes, coalesce(k.entries, 0) AS entries`

	standingTables = placeTables + `
	LEFT JOIN earlier y ON y.person_id = p.id` + onTheRoll

	// placeTables are who has kept totals or exemptions, with where they belong.
	placeTables = `
	FROM org_people p
	LEFT JOIN kept k ON k.person_id = p.id
	LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id
		AND m.valid_from <= $2::date AND (m.valid_to IS NULL OR m.valid_to >= $2::date)
	LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id
		AND dm.valid_from <= $2::date AND (dm.valid_to IS NULL OR dm.valid_to >= $2::date)
	LEFT JOIN ended e ON e.person_id = p.id AND (m.id IS NOT NULL OR e.valid_to >= $5::date)
	LEFT JOIN exempt x ON x.person_id = p.id
	LEFT JOIN org_branches b ON b.unit_id = p.unit_id AND b.id = CASE WHEN m.id IS NULL THEN e.branch_id ELSE m.branch_id END
	LEFT JOIN org_groups g ON g.unit_id = p.unit_id AND g.id = CASE WHEN m.id IS NULL THEN e.group_id ELSE m.group_id END`
	onTheRoll = `
	WHERE p.unit_id = $1 AND p.on_roll`

	// Ranks are among all of the group, whatever part of it the reader may see.
	standingRank = `, CASE WHEN m.group_id IS NOT NULL AND ` + ranked + ` THEN
		rank() OVER (PARTITION BY m.group_id, ` + ranked + `
			ORDER BY coalesce(k.total, 0) DESC) ELSE 0 END AS place`
	ranked         = `(x.person_id IS NULL OR x.valid_to < $2::date)`
	standingNoRank = `, 0 AS place`
)

// standings reads the quarter of everyone whom the scope reaches, in the order of
// branch, group, name.
func standings(ctx context.Context, on bun.IDB, a ask) ([]*standing, error) {
	text, args := standingsQuery(a)
	rows, err := db.Query(ctx, on, text, args...)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []*standing
	for rows.Next() {
		s := &standing{}
		if err := rows.Scan(&s.Person, &s.Name, &s.pinyin, &s.branchOrd, &s.groupOrd, &s.Branch, &s.Group, &s.BranchName, &s.GroupName, &s.Since, &s.Until, &s.Origin, &s.JoinedParty,
			&s.Exempt, &s.ExemptFrom, &s.ExemptTo, &s.Base, &s.Political, &s.Professional, &s.Discipline, &s.Conduct,
			&s.Gained, &s.Deducted, &s.Year, &s.Vetoes, &s.Entries, &s.Rank); err != nil {
			return nil, fmt.Errorf("standings: %w", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	slices.SortFunc(out, (*standing).compare)
	return out, nil
}

// within bounds rows r by the scope and by what was asked for; the arguments follow
// those given.
func (a ask) within(args []any) (where string, all []any) {
	where, more := a.scope.Where(access.Columns{Unit: "r.unit_id", Persons: []string{"r.person_id"}, Branch: "r.branch_id", Group: "r.group_id"}, len(args)+1)
	args = append(args, more...)
	narrow := func(column string, id uuid.UUID) {
		if id != uuid.Nil {
			args = append(args, id)
			where += " AND " + column + " = $" + strconv.Itoa(len(args))
		}
	}
	narrow("r.branch_id", a.branch)
	narrow("r.person_id", a.person)
	return where, args
}

func standingsQuery(a ask) (text string, args []any) {
	rank := standingNoRank
	if a.settings.RankingColumn {
		rank = standingRank
	}
	args = []any{a.unit, a.day, a.quarter, calendar.Quarter{Year: a.quarter.Year, Q: 1}, a.quarter.First()}
	where, args := a.within(args)
	text = keptTotals + `
	SELECT r.person_id, r.name, r.pinyin, r.branch_ord, r.group_ord, r.branch_id, r.group_id, r.branch_name, r.group_name, r.since, r.until, r.origin, r.joined_party_on,
		r.exempt, r.exempt_from, r.exempt_to, r.base, r.political, r.professional, r.discipline, r.conduct,
		r.gained, r.deducted, r.year, r.vetoes, r.entries, r.place
	FROM (` + standingColumns + rank + standingTables + ` AND (k.entries > 0 OR ` + org.HoldsSQL(a.settings) + `)) r
	WHERE ` + where
	return text, args
}
