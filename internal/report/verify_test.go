package report

import (
	"archive/zip"
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

var checkFile = access.Need{Resource: "report", Action: "read"}

func (o *office) verify(key string, data []byte) (Verification, error) {
	o.t.Helper()
	return o.svc.Verify(context.Background(), o.Actor(key), o.scope(key, checkFile), data)
}

func (o *office) verdict(key string, data []byte, want Verdict) Verification {
	o.t.Helper()
	v, err := o.verify(key, data)
	if err != nil {
		o.t.Fatal(err)
	}
	if v.Verdict != want {
		o.t.Errorf("%s: %s %+v, want %s", v.Said, v.Verdict, v.Differences, want)
	}
	return v
}

// touched opens a workbook with another program's library, lets it be changed, and
// saves it anew.
func touched(t testing.TB, data []byte, change func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	change(f, f.GetSheetName(0))
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func set(cell string, value any) func(f *excelize.File, sheet string) {
	return func(f *excelize.File, sheet string) {
		if err := f.SetCellValue(sheet, cell, value); err != nil {
			panic(err)
		}
	}
}

func (o *office) issued(key string, r Request) (Issue, []byte) {
	o.t.Helper()
	i := o.mustIssue(key, r)
	b, err := o.download(key, i.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return i, b
}

func TestVerifyIssuedFile(t *testing.T) {
	o := lively(t)
	i, data := o.issued("secretary1", summary)
	o.meeting("2026-09-18", []string{"member1"}, nil) // the ledger goes on, the file stays
	v := o.verdict("secretary1", data, Unchanged)
	if v.Said != "未改动：是2026年9月20日 12:00由白一帆出具的季度积分汇总 "+i.Number || v.Issue.ID == nil || *v.Issue.ID != i.ID {
		t.Errorf("%+v", v)
	}
	// Who holds the file is told what it says, and nothing to download with.
	if v := o.verdict("member1", data, Unchanged); v.Issue == nil || v.Issue.ID != nil || v.Issue.Number != i.Number {
		t.Errorf("%+v", v)
	}
	r := summary
	r.Replaces = i.ID
	next := o.mustIssue("secretary1", r)
	if v := o.verdict("secretary1", data, Unchanged); !strings.HasSuffix(v.Said, "；但它已由 "+next.Number+" 更正，请以更正后的为准") || v.Issue.ReplacedBy != next.Number {
		t.Errorf("%s", v.Said)
	}
	var summaries []string
	o.scan("SELECT array_agg(summary ORDER BY id) FROM audit_entries WHERE action = 'report.verify' AND object_id = ?", []any{i.ID}, pgdialect.Array(&summaries))
	if len(summaries) != 3 || !strings.HasPrefix(summaries[0], "核验报表文件：未改动") {
		t.Errorf("audit: %v", summaries)
	}
}

func TestVerifyResavedFile(t *testing.T) {
	o := lively(t)
	o.selection("decided")
	o.noticed("member1", "全市优秀公诉人", "2026-09-01", "2026-09-08")
	o.exec(`UPDATE org_people SET name = '=1+1' WHERE id = ?`, o.Person("leader1"))
	for _, r := range []Request{summary, flag, year, {Kind: "member-ledger", Quarter: q3}} {
		_, data := o.issued("office", r)
		again := touched(t, data, func(*excelize.File, string) {})
		if bytes.Equal(again, data) {
			t.Fatal("saving anew changed no byte: the test shows nothing")
		}
		if v := o.verdict("office", again, Resaved); !strings.HasPrefix(v.Said, "内容未变（文件重新保存过）") || v.Issue == nil || v.Different != 0 {
			t.Errorf("%s: %+v", r.Kind, v)
		}
	}
	_, data := o.issued("office", summary)
	plain := touched(t, data, func(f *excelize.File, sheet string) { // a program that keeps values only
		if err := f.SetCellFormula(sheet, "L4", ""); err != nil {
			t.Fatal(err)
		}
	})
	o.verdict("office", plain, Resaved)
}

func TestVerifyOneByteChanged(t *testing.T) {
	o := lively(t)
	_, data := o.issued("secretary1", summary)
	// A byte of the archive's own: of contents compressed, it mostly no longer opens.
	for _, at := range []int{len(data) / 3, len(data) / 2} {
		bad := bytes.Clone(data)
		bad[at] ^= 1
		v, err := o.verify("secretary1", bad)
		if err == nil && v.Verdict == Unchanged || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("byte %d: %+v %v", at, v, err)
		}
	}
	longer := append(bytes.Clone(data), 0)
	if v, err := o.verify("secretary1", longer); err == nil && v.Verdict == Unchanged {
		t.Errorf("a byte more: %+v", v)
	}
}

func TestVerifyChangedCells(t *testing.T) {
	o := lively(t)
	i, data := o.issued("secretary1", summary)
	number := func(f *excelize.File, sheet string) string {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		return rows[len(rows)-1][0]
	}
	type change struct {
		change         func(f *excelize.File, sheet string)
		cell, from, to string
	}
	for name, c := range map[string]change{
		"points":     {set("F4", 99.5), "F4", "1", "99.5"},
		"a name":     {set("B4", "某某"), "B4", "白一帆", "某某"},
		"the note":   {set("A2", "填报单位:别的单位"), "A2", "填报单位:滨河区人民检察院", "填报单位:别的单位"},
		"a new cell": {set("Q4", "加注"), "Q4", "", "加注"},
		"emptied":    {set("B5", nil), "B5", "江远山", ""},
		"formula": {func(f *excelize.File, sheet string) {
			if err := f.SetCellFormula(sheet, "F4", "100-1"); err != nil {
				t.Fatal(err)
			}
		}, "F4", "1", "公式 =100-1"},
		"other formula": {func(f *excelize.File, sheet string) {
			if err := f.SetCellFormula(sheet, "L4", "SUM(E4:I4)+40"); err != nil {
				t.Fatal(err)
			}
		}, "L4", "公式 =SUM(E4:I4)", "公式 =SUM(E4:I4)+40"},
		"a new sheet": {func(f *excelize.File, _ string) {
			if _, err := f.NewSheet("附表"); err != nil {
				t.Fatal(err)
			}
		}, "", "没有这张工作表", "有"},
	} {
		bad := touched(t, data, c.change)
		v := o.verdict("secretary1", bad, Changed)
		if v.Different != 1 || len(v.Differences) != 1 || v.Differences[0].Cell != c.cell || v.Differences[0].Original != c.from || v.Differences[0].Found != c.to {
			t.Errorf("%s: %+v", name, v)
		}
		if v.Issue == nil || v.Issue.Number != i.Number || !strings.Contains(v.Said, "有 1 处不一致") {
			t.Errorf("%s: %s %+v", name, v.Said, v.Issue)
		}
		// Out of scope: only that it was changed.
		for _, key := range []string{"secretary2", "member1"} {
			v := o.verdict(key, bad, Changed)
			if v.Issue != nil || v.Different != 0 || len(v.Differences) != 0 || v.Said != "内容已被改动：与编号 "+i.Number+" 的存档不一致" {
				t.Errorf("%s told to %s: %+v", name, key, v)
			}
		}
	}
	many := touched(t, data, func(f *excelize.File, sheet string) {
		for row := 20; row < 50; row++ {
			set("S"+strconv.Itoa(row), row)(f, sheet)
		}
	})
	if v := o.verdict("secretary1", many, Changed); v.Different != 30 || len(v.Differences) != maxDifferences {
		t.Errorf("%d differences, %d told", v.Different, len(v.Differences))
	}
	forged := touched(t, data, func(f *excelize.File, sheet string) {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		cell, _ := excelize.CoordinatesToCellName(1, len(rows))
		set(cell, strings.Replace(number(f, sheet), i.Number, "积分汇总-2026Q3-9999", 1))(f, sheet)
	})
	if v := o.verdict("secretary1", forged, Unknown); v.Said != "不是本单位出具的报表：没有出具过与编号 积分汇总-2026Q3-9999 相符的报表" || v.Issue != nil {
		t.Errorf("forged number: %+v", v)
	}
	// The number of another issue of ours: its original is what counts.
	other, _ := o.issued("secretary1", Request{Kind: "quarter-summary", Quarter: q2})
	swapped := touched(t, data, func(f *excelize.File, sheet string) {
		rows, _ := f.GetRows(sheet)
		cell, _ := excelize.CoordinatesToCellName(1, len(rows))
		set(cell, strings.Replace(number(f, sheet), i.Number, other.Number, 1))(f, sheet)
	})
	if v := o.verdict("secretary1", swapped, Changed); v.Number != other.Number || v.Different < 3 {
		t.Errorf("swapped number: %+v", v)
	}
}

func TestVerifyForeignFiles(t *testing.T) {
	o, other := lively(t), lively(t) // two installations count alike
	other.exec("UPDATE org_units SET name = '临江区人民检察院'")
	_, ours := o.issued("office", summary)
	a := other.Actor("office")
	a.UnitName = "临江区人民检察院"
	i, err := other.svc.Issue(context.Background(), a, other.scope("office", quarterSummary().Issue()), summary)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := other.download("office", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v := o.verdict("office", theirs, Unknown); v.Number != i.Number || v.Issue != nil {
		t.Errorf("%+v", v)
	}
	other.verdict("office", theirs, Unchanged)
	other.verdict("office", ours, Unknown)

	var draft bytes.Buffer
	if _, err := o.svc.Draft(context.Background(), o.Actor("office"), access.System(o.Unit), summary, &draft); err != nil {
		t.Fatal(err)
	}
	if v := o.verdict("office", draft.Bytes(), Unknown); !strings.Contains(v.Said, "没有出具编号") {
		t.Errorf("a draft: %s", v.Said)
	}
	empty := excelize.NewFile()
	var b bytes.Buffer
	if err := empty.Write(&b); err != nil {
		t.Fatal(err)
	}
	o.verdict("office", b.Bytes(), Unknown)
}

func TestVerifyHostileFiles(t *testing.T) {
	o := lively(t)
	_, data := o.issued("secretary1", summary)
	with := func(name, content string) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for name, bad := range map[string][]byte{
		"empty":  nil,
		"text":   []byte("编号:积分汇总-2026Q3-0001"),
		"pdf":    []byte("%PDF-1.7 …"),
		"zip":    []byte("PK\x03\x04 no"),
		"macros": with("xl/vbaProject.bin", "Attribute VB_Name"),
		"bomb":   with("xl/media/a.bin", strings.Repeat("0", 40<<20)),
		"large":  bytes.Repeat([]byte("PK\x03\x04"), MaxVerified/4+1),
	} {
		if v, err := o.verify("secretary1", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v %v", name, v, err)
		}
	}
}

// TestVerifyAsACommand has nobody named, so that nothing bounds what is told.
func TestVerifyAsACommand(t *testing.T) {
	o := lively(t)
	i, data := o.issued("secretary1", summary)
	by := access.Actor{Unit: o.Unit, Name: "命令行", Address: "command line"}
	v, err := o.svc.Verify(context.Background(), by, access.System(o.Unit), touched(t, data, set("B4", "某某")))
	if err != nil || v.Verdict != Changed || v.Different != 1 || v.Issue.Number != i.Number {
		t.Errorf("%+v %v", v, err)
	}
}

func TestSealOfAClosedQuarter(t *testing.T) {
	o := lively(t)
	r := Request{Kind: "quarter-summary", Quarter: q2}
	if p := o.mustPreview("office", r); p.Seal != "" {
		t.Errorf("an open quarter has the seal %q", p.Seal)
	}
	o.close("2026Q2", "5ea1")
	if p := o.mustPreview("office", r); p.Seal != "5ea1" {
		t.Errorf("seal %q", p.Seal)
	}
	rows := o.workbook("office", o.mustIssue("office", r).ID).rows()
	if last := strings.Join(rows[len(rows)-1], ""); !strings.HasSuffix(last, "季度封存码:5ea1") {
		t.Errorf("last line: %s", last)
	}
	if p := o.mustPreview("office", summary); p.Seal != "" {
		t.Errorf("the next quarter has the seal %q", p.Seal)
	}
}
