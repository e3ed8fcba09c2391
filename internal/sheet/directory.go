package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// bookSheet is one worksheet of a Book.
type bookSheet struct {
	name   string
	part   string
	hidden bool
}

// readDirectory reads the parts that say what the workbook holds: content
// types, relationships, the sheet list, shared texts and cell formats.
func (b *Book) readDirectory() error {
	if err := b.checkContentTypes(); err != nil {
		return err
	}
	root, err := b.relationships("_rels/.rels", "")
	if err != nil {
		return damaged(err)
	}
	workbook := firstOfKind(root, "officedocument", "xl/workbook.xml")
	rels, err := b.relationships(path.Join(path.Dir(workbook), "_rels", path.Base(workbook)+".rels"), path.Dir(workbook))
	if err != nil {
		return damaged(err)
	}
	if err := b.readSheetList(workbook, rels); err != nil {
		return err
	}
	if err := b.readTexts(firstOfKind(rels, "sharedstrings", "")); err != nil {
		return damaged(err)
	}
	if err := b.readStyles(firstOfKind(rels, "styles", "")); err != nil {
		return damaged(err)
	}
	return nil
}

func (b *Book) checkContentTypes() error {
	const name = "[Content_Types].xml"
	if _, ok := b.parts[partName(name)]; !ok {
		return refuse("这是压缩包而不是 Excel 工作簿,请上传 .xlsx 文件")
	}
	macros, spreadsheet := false, false
	err := b.eachElement(name, func(d *parser, e xml.StartElement) error {
		kind := strings.ToLower(attr(e, "ContentType"))
		// a default for .bin names VBA in many honest files; only a part's own type counts
		macros = macros || strings.Contains(kind, "macroenabled") || strings.Contains(kind, "vbaproject") && e.Name.Local == "Override"
		spreadsheet = spreadsheet || strings.Contains(kind, "spreadsheetml")
		return nil
	})
	switch {
	case err != nil:
		return damaged(err)
	case macros:
		return refuse("文件含有宏,为安全起见不予导入,请另存为不含宏的 .xlsx 再上传")
	case !spreadsheet:
		return refuse("这不是 Excel 工作簿(可能是 Word 或演示文稿),请上传 .xlsx 文件")
	}
	return nil
}

// relation is one line of a relationships part, its target from the root.
type relation struct{ id, kind, target string }

