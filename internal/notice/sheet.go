package notice

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// posted is a notice as it hangs on the wall: 公示表. Columns and widths follow
// what the owner put up; outcomes are added once there are any.
func posted(unit string, now time.Time, set org.UnitSettings, d Detail, items []ItemLine) sheet.Sheet {
	columns := []sheet.Column{{Key: "no", Title: "序号", Kind: sheet.Int, Width: 6}}
	for i, title := range d.Columns {
		c := sheet.Column{Key: "c" + strconv.Itoa(i+1), Title: title, Width: columnWidth(title, i, items), Align: sheet.Left}
		if c.Width <= narrow {
			c.Align = sheet.Center
		}
		columns = append(columns, c)
	}
	outcomes := d.State != StateOpen
	for _, it := range items {
		outcomes = outcomes || it.Outcome != ""
	}
	if outcomes {
		columns = append(columns, sheet.Column{Key: "outcome", Title: "公示结果", Width: 12, Align: sheet.Center})
	}
	rows := func(yield func([]any, error) bool) {
		for n, it := range items {
			row := []any{n + 1}
			for _, c := range it.Cells {
				row = append(row, c)
			}
			if outcomes {
				row = append(row, outcomeName(it.Outcome))
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return sheet.Sheet{Name: "公示表", Columns: columns, Rows: rows, Frame: sheet.Frame{
		Title: d.Title, Unit: unit, RangeName: "公示期", Range: periodWords(d.Summary), ScopeNote: d.note(), Filled: calendar.DateOf(d.PublishedAt),
		Signatures: []string{"公示单位(盖章):", "经办人:", "年    月    日"}, Unnumbered: true, Snapshot: now,
		Fonts: sheet.Fonts{Title: sheet.Font{Face: set.Fonts.Title, Bold: true}, Heading: sheet.Font{Face: set.Fonts.Heading}, Body: sheet.Font{Face: set.Fonts.Body}},
	}}
}

func periodWords(s Summary) string {
	return fmt.Sprintf("%s至%s，共 %d 个工作日（公示当日不计）", s.FirstDay.Chinese(), s.LastDay.Chinese(), s.WorkingDays)
}

// note says where objections go, or how the notice ended.
func (d Detail) note() string {
	switch d.State {
	case StateCancelled:
		return "本公示已撤销：" + d.CancelReason
	case StateSettled:
		return "公示已结束"
	}
	return "如有异议，请于期满前提出；异议受理：" + d.Office
}

func outcomeName(outcome string) string {
	switch outcome {
	case Passed:
		return "无异议通过"
	case Upheld:
		return "异议成立"
	case Withdrawn:
		return "已撤回"
	case Cancelled:
		return "公示撤销"
	}
	return "公示中"
}

// narrow is a column of names, groups or numbers, which look better centred.
const narrow = 12

// columnWidth fits the longest cell, within what leaves room for others; a Chinese
// character takes two of the spreadsheet's.
func columnWidth(title string, i int, items []ItemLine) float64 {
	most := wide(title)
	for _, it := range items {
		most = max(most, wide(it.Cells[i]))
	}
	return float64(min(max(most+2, 8), 40))
}

func wide(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

func writeSheet(w io.Writer, s sheet.Sheet) error {
	if err := sheet.Write(w, s); err != nil {
		return fmt.Errorf("notice as a workbook: %w", err)
	}
	return nil
}
