package app_test

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/life"
	"xianfeng/internal/report"
	"xianfeng/internal/volunteer"
)

// exported is the list as a workbook: its lines add up, and its last row says so.
func (w *served) exported(scope access.Scope, f volunteer.HoursFilter, sum volunteer.HoursTotal) {
	var b bytes.Buffer
	must(w.t, w.app.Volunteers.ExportHours(w.t.Context(), scope, f, &b))
	book, err := excelize.OpenReader(&b)
	must(w.t, err)
	rows, err := book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
	must(w.t, err)
	must(w.t, book.Close())
	at := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 0 && r[0] == "合计" })
	if at < 0 {
		w.r.Fatalf("no total row: %q", rows)
	}
	people, participations, minutes, noticed := 0, 0, 0.0, 0.0
	number := func(row []string, i int) float64 {
		n, err := strconv.ParseFloat(row[i], 64)
		must(w.t, err)
		return n * 60
	}
	for _, r := range rows[:at] {
		if _, err := strconv.Atoi(r[0]); err == nil {
			people++
			participations += int(number(r, 3)) / 60
			minutes += number(r, 4)
			noticed += number(r, 5)
		}
	}
	near := func(a float64, b int) bool { return a-float64(b) < 0.5 && float64(b)-a < 0.5 }
	total := rows[at]
	if people != sum.People || participations != sum.Participations || !near(minutes, sum.Minutes) || !near(noticed, sum.Noticed) ||
		int(number(total, 3))/60 != sum.Participations || !near(number(total, 4), sum.Minutes) || !near(number(total, 5), sum.Noticed) {
		w.r.Fatalf("the sheet has %d people, %d times, %f and %f minutes, total %q; want %+v", people, participations, minutes, noticed, total, sum)
	}
}

// workbook6 has a line for each record, and a total row that is their sum, but for
// people, who are counted once.
func (w *served) workbook6(kind string, p volunteer.Period, branch uuid.UUID) {
	by, scope := w.as("office", "volunteer_service", "read")
	r := report.Request{Kind: kind, Quarter: calendar.QuarterOf(today)}
	if branch != uuid.Nil {
		r.Branch = branch.String()
	}
	sheet, err := w.app.Reports.Preview(w.t.Context(), by, scope, r, report.Page{Limit: 1000})
	must(w.t, err)
	want, sum := w.seen("office", p, branch)
	lines := map[uuid.UUID]int{}
	for _, s := range want {
		lines[s.record]++
	}
	got := map[string]int64{"people": int64(sum.People)}
	for i, row := range sheet.Rows {
		for j, c := range sheet.Columns {
			if n, ok := row.Cells[j].(int); ok && c.Key != "people" {
				got[c.Key] += int64(n)
			}
			if n := lines[*row.RecordID]; (c.Key == "people" || c.Key == "participations") && row.Cells[j] != n {
				w.r.Fatalf("%s: line %d: %v, want %d", kind, i+1, row.Cells, n)
			}
		}
	}
	for key, n := range map[string]int{"people": sum.People, "participations": sum.Participations, "minutes": sum.Minutes, "outsiders": sum.Outsiders, "outside_minutes": sum.OutsideMinutes} {
		if sheet.Totals[key] != int64(n) || got[key] != int64(n) {
			w.r.Fatalf("%s: %s is %d in the total row, %d in the lines, want %d", kind, key, sheet.Totals[key], got[key], n)
		}
	}
}

// lives compares what is told of each person: record, time line and certificate.
func (w *served) lives(p volunteer.Period) {
	ctx := w.t.Context()
	all, _ := w.seen("office", p, uuid.Nil)
	for _, key := range w.Keys()[:12] {
		n, minutes, noticed, papers := 0, 0, 0, 0
		for _, s := range all {
			if s.person == w.Person(key) {
				n, minutes = n+1, minutes+s.counted
				if s.noticed {
					papers, noticed = papers+1, noticed+s.counted
				}
			}
		}
		by, scope := w.as("office", "people", "read")
		line, err := w.app.Life.Timeline(ctx, by, scope, w.Person(key), life.Filter{Kind: life.Activities, Limit: 100})
		must(w.t, err)
		lived, counted := 0, 0
		for _, l := range line.Items {
			if l.Minutes != nil {
				lived, counted = lived+1, counted+*l.Minutes
			}
		}
		if lived != n || counted != minutes {
			w.r.Fatalf("the time line of %s tells %d times and %d minutes, want %d and %d", key, lived, counted, n, minutes)
		}
		by, scope = w.as("office", "volunteer_certificate", "issue")
		paper, err := w.app.Volunteers.Certify(ctx, by, scope, w.Person(key), p)
		if papers == 0 {
			if !fault.Is(err, fault.RuleBroken) {
				w.r.Fatalf("certified without a notice: %+v %v", paper, err)
			}
			continue
		}
		must(w.t, err)
		sum := 0
		for _, l := range paper.Lines {
			sum += l.Minutes
		}
		if len(paper.Lines) != papers || paper.Participations != papers || paper.Minutes != noticed || sum != noticed {
			w.r.Fatalf("the certificate of %s: %+v, want %d times and %d minutes", key, paper, papers, noticed)
		}
	}
}
