package report

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var year = Request{Kind: "annual-summary", Quarter: q3}

// exempt takes somebody's ledger away for a time.
func (o *office) exempt(key, reason, from string, to any) {
	o.t.Helper()
	o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?)",
		o.Unit, db.NewID(), o.Person(key), reason, from, to)
}

// longYear is an office with three quarters behind it: somebody was away for one,
// somebody left, somebody came.
func longYear(t testing.TB) *office {
	o := newOffice(t)
	o.exempt("committee1", "长期病休", "2026-01-10", "2026-06-30")
	o.exempt("deputy", "外派挂职", "2026-04-01", nil)
	o.at("2026-02-10 12:00")
	o.meeting("2026-02-09", []string{"secretary1", "member1", "leader1", "deputy"}, []string{"office"})
	o.at("2026-05-10 12:00")
	o.meeting("2026-05-09", []string{"secretary1", "member1", "leader1"}, nil)
	o.volunteer("2026-05-08", "leader2", 95)
	o.at("2026-09-20 12:00")
	o.meeting("2026-07-10", []string{"secretary1", "member1", "chief"}, []string{"leader1"})
	o.exec("UPDATE points_totals SET vetoes = 1 WHERE person_id = ? AND quarter = '2026Q2' AND dimension = 'political'", o.Person("member1"))
	o.move("member1", "2026-08-01", o.Branches[1].ID, o.Groups[1][0].ID)
	o.move("leader1", "2026-08-20", uuid.Nil, uuid.Nil)
	return o
}

// TestAnnualAgainstRecount sums the entries again, person by person and quarter by
// quarter.
func TestAnnualAgainstRecount(t *testing.T) {
	o := longYear(t)
	i := o.mustIssue("chief", year)
	w := o.workbook("chief", i.ID)
	if got := strings.Join(w.rows()[2], ","); got != "序号,姓名,支部,小组,一季度,二季度,三季度,四季度,年合计,季均,否决次数,备注" {
		t.Errorf("headings: %s", got)
	}
	people := map[string]uuid.UUID{}
	for _, k := range o.Keys() {
		people[o.Actor(k).Name] = o.Person(k)
	}
	body := w.body()
	if len(body) != 11 {
		t.Fatalf("%d rows", len(body))
	}
	var all [5]int
	for n, r := range body {
		id := people[r["姓名"]]
		delete(people, r["姓名"])
		sum, quarters := 0, 0
		for q, word := range []string{"一季度", "二季度", "三季度", "四季度"} {
			var points, entries int
			o.scan("SELECT coalesce(sum(points), 0), count(*) FROM points_entries WHERE person_id = ? AND post_quarter = ?",
				[]any{id, "2026Q" + strconv.Itoa(q+1)}, &points, &entries)
			if entries == 0 {
				if r[word] != "" {
					t.Errorf("%s %s: %q without a ledger", r["姓名"], word, r[word])
				}
				continue
			}
			sum, quarters = sum+points, quarters+1
			all[q] += points
			if number(t, r[word]) != points {
				t.Errorf("%s %s: sheet %s, entries %d", r["姓名"], word, r[word], points)
			}
		}
		all[4] += sum
		if quarters == 0 {
			if r["年合计"] != "" || r["季均"] != "" {
				t.Errorf("%s: %v", r["姓名"], r)
			}
			continue
		}
		if number(t, r["年合计"]) != sum || number(t, r["季均"]) != (2*sum+quarters)/(2*quarters) {
			t.Errorf("%s: sheet %s and %s, entries %d in %d quarters", r["姓名"], r["年合计"], r["季均"], sum, quarters)
		}
		row := strconv.Itoa(n + 4)
		if w.formula("年合计", n+4) != "SUM(E"+row+":H"+row+")" || w.formula("季均", n+4) != "ROUND(AVERAGE(E"+row+":H"+row+"),2)" {
			t.Errorf("formulas: %s %s", w.formula("年合计", n+4), w.formula("季均", n+4))
		}
	}
	total := w.rows()[3+len(body)]
	for q, title := range []string{"一季度", "二季度", "三季度", "四季度", "年合计"} {
		if number(t, total[w.column(title)]) != all[q] {
			t.Errorf("total of %s: %s, entries %d", title, total[w.column(title)], all[q])
		}
	}
	rows := w.rows()
	if rows[0][0] != "2026年度积分汇总表" || !strings.Contains(strings.Join(rows[1], "|"), "统计区间:2026年，1月1日至9月20日") {
		t.Errorf("frame: %v", rows[:2])
	}
	if !strings.HasPrefix(i.Number, "年度汇总-2026-0") {
		t.Errorf("number %s", i.Number)
	}
}

func TestAnnualRemarks(t *testing.T) {
	o := longYear(t)
	rows := o.byName(o.mustPreview("office", year))
	for name, want := range map[string]string{
		"叶知秋": "二季度一票否决：评定 0;8月1日由第一党支部转入",
		"罗海宁": "8月19日转出",
		"秦嘉树": "二季度免记积分：长期病休;一季度部分时间免记积分：长期病休",
		"贺长林": "二、三季度免记积分：外派挂职",
		"唐文静": "",
	} {
		if rows[name]["remark"] != want {
			t.Errorf("%s: %q, want %q", name, rows[name]["remark"], want)
		}
	}
	if rows["叶知秋"]["vetoes"] != 1 || rows["唐文静"]["vetoes"] != 0 || rows["贺长林"]["q2"] != nil || rows["叶知秋"]["branch"] != "第二党支部" {
		t.Errorf("%v", rows)
	}
}

func TestAnnualByScope(t *testing.T) {
	o := longYear(t)
	p := o.mustPreview("secretary2", year)
	names := []string{}
	for name, r := range o.byName(p) {
		if r["branch"] != "第二党支部" {
			t.Errorf("foreign row: %s %v", name, r)
		}
		names = append(names, name)
	}
	if len(names) != 6 || !slices.Contains(names, "叶知秋") { // who came in August with her year
		t.Errorf("%v", names)
	}
	if _, err := o.policy.Decide(o.Actor("member1"), annualSummary().Read()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member: %v", err)
	}
}

// TestAnnualIsOneOfTheYear has whichever quarter is asked for lead to one report.
func TestAnnualIsOneOfTheYear(t *testing.T) {
	o := longYear(t)
	first := o.mustIssue("office", Request{Kind: "annual-summary", Quarter: q2})
	r := year
	r.Replaces = first.ID
	second := o.mustIssue("office", r)
	if second.Checksum != first.Checksum || second.Replaces == nil {
		t.Errorf("%+v", second)
	}
	if got := o.numbers("office", IssueFilter{Kind: "annual-summary", Quarter: q2}); got != second.Number+" "+first.Number {
		t.Errorf("listed: %s", got)
	}
	o.at("2026-11-10 12:00")
	o.meeting("2026-11-09", []string{"chief", "secretary2"}, []string{"member1"})
	o.at("2027-01-05 12:00") // a quarter of the next year is open, and not in it
	p := o.mustPreview("office", year)
	if p.Range != "2026年，1月1日至12月31日" {
		t.Errorf("range: %s", p.Range)
	}
	for quarter, column := range map[string]string{"2026Q1": "q1", "2026Q4": "q4", "2026Q%": "year"} {
		var sum int64
		o.scan("SELECT sum(points) FROM points_entries WHERE post_quarter LIKE ?", []any{quarter}, &sum)
		if p.Totals[column] != sum {
			t.Errorf("%s: %d, entries %d", column, p.Totals[column], sum)
		}
	}
}
