package report

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// Verdict is what a file turned out to be.
type Verdict string

// The verdicts.
const (
	Unchanged Verdict = "unchanged" // byte for byte what was issued
	Resaved   Verdict = "resaved"   // written anew by some program, with the same contents
	Changed   Verdict = "changed"   // bears a number of ours and other contents
	Unknown   Verdict = "unknown"   // none of ours
)

// Verification says whether a file is a report that the office issued.
type Verification struct {
	Verdict Verdict `json:"verdict" enum:"unchanged,resaved,changed,unknown"`
	Said    string  `json:"said" doc:"In one sentence"`
	Number  string  `json:"number,omitempty" doc:"As the file prints it, or of the issue whose bytes they are"`
	// Issue is told to whoever holds its contents, or may see them.
	Issue       *VerifiedIssue `json:"issue,omitempty"`
	Different   int            `json:"different" doc:"Cells that differ; 0 where you may not see the original"`
	Differences []Difference   `json:"differences" doc:"The first of them"`
}

// VerifiedIssue is as much of an issue as is printed on it.
type VerifiedIssue struct {
	ID         *uuid.UUID       `json:"id,omitempty" doc:"Where you may download it"`
	Number     string           `json:"number"`
	Name       string           `json:"name" doc:"Of the kind"`
	Quarter    calendar.Quarter `json:"quarter"`
	ScopeNote  string           `json:"scope_note"`
	IssuedBy   string           `json:"issued_by"`
	IssuedAt   time.Time        `json:"issued_at"`
	ReplacedBy string           `json:"replaced_by,omitempty" doc:"Number of the issue that corrects it"`
}

// Difference is one cell that is not as it was issued. A sheet that is missing or too
// many has no cell.
type Difference struct {
	Sheet    string `json:"sheet"`
	Cell     string `json:"cell" doc:"C5"`
	Original string `json:"original"`
	Found    string `json:"found"`
}

func (d Difference) String() string {
	where := "工作表“" + d.Sheet + "”"
	if d.Cell != "" {
		where += " " + d.Cell
	}
	return fmt.Sprintf("%s：原为“%s”，现为“%s”", where, d.Original, d.Found)
}

// maxDifferences bounds what is spelled out.
const maxDifferences = 20

// verifyLimits are for a report of ours that some program wrote anew: of ten thousand
// people, or of as many worksheets as one workbook may have.
func verifyLimits() sheet.Limits {
	l := sheet.DefaultLimits()
	l.File, l.Part, l.Unpacked = MaxVerified, 32<<20, 96<<20
	l.Parts, l.Sheets, l.Rows = 4*maxLedgers, maxLedgers+20, 200_000
	return l
}

// MaxVerified is how many bytes a file to verify may have.
const MaxVerified = 24 << 20

// imprint is what a report prints about itself: its number, the moment and checksums
// beside it, and whose it is.
type imprint struct{ number, proof, unit string }

var printedNumber = regexp.MustCompile(`^编号[:：]\s*([^\s（(]+)(.*)`)

// notIssued is what stands for the number on a workbook that was not issued.
const notIssued = "未出具"

// imprintOf reads the first visible worksheet that says what it is.
func imprintOf(b *sheet.Book) (imprint, error) {
	for _, name := range b.SheetNames() {
		var p imprint
		for row, err := range b.Rows(name) {
			if err != nil {
				return p, err
			}
			for _, c := range row.Cells {
				if c.Fill != sheet.Own {
					continue
				}
				if unit, ok := strings.CutPrefix(c.Text, "填报单位:"); ok && p.unit == "" {
					p.unit = unit
				}
				if m := printedNumber.FindStringSubmatch(c.Text); m != nil {
					p.number, p.proof = m[1], m[2]
				}
			}
		}
		if p.number != "" {
			return p, nil
		}
	}
	return imprint{}, nil
}

// comparison holds a found workbook against the kept one, cell by cell.
type comparison struct {
	first []Difference
	total int
}

func (c *comparison) add(d Difference) {
	if c.total++; len(c.first) < maxDifferences {
		c.first = append(c.first, d)
	}
}

// compare goes by what a reader sees: visible sheets and their values, with the
// formulas that would compute others. Styles take no part.
func compare(kept, found *sheet.Book) (*comparison, error) {
	c := &comparison{}
	have := found.SheetNames()
	for _, name := range kept.SheetNames() {
		if !slices.Contains(have, name) {
			c.add(Difference{Sheet: name, Original: "有这张工作表", Found: "没有"})
			continue
		}
		if err := c.sheet(name, kept, found); err != nil {
			return nil, err
		}
	}
	for _, name := range have {
		if !slices.Contains(kept.SheetNames(), name) {
			c.add(Difference{Sheet: name, Original: "没有这张工作表", Found: "有"})
		}
	}
	return c, nil
}

