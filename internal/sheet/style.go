package sheet

import (
	"math"
	"strings"

	"github.com/xuri/excelize/v2"
)

// styles are the formats of one workbook, made once for each look.
type styles struct {
	file *excelize.File
	made map[look]int
}

// look is what tells formats apart.
type look struct {
	font   Font
	align  Align
	format string // number format; empty is General
	border bool
	fill   bool
	red    bool
	wrap   bool
	bottom bool // text at the bottom, for signature lines
}

func (s *styles) of(l look) (int, error) {
	if id, ok := s.made[l]; ok {
		return id, nil
	}
	st := &excelize.Style{
		Font:      &excelize.Font{Family: l.font.Face, Size: l.font.Size, Bold: l.font.Bold},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: l.wrap},
	}
	switch l.align {
	case Center:
		st.Alignment.Horizontal = "center"
	case Right:
		st.Alignment.Horizontal = "right"
	default:
		st.Alignment.Horizontal = "left"
	}
	if l.bottom {
		st.Alignment.Vertical = "bottom"
	}
	if l.red {
		st.Font.Color = "C00000"
	}
	if l.format != "" {
		st.CustomNumFmt = &l.format
	}
	if l.fill {
		st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}}
	}
	if l.border {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			st.Border = append(st.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	id, err := s.file.NewStyle(st)
	if err != nil {
		return 0, err
	}
	s.made[l] = id
	return id, nil
}

// bodyLook is the look of a column's cells.
func bodyLook(c Column, f Font) look {
	l := look{font: f, align: c.Align, border: true, wrap: c.Kind == Text}
	if c.Align == ByKind {
		l.align = Center
		if c.Kind == Text {
			l.align = Left
		}
	}
	switch c.Kind {
	case Date:
		l.format = "yyyy-mm-dd"
	case Hours:
		l.format = "0.0#"
	}
	return l
}

// One unit of column width is a digit of the default font, 7 pixels; a Chinese
// character of a font is square, its Latin letters about half of that.
const (
	pixelsPerUnit  = 7.0
	pixelsPerPoint = 96.0 / 72
	lineSpacing    = 1.5 // of Chinese faces, substitutes included
	cellPadding    = 0.8 // units that the cell's edges take
)

// lines estimates how many lines a text takes in a column of the width.
func lines(text string, f Font, width float64) int {
	wide := f.Size * pixelsPerPoint / pixelsPerUnit
	room := width - cellPadding
	if float64(len(text))*wide/2 <= room && !strings.Contains(text, "\n") {
		return 1 // even if every byte were a letter
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		used, count := 0.0, 1
		for _, r := range line {
			w := wide
			if r < 0x2000 {
				w = wide * 0.56
			}
			if used+w > room && used > 0 {
				count++
				used = 0
			}
			used += w
		}
		n += count
	}
	return max(1, n)
}

// rowHeight is the height in points of so many lines; spreadsheets allow 409.
func rowHeight(f Font, n int) float64 {
	return math.Min(409, math.Ceil(f.Size*lineSpacing*float64(n)+4))
}