func (b *Book) relationships(name, dir string) ([]relation, error) {
	var out []relation
	err := b.eachElement(name, func(d *parser, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || strings.EqualFold(attr(e, "TargetMode"), "External") {
			return nil // what lies outside the file is never followed
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, strings.ReplaceAll(target, `\`, "/"))
		}
		out = append(out, relation{attr(e, "Id"), strings.ToLower(path.Base(attr(e, "Type"))), partName(target)})
		return nil
	})
	return out, err
}

func firstOfKind(rels []relation, kind, otherwise string) string {
	for _, r := range rels {
		if r.kind == kind {
			return r.target
		}
	}
	return otherwise
}

func (b *Book) readSheetList(workbook string, rels []relation) error {
	target := make(map[string]relation, len(rels))
	for _, r := range rels {
		target[r.id] = r
	}
	used := map[string]bool{}
	err := b.eachElement(workbook, func(d *parser, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := attr(e, "date1904"); v == "1" || v == "true" {
				b.Dates = Since1904
			}
		case "sheet":
			rel, ok := target[relationID(e)]
			if !ok || rel.kind != "worksheet" {
				return nil // chart sheets and the like hold no rows
			}
			if used[rel.target] {
				return fmt.Errorf("two sheets share the part %q", rel.target)
			}
			used[rel.target] = true
			b.sheets = append(b.sheets, bookSheet{attr(e, "name"), rel.target, attr(e, "state") != "" && attr(e, "state") != "visible"})
		}
		return nil
	})
	switch {
	case err != nil:
		return damaged(err)
	case len(b.sheets) == 0:
		return refuse("工作簿里没有工作表")
	case len(b.sheets) > b.limits.Sheets:
		return refusef("工作表过多(%d 个,最多 %d 个),请拆分后再上传", len(b.sheets), b.limits.Sheets)
	}
	return nil
}

// readTexts reads the shared texts; a rich text is its runs joined, without
// the phonetic hints that Japanese and Chinese workbooks add.
func (b *Book) readTexts(name string) error {
	if name == "" {
		return nil
	}
	return b.eachElement(name, func(d *parser, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := richText(d)
		b.texts = append(b.texts, s)
		return err
	})
}

// richText reads to the end of the element that was just opened and joins the
// texts inside.
func richText(d *parser) (string, error) {
	var out strings.Builder
	inText, phonetic := false, 0
	for depth := 1; depth > 0; {
		t, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			inText = t.Name.Local == "t"
			if t.Name.Local == "rPh" || phonetic > 0 {
				phonetic++
			}
		case xml.EndElement:
			depth--
			inText = false
			if phonetic > 0 {
				phonetic--
			}
		case xml.CharData:
			if inText && phonetic == 0 {
				out.Write(t)
			}
		}
	}
	return unescapeX(out.String()), nil
}

var escapedX = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescapeX resolves the format's own escapes, _x000D_ for a return.
func unescapeX(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapedX.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 16)
		if err != nil || n == 0 || n >= 0xD800 && n < 0xE000 {
			return ""
		}
		return string(rune(n))
	})
}

// readStyles finds which cell formats show a number as a date.
func (b *Book) readStyles(name string) error {
	if name == "" {
		return nil
	}
	custom := map[string]bool{}
	inCells := false
	return b.eachElement(name, func(d *parser, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = dateFormat(attr(e, "formatCode"))
		case "cellXfs":
			inCells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id := attr(e, "numFmtId")
				is, known := custom[id]
				if !known {
					n, err := strconv.Atoi(id)
					is = err == nil && builtInDate(n)
				}
				b.styles = append(b.styles, is)
			}
		}
		return nil
	})
}

// builtInDate knows the numbers that are dates without a definition; 27–36 and
// 50–58 are those of Chinese Excel. Times of day (18–21, 45–47) are not dates.
func builtInDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

var notFormat = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\\.|_.|\*.`)

// dateFormat says whether a format code shows a year, or a month with a day.
func dateFormat(code string) bool {
	code = strings.ToLower(notFormat.ReplaceAllString(code, ""))
	return strings.ContainsAny(code, "y年e") && !strings.Contains(code, "e+") && !strings.Contains(code, "general") ||
		strings.Contains(code, "m") && strings.Contains(code, "d")
}

// eachElement calls f for each start element of a part.
func (b *Book) eachElement(name string, f func(*parser, xml.StartElement) error) error {
	r, err := b.part(name)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // reading only
	d := newParser(r)
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("part %q: %w", name, err)
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := f(d, e); err != nil {
				return fmt.Errorf("part %q: %w", name, err)
			}
		}
	}
}

// parser is an XML decoder that refuses what no honest workbook has.
type parser struct {
	xml   *xml.Decoder
	depth int
}

func newParser(r io.Reader) *parser { return &parser{xml: xml.NewDecoder(r)} }

// maxDepth bounds nesting: the decoder keeps every open element in memory.
const maxDepth = 64

// next is the decoder's next token. Document type declarations are refused,
// because entities are declared there.
func (p *parser) next() (xml.Token, error) {
	t, err := p.xml.Token()
	if err != nil {
		return nil, err
	}
	switch t.(type) {
	case xml.Directive:
		return nil, errors.New("document type declarations are not accepted")
	case xml.StartElement:
		if p.depth++; p.depth > maxDepth {
			return nil, errors.New("nested too deeply")
		}
	case xml.EndElement:
		p.depth--
	}
	return t, nil
}

// skip reads to the end of the element that was just opened.
func (p *parser) skip() error {
	for outside := p.depth - 1; p.depth > outside; {
		if _, err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

// attr is an attribute by its local name; namespaces vary between the two
// editions of the format.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && (a.Name.Space == "" || name != "id") {
			return a.Value
		}
	}
	return ""
}

// relationID is r:id, which stands beside attributes called sheetId and, in
// some files, a plain id.
func relationID(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}
