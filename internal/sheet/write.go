package sheet

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/calendar"
)

// Write makes a report workbook, one worksheet for each sheet, in constant
// memory: rows go to a temporary file as they come. Nothing reaches w before
// every row has been read without error.
func Write(w io.Writer, sheets ...Sheet) error {
	return writeBook(w, sheets, true)
}

// WriteList makes a plain export: headings and rows on one sheet, without the
// frame that a report has for signatures.
func WriteList(w io.Writer, name string, columns []Column, rows Rows) error {
	return writeBook(w, []Sheet{{Name: name, Columns: columns, Rows: rows}}, false)
}

func writeBook(w io.Writer, sheets []Sheet, framed bool) (err error) {
	if len(sheets) == 0 {
		return errors.New("sheet: a workbook needs a sheet")
	}
	f := excelize.NewFile().SetZipWriter(fastZip)
	defer func() { err = errors.Join(err, f.Close()) }() // removes the temporary files
	st := &styles{file: f, made: map[look]int{}}
	sheets = slices.Clone(sheets) // they get the names that Excel allows
	names := newNames()
	for i := range sheets {
		s := &sheets[i]
		s.Name = names.pick(s.Name)
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err != nil {
			return fmt.Errorf("sheet %q: %w", s.Name, err)
		}
	}
	// While the sheets are empty: it reads every sheet, and what was streamed would
	// be parsed and written once more.
	f.SetActiveSheet(0)
	for _, s := range sheets {
		if err := writeSheet(f, st, s, framed); err != nil {
			return fmt.Errorf("sheet %q: %w", s.Name, err)
		}
	}
	return f.Write(w)
}

// fastZip packs at the level that costs a third of the time of the default; it
// pays for styles, checksum and row heights. Files grow by about a fifth.
func fastZip(w io.Writer) excelize.ZipWriter {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 2) })
	return z
}

// writer writes one worksheet from top to bottom. The library loses, without
// an error, what is set at the wrong time: page scaling goes before the
// stream is opened, widths and panes before the first row, everything else
// about the page before the stream is closed.
type writer struct {
	sheet   Sheet
	fonts   Fonts
	file    *excelize.File
	stream  *excelize.StreamWriter
	styles  *styles
	row     int // the last one written
	head    int // the last row of the headings
	letters []string
	place   map[string]int // column by key
	width   float64
	pager   pager
	fit     int // pages that the sheet is made to fit; 0: as many as it takes
	digest  *Digest
	sums    []int64
	cells   []excelize.Cell // reused for each row
	values  []any           // pointers into cells
}

func writeSheet(f *excelize.File, st *styles, s Sheet, framed bool) error {
	if len(s.Columns) == 0 {
		return errors.New("no columns")
	}
	fit := true
	if err := f.SetSheetProps(s.Name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	stream, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	w := &writer{sheet: s, fonts: s.Frame.Fonts.orDefault(), file: f, stream: stream, styles: st,
		place: map[string]int{}, pager: newPager(s.Columns), digest: NewDigest(s.Columns), sums: make([]int64, len(s.Columns)),
		cells: make([]excelize.Cell, len(s.Columns)), values: make([]any, len(s.Columns))}
	for i, c := range s.Columns {
		if _, twice := w.place[c.Key]; twice || c.Key == "" {
			return fmt.Errorf("column key %q is empty or used twice", c.Key)
		}
		w.place[c.Key] = i
		w.letters = append(w.letters, ColumnName(i))
		w.width += c.width()
		w.values[i] = &w.cells[i]
		if err := stream.SetColWidth(i+1, i+1, c.width()); err != nil {
			return err
		}
	}
	above := 0
	if framed {
		above = 2
	}
	headTop, headBottom := above+1, above+w.headingRows()
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: headBottom, ActivePane: "bottomLeft",
		TopLeftCell: "A" + strconv.Itoa(headBottom+1)}); err != nil {
		return err
	}
	steps := []func() error{w.headings, w.body, w.total}
	if framed {
		steps = []func() error{w.top, w.headings, w.body, w.total, w.bottom}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if err := setPage(f, s.Name, headTop, headBottom, w.fit); err != nil {
		return err
	}
	return stream.Flush()
}

// setPage is A4 landscape, one page wide and as many high as fit says, headings on every
// page.
func setPage(f *excelize.File, name string, headTop, headBottom, fit int) error {
	const mm = 1 / 25.4 // the format counts in inches
	a4, landscape, one := 9, "landscape", 1
	if err := f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape,
		FitToWidth: &one, FitToHeight: &fit}); err != nil {
		return err
	}
	top, bottom, left, right, edge, center := marginTop*mm, marginBottom*mm, marginLeft*mm, marginRight*mm, marginEdge*mm, true
	if err := f.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Top: &top, Bottom: &bottom, Left: &left,
		Right: &right, Header: &edge, Footer: &edge, Horizontally: &center}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页 / 共 &N 页"}); err != nil {
		return err
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(name, "'", "''"), headTop, headBottom)})
}

