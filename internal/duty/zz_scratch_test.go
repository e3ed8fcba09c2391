package duty

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

func TestScratch(t *testing.T) {
	d, err := db.Open(context.Background(), os.Getenv("SCRATCH"), db.Options{Role: db.AppRole})
	if err != nil {
		t.Fatal(err)
	}
	unit := uuid.MustParse(os.Getenv("SCRATCHUNIT"))
	today := calendar.DateOf(time.Now())
	owners := []string{OwnerBranch}
	if os.Getenv("GROUPS") != "" {
		owners = append(owners, OwnerGroup)
	}
	q, err := reckon(context.Background(), d, access.System(unit), Filter{From: addMonths(today, -11), To: today, Owners: owners}, today)
	if err != nil {
		t.Fatal(err)
	}
	q.add(`SELECT to_char(least(last, ?), 'YYYY-MM') AS month, count(*) AS owed FROM judged WHERE state <> 'none' GROUP BY 1 ORDER BY 1`, today)
	var rows []string
	if err := d.NewRaw("EXPLAIN (ANALYZE, COSTS, TIMING OFF) "+q.text.String(), q.args...).Scan(context.Background(), &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		fmt.Println(r)
	}
}
