package activity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// saveOutsiders replaces the outsiders of a draft; of a fresh one there are none to take
// away.
func saveOutsiders(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, people []Outsider, fresh bool) error {
	if !fresh {
		if _, err := db.Exec(ctx, tx, `DELETE FROM activity_outsiders WHERE unit_id = $1 AND activity_id = $2`, unit, id); err != nil {
			return fmt.Errorf("save outsiders: %w", err)
		}
	}
	n := len(people)
	if n == 0 {
		return nil
	}
	names, partners, minutes := make([]string, n), make([]string, n), make([]int32, n)
	for i, o := range people {
		names[i], partners[i], minutes[i] = o.Name, o.Partner, int32(o.Minutes)
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO activity_outsiders (unit_id, activity_id, seq, name, partner, minutes)
		SELECT $1, $2, n.seq, n.name, n.partner, n.minutes
		FROM unnest($3::text[], $4::text[], $5::int[]) WITH ORDINALITY AS n (name, partner, minutes, seq)`, unit, id, names, partners, minutes)
	if err != nil {
		return fmt.Errorf("save outsiders: %w", err)
	}
	return nil
}

func outsidersOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]Outsider, error) {
	people := []Outsider{}
	err := on.NewRaw(`SELECT name, partner, minutes FROM activity_outsiders
		WHERE unit_id = ? AND activity_id = ? ORDER BY seq`, unit, id).Scan(ctx, &people)
	return people, db.Translate(err)
}