// top is the title and the line with unit, period and day.
func (w *writer) top() error {
	fr := w.sheet.Frame
	title := look{font: w.fonts.Title, align: Center, wrap: true}
	if err := w.line(title, []string{fr.Title}); err != nil {
		return err
	}
	period := cmp.Or(fr.RangeName, "统计区间") + ":" + fr.Range
	if fr.ScopeNote != "" {
		period += "(" + fr.ScopeNote + ")"
	}
	return w.line(look{font: w.fonts.Body, wrap: true},
		[]string{"填报单位:" + fr.Unit, period, "填报日期:" + fr.Filled.Chinese()})
}

// Of the lines below the table: the least height of places to sign, in points, and the
// size of what proves the sheet.
const signHeight, proofSize = 36, 9

// bottom is the places to sign and the line that proves the sheet.
func (w *writer) bottom() error {
	fr := w.sheet.Frame
	sum := w.digest.Sum()
	if fr.RowsChecksum != "" && fr.RowsChecksum != sum {
		return fmt.Errorf("the rows have checksum %s, the snapshot says %s", sum, fr.RowsChecksum)
	}
	if w.sheet.Sealed != nil {
		w.sheet.Sealed(sum)
	}
	signatures := fr.Signatures
	if signatures == nil {
		signatures = DefaultSignatures()
	}
	// Places to sign below nothing on a page of their own are worth no paper.
	w.fit = w.pager.without(signHeight + rowHeight(Font{Size: proofSize}, 2))
	if len(signatures) > 0 {
		if err := w.tallLine(look{font: w.fonts.Body, bottom: true, wrap: true}, signatures, signHeight); err != nil {
			return err
		}
	}
	number := fr.Number
	if number == "" {
		number = "未出具"
	}
	proof := "编号:" + number + "  "
	if fr.Unnumbered {
		proof = ""
	}
	if !fr.Snapshot.IsZero() {
		proof += "数据快照:" + fr.Snapshot.In(calendar.Shanghai).Format("2006-01-02 15:04:05") + "  "
	}
	proof += "行校验码:" + sum
	if fr.HeadsHash != "" {
		proof += "  台账校验码:" + fr.HeadsHash
	}
	if fr.Seal != "" {
		proof += "  季度封存码:" + fr.Seal
	}
	small := w.fonts.Body
	small.Size = proofSize
	return w.line(look{font: small, wrap: true}, []string{proof})
}

// line writes a row of texts, each merged over its share of the columns.
func (w *writer) line(l look, texts []string) error { return w.tallLine(l, texts, 0) }

func (w *writer) tallLine(l look, texts []string, least float64) error {
	id, err := w.styles.of(l)
	if err != nil {
		return err
	}
	spans := w.spans(len(texts))
	if len(spans) < len(texts) {
		texts = []string{strings.Join(texts, "\n")}
	}
	w.row++
	row := make([]any, len(w.sheet.Columns))
	height := least
	for i, sp := range spans {
		text := Escape(texts[i])
		row[sp.first] = excelize.Cell{StyleID: id, Value: text}
		height = max(height, rowHeight(l.font, lines(text, l.font, sp.width)))
		if sp.last > sp.first {
			if err := w.stream.MergeCell(w.at(sp.first, w.row), w.at(sp.last, w.row)); err != nil {
				return err
			}
		}
	}
	return w.put(row, height)
}

// put writes the cells of the row.
func (w *writer) put(cells []any, height float64) error {
	w.pager.row(height)
	return w.stream.SetRow(w.at(0, w.row), cells, excelize.RowOpts{Height: height})
}

// span is a run of columns that a text is merged over.
type span struct {
	first, last int
	width       float64
}

// spans shares the columns out among n texts by width, or gives one span over
// all where there are fewer columns than texts.
func (w *writer) spans(n int) []span {
	cols := w.sheet.Columns
	if n > len(cols) || n == 1 {
		return []span{{0, len(cols) - 1, w.width}}
	}
	var out []span
	next, used := 0, 0.0
	for i := range n {
		s := span{first: next, last: next}
		for {
			s.width += cols[next].width()
			s.last = next
			next++
			// leave a column for each text to come, and take what is left at the end
			left := len(cols) - next
			if left <= n-i-1 && i < n-1 || left == 0 {
				break
			}
			if i < n-1 && used+s.width+cols[next].width()/2 >= w.width*float64(i+1)/float64(n) {
				break
			}
		}
		used += s.width
		out = append(out, s)
	}
	return out
}

func (w *writer) at(col, row int) string { return w.letters[col] + strconv.Itoa(row) }

// names keeps sheet names legal and different.
type names map[string]bool

func newNames() names { return names{} }

func (n names) pick(name string) string {
	clean := strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || unwritable(r) || r == '\n' || r == '\t' || r == '\r' {
			return '_'
		}
		return r
	}, name), "' ")
	if clean == "" {
		clean = "表"
	}
	for i := 1; ; i++ {
		suffix := ""
		if i > 1 {
			suffix = "_" + strconv.Itoa(i)
		}
		try := []rune(clean)
		candidate := string(try[:min(len(try), 31-len(suffix))]) + suffix // 31 is the format's limit
		if !n[strings.ToLower(candidate)] {
			n[strings.ToLower(candidate)] = true
			return candidate
		}
	}
}
