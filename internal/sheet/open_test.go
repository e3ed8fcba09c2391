package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/fault"
)

// parts is a workbook taken apart, to be spoilt one part at a time.
type parts map[string]string

func plainParts() parts {
	return parts{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels": `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
			`<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="http://x/styles" Target="/xl/styles.xml"/>` +
			`<Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":     `<sst><si><t>姓名</t></si><si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si><si><t xml:space="preserve">a_x000D_b</t></si></sst>`,
		"xl/worksheets/sheet1.xml": rowsXML(`<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>`),
	}
}

func rowsXML(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><worksheet><dimension ref="A1"/><sheetData>` + rows + `</sheetData></worksheet>`
}

func (p parts) zip(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range p {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func (p parts) with(name, text string) parts {
	p[name] = text
	return p
}

// forgeSize changes the inflated size that the archive claims for its parts.
func forgeSize(data []byte, size uint32) []byte {
	data = bytes.Clone(data)
	for _, h := range []struct {
		magic string
		at    int
	}{{"PK\x01\x02", 24}, {"PK\x03\x04", 22}, {"PK\x07\x08", 12}} {
		for i := 0; ; {
			n := bytes.Index(data[i:], []byte(h.magic))
			if n < 0 || i+n+h.at+4 > len(data) {
				break
			}
			i += n + 4
			binary.LittleEndian.PutUint32(data[i-4+h.at:], size)
		}
	}
	return data
}

func TestOpenRefuses(t *testing.T) {
	encrypted := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), utf16le("EncryptedPackage")...)
	bomb := strings.Repeat(" ", 17<<20)
	many := plainParts()
	for i := range 600 {
		many[strings.Repeat("x", i+1)] = ""
	}
	wide := plainParts()
	for _, n := range []string{"a", "b", "c", "d"} {
		wide["xl/media/"+n] = bomb[:15<<20]
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "文件是空的"},
		{"xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..."), "旧版 .xls"},
		{"password", encrypted, "密码"},
		{"csv", []byte("姓名,性别\n张三,男\n"), "文本文件"},
		{"html", []byte("\xef\xbb\xbf <html><table>"), "网页"},
		{"pdf", []byte("%PDF-1.7\x00"), "PDF"},
		{"rar", []byte("Rar!\x1a\x07\x00"), "压缩包"},
		{"noise", []byte("\x00\x01\x02\x03"), "不是 Excel"},
		{"too long", make([]byte, 21<<20), "超过 20 MB"},
		{"zip of something", parts{"a.txt": "x"}.zip(t), "压缩包而不是"},
		{"ods", parts{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}.zip(t), ".ods"},
		{"cut short", plainParts().zip(t)[:300], "损坏"},
		{"word", plainParts().with("[Content_Types].xml", `<Types><Override ContentType="application/wordprocessingml"/></Types>`).zip(t), "Word"},
		{"macro part", plainParts().with("xl/vbaProject.bin", "x").zip(t), "宏"},
		{"macro part renamed", plainParts().with(`XL\VBAPROJECT.BIN`, "x").zip(t), "宏"},
		{"macro type", plainParts().with("[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/><Default ContentType="spreadsheetml"/></Types>`).zip(t), "宏"},
		{"macro part of another name", plainParts().with("[Content_Types].xml", `<Types><Override ContentType="spreadsheetml.sheet.main"/><Override PartName="/xl/x" ContentType="application/vnd.ms-office.vbaProject"/></Types>`).zip(t), "宏"},
		{"macro sheet", plainParts().with("xl/macrosheets/sheet1.xml", "x").zip(t), "宏"},
		{"bomb", plainParts().with("xl/worksheets/sheet1.xml", bomb).zip(t), "解压后过大"},
		{"bomb that claims 10 bytes", forgeSize(plainParts().with("xl/worksheets/sheet1.xml", bomb).zip(t), 10), "损坏"},
		{"many large parts", wide.zip(t), "解压后过大"},
		{"many parts", many.zip(t), "部件过多"},
		{"size claimed as nothing", forgeSize(plainParts().zip(t), 0), "损坏"},
		{"size claimed as more", forgeSize(plainParts().zip(t), 9999), "损坏"},
		{"entities", plainParts().with("xl/sharedStrings.xml", `<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>`).zip(t), "损坏"},
		{"no sheets", plainParts().with("xl/workbook.xml", `<workbook/>`).zip(t), "没有工作表"},
		{"no workbook", plainParts().with("_rels/.rels", `<Relationships><Relationship Type="x/officeDocument" Target="gone.xml"/></Relationships>`).zip(t), "损坏"},
		{"one part twice", plainParts().with("xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId1"/></sheets></workbook>`).zip(t), "损坏"},
	} {
		_, err := Open(c.data, DefaultLimits())
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != "file" || !strings.Contains(f.Message, c.want) {
			t.Errorf("%s: %v, want a fault with %q", c.name, err, c.want)
		}
	}
}

func TestRowsRefuses(t *testing.T) {
	limits := DefaultLimits()
	limits.Rows, limits.Unpacked = 1000, 1<<20
	long := `<sst><si><t>` + strings.Repeat("长", 20_000) + `</t></si></sst>`
	for name, c := range map[string]struct{ part, text, want string }{
		"not xml":      {"xl/worksheets/sheet1.xml", rowsXML(`<row><c></row>`), "损坏"},
		"entity":       {"xl/worksheets/sheet1.xml", rowsXML(`<row><c t="str"><v>&x;</v></c></row>`), "损坏"},
		"deep":         {"xl/worksheets/sheet1.xml", rowsXML(strings.Repeat("<a>", 100)), "损坏"},
		"far row":      {"xl/worksheets/sheet1.xml", rowsXML(`<row r="1048576"><c><v>1</v></c></row>`), "超过 1000 行"},
		"backwards":    {"xl/worksheets/sheet1.xml", rowsXML(`<row r="5"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row>`), "损坏"},
		"bad ref":      {"xl/worksheets/sheet1.xml", rowsXML(`<row r="5"><c r="ABCDE5"><v>1</v></c></row>`), "损坏"},
		"shared flood": {"xl/sharedStrings.xml", long, "文字过多"},
		"gone":         {"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="gone.xml"/></Relationships>`, "损坏"},
	} {
		p := plainParts().with("xl/worksheets/sheet1.xml", rowsXML(strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 100)))
		b, err := Open(p.with(c.part, c.text).zip(t), limits)
		if err == nil {
			for _, e := range b.Rows("表") {
				err = errors.Join(err, e)
			}
		}
		var f *fault.Error
		if !errors.As(err, &f) || !strings.Contains(f.Message, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestCells(t *testing.T) {
	p := plainParts().with("xl/worksheets/sheet1.xml", `<x:worksheet xmlns:x="m"><x:sheetData>`+
		`<x:row r="3"><x:c r="A3" t="s"><x:v>1</x:v></x:c><x:c r="C3" s="1"><x:v>42223.75</x:v></x:c><x:c s="2"><x:v>42223</x:v></x:c><x:c s="3"><x:v>0.5</x:v></x:c></x:row>`+
		`<x:row><x:c><x:v>1.3900001E10</x:v></x:c><x:c><x:v>0.30000000000000004</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c>`+
		`<x:c t="str"><x:f>1+1</x:f><x:v>2</x:v></x:c><x:c t="inlineStr"><x:is><x:r><x:t>甲</x:t></x:r><x:t>乙</x:t></x:is></x:c><x:c t="s"><x:v>2</x:v></x:c><x:c t="s"><x:v>99</x:v></x:c></x:row>`+
		`<x:row r="9"><x:c r="B9" t="str"><x:v>合</x:v></x:c></x:row><x:row r="10"/><x:row r="11"><x:c r="A11"><x:v>7</x:v></x:c></x:row>`+
		`</x:sheetData><x:mergeCells><x:mergeCell ref="B9:C11"/></x:mergeCells></x:worksheet>`)
	b, err := Open(p.zip(t), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	got := map[int][]Cell{}
	for r, err := range b.Rows("表") {
		if err != nil {
			t.Fatal(err)
		}
		got[r.Number] = append([]Cell(nil), r.Cells...)
	}
	date := Cell{Text: "2015-08-07", Kind: DateCell}
	want := map[int][]Cell{
		3: {{Text: "张三", Kind: TextCell}, {}, date, date, {Text: "0.5", Kind: NumberCell}},
		4: {{Text: "13900001000", Kind: NumberCell}, {Text: "0.3", Kind: NumberCell}, {Text: "1", Kind: BoolCell}, {Text: "#N/A", Kind: ErrorCell},
			{Text: "2", Kind: TextCell, Formula: true, Source: "1+1"}, {Text: "甲乙", Kind: TextCell}, {Text: "a\rb", Kind: TextCell}},
		9:  {{}, {Text: "合", Kind: TextCell}, {Text: "合", Kind: TextCell, Fill: FillAcross}},
		11: {{Text: "7", Kind: NumberCell}, {Text: "合", Kind: TextCell, Fill: FillDown}, {Text: "合", Kind: TextCell, Fill: FillAcross}},
	}
	for n, cells := range want {
		for i := range max(len(cells), len(got[n])) {
			if i >= len(cells) || i >= len(got[n]) || got[n][i] != cells[i] {
				t.Errorf("row %d: %+v, want %+v", n, got[n], cells)
				break
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("rows %v", got)
	}
}

func TestDate1904AndHiddenSheets(t *testing.T) {
	p := plainParts().with("xl/workbook.xml", `<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="表" r:id="rId1"/><sheet name="藏" state="veryHidden" r:id="rId9"/></sheets></workbook>`).
		with("xl/worksheets/sheet2.xml", rowsXML(``)).
		with("xl/worksheets/sheet1.xml", rowsXML(`<row><c s="1"><v>40761</v></c></row>`))
	p["xl/_rels/workbook.xml.rels"] = strings.Replace(p["xl/_rels/workbook.xml.rels"], `<Relationship Id="rId2"`,
		`<Relationship Id="rId9" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId8" Type="x/externalLink" TargetMode="External" Target="http://127.0.0.1/x"/><Relationship Id="rId2"`, 1)
	b, err := Open(p.zip(t), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if names := b.SheetNames(); len(names) != 1 || names[0] != "表" {
		t.Errorf("sheets %v", names)
	}
	for r, err := range b.Rows("表") {
		if err != nil || r.Cells[0].Text != "2015-08-07" {
			t.Errorf("%v %v", r, err)
		}
	}
}

// The product's own workbooks and those of other programs read the same.
func TestReadsWhatExcelizeWrites(t *testing.T) {
	f := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "姓名", "B1": "得分", "A2": "于国栋", "B2": 1.5, "A3": "=1+1", "B3": 7} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	got := readAll(t, buf.Bytes(), []Field{{Key: "n", Title: "姓名"}, {Key: "p", Title: "得分"}})
	if strings.Join(got, " ") != "Sheet1!2:于国栋|1.5 Sheet1!3:=1+1|7" {
		t.Errorf("%v", got)
	}
}
