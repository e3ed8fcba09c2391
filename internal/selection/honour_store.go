package selection

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// insertHonours writes the honours of the chosen candidates with their certificate
// numbers, in one statement.
func insertHonours(ctx context.Context, tx bun.Tx, by access.Actor, on calendar.Date, s Selection, chosen []Candidate, ids []uuid.UUID) error {
	candidates, results := make([]uuid.UUID, len(chosen)), make([]string, len(chosen))
	for i, c := range chosen {
		candidates[i], results[i] = c.ID, Awarded
		if s.Kind == Pennant {
			results[i] = won(c)
		}
	}
	period := s.Quarter.String()
	if s.Kind == BestPair {
		period = fmt.Sprint(s.Quarter.Year)
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO selection_honours (unit_id, id, number, kind, title, quarter, branch_id, group_id, person_id, people, name, result,
			awarded_on, awarded_by, selection_id, candidate_id)
		SELECT $1, r.id, $5 || '-' || $12 || '-' || lpad(nextval('selection_honour_numbers')::text, 4, '0'), $3, $6, $4,
			c.branch_id, c.group_id, c.person_id, c.people, CASE WHEN c.person_id IS NULL THEN b.name || c.name ELSE c.name END, r.result, $7, $8, c.selection_id, c.id
		FROM unnest($9::uuid[], $10::uuid[], $11::text[]) WITH ORDINALITY AS r (id, candidate, result, n)
		JOIN selection_candidates c ON c.unit_id = $1 AND c.id = r.candidate AND c.selection_id = $2
		LEFT JOIN org_branches b ON b.unit_id = c.unit_id AND b.id = c.branch_id
		ORDER BY r.n`, by.Unit, s.ID, s.Kind, s.Quarter.String(), KindName(s.Kind), KindName(s.Kind), on, by.Person, ids, candidates, results, period)
	if err != nil {
		return fmt.Errorf("honours of %s: %w", s.ID, db.Translate(err))
	}
	return nil
}

const honourColumns = `h.id, h.number, h.kind, h.title, h.quarter, h.branch_id, coalesce(b.name, ''), h.group_id, coalesce(g.name, ''), h.person_id, h.name, h.result, h.awarded_on, h.selection_id`

const honourTables = ` FROM selection_honours h
	LEFT JOIN org_branches b ON b.unit_id = h.unit_id AND b.id = h.branch_id
	LEFT JOIN org_groups g ON g.unit_id = h.unit_id AND g.id = h.group_id
	LEFT JOIN org_people p ON p.unit_id = h.unit_id AND p.id = h.person_id`

func (h *Honour) columns() []any {
	return []any{&h.ID, &h.Number, &h.Kind, &h.Title, &h.Quarter, orZero(&h.BranchID), &h.Branch, orZero(&h.GroupID), &h.Group, &h.PersonID, &h.Name, &h.Result, &h.AwardedOn, &h.Selection}
}

// scopeOfHonours is how a Scope reaches the honour h.
func scopeOfHonours() access.Columns {
	return access.Columns{Unit: "h.unit_id", Persons: []string{"h.person_id"}, PersonIn: []string{"SELECT unnest(h.people)"}, Branch: "h.branch_id", Group: "h.group_id"}
}

// listHonours reads one more than the limit, the newest quarter first, and how many
// there are in all; a limit of 0 reads all, up to what an export takes.
func listHonours(ctx context.Context, on bun.IDB, scope access.Scope, f HonourFilter) (out []Honour, total int, err error) {
	where, args := scope.Where(scopeOfHonours(), 5)
	text := ""
	if f.Text != "" {
		text = "%" + db.Like(f.Text) + "%"
	}
	where = ` WHERE ($1 = '' OR h.kind = $1) AND ($2 = '' OR h.quarter = $2) AND ($3::uuid IS NULL OR h.person_id = $3 OR $3 = ANY (h.people))
		AND ($4 = '' OR h.number || ' ' || h.name || ' ' || coalesce(b.name, '') || ' ' || coalesce(g.name, '') || ' ' || coalesce(p.pinyin || ' ' || p.initials, '') ILIKE $4) AND ` + where
	args = append([]any{f.Kind, f.Quarter.String(), db.OrNull(f.Person), text}, args...)
	if err := db.One(ctx, on, []any{&total}, `SELECT count(*)::int`+honourTables+where, args...); err != nil {
		return nil, 0, fmt.Errorf("honours: %w", err)
	}
	limit := exportMost + 1
	if f.Limit > 0 {
		limit = f.Limit + 1
	}
	n := len(args)
	out = []Honour{}
	err = db.Each(ctx, on, fmt.Sprintf(`SELECT %s%s%s AND ($%d = '' OR h.quarter < $%d OR h.quarter = $%d AND h.number > $%d)
		ORDER BY h.quarter DESC, h.number LIMIT $%d`, honourColumns, honourTables, where, n+1, n+1, n+1, n+2, n+3),
		append(args, f.after.quarter, f.after.number, limit), func(rows *sql.Rows) error {
			var h Honour
			err := rows.Scan(h.columns()...)
			h.fill()
			out = append(out, h)
			return err
		})
	if err != nil {
		return nil, 0, fmt.Errorf("honours: %w", err)
	}
	return out, total, nil
}

func readHonour(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID) (h Honour, unit string, err error) {
	where, args := scope.Where(scopeOfHonours(), 2)
	err = db.One(ctx, on, append(h.columns(), &unit), `SELECT `+honourColumns+`, (SELECT u.name FROM org_units u WHERE u.id = h.unit_id)`+honourTables+`
		WHERE h.id = $1 AND `+where, append([]any{id}, args...)...)
	if err != nil {
		return h, "", fmt.Errorf("honour %s: %w", id, err)
	}
	h.fill()
	return h, unit, nil
}

// orZero reads an id that may be absent: of a pair whose mentee is in no branch.
func orZero(id *uuid.UUID) sql.Scanner { return &optional{id} }

type optional struct{ id *uuid.UUID }

// Scan implements sql.Scanner.
func (o *optional) Scan(from any) error {
	var n uuid.NullUUID
	err := n.Scan(from)
	*o.id = n.UUID
	return err
}
