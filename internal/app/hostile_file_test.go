package app_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"mime"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/activity"
	"xianfeng/internal/org"
)

// rezip copies a workbook, with parts replaced or added.
func rezip(t *testing.T, book []byte, parts map[string][]byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name string, data []byte) {
		p, err := w.Create(name)
		must(t, err)
		_, err = p.Write(data)
		must(t, err)
	}
	for _, f := range r.File {
		if _, replaced := parts[f.Name]; replaced {
			continue
		}
		p, err := f.Open()
		must(t, err)
		data, err := io.ReadAll(p)
		must(t, err)
		put(f.Name, data)
	}
	for name, data := range parts {
		put(name, data)
	}
	must(t, w.Close())
	return b.Bytes()
}

// forged is a workbook whose first sheet says that it is small and unpacks to much.
func forged(t *testing.T, book []byte, size int) []byte {
	t.Helper()
	var packed bytes.Buffer
	fw, err := flate.NewWriter(&packed, flate.BestSpeed)
	must(t, err)
	sum := crc32.NewIEEE()
	row := []byte("<row><c t=\"inlineStr\"><is><t>" + strings.Repeat("A", 1<<16) + "</t></is></c></row>")
	for n := 0; n < size; n += len(row) {
		_, err = io.MultiWriter(fw, sum).Write(row)
		must(t, err)
	}
	must(t, fw.Close())
	r, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			must(t, w.Copy(f))
			continue
		}
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(packed.Len()), UncompressedSize64: 500}
		p, err := w.CreateRaw(h)
		must(t, err)
		_, err = p.Write(packed.Bytes())
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// Uploads that are no roster, or want to be more than one: a sentence that says what
// is wrong, and nothing kept.
func TestHostileWorkbooks(t *testing.T) {
	t.Parallel()
	o, _, cookies := hostileOffice(t)
	good := roster([]string{"上官明", "13900004444", "群众"})
	upload := func(name string, data []byte) ask { return form("POST", "/api/people/imports", name, data, nil) }
	var list []refusal
	bad := func(name string, a ask, status int, says string) {
		list = append(list, refusal{name, "office", a, status, says})
	}
	bad("empty file", upload("空.xlsx", nil), 422, "")
	bad("html named xlsx", upload("花名册.xlsx", []byte("<html><table><tr><td>姓名</td></tr></table></html>")), 422, "xlsx")
	bad("csv named xlsx", upload("花名册.xlsx", []byte("姓名,电话\n张三,139")), 422, "xlsx")
	bad("old xls", upload("花名册.xls", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...)), 422, "")
	bad("a picture", upload("花名册.xlsx", []byte("\x89PNG\r\n\x1a\n0000")), 422, "xlsx")
	bad("another zip", upload("花名册.xlsx", rezip(t, emptyZip(t), map[string][]byte{"readme.txt": []byte("hi")})), 422, "")
	for _, part := range []int{2, 3} {
		bad(fmt.Sprintf("cut off after 1/%d", part), upload("花名册.xlsx", good[:len(good)/part]), 422, "")
	}
	bad("headings only", upload("花名册.xlsx", roster()), 422, "")
	bad("no headings", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"xl/worksheets/sheet1.xml": []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>`)})), 422, "")
	bad("broken xml", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"xl/worksheets/sheet1.xml": []byte(`<worksheet><sheetData><row>`)})), 422, "")
	bad("macros", upload("花名册.xlsm", rezip(t, good, map[string][]byte{"xl/vbaProject.bin": []byte("macro")})), 422, "宏")
	bad("macros named xlsx", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"xl/vbaProject.bin": []byte("macro")})), 422, "宏")
	bad("a bomb", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"xl/worksheets/sheet1.xml": make([]byte, 220<<20)})), 422, "")
	bad("a forged size", upload("花名册.xlsx", forged(t, good, 220<<20)), 422, "")
	bad("20,000 parts", upload("花名册.xlsx", manyParts(t, 20_000)), 422, "")
	bad("a path out of it", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"../../etc/cron.d/x": []byte("x"), "xl/worksheets/sheet1.xml": []byte("<")})), 422, "")
	bad("entities", upload("花名册.xlsx", rezip(t, good, map[string][]byte{"xl/sharedStrings.xml": []byte(
		`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>`)})), 422, "")
	whole := upload("花名册.xlsx", good)
	bad("no boundary", ask{method: "POST", path: whole.path, body: whole.body, media: "multipart/form-data"}, 422, "")
	bad("another boundary", ask{method: "POST", path: whole.path, body: whole.body, media: "multipart/form-data; boundary=x"}, 422, "")
	bad("half a form", ask{method: "POST", path: whole.path, body: whole.body[:len(whole.body)/2], media: whole.media}, 422, "")
	bad("no file", ask{method: "POST", path: whole.path, body: "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", media: "multipart/form-data; boundary=x"}, 422, "花名册")
	bad("JSON", post(whole.path, fields{"file": "x"}), 422, "读不懂")
	bad("a date that is none", form("POST", whole.path, "花名册.xlsx", good, map[string]string{"effective_from": "2026-02-30"}), 422, "")
	list = append(list, refusal{"not one's job", "secretary1", whole, 403, "权限"})
	o.refuse(t, cookies, list)
}

func emptyZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, zip.NewWriter(&b).Close())
	return b.Bytes()
}

func manyParts(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range n {
		_, err := w.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", i))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// Workbooks that are odd, but can be read: what is right comes in, what is wrong is
// named cell by cell, and a formula's text stays text on the way out.
func TestOddWorkbooks(t *testing.T) {
	t.Parallel()
	o, _, cookies := hostileOffice(t)
	office := cookies["office"]
	preview := func(rows ...[]string) (i org.Import) {
		t.Helper()
		o.send(office, form("POST", "/api/people/imports", "花名册.xlsx", roster(rows...), nil)).into(t, &i)
		return i
	}
	people := func() int { return number(t, o.app.DB, "SELECT count(*) FROM org_people") }
	before := people()
	// The second row is shifted by one column, the third has a telephone too short.
	i := preview([]string{"上官明", "13900004444", "群众"}, []string{"", "欧阳正", "13900005555", "群众"}, []string{"诸葛清", "139", "群众"})
	if i.Counts.Bad != 2 || i.Counts.New != 1 || len(i.Problems) < 2 {
		t.Errorf("counts %+v, problems %+v", i.Counts, i.Problems)
	}
	for _, p := range i.Problems {
		if p.Row < 3 || p.Sheet == "" || !chinese(p.Reason) {
			t.Errorf("problem %+v", p)
		}
	}
	if a := o.post(office, "/api/people/imports/"+i.ID.String()+"/confirm", fields{"create_places": true}); a.status != 422 && a.status != 409 || people() != before {
		t.Errorf("confirmed with bad rows: %s", a)
	}
	if a := o.post(office, "/api/people/imports/"+i.ID.String()+"/confirm", fields{"create_places": true, "good_rows_only": true}); a.status != 200 || people() != before+1 {
		t.Errorf("the good row: %s", a)
	}
	// A roster as an office sent it, with ten rows wrong: a day in the future, one that
	// is none, shifted cells, a short telephone and others, each named.
	data, err := os.ReadFile("../org/testdata/roster-errors.xlsx")
	must(t, err)
	before = people()
	o.send(office, form("POST", "/api/people/imports", "花名册.xlsx", data, map[string]string{"no_create_places": "true"})).into(t, &i)
	wrong := map[int]bool{}
	for _, p := range i.Problems {
		if p.Severity == "error" {
			wrong[p.Row] = true
		}
	}
	for _, row := range []int{6, 9, 12, 17, 19, 25, 27, 29} {
		if !wrong[row] {
			t.Errorf("row %d passed: %v", row, wrong)
		}
	}
	if a := o.post(office, "/api/people/imports/"+i.ID.String()+"/confirm", fields{"create_places": false}); a.status < 400 || people() != before {
		t.Errorf("confirmed with bad rows: %s", a)
	}
	// Full-width digits, blanks within a name, a formula as a name.
	i = preview([]string{"令 狐　安", "１３９００００６６６６", "中共党员", "第一党支部", "第一党小组"}, []string{"=1+cmd|' /C calc'!A0", "13900007777", "群众"})
	a := o.post(office, "/api/people/imports/"+i.ID.String()+"/confirm", fields{"create_places": true, "good_rows_only": true})
	if a.status != 200 {
		t.Fatalf("confirm: %s", a)
	}
	if n := number(t, o.app.DB, "SELECT count(*) FROM org_people WHERE name = '令狐安' AND phone = '13900006666'"); n != 1 {
		t.Errorf("%d people read from full-width digits", n)
	}
	f, err := excelize.OpenReader(bytes.NewReader(o.get(office, "/api/people/export").body))
	must(t, err)
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		must(t, err)
		for r, row := range rows {
			for c := range row {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Errorf("%s %s holds the formula %q %v", sheet, cell, formula, err)
				}
			}
		}
	}
}

// Attachments go by their content, get a harmless name, and are only ever downloads.
func TestHostileAttachments(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	secretary, path := cookies["secretary1"], "/api/activities/"+x.draft.ID.String()+"/attachments"
	for _, name := range []string{"../../etc/passwd.txt", `C:\windows\win.txt`, "a\r\nSet-Cookie: x=1.txt", `a";filename="b.exe.txt`, "<img src=x onerror=alert(1)>.txt",
		"报告\u202egpj.txt", strings.Repeat("长", 300) + ".txt", ".txt", "  .  ", "a\x00b.txt", "CON.txt", "签到表.txt"} {
		a := o.send(secretary, form("POST", path, name, []byte("签到\n"), nil))
		if a.status >= 400 { // a clear refusal is as good
			if _, err := a.problem(); err != nil || a.status >= 500 {
				t.Errorf("%q: %s %v", name, a, err)
			}
			continue
		}
		var made activity.Attachment
		must(t, json.Unmarshal(a.body, &made))
		if strings.ContainsAny(made.Name, "/\\\x00\r\n\u202e") || len([]rune(made.Name)) > 255 || made.Name == "" {
			t.Errorf("%q is kept as %q", name, made.Name)
		}
		got := o.get(secretary, path+"/"+made.ID.String())
		kind, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != made.Name {
			t.Errorf("%q is sent as %q %v", name, got.header.Get("Content-Disposition"), err)
		}
		if got.header.Get("Set-Cookie") != "" || got.header.Get("X-Content-Type-Options") != "nosniff" || string(got.body) != "签到\n" {
			t.Errorf("%q: headers %v", name, got.header)
		}
	}
	o.refuse(t, cookies, []refusal{
		{"a program", "secretary1", form("POST", path, "报告.pdf", []byte("MZ\x90\x00\x03"), nil), 422, "可以上传"},
		{"a page", "secretary1", form("POST", path, "报告.html", []byte("<script>alert(1)</script>"), nil), 422, "可以上传"},
		{"a drawing with script", "secretary1", form("POST", path, "图.svg", []byte("<svg onload=alert(1)>"), nil), 422, "可以上传"},
		{"an empty file", "secretary1", form("POST", path, "空.txt", nil, nil), 422, "空"},
		{"a long caption", "secretary1", form("POST", path, "签到.txt", []byte("签到"), map[string]string{"caption": strings.Repeat("长", 101)}), 422, "100"},
		{"NUL in a caption", "secretary1", form("POST", path, "签到.txt", []byte("签到"), map[string]string{"caption": "a\x00"}), 422, "字符"},
		{"21 MB", "secretary1", form("POST", path, "大.txt", bytes.Repeat([]byte("a"), 21<<20), nil), 413, ""},
		{"to a confirmed record", "secretary1", form("POST", "/api/activities/"+x.record.ID.String()+"/attachments", "签到.txt", []byte("签到"), nil), 422, "更正"},
		{"to another branch's draft", "secretary2", form("POST", path, "签到.txt", []byte("签到"), nil), 404, "活动"},
	})
}
