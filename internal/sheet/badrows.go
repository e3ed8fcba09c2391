package sheet

import (
	"io"
	"strings"
)

// BadRow is a row that was kept out, as the file had it.
type BadRow struct {
	Cells   []string
	Reasons []string
}

// BadSheet is what was kept out of one worksheet.
type BadSheet struct {
	Name     string
	Headings []string
	Rows     []BadRow
}

// WriteBadRows hands the bad rows back as a workbook: the file's own headings
// and cells, and a last column 原因. Corrected, it can be imported as it is.
func WriteBadRows(w io.Writer, bad []BadSheet) error {
	var sheets []Sheet
	for _, b := range bad {
		width := len(b.Headings)
		for _, r := range b.Rows {
			width = max(width, len(r.Cells))
		}
		columns := make([]Column, width+1)
		for i := range width {
			columns[i] = Column{Key: ColumnName(i)}
			if i < len(b.Headings) {
				columns[i].Title = b.Headings[i]
			}
		}
		columns[width] = Column{Key: "reason", Title: "原因", Width: 50}
		sheets = append(sheets, Sheet{Name: b.Name, Columns: columns, Rows: badRows(b.Rows, width)})
	}
	if len(sheets) == 0 {
		sheets = []Sheet{{Name: "没有问题行", Columns: []Column{{Key: "reason", Title: "原因", Width: 50}}}}
	}
	return writeBook(w, sheets, false)
}

func badRows(rows []BadRow, width int) Rows {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			values := make([]any, width+1)
			for i, c := range r.Cells {
				values[i] = c
			}
			values[width] = strings.Join(r.Reasons, ";")
			if !yield(values, nil) {
				return
			}
		}
	}
}
