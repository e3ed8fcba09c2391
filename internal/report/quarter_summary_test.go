package report

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

var summary = Request{Kind: "quarter-summary", Quarter: q3}

// lively is an office where something of each kind happened.
func lively(t testing.TB) *office {
	o := newOffice(t)
	o.at("2026-05-10 12:00")
	o.meeting("2026-05-09", []string{"secretary1", "member1", "leader1"}, nil)
	o.at("2026-09-20 12:00")
	o.meeting("2026-07-10", []string{"secretary1", "member1", "leader1", "chief"}, []string{"deputy"})
	o.meeting("2026-08-10", []string{"secretary2", "leader2", "probationer"}, []string{"office"})
	o.volunteer("2026-08-15", "member1", 150)
	o.volunteer("2026-08-16", "leader2", 90)
	return o
}

// wanted is what plain SQL over the entries says of a person's quarter.
type wanted struct{ base, political, professional, discipline, conduct, gained, deducted, total, year int }

func (o *office) wanted(person uuid.UUID) (w wanted) {
	o.scan(`SELECT coalesce(sum(points) FILTER (WHERE dimension = 'base'), 0), coalesce(sum(points) FILTER (WHERE dimension = 'political'), 0),
			coalesce(sum(points) FILTER (WHERE dimension = 'professional'), 0), coalesce(sum(points) FILTER (WHERE dimension = 'discipline'), 0),
			coalesce(sum(points) FILTER (WHERE dimension = 'conduct'), 0),
			coalesce(sum(points) FILTER (WHERE dimension <> 'base' AND points > 0), 0), coalesce(sum(points) FILTER (WHERE dimension <> 'base' AND points < 0), 0),
			coalesce(sum(points), 0)
		FROM points_entries WHERE person_id = ? AND post_quarter = '2026Q3'`, []any{person},
		&w.base, &w.political, &w.professional, &w.discipline, &w.conduct, &w.gained, &w.deducted, &w.total)
	o.scan(`SELECT coalesce(sum(points), 0) FROM points_entries WHERE person_id = ? AND post_quarter LIKE '2026%'`, []any{person}, &w.year)
	return w
}

func number(t testing.TB, text string) int {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("not a number: %q", text)
	}
	return int(f*100 + 0.5*float64(sign(f)))
}

func sign(f float64) int {
	if f < 0 {
		return -1
	}
	return 1
}

