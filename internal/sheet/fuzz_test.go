package sheet

import "testing"

// FuzzOpen feeds the reader spoilt workbooks: whatever they are, it answers
// with rows or with an error.
func FuzzOpen(f *testing.F) {
	f.Add(plainParts().zip(f))
	f.Add(grid(f, [][]any{{"名册"}, {"姓名", "入党", nil}, {nil, "时间"}, {"张三", 42223}, {"合计", 1}}, "A1:C1", "A2:A3"))
	f.Fuzz(func(t *testing.T, data []byte) { readQuietly(data) })
}

// FuzzSheetXML spoils the XML inside, which random changes to a packed file
// hardly ever reach.
func FuzzSheetXML(f *testing.F) {
	p := plainParts()
	f.Add(p["xl/worksheets/sheet1.xml"], p["xl/sharedStrings.xml"], p["xl/styles.xml"], p["xl/workbook.xml"])
	f.Add(`<worksheet><sheetData><row r="2"><c r="B2" s="1"><f>1</f><v>42223</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells></worksheet>`,
		`<sst><si><r><t>姓名</t></r></si></sst>`, `<styleSheet><cellXfs><xf numFmtId="57"/></cellXfs></styleSheet>`, p["xl/workbook.xml"])
	f.Fuzz(func(t *testing.T, sheet, texts, styles, workbook string) {
		readQuietly(plainParts().with("xl/worksheets/sheet1.xml", sheet).with("xl/sharedStrings.xml", texts).
			with("xl/styles.xml", styles).with("xl/workbook.xml", workbook).zip(t))
	})
}

func readQuietly(data []byte) {
	limits := DefaultLimits()
	limits.Rows, limits.Unpacked, limits.Part = 1000, 4<<20, 1<<20
	b, err := Open(data, limits)
	if err != nil {
		return
	}
	for _, name := range b.SheetNames() {
		table, err := b.ReadTable(name, people())
		if err != nil || table == nil {
			continue
		}
		for r, err := range table.Records() {
			if err != nil {
				break
			}
			_, _ = r.Shifted()
			r.Raw()
			_, _ = r.Day("joined")
		}
	}
}

// FuzzParseDate: every text is a day that exists, or an error.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026.3.5", "２０２６年３月", "二〇二六年十二月廿一日", "46086", "20260305", "2026-03-05T08:30:00+08:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s, Since1900)
		if err != nil {
			return
		}
		again, err := ParseDate(d.Date.String(), Since1900)
		if err != nil || again.Date != d.Date {
			t.Errorf("%q reads as %v, which reads as %v (%v)", s, d.Date, again.Date, err)
		}
	})
}
