package sheet

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/calendar"
)

// bigColumns and bigRow are the sheet of quality.md: 15 columns, mixed kinds.
func bigColumns() []Column {
	cols := make([]Column, 15)
	for i := range cols {
		cols[i] = Column{Key: "c" + strconv.Itoa(i), Title: "第" + strconv.Itoa(i) + "列", Kind: Points, Total: true}
	}
	cols[0].Kind = Int
	cols[0].Total = false
	for _, i := range []int{1, 2, 3, 14} {
		cols[i].Kind, cols[i].Total = Text, false
	}
	cols[4].Kind, cols[4].Total = Date, false
	return cols
}

func bigRow(n int, row []any) {
	row[0] = n
	row[1], row[2], row[3], row[14] = "于国栋", "第一党支部", "第二党小组", "无"
	row[4] = calendar.NewDate(2026, time.Month(n%12+1), n%28+1)
	for i := 5; i < 14; i++ {
		row[i] = int64(n*i%10000 + i)
	}
}

func bigRows(n int) Rows {
	return func(yield func([]any, error) bool) {
		row := make([]any, 15)
		for i := range n {
			bigRow(i, row)
			if !yield(row, nil) {
				return
			}
		}
	}
}

// BenchmarkWrite is the report writer with everything on.
func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		s := Sheet{Name: "大表", Frame: Frame{Title: "大表", Unit: "滨河区人民检察院"}, Columns: bigColumns(), Rows: bigRows(100_000)}
		out := &counter{}
		if err := Write(out, s); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.n)/1e6, "file-MB")
	}
	reportPeak(b)
}

// BenchmarkBareStreamWriter is what BenchmarkWrite is measured against: the
// same values in a loop without styles, frame or checks.
func BenchmarkBareStreamWriter(b *testing.B) {
	for b.Loop() {
		f := excelize.NewFile()
		sw, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		row, out := make([]any, 15), make([]any, 15)
		for i := range 100_000 {
			bigRow(i, row)
			copy(out, row)
			out[4] = row[4].(calendar.Date).UTC()
			for j := 5; j < 14; j++ {
				out[j] = float64(row[j].(int64)) / 100
			}
			if err := sw.SetRow("A"+strconv.Itoa(i+1), out); err != nil {
				b.Fatal(err)
			}
		}
		if err := sw.Flush(); err != nil {
			b.Fatal(err)
		}
		size := &counter{}
		if err := f.Write(size); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size.n)/1e6, "file-MB")
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	reportPeak(b)
}

// counter is a writer that keeps nothing but the size.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// reportPeak prints what the process asked of the system, in MB.
func reportPeak(b *testing.B) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "peak-MB")
}