func TestSummaryCellByCell(t *testing.T) {
	o := lively(t)
	i := o.mustIssue("chief", summary)
	w := o.workbook("chief", i.ID)
	body := w.body()
	if len(body) != 11 || i.Rows != 11 { // 10 full members and a probationary one
		t.Fatalf("%d rows, issue says %d", len(body), i.Rows)
	}
	people := map[string]uuid.UUID{}
	for _, k := range o.Keys() {
		people[o.Actor(k).Name] = o.Person(k)
	}
	var all wanted
	for n, r := range body {
		id, known := people[r["姓名"]]
		if !known {
			t.Fatalf("row %d: nobody is called %q", n+1, r["姓名"])
		}
		delete(people, r["姓名"]) // each person once
		want := o.wanted(id)
		for title, v := range map[string]int{"基础分": want.base, "政治": want.political, "业务": want.professional, "纪律": want.discipline,
			"作风": want.conduct, "加分": want.gained, "扣分": want.deducted, "本季合计": want.total, "年累计": want.year} {
			if got := number(t, r[title]); got != v {
				t.Errorf("%s %s: sheet %d, entries %d", r["姓名"], title, got, v)
			}
		}
		if want.total != want.base+want.gained+want.deducted {
			t.Errorf("%s: 合计 %d is not 基础 + 加分 + 扣分", r["姓名"], want.total)
		}
		row := strconv.Itoa(n + 4)
		if f := w.formula("本季合计", n+4); f != "SUM(E"+row+":I"+row+")" {
			t.Errorf("formula of row %d: %q", n+4, f)
		}
		if r["序号"] != strconv.Itoa(n+1) {
			t.Errorf("序号 %q in row %d", r["序号"], n+4)
		}
		all.total += want.total
		all.year += want.year
	}
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "序号,姓名,支部,小组,基础分,政治,业务,纪律,作风,加分,扣分,本季合计,年累计,备注" {
		t.Errorf("headings: %s", got)
	}
	sum := rows[3+len(body)]
	if sum[0] != "合计" || number(t, sum[w.column("本季合计")]) != all.total || number(t, sum[w.column("年累计")]) != all.year {
		t.Errorf("total row: %v", sum)
	}
	if f := w.formula("本季合计", 4+len(body)); f != "SUM(L4:L14)" {
		t.Errorf("formula of the total: %q", f)
	}
	if rows[0][0] != "2026年第三季度积分汇总表" {
		t.Errorf("title: %q", rows[0][0])
	}
	second := strings.Join(rows[1], "|")
	for _, part := range []string{"填报单位:滨河区人民检察院", "统计区间:2026年第三季度，7月1日至9月20日", "列出全院数据", "填报日期:2026年9月20日"} {
		if !strings.Contains(second, part) {
			t.Errorf("row 2 %q lacks %q", second, part)
		}
	}
	last := strings.Join(rows[len(rows)-1], "")
	var ids []uuid.UUID
	for _, k := range o.Keys() {
		ids = append(ids, o.Person(k))
	}
	heads, err := points.Heads(context.Background(), o.db, o.Unit, ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"编号:" + i.Number, "行校验码:" + i.Checksum, "台账校验码:" + heads, "2026-09-20 12:00:00"} {
		if !strings.Contains(last, part) {
			t.Errorf("last line %q lacks %q", last, part)
		}
	}
	if signs := strings.Join(rows[len(rows)-2], ""); !strings.Contains(signs, "支部书记(签字)") || !strings.Contains(signs, "盖章") {
		t.Errorf("signatures: %q", signs)
	}
	if !strings.HasPrefix(i.Number, "积分汇总-2026Q3-") || i.Heads != heads {
		t.Errorf("issue: %+v", i)
	}
}

