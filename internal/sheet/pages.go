package sheet

import "math"

// The paper: A4 landscape with the margins of every report, in millimetres.
const (
	paperWide, paperHigh                             = 297.0, 210.0
	marginTop, marginBottom, marginLeft, marginRight = 37.0, 35.0, 28.0, 26.0
	marginEdge                                       = 15.0
	pointsPerMM                                      = 72 / 25.4
)

// pager follows, row by row, where the pages of a print end: as wide as the paper, with
// the headings on each. It is an estimate by heights and widths, which are all set.
type pager struct {
	room  float64 // of a page, in points of the sheet before it is scaled
	heads float64 // of the headings, repeated on each page but the first
	used  float64
	pages int
}

func newPager(columns []Column) pager {
	wide := 0.0
	for _, c := range columns {
		wide += math.Trunc(c.width()*pixelsPerUnit+5) / pixelsPerPoint
	}
	scale := min(1, (paperWide-marginLeft-marginRight)*pointsPerMM/wide)
	scale = math.Floor(scale*100) / 100
	return pager{room: (paperHigh - marginTop - marginBottom) * pointsPerMM / max(scale, 0.1), pages: 1}
}

func (p *pager) row(height float64) {
	if p.used += height; p.used > p.room {
		p.pages++
		p.used = p.heads + height
	}
}

// without tells how many pages the rows so far take if what is to come in the given
// height would stand on the next one by itself: the sheet is then scaled so that it
// does not. 0: as many as it takes.
func (p *pager) without(tail float64) int {
	if p.used+tail <= p.room {
		return 0
	}
	return p.pages
}
