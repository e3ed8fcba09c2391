package org

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/sheet"
)

// rosterBook makes a workbook of n people in 20 branches.
func rosterBook(tb testing.TB, n int) []byte {
	tb.Helper()
	var b bytes.Buffer
	err := sheet.WriteList(&b, "花名册", rosterColumns(), func(yield func([]any, error) bool) {
		for i := range n {
			born := calendar.NewDate(1960+i%40, time.Month(1+i%12), 1+i%28)
			joined := calendar.NewDate(born.Year+20, born.Month, born.Day)
			full := calendar.NewDate(born.Year+21, born.Month, born.Day)
			row := []any{i + 1, string([]rune{rune(0x738b + i%7), rune(0x4e00 + i/100), rune(0x5b50 + i%100)}), fmt.Sprintf("S%05d", i), "男", born, "汉族", "大学本科",
				fmt.Sprintf("第%d检察部", 1+i%12), "检察官", "中共党员", "正式党员", joined, full, fmt.Sprintf("第%d党支部", 1+i%20),
				fmt.Sprintf("第%d党小组", 1+i/20%3), "", joined, fmt.Sprintf("139%08d", i), "", ""}
			if !yield(row, nil) {
				return
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// BenchmarkImport holds the import of 10,000 people, previewed and confirmed after
// parsing, against the same rows by plain INSERT … SELECT unnest. The figure is
// x_plain, to be at most 3.
func BenchmarkImport(b *testing.B) {
	const n = 10_000
	ctx := context.Background()
	d := newDesk(b)
	book, err := sheet.Open(rosterBook(b, n), sheet.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	roster, err := ReadRoster(ctx, book, calendar.DateOf(morning))
	if err != nil {
		b.Fatal(err)
	}
	var ours, plain time.Duration
	for b.Loop() {
		a, s := d.emptyOffice()
		start := time.Now()
		imp, err := d.Service.preview(ctx, a, "花名册.xlsx", roster, calendar.DateOf(morning), ImportOptions{EffectiveFrom: day("2026-01-01")})
		if err != nil {
			b.Fatal(err)
		}
		done, err := d.ConfirmImport(ctx, a, s, imp.ID, ConfirmOptions{})
		if err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		if done.Counts.New != n {
			b.Fatalf("%+v", done.Counts)
		}
		a2, _ := d.emptyOffice()
		o, err := readOffice(ctx, d.db, a2.Unit, calendar.DateOf(morning))
		if err != nil {
			b.Fatal(err)
		}
		p := makePlan(roster, o, day("2026-01-01"), calendar.DateOf(morning), true)
		start = time.Now()
		err = db.Transact(ctx, d.db, func(ctx context.Context, tx bun.Tx) error {
			return (&batch{tx: tx, unit: a2.Unit, now: morning}).apply(ctx, p)
		})
		if err != nil {
			b.Fatal(err)
		}
		plain += time.Since(start)
	}
	b.ReportMetric(float64(ours)/float64(plain), "x_plain")
}
