package report

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var talks2026 = Request{Kind: "talk-coverage", Quarter: q3}

// talked is a talk of a year as it stands; done is empty where it was not held.
func (o *office) talked(kind, talker, partner, state, done string) {
	o.t.Helper()
	var on, by, confirmer, confirmed, cancel any
	if done != "" {
		on, by = done, o.Person(talker)
	}
	if state == "confirmed" {
		confirmer, confirmed = o.Person(partner), o.now
	}
	if state == "cancelled" {
		cancel = "left"
	}
	o.exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on, state, done_on, reported_by, reported_at,
			confirmed_by, confirmed_at, cancel_reason, created_at) VALUES (?, ?, 2026, ?, ?, ?, ?, ?, '2026-01-01', '2026-12-31', ?, ?, ?, ?, ?, ?, ?, now())`,
		o.Unit, db.NewID(), kind, o.Person(talker), o.Person(partner), db.OrNull(o.Actor(partner).Branch), db.OrNull(o.Actor(partner).Department),
		state, on, by, on, confirmer, confirmed, cancel)
}

func talkative(t testing.TB) *office {
	o := dutiful(t)
	o.talked("leader", "chief", "secretary1", "confirmed", "2026-03-05")
	o.talked("leader", "chief", "member1", "reported", "2026-09-18")
	o.talked("leader", "chief", "staff", "planned", "")
	o.talked("leader", "chief", "secretary2", "planned", "")
	o.talked("leader", "chief", "leader2", "cancelled", "")
	o.talked("committee_member", "secretary1", "leader1", "confirmed", "2026-05-06")
	o.talked("discipline", "secretary1", "member1", "planned", "")
	o.talked("ad_hoc", "secretary1", "member1", "confirmed", "2026-06-01")
	o.talked("committee_member", "secretary2", "leader2", "reported", "2026-11-02") // after the clock
	return o
}

func TestTalkCoverageCellByCell(t *testing.T) {
	o := talkative(t)
	i := o.mustIssue("office", talks2026)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "谈话人,应谈,已谈,未谈名单,最近日期,完成率(%)" {
		t.Errorf("headings: %s", got)
	}
	want := []map[string]string{
		{"谈话人": "白一帆", "应谈": "2", "已谈": "1", "未谈名单": "叶知秋", "完成率(%)": "50"},
		{"谈话人": "江远山", "应谈": "4", "已谈": "2", "未谈名单": "唐文静、曾小满", "完成率(%)": "50"},
		{"谈话人": "唐文静", "应谈": "1", "已谈": "0", "未谈名单": "方明远", "完成率(%)": "0", "最近日期": ""},
	}
	body := w.body()
	if len(body) != len(want) {
		t.Fatalf("%v", body)
	}
	for n, r := range want {
		for title, v := range r {
			if body[n][title] != v {
				t.Errorf("row %d %s: %q, want %q", n+1, title, body[n][title], v)
			}
		}
	}
	if total := strings.Join(rows[6], ","); total != "合计,7,3,,,42.86" {
		t.Errorf("total: %s", total)
	}
	if w.formula("完成率(%)", 4) != "ROUND(C4/B4*100,2)" || w.formula("完成率(%)", 7) != "ROUND(C7/B7*100,2)" {
		t.Errorf("formulas: %q %q", w.formula("完成率(%)", 4), w.formula("完成率(%)", 7))
	}
	p := o.mustPreview("office", talks2026)
	if p.Rows[1].Cells[4] != day("2026-09-18") || p.Range != "2026年，1月1日至9月20日" || p.Title != "2026年度谈心谈话情况表" || p.Totals["rate"] != 4286 {
		t.Errorf("%+v %+v", p.Rows[1], p.Totals)
	}
	if !strings.HasPrefix(i.Number, "谈心谈话-2026-") {
		t.Errorf("number %s", i.Number)
	}
	for _, kind := range []string{"处分", "discipline"} { // what type a talk is of stands nowhere
		if strings.Contains(strings.Join(w.rows()[3], ""), kind) {
			t.Errorf("tells %s", kind)
		}
	}
	o.at("2026-11-03 09:00")
	if got := o.mustPreview("office", talks2026); got.Totals["done"] != 4 {
		t.Errorf("in November: %v", got.Totals)
	}
}

func TestTalkCoverageByScope(t *testing.T) {
	o := talkative(t)
	p := o.mustPreview("secretary1", talks2026)
	for _, r := range p.Rows {
		if strings.Contains(r.Cells[3].(string), "唐文静") || r.Cells[0] == "唐文静" || strings.Contains(r.Cells[3].(string), "曾小满") {
			t.Errorf("foreign row: %v", r)
		}
	}
	if p.RowsCount != 2 || p.Totals["due"] != 4 || !strings.Contains(p.ScopeNote, "第一党支部") {
		t.Errorf("%s %+v", p.ScopeNote, p.Rows)
	}
	if got := o.mustPreview("chief", Request{Kind: "talk-coverage", Quarter: q3, Branch: o.Branches[1].ID.String()}); got.Totals["due"] != 2 {
		t.Errorf("one branch: %v", got.Rows)
	}
	own := o.mustIssue("secretary1", talks2026)
	if rows := o.workbook("secretary1", own.ID).rows(); !strings.Contains(strings.Join(rows[1], ""), "只列出制表人权限范围内的数据：第一党支部") {
		t.Errorf("row 2: %v", rows[1])
	}
	if _, err := o.download("secretary2", own.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's issue: %v", err)
	}
	whole := o.mustIssue("office", talks2026)
	if _, err := o.download("secretary1", whole.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the whole office's issue: %v", err)
	}
	if _, err := o.preview("secretary2", Request{Kind: "talk-coverage", Quarter: q3, Branch: o.Branches[0].ID.String()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch: %v", err)
	}
	for _, key := range []string{"member1", "deputy", "sysadmin"} {
		if _, err := o.policy.Decide(o.Actor(key), talkCoverage().Read()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := o.preview("office", Request{Kind: "talk-coverage", Quarter: q3, Person: uuid.New()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a person: %v", err)
	}
	none := o.mustPreview("office", Request{Kind: "talk-coverage", Quarter: calendar.Quarter{Year: 2025, Q: 1}})
	if none.RowsCount != 0 || !strings.Contains(none.ScopeNote, "没有应当进行的谈话") {
		t.Errorf("%+v", none)
	}
}