func (c *comparison) sheet(name string, kept, found *sheet.Book) error {
	nextKept, stop := iter.Pull2(kept.Rows(name))
	defer stop()
	nextFound, stop := iter.Pull2(found.Rows(name))
	defer stop()
	shared := map[string]bool{} // formulas of the found sheet that were compared where they stand written
	a, aErr, aOK := nextKept()
	b, bErr, bOK := nextFound()
	for aOK || bOK {
		if aErr != nil {
			return aErr
		}
		if bErr != nil {
			return bErr
		}
		switch {
		case !bOK || aOK && a.Number < b.Number:
			c.row(name, a.Number, a.Cells, nil, shared)
			a, aErr, aOK = nextKept()
		case !aOK || b.Number < a.Number:
			c.row(name, b.Number, nil, b.Cells, shared)
			b, bErr, bOK = nextFound()
		default:
			c.row(name, a.Number, a.Cells, b.Cells, shared)
			a, aErr, aOK = nextKept()
			b, bErr, bOK = nextFound()
		}
	}
	return nil
}

func (c *comparison) row(name string, number int, kept, found []sheet.Cell, shared map[string]bool) {
	for col := range max(len(kept), len(found)) {
		a, b := cellAt(kept, col), cellAt(found, col)
		if original, now, same := differ(a, b, sheet.ColumnName(col), shared); !same {
			c.add(Difference{Sheet: name, Cell: fmt.Sprintf("%s%d", sheet.ColumnName(col), number), Original: original, Found: now})
		}
	}
}

// cellAt is a cell's own content: what a merged range repeats is none.
func cellAt(cells []sheet.Cell, col int) sheet.Cell {
	if col >= len(cells) || cells[col].Fill != sheet.Own {
		return sheet.Cell{}
	}
	return cells[col]
}

// differ compares two cells. A formula that gives way to its value changes nothing
// that is read. A formula where none was, or another one, does: the value beside it
// lasts only until it is computed again. Of a formula that several cells share, the
// others follow the first, which has to stand in the same column.
func differ(kept, found sheet.Cell, column string, shared map[string]bool) (original, now string, same bool) {
	if kept.Text != found.Text {
		return kept.Text, found.Text, false
	}
	if !found.Formula {
		return "", "", true
	}
	key := column + " " + found.Shared
	written, wanted := plainFormula(found.Source), plainFormula(kept.Source)
	switch {
	case !kept.Formula:
		return kept.Text, "公式 =" + found.Source, false
	case written == "" && found.Shared != "":
		same = shared[key]
	default:
		same = written == wanted
		if found.Shared != "" {
			shared[key] = same
		}
	}
	return "公式 =" + kept.Source, "公式 =" + found.Source, same
}

// plainFormula leaves out what programs write differently.
func plainFormula(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "$", "", "_xlfn.", "", "of:=", "").Replace(s))
}

// said is the verdict in one sentence.
func (v Verification) said() string {
	switch {
	case v.Issue == nil && v.Verdict == Changed:
		return "内容已被改动：与编号 " + v.Number + " 的存档不一致"
	case v.Verdict == Changed:
		return fmt.Sprintf("内容已被改动：与%s 有 %d 处不一致", v.Issue.said(), v.Different)
	case v.Verdict == Resaved:
		return "内容未变（文件重新保存过）：与" + v.Issue.said() + " 内容一致" + v.Issue.corrected()
	case v.Verdict == Unchanged:
		return "未改动：是" + v.Issue.said() + v.Issue.corrected()
	case v.Number == "" || v.Number == notIssued:
		return "不是本单位出具的报表：文件上没有出具编号，可能是未出具的草稿，或不是本系统的报表"
	}
	return "不是本单位出具的报表：没有出具过与编号 " + v.Number + " 相符的报表"
}

func (i VerifiedIssue) said() string {
	return fmt.Sprintf("%s由%s出具的%s %s", i.IssuedAt.In(calendar.Shanghai).Format("2006年1月2日 15:04"), i.IssuedBy, i.Name, i.Number)
}

func (i VerifiedIssue) corrected() string {
	if i.ReplacedBy == "" {
		return ""
	}
	return "；但它已由 " + i.ReplacedBy + " 更正，请以更正后的为准"
}
