package report

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

func TestLedgerCellByCell(t *testing.T) {
	o := lively(t)
	for range 5 { // one a meeting, at most 4 a month
		o.meeting("2026-09-05", []string{"member1"}, nil)
	}
	i := o.mustIssue("secretary1", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")})
	w := o.workbook("secretary1", i.ID)
	rows := w.rows()
	if rows[0][0] != "个人积分台账(叶知秋)" || !strings.Contains(strings.Join(rows[1], "|"), "第一党支部第二党小组") {
		t.Errorf("frame: %v", rows[:2])
	}
	if got := strings.Join(rows[2], ","); got != "序号,日期,类别,事项,依据条款,申报,核定,核实人,公示起止,凭证号,结余" {
		t.Errorf("headings: %s", got)
	}
	type entry struct {
		FactOn            time.Time
		Dimension, Reason string
		Requested, Points int
		Voucher           int64
		Balance           int
		CutBy             string
	}
	var entries []entry
	o.scan(`SELECT fact_on, dimension, reason, requested, points, voucher, balance, cut_by FROM points_entries
		WHERE person_id = ? AND post_quarter = '2026Q3' ORDER BY seq`, []any{o.Person("member1")}, &entries)
	body := w.body()
	if len(body) != len(entries) || len(body) != 8 || i.Rows != 8 {
		t.Fatalf("%d lines, %d entries", len(body), len(entries))
	}
	sum := 0
	for n, r := range body {
		e := entries[n]
		sum += e.Points
		if number(t, r["申报"]) != e.Requested || number(t, r["核定"]) != e.Points || number(t, r["结余"]) != e.Balance || e.Balance != sum {
			t.Errorf("line %d: %v, entry %+v, sum %d", n+1, r, e, sum)
		}
		if r["凭证号"] != strconv.FormatInt(e.Voucher, 10) || !strings.HasPrefix(r["事项"], e.Reason) || r["类别"] != points.Dimension(e.Dimension).Title() {
			t.Errorf("line %d: %v, entry %+v", n+1, r, e)
		}
		if serial := int(e.FactOn.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, e.FactOn.Location())).Hours()/24 + 0.5); r["日期"] != strconv.Itoa(serial) {
			t.Errorf("line %d: date %s, want %d", n+1, r["日期"], serial)
		}
		row := n + 4
		if f := w.formula("结余", row); f != "N(K"+strconv.Itoa(row-1)+")+G"+strconv.Itoa(row) {
			t.Errorf("line %d: formula %q", n+1, f)
		}
		if e.CutBy != "" && !strings.Contains(r["事项"], "核减 1 分："+e.CutBy) {
			t.Errorf("line %d does not explain its cut: %v", n+1, r["事项"])
		}
	}
	if entries[7].CutBy == "" || entries[7].Points != 0 {
		t.Errorf("the scene has no cut: %+v", entries[7])
	}
	if body[0]["核实人"] != "系统" || body[1]["核实人"] != "白一帆" || body[1]["依据条款"] != "第六条第一项 参加三会一课" || body[1]["公示起止"] != "无需公示" {
		t.Errorf("%v", body[:2])
	}
	if total := rows[3+len(body)]; total[0] != "合计" || number(t, total[w.column("核定")]) != sum {
		t.Errorf("total: %v", total)
	}
}

func TestLedgerSaysWhichQuarterALateFactIsOf(t *testing.T) {
	o := lively(t)
	o.close("2026Q2", "seal of Q2")
	o.meeting("2026-06-20", []string{"member1"}, nil)
	p := o.mustPreview("member1", Request{Kind: "member-ledger", Quarter: q3})
	last := p.Rows[len(p.Rows)-1].Cells
	if last[3] != "党员大会(补记，属2026年第二季度)" || last[1] != day("2026-06-20") {
		t.Errorf("%v", last)
	}
}

func TestLedgerOfABranchHasASheetForEach(t *testing.T) {
	o := lively(t)
	r := Request{Kind: "member-ledger", Quarter: q3, Branch: "第一党支部"}
	i := o.mustIssue("secretary1", r)
	w := o.workbook("secretary1", i.ID)
	names := w.GetSheetList()
	if len(names) != 6 || !slices.Contains(names, "叶知秋") || !slices.Contains(names, "江远山") {
		t.Fatalf("sheets: %v", names)
	}
	rows := 0
	for _, name := range names {
		w.name = name
		rows += len(w.body())
		all := w.rows()
		if !strings.Contains(all[0][0], name) || !strings.Contains(strings.Join(all[len(all)-1], ""), i.Number) {
			t.Errorf("sheet %s: %v … %v", name, all[0], all[len(all)-1])
		}
	}
	if rows != i.Rows {
		t.Errorf("%d rows, the issue says %d", rows, i.Rows)
	}
	p := o.mustPreview("secretary1", r)
	if len(p.Sheets) != 6 || p.Sheets[0].Name != names[0] {
		t.Errorf("preview: %+v", p.Sheets)
	}
	again := o.mustIssue("secretary1", r)
	if again.Checksum != i.Checksum {
		t.Error("the same rows have another checksum")
	}
}

