package org

import (
	"context"
	"database/sql"
	"testing"

	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
)

// What Go counts minutes for, the database counts them for.
func TestCountedMinutesAgree(t *testing.T) {
	d := testdb.New(t)
	for _, rounding := range []string{RoundExact, RoundHalfHour, RoundHour} {
		for _, short := range []bool{false, true} {
			set := DefaultSettings()
			set.HoursRounding, set.ShortVolunteers = rounding, short
			n := 0
			err := db.Each(context.Background(), d, `SELECT m, `+CountedMinutesSQL(set, "m")+` FROM generate_series(0, 2000) m`, nil, func(rows *sql.Rows) error {
				var minutes, counted int
				err := rows.Scan(&minutes, &counted)
				if want := set.CountedMinutes(minutes); counted != want {
					t.Errorf("%s, short %v: %d minutes count %d in the database, %d in Go", rounding, short, minutes, counted, want)
				}
				n++
				return err
			})
			if err != nil || n != 2001 {
				t.Fatal(n, err)
			}
		}
	}
}