func TestPreviewIsWhatPrints(t *testing.T) {
	o := lively(t)
	for _, r := range []Request{summary, {Kind: "quarter-summary", Quarter: q3, Branch: "第一党支部"},
		{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")}} {
		p, i := o.mustPreview("office", r), o.mustIssue("office", r)
		if p.Checksum != i.Checksum || p.Heads != i.Heads || p.RowsCount != i.Rows {
			t.Errorf("%s: preview %s of %d rows, workbook %s of %d", r.Kind, p.Checksum, p.RowsCount, i.Checksum, i.Rows)
		}
		w := o.workbook("office", i.ID)
		if rows := w.rows(); rows[0][0] != p.Title || len(rows[2]) != len(p.Columns) {
			t.Errorf("%s: title %q, preview %q", r.Kind, rows[0][0], p.Title)
		}
		for n, row := range w.body() {
			for c, col := range p.Columns {
				got := row[col.Title]
				switch v := p.Rows[n].Cells[c].(type) {
				case int:
					if col.Kind == "points" && number(t, got) != v || col.Kind == "int" && got != strconv.Itoa(v) {
						t.Errorf("%s: %q, preview %d", col.Title, got, v)
					}
				case string:
					if got != v {
						t.Errorf("%s: %q, preview %q", col.Title, got, v)
					}
				}
			}
		}
	}
}

func TestPreviewPages(t *testing.T) {
	o := lively(t)
	ctx, by, scope := context.Background(), o.Actor("office"), o.scope("office", quarterSummary().Read())
	var seen []uuid.UUID
	at := Page{Limit: 4}
	for {
		p, err := o.svc.Preview(ctx, by, scope, summary, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			seen = append(seen, *r.PersonID)
		}
		if p.Next == "" {
			break
		}
		at.Cursor = p.Next
	}
	distinct := slices.Compact(slices.SortedFunc(slices.Values(seen), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }))
	if len(seen) != 11 || len(distinct) != 11 {
		t.Errorf("%d rows, %d people", len(seen), len(distinct))
	}
	o.meeting("2026-09-01", []string{"chief"}, nil)
	if _, err := o.svc.Preview(ctx, by, scope, summary, at); !fault.Is(err, fault.Conflict) {
		t.Errorf("pages of two states were put together: %v", err)
	}
	for _, bad := range []string{"x", "-1-abcdefabcdef", "5", "5-short"} {
		if _, err := o.svc.Preview(ctx, by, scope, summary, Page{Cursor: bad}); !fault.Is(err, fault.Invalid) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

func TestSummaryOfOneWhoMoved(t *testing.T) {
	o := lively(t)
	o.move("member1", "2026-08-01", o.Branches[1].ID, o.Groups[1][0].ID)
	o.move("leader1", "2026-08-20", uuid.Nil, uuid.Nil)
	p := o.mustPreview("office", summary)
	rows := o.byName(p)
	if len(rows) != 11 {
		t.Errorf("%d rows", len(rows))
	}
	if r := rows["叶知秋"]; r["branch"] != "第二党支部" || r["remark"] != "8月1日由第一党支部转入" {
		t.Errorf("moved: %v", r)
	}
	if r := rows["罗海宁"]; r["branch"] != "第一党支部" || r["remark"] != "8月19日转出" || r["political"] != 100 {
		t.Errorf("left: %v", r)
	}
	// A quarter before, she stands where she stood then (rule 1).
	before := o.byName(o.mustPreview("office", Request{Kind: "quarter-summary", Quarter: q2}))
	if r := before["叶知秋"]; r["branch"] != "第一党支部" || r["remark"] != "" {
		t.Errorf("quarter before: %v", r)
	}
	// Her new secretary sees her quarter, the old one does not.
	if _, there := o.byName(o.mustPreview("secretary1", summary))["叶知秋"]; there {
		t.Error("the old branch still lists her")
	}
	if _, there := o.byName(o.mustPreview("secretary2", summary))["叶知秋"]; !there {
		t.Error("the new branch does not list her")
	}
}

// byName lays a preview's rows out by name and key of column; a name twice fails.
func (o *office) byName(p Preview) map[string]map[string]any {
	o.t.Helper()
	out := map[string]map[string]any{}
	for _, r := range p.Rows {
		m := map[string]any{}
		for i, c := range p.Columns {
			m[c.Key] = r.Cells[i]
		}
		name := m["name"].(string)
		if out[name] != nil {
			o.t.Errorf("%s stands there twice", name)
		}
		out[name] = m
	}
	return out
}

func TestSummaryOfExemptPeople(t *testing.T) {
	o := newOffice(t)
	exempt := func(key, from string, to any) {
		o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?)",
			o.Unit, db.NewID(), o.Person(key), "长期病休", from, to)
	}
	exempt("member1", "2026-01-01", nil)
	exempt("leader1", "2026-01-01", "2026-07-31")
	o.open()
	rows := o.byName(o.mustPreview("office", summary))
	if r := rows["叶知秋"]; r["total"] != nil || r["base"] != nil || r["remark"] != "免记积分：长期病休" {
		t.Errorf("exempt: %v", r)
	}
	if r := rows["罗海宁"]; r["total"] != 6000 || r["remark"] != "8月1日前免记积分：长期病休" {
		t.Errorf("exempt for a while: %v", r)
	}
	i := o.mustIssue("office", Request{Kind: "quarter-summary", Quarter: q3, Branch: o.Branches[0].ID.String()})
	for _, r := range o.workbook("office", i.ID).body() {
		if r["姓名"] == "叶知秋" && r["基础分"] != "" {
			t.Errorf("exempt in the workbook: %v", r)
		}
	}
}