func TestLedgerOfAnEmptyQuarter(t *testing.T) {
	o := lively(t)
	i := o.mustIssue("member1", Request{Kind: "member-ledger", Quarter: calendar.Quarter{Year: 2025, Q: 4}})
	w := o.workbook("member1", i.ID)
	if rows := w.rows(); i.Rows != 0 || rows[0][0] != "个人积分台账(叶知秋)" || len(rows) < 6 {
		t.Errorf("%d rows: %v", i.Rows, rows)
	}
	if _, err := o.preview("member1", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("chief")}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a foreign ledger: %v", err)
	}
}

// noticed puts a claim of somebody through its public notice, and its points into
// their ledger, as the services leave them.
func (o *office) noticed(key, matter, first, last string) uuid.UUID {
	o.t.Helper()
	notice, claim, entry := db.NewID(), db.NewID(), db.NewID()
	branch := o.Branches[0].ID
	o.exec(`INSERT INTO notice_notices (unit_id, id, kind, title, branch_id, quarter, columns, working_days, published_by, published_at, first_day, last_day, state, settled_at)
		VALUES (?, ?, 'claims', '加分公示', ?, '2026Q3', '{姓名}', 5, ?, ?, ?, ?, 'settled', ?)`,
		o.Unit, notice, branch, o.Person("secretary1"), o.now, first, last, o.now)
	o.exec(`INSERT INTO claim_claims (unit_id, id, number, person_id, claimed_by, branch_id, rule_code, rule_title, dimension, fact_on, requested, matter, state, created_at, submitted_at,
			verified_by, verified_at, notice_id, settled_at)
		VALUES (?, ?, nextval('claim_numbers'), ?, ?, ?, 'honour_city', '市级荣誉', 'professional', '2026-08-01', 300, ?, 'posted', ?, ?, ?, ?, ?, ?)`,
		o.Unit, claim, o.Person(key), o.Person(key), branch, matter, o.now, o.now, o.Person("secretary1"), o.now, notice, o.now)
	o.exec(`INSERT INTO points_entries (unit_id, id, person_id, seq, voucher, branch_id, scheme_id, rule_id, dimension, points, requested, fact_on, fact_quarter,
			posted_at, post_quarter, balance, source_kind, source_id, record_id, verified_by, reason, prev_hash, hash)
		SELECT unit_id, ?, ?, 900, nextval('points_vouchers'), ?, scheme_id, id, dimension, 300, 300, '2026-08-01', '2026Q3',
			?, '2026Q3', 300, 'claim', ?, ?, ?, ?, '', '' FROM points_rules WHERE trigger = 'claim' AND code = 'honour_city'`,
		entry, o.Person(key), branch, o.now, claim, claim, o.Person("secretary1"), matter)
	return entry
}

func TestLedgerNamesThePublicNotice(t *testing.T) {
	o := lively(t)
	entry := o.noticed("member1", "全市优秀公诉人", "2026-09-01", "2026-09-08")
	o.noticed("leader1", "跨年公示", "2025-12-29", "2026-01-07")
	p := o.mustPreview("secretary1", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")})
	last := p.Rows[len(p.Rows)-1]
	if last.Cells[3] != "全市优秀公诉人" || last.Cells[8] != "9月1日至9月8日" {
		t.Errorf("%v", last.Cells)
	}
	if last.EntryID == nil || *last.EntryID != entry {
		t.Errorf("the line opens %v, want the entry %s", last.EntryID, entry)
	}
	for _, r := range p.Rows[:len(p.Rows)-1] {
		if r.Cells[8] != "无需公示" || r.EntryID == nil {
			t.Errorf("%v", r)
		}
	}
	p = o.mustPreview("secretary1", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("leader1")})
	if got := p.Rows[len(p.Rows)-1].Cells[8]; got != "2025年12月29日至2026年1月7日" {
		t.Errorf("over the turn of the year: %v", got)
	}
}
