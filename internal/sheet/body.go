package sheet

import (
	"strconv"

	"github.com/xuri/excelize/v2"
)

func (w *writer) headingRows() int {
	for _, c := range w.sheet.Columns {
		if c.Group != "" {
			return 2
		}
	}
	return 1
}

// headings writes one row, or two where columns are grouped.
func (w *writer) headings() error {
	cols := w.sheet.Columns
	id, err := w.styles.of(look{font: w.fonts.Heading, align: Center, border: true, fill: true, wrap: true})
	if err != nil {
		return err
	}
	above := w.pager.used
	defer func() { w.pager.heads = w.pager.used - above }()
	titles, height := make([]any, len(cols)), 0.0
	for i, c := range cols {
		titles[i] = excelize.Cell{StyleID: id, Value: Escape(c.Title)}
		height = max(height, rowHeight(w.fonts.Heading, lines(c.Title, w.fonts.Heading, c.width())))
	}
	w.row++
	if w.headingRows() == 1 {
		return w.put(titles, height)
	}
	groups, groupHeight := make([]any, len(cols)), rowHeight(w.fonts.Heading, 1)
	for i := 0; i < len(cols); {
		last, width := i, cols[i].width()
		for cols[i].Group != "" && last+1 < len(cols) && cols[last+1].Group == cols[i].Group {
			last++
			width += cols[last].width()
		}
		for j := i; j <= last; j++ {
			groups[j] = excelize.Cell{StyleID: id}
		}
		var from, to string
		if cols[i].Group == "" { // one heading over both rows
			groups[i], titles[i] = titles[i], excelize.Cell{StyleID: id}
			from, to = w.at(i, w.row), w.at(i, w.row+1)
		} else {
			groups[i] = excelize.Cell{StyleID: id, Value: Escape(cols[i].Group)}
			groupHeight = max(groupHeight, rowHeight(w.fonts.Heading, lines(cols[i].Group, w.fonts.Heading, width)))
			from, to = w.at(i, w.row), w.at(last, w.row)
		}
		if from != to {
			if err := w.stream.MergeCell(from, to); err != nil {
				return err
			}
		}
		i = last + 1
	}
	if err := w.put(groups, groupHeight); err != nil {
		return err
	}
	w.row++
	return w.put(titles, height)
}

// body streams the rows, sums what the total row needs, and sets the filter.
func (w *writer) body() error {
	w.head = w.row
	for i, c := range w.sheet.Columns {
		id, err := w.styles.of(bodyLook(c, w.fonts.Body))
		if err != nil {
			return err
		}
		w.cells[i].StyleID = id
	}
	if w.sheet.Rows != nil {
		for values, err := range w.sheet.Rows {
			if err != nil {
				return err
			}
			if err := w.bodyRow(values); err != nil {
				return err
			}
		}
	}
	return w.file.AutoFilter(w.sheet.Name, w.at(0, w.head)+":"+w.at(len(w.sheet.Columns)-1, w.row), nil)
}

func (w *writer) bodyRow(values []any) error {
	if err := w.digest.Row(values); err != nil {
		return err
	}
	w.row++
	tallest := 1
	for i, v := range values {
		c := &w.sheet.Columns[i]
		n, text, what, err := plain(*c, v)
		if err != nil {
			return err
		}
		cell := &w.cells[i]
		cell.Value, cell.Formula = nil, ""
		switch what {
		case isText:
			text = Escape(text)
			cell.Value = text
			tallest = max(tallest, lines(text, w.fonts.Body, c.width()))
		case isDate:
			cell.Value = n
		case isNumber:
			cell.Value = shown(c.Kind, n)
			w.sums[i] += n
		}
		if c.Formula != nil && what != isEmpty { // of nothing, a formula would show 0
			cell.Formula = c.Formula(w.ref)
		}
	}
	return w.put(w.values, rowHeight(w.fonts.Body, tallest))
}

// ref is the address of a column in the row being written.
func (w *writer) ref(key string) string {
	i, ok := w.place[key]
	if !ok {
		return ""
	}
	return w.at(i, w.row)
}

// shown turns a number into the unit that people read: points out of
// hundredths, hours out of minutes.
func shown(k Kind, n int64) any {
	switch {
	case k == Points && n%100 == 0:
		return n / 100
	case k == Points:
		return float64(n) / 100
	case k == Hours && n%60 == 0:
		return n / 60
	case k == Hours:
		return float64(n) / 60
	}
	return n
}

// total writes the total row; a sheet that sums nothing has none.
func (w *writer) total() error {
	cols := w.sheet.Columns
	first := -1
	for i, c := range cols {
		if c.Total || c.Overall != nil {
			first = i
			break
		}
	}
	if first < 0 {
		return nil
	}
	lastRow := w.row
	firstRow := w.head + 1
	w.row++
	row := make([]any, len(cols))
	for i, c := range cols {
		l := bodyLook(c, w.fonts.Heading)
		if !c.Total && c.Mean == nil && c.Overall == nil {
			l = look{font: w.fonts.Heading, align: Center, border: true}
		}
		id, err := w.styles.of(l)
		if err != nil {
			return err
		}
		cell := excelize.Cell{StyleID: id}
		if c.Total {
			cell.Value = shown(c.Kind, w.sums[i])
			if lastRow >= firstRow {
				cell.Formula = "SUM(" + w.letters[i] + strconv.Itoa(firstRow) + ":" + w.letters[i] + strconv.Itoa(lastRow) + ")"
			}
		} else if c.Overall != nil {
			cell.Value = *c.Overall
		} else if c.Mean != nil {
			w.mean(&cell, c)
		} else if i == 0 {
			cell.Value = "合计"
		}
		row[i] = cell
	}
	if first > 1 {
		if err := w.stream.MergeCell(w.at(0, w.row), w.at(first-1, w.row)); err != nil {
			return err
		}
	}
	return w.put(row, rowHeight(w.fonts.Heading, 1))
}

// mean fills the total row's cell of a column that has an average of sums there.
func (w *writer) mean(cell *excelize.Cell, c Column) {
	of, by := w.place[c.Mean.Of], w.place[c.Mean.By]
	if n, ok := c.Mean.Share(w.sums[of], w.sums[by]); ok {
		cell.Value = shown(Points, n)
		times := ""
		if c.Mean.Percent {
			times = "*100"
		}
		cell.Formula = "ROUND(" + w.at(of, w.row) + "/" + w.at(by, w.row) + times + ",2)"
	}
}
