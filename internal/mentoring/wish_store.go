package mentoring

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

func listWishes(ctx context.Context, on bun.IDB, scope access.Scope) ([]Wish, error) {
	where, args := scope.Where(whole("w"), 1)
	out := []Wish{}
	err := db.Each(ctx, on, `SELECT w.id, w.kind, w.mentee_id, e.name, w.mentor_id, m.name, coalesce(w.role, ''), coalesce(b.name, ''), w.noted_at
		FROM mentoring_wishes w
		JOIN org_people e ON e.unit_id = w.unit_id AND e.id = w.mentee_id
		JOIN org_people m ON m.unit_id = w.unit_id AND m.id = w.mentor_id
		LEFT JOIN org_people b ON b.unit_id = w.unit_id AND b.id = w.noted_by
		WHERE `+where+` ORDER BY e.pinyin, e.id, w.id`, args, func(rows *sql.Rows) error {
		var w Wish
		err := rows.Scan(&w.ID, &w.Kind, &w.MenteeID, &w.MenteeName, &w.MentorID, &w.MentorName, &w.Role, &w.NotedByName, &w.NotedAt)
		out = append(out, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("wishes: %w", err)
	}
	return out, nil
}

func insertWish(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, in WishInput, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO mentoring_wishes (unit_id, id, kind, mentee_id, mentor_id, role, noted_by, noted_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8)`, by.Unit, id, in.Kind, in.MenteeID, in.MentorID, in.Role, by.Person, at)
	if err != nil {
		return fmt.Errorf("wish: %w", db.Translate(err))
	}
	return nil
}

func deleteWish(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM mentoring_wishes WHERE unit_id = $1 AND id = $2`, unit, id)
	if err != nil {
		return fmt.Errorf("wish %s: %w", id, db.Translate(err))
	}
	return nil
}

func findWish(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID) (Wish, bool, error) {
	all, err := listWishes(ctx, on, scope)
	if i := slices.IndexFunc(all, func(w Wish) bool { return w.ID == id }); i >= 0 {
		return all[i], true, err
	}
	return Wish{}, false, err
}
