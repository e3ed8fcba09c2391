package app_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/report"
	"xianfeng/internal/testdb"
)

// imports is the Party office importing the sample roster from the first of the year.
func (o *office) imports() org.Import {
	o.t.Helper()
	data, err := os.ReadFile("../org/testdata/roster-clean.xlsx")
	must(o.t, err)
	by, scope := o.as("office", "people", "import")
	imp, err := o.app.Org.PreviewImport(o.t.Context(), by, scope, "花名册.xlsx", data, org.ImportOptions{})
	must(o.t, err)
	imp, err = o.app.Org.ConfirmImport(o.t.Context(), by, scope, imp.ID, org.ConfirmOptions{})
	must(o.t, err)
	if imp.Counts.New != 92 {
		o.t.Fatalf("imported %s", imp.Counts)
	}
	return imp
}

func (o *office) undoes(imp org.Import) error {
	o.t.Helper()
	by, scope := o.as("office", "people", "import")
	_, err := o.app.Org.UndoImport(o.t.Context(), by, scope, imp.ID)
	return err
}

// ledgers is how many entries the books hold, all of which have to recompute.
func (o *office) ledgers() int {
	o.t.Helper()
	r, err := o.app.Points.Verify(o.t.Context(), access.Actor{Unit: o.Unit}, access.System(o.Unit))
	must(o.t, err)
	if !r.OK {
		o.t.Errorf("ledgers: %v", r.Broken)
	}
	return r.Entries
}

// summary gives the names in the quarter's summary, each person's once, and its totals.
func (o *office) summary(q calendar.Quarter) (names []string, totals map[string]int64) {
	o.t.Helper()
	by, scope := o.as("office", "quarter_summary", "read")
	p, err := o.app.Reports.Preview(o.t.Context(), by, scope, report.Request{Kind: "quarter-summary", Quarter: q}, report.Page{Limit: 1000})
	must(o.t, err)
	name := slices.IndexFunc(p.Columns, func(c report.PreviewColumn) bool { return c.Key == "name" })
	seen := map[uuid.UUID]bool{}
	for _, row := range p.Rows {
		if seen[*row.PersonID] {
			o.t.Errorf("%v stands twice in the summary", row.Cells[name])
		}
		seen[*row.PersonID] = true
		names = append(names, fmt.Sprint(row.Cells[name]))
	}
	return names, p.Totals
}

// roll lists the people of the office, and how many the list says there are.
func (o *office) roll() (listed, total int) {
	o.t.Helper()
	_, scope := o.as("office", "people", "read")
	page, _, total, err := o.app.Org.People(o.t.Context(), scope, org.PersonFilter{Limit: 200})
	must(o.t, err)
	return len(page), total
}

// An import that the minute's job gave base points to can still be undone (rule 2),
// in every quarter that is open, and comes in again like new.
func TestUndoAfterBasePoints(t *testing.T) {
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	q := calendar.QuarterOf(today)
	must(t, s.app.Points.OpenQuarter(t.Context(), o.Unit, calendar.QuarterOf(q.First().AddDays(-1))))
	must(t, s.app.Points.Tick(t.Context()))
	before, sum := o.summary(q)
	entries := o.ledgers()

	imp := o.imports()
	must(t, s.app.Points.Tick(t.Context()))
	imported := o.ledgers() - entries
	if imported == 0 || imported%2 != 0 {
		t.Fatalf("%d base entries in two quarters", imported)
	}
	with, sumWith := o.summary(q)
	must(t, o.undoes(imp))
	if n := o.ledgers(); n != entries+2*imported {
		t.Errorf("%d entries after undoing, want each of %d reversed", n-entries, imported)
	}
	if after, now := o.summary(q); !slices.Equal(after, before) || !maps.Equal(now, sum) {
		t.Errorf("summary after undoing: %v %v, want %v %v", after, now, before, sum)
	}
	by, scope := o.as("office", "ledger", "read")
	rows, err := s.app.Points.Ledgers(t.Context(), by, scope, points.RowFilter{Quarter: q})
	must(t, err)
	if len(rows.Items) != len(before) {
		t.Errorf("%d people in the overview, want %d", len(rows.Items), len(before))
	}
	people, total := o.roll()
	if total != 12 || people != 12 {
		t.Errorf("%d people on the roll, the count says %d", people, total)
	}
	must(t, s.app.Points.Tick(t.Context()))
	if n := o.ledgers(); n != entries+2*imported {
		t.Errorf("a job posted %d entries to people who are off the roll", n-entries-2*imported)
	}

	o.imports()
	must(t, s.app.Points.Tick(t.Context()))
	if n := o.ledgers(); n != entries+3*imported {
		t.Errorf("%d entries after importing again", n-entries)
	}
	if again, now := o.summary(q); !slices.Equal(again, with) || !maps.Equal(now, sumWith) || len(with) <= len(before) {
		t.Errorf("summary after importing again: %v %v, want %v %v", again, now, with, sumWith)
	}
	if people, total := o.roll(); total != 12+92 || people != total {
		t.Errorf("%d people on the roll, the count says %d", people, total)
	}
}

// What else was posted for somebody keeps the import, and so does a closed quarter.
func TestUndoRefusesEarnedPoints(t *testing.T) {
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	imp := o.imports()
	must(t, s.app.Points.Tick(t.Context()))
	owner := testdb.Owner(t, d) // a closed quarter stays closed for everybody else
	quarters := func(set string) {
		_, err := owner.ExecContext(t.Context(), "ALTER TABLE points_quarters DISABLE TRIGGER USER; UPDATE points_quarters SET "+set+
			"; ALTER TABLE points_quarters ENABLE TRIGGER USER")
		must(t, err)
	}
	quarters("state = 'closed', closed_at = now(), heads = '', seal = '', previous = ''")
	if err := o.undoes(imp); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), "已结账") {
		t.Errorf("undone although the quarter is closed: %v", err)
	}
	quarters("state = 'open', closed_at = NULL, heads = NULL, seal = NULL, previous = NULL")
	var member uuid.UUID
	var name string
	must(t, d.NewRaw(`SELECT p.id, p.name FROM org_people p JOIN points_entries e ON e.unit_id = p.unit_id AND e.person_id = p.id
		ORDER BY p.id DESC LIMIT 1`).Scan(t.Context(), &member, &name))
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
		posted, err := points.Post(ctx, tx, o.Actor("secretary1"), s.clock.now(), points.Posting{Source: points.SourceActivity, SourceID: db.NewID(), RecordID: db.NewID(),
			FactOn: today, Reason: "党员大会", VerifiedBy: o.Person("secretary1"),
			Facts: []points.Fact{{Person: member, Trigger: points.TriggerAttendance, Kind: "branch_meeting", Category: "three_meetings"}}})
		if posted.Entries != 1 {
			t.Errorf("posted %+v", posted)
		}
		return err
	}))
	entries := o.ledgers()
	if err := o.undoes(imp); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), name) {
		t.Errorf("undone although %s earned points: %v", name, err)
	}
	if o.ledgers() != entries {
		t.Error("undone by half")
	}
}
