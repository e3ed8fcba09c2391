package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// The large workbook: 15 columns of mixed kinds.
const (
	bookRows    = 100_000
	bookColumns = 15
)

// workbook holds our writer with everything on against excelize's StreamWriter in
// a bare loop, each in a process of its own, so that the peak of memory is its own.
func (b *bench) workbook(ctx context.Context) ([]figure, error) {
	rows := bookRows
	if b.quick {
		rows /= 5
	}
	var peak, barePeak []float64
	p, err := turns(b.rounds(), b.writing(ctx, "ours", rows, &peak), b.writing(ctx, "bare", rows, &barePeak))
	if err != nil {
		return nil, err
	}
	f := figure{row: "workbook", work: fmt.Sprintf("workbook of %d rows × %d columns", rows, bookColumns),
		value: fmt.Sprintf("%.2f s", median(p.ours)), against: fmt.Sprintf("bare StreamWriter loop: %.2f s", median(p.bare)), ratio: p.ratio()}
	m := figure{row: "workbook", work: "its peak of memory, whole process", against: fmt.Sprintf("bare: %.0f MB", median(barePeak))}
	return []figure{f.atMost(1.15), m.within(median(peak), 150, "MB")}, nil
}

// writing makes a side of turns that starts a process of our own.
func (b *bench) writing(ctx context.Context, kind string, rows int, peak *[]float64) func() (float64, error) {
	return b.childs(ctx, peak, "workbook", kind, strconv.Itoa(rows))
}

// childs takes the time of a child from it, and notes its peak of memory.
func (b *bench) childs(ctx context.Context, peak *[]float64, args ...string) func() (float64, error) {
	return func() (float64, error) {
		self, err := os.Executable()
		if err != nil {
			return 0, err
		}
		cmd := exec.CommandContext(ctx, self, append([]string{"child"}, args...)...)
		cmd.Stderr = os.Stderr
		said, err := cmd.Output()
		if err != nil {
			return 0, err
		}
		var seconds, most float64
		_, err = fmt.Sscan(string(said), &seconds, &most)
		*peak = append(*peak, most)
		return seconds, err
	}
}

// writeWorkbook is the child.
func writeWorkbook(args []string) error {
	rows, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	write := writeOurs
	if args[0] == "bare" {
		write = writeBare
	}
	start := time.Now()
	if err := write(rows); err != nil {
		return err
	}
	return tell(start)
}

// tell prints what a child needed since: seconds, and its peak of memory in MB. The
// parent cannot ask: what the system says of an ended child counts the parent it was
// forked from.
func tell(start time.Time) error {
	took := time.Since(start).Seconds()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	var peak float64
	if _, err := fmt.Sscan(line, &peak); err != nil {
		return fmt.Errorf("peak of memory: %w", err)
	}
	_, err = fmt.Fprintf(os.Stdout, "%.4f %.1f", took, peak/1024)
	return err
}

func bookRow(n int, row []any) {
	row[0] = n
	row[1], row[2], row[3], row[14] = "于国栋", "第一党支部", "第二党小组", "无"
	row[4] = calendar.NewDate(2026, time.Month(n%12+1), n%28+1)
	for i := 5; i < 14; i++ {
		row[i] = int64(n*i%10000 + i)
	}
}

func writeOurs(n int) error {
	columns := make([]sheet.Column, bookColumns)
	for i := range columns {
		columns[i] = sheet.Column{Key: "c" + strconv.Itoa(i), Title: "第" + strconv.Itoa(i) + "列", Kind: sheet.Points, Total: true}
	}
	columns[0].Kind, columns[0].Total = sheet.Int, false
	for _, i := range []int{1, 2, 3, 14} {
		columns[i].Kind, columns[i].Total = sheet.Text, false
	}
	columns[4].Kind, columns[4].Total = sheet.Date, false
	return sheet.Write(io.Discard, sheet.Sheet{Name: "大表", Frame: sheet.Frame{Title: "大表", Unit: "滨河区人民检察院"}, Columns: columns,
		Rows: func(yield func([]any, error) bool) {
			row := make([]any, bookColumns)
			for i := range n {
				bookRow(i, row)
				if !yield(row, nil) {
					return
				}
			}
		}})
}

// writeBare writes the same values without styles, frame, sums or checks.
func writeBare(n int) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	row, out := make([]any, bookColumns), make([]any, bookColumns)
	for i := range n {
		bookRow(i, row)
		copy(out, row)
		out[4] = row[4].(calendar.Date).UTC()
		for j := 5; j < 14; j++ {
			out[j] = float64(row[j].(int64)) / 100
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), out); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Write(io.Discard)
}