func TestSummaryOfAnEmptyQuarter(t *testing.T) {
	o := newOffice(t)
	o.exec("UPDATE org_party_memberships SET valid_from = '2026-06-01'")
	r := Request{Kind: "quarter-summary", Quarter: calendar.Quarter{Year: 2025, Q: 4}}
	i := o.mustIssue("office", r)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if i.Rows != 0 || len(w.body()) != 0 || rows[0][0] != "2025年第四季度积分汇总表" || !strings.Contains(strings.Join(rows[len(rows)-1], ""), i.Number) {
		t.Errorf("%d rows: %v", i.Rows, rows)
	}
	if _, err := o.preview("office", Request{Kind: "quarter-summary", Quarter: calendar.Quarter{Year: 2026, Q: 4}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a quarter to come: %v", err)
	}
	if _, err := o.preview("office", Request{Kind: "quarter-summary"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no quarter: %v", err)
	}
}

func TestRankingColumn(t *testing.T) {
	o := lively(t)
	if p := o.mustPreview("office", summary); slices.ContainsFunc(p.Columns, func(c PreviewColumn) bool { return c.Key == "rank" }) {
		t.Error("the ranking column is on without being turned on")
	}
	o.setting("ranking_column", true)
	rows := o.byName(o.mustPreview("office", summary))
	// Group 0,1: member1 gained 1 + 1.25, committee1 nothing, deputy lost 2.
	for name, rank := range map[string]any{"叶知秋": 1, "秦嘉树": 2, "贺长林": 3} {
		if rows[name]["rank"] != rank {
			t.Errorf("%s: rank %v, want %v", name, rows[name]["rank"], rank)
		}
	}
	w := o.workbook("office", o.mustIssue("office", summary).ID)
	if got := strings.Join(w.rows()[2], ","); !strings.HasSuffix(got, "年累计,组内名次,备注") {
		t.Errorf("headings: %s", got)
	}
	// Whoever sees one row of a group sees its place among all.
	o.move("member1", "2026-08-01", o.Branches[1].ID, o.Groups[1][0].ID)
	o.move("secretary1", "2026-08-01", o.Branches[1].ID, o.Groups[1][0].ID)
	own := o.byName(o.mustPreview("secretary1", summary))
	if own["白一帆"]["branch"] != "第二党支部" || own["白一帆"]["rank"] == 1 && own["白一帆"]["total"].(int) < own["白一帆"]["base"].(int) {
		t.Errorf("own row: %v", own["白一帆"])
	}
	if want := o.byName(o.mustPreview("office", summary))["白一帆"]["rank"]; own["白一帆"]["rank"] != want {
		t.Errorf("rank %v in part of the rows, %v in all", own["白一帆"]["rank"], want)
	}
}

func TestVetoStandsBesideTheSum(t *testing.T) {
	o := lively(t)
	o.exec("UPDATE points_totals SET vetoes = 1 WHERE person_id = ? AND dimension = 'political' AND quarter = '2026Q3'", o.Person("member1"))
	r := o.byName(o.mustPreview("office", summary))["叶知秋"]
	if r["total"] != o.wanted(o.Person("member1")).total || r["remark"] != "一票否决：评定 0" {
		t.Errorf("%v", r)
	}
}

func TestFormulaTextInNames(t *testing.T) {
	o := lively(t)
	evil := `=HYPERLINK("http://evil","点我")`
	o.exec("UPDATE org_people SET name = ? WHERE id = ?", evil, o.Person("member1"))
	o.exec("UPDATE org_branches SET name = '+1+1' WHERE id = ?", o.Branches[0].ID)
	w := o.workbook("office", o.mustIssue("office", summary).ID)
	found := false
	for n, r := range w.body() {
		if r["姓名"] == "'"+evil {
			found = true
			if f := w.formula("姓名", n+4); f != "" {
				t.Errorf("a name became the formula %q", f)
			}
		}
		if strings.HasPrefix(r["支部"], "+") {
			t.Errorf("branch %q", r["支部"])
		}
	}
	if !found {
		t.Error("the name is missing or stands unescaped")
	}
	w = o.workbook("office", o.mustIssue("office", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")}).ID)
	if title := w.rows()[0][0]; title != "个人积分台账("+evil+")" {
		t.Errorf("title %q", title)
	}
}

func TestAllStaffHaveLedgers(t *testing.T) {
	o := newOffice(t)
	o.setting("ledger_holders", "staff")
	o.open()
	rows := o.byName(o.mustPreview("office", summary))
	if len(rows) != 12 || rows["曾小满"]["total"] != 6000 || rows["曾小满"]["branch"] != "" {
		t.Errorf("%d rows: %v", len(rows), rows["曾小满"])
	}
}
