package report

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var flag = Request{Kind: "pennant", Quarter: q3}

// selection sets up a quarter's pennant as its arithmetic leaves it: four groups, of
// which the first won, one was vetoed and one is empty.
func (o *office) selection(state string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	o.exec(`INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at)
		VALUES (?, ?, 'pennant', '2026Q3', '流动红旗', 1, 'open', ?, ?, ?)`, o.Unit, id, o.Person("office"), o.now, o.now)
	for _, g := range []struct {
		branch, group                int
		heads, points, before, total int
		vetoes                       int
		excluded                     string
		proposed                     bool
		opinion, words, result       string
	}{
		{0, 0, 3, 18250, 3, 18000, 0, "", true, "agree", "整组到会，作风扎实", "won"},
		{0, 1, 3, 18125, 0, 0, 0, "", false, "", "", ""},
		{1, 0, 3, 17700, 3, 18100, 2, "本季有否决项", false, "", "", ""},
		{1, 1, 0, 0, 2, 12000, 0, "季末没有持积分台账的人员", false, "", "", ""},
	} {
		result := g.result
		if state != "decided" {
			result = ""
		}
		o.exec(`INSERT INTO selection_candidates (unit_id, id, selection_id, branch_id, group_id, name, headcount, points, previous_count, previous_points, vetoes, excluded,
				proposed, opinion, opinion_text, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.Unit, db.NewID(), id, o.Branches[g.branch].ID, o.Groups[g.branch][g.group].ID, o.Groups[g.branch][g.group].Name,
			g.heads, g.points, g.before, g.total, g.vetoes, g.excluded, g.proposed, g.opinion, g.words, result)
	}
	if state == "decided" {
		o.exec("UPDATE selection_selections SET state = 'decided', decided_by = ?, decided_at = ? WHERE id = ?", o.Person("office"), o.now, id)
	} else {
		o.exec("UPDATE selection_selections SET state = ? WHERE id = ?", state, id)
	}
	return id
}

func TestPennantCellByCell(t *testing.T) {
	o := lively(t)
	o.selection("decided")
	i := o.mustIssue("office", flag)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "小组,人数,总分,人均,较上季,否决项,支委会意见,结果" {
		t.Errorf("headings: %s", got)
	}
	want := []string{
		"第一党支部第一党小组,3,182.5,60.83,0.83,无,同意：整组到会，作风扎实,夺旗",
		"第一党支部第二党小组,3,181.25,60.42,,无,,未授予",
		"第二党支部第一党小组,3,177,59,-1.33,一票否决 2 项,,不授予：本季有否决项",
		"第二党支部第二党小组,0,0,,,无,,不授予：季末没有持积分台账的人员",
	}
	for n, r := range want {
		if got := strings.Join(rows[3+n], ","); got != r {
			t.Errorf("row %d: %s, want %s", n+1, got, r)
		}
	}
	if total := strings.Join(rows[7], ","); total != "合计,9,540.75,60.08" {
		t.Errorf("total: %s", total)
	}
	for row, formula := range map[int]string{4: "ROUND(C4/B4,2)", 7: "", 8: "ROUND(C8/B8,2)"} {
		if got := w.formula("人均", row); got != formula {
			t.Errorf("formula of row %d: %q", row, got)
		}
	}
	p := o.mustPreview("office", flag)
	if p.Totals["average"] != 6008 || p.Totals["points"] != 54075 || *p.Rows[0].GroupID != o.Groups[0][0].ID || *p.Rows[0].BranchID != o.Branches[0].ID {
		t.Errorf("preview: %v %v", p.Totals, p.Rows[0])
	}
	if p.Heads != i.Heads || i.Rows != 4 || !strings.HasPrefix(i.Number, "流动红旗-2026Q3-") {
		t.Errorf("issue: %+v", i)
	}
	before := p.Heads
	o.meeting("2026-09-18", []string{"member1"}, nil)
	if after := o.mustPreview("office", flag).Heads; after == before {
		t.Error("the heads of the groups' people are not in the report")
	}
}

func TestPennantByScope(t *testing.T) {
	o := lively(t)
	o.selection("noticed")
	p := o.mustPreview("secretary1", flag)
	if p.RowsCount != 2 || p.Rows[0].Cells[0] != "第一党支部第一党小组" || p.Rows[0].Cells[7] != "拟授予（公示中）" {
		t.Errorf("%+v", p.Rows)
	}
	if !strings.Contains(p.ScopeNote, "评选尚未决定") {
		t.Errorf("scope note: %s", p.ScopeNote)
	}
	if got := o.mustPreview("office", Request{Kind: "pennant", Quarter: q3, Branch: "第二党支部"}).RowsCount; got != 2 {
		t.Errorf("%d rows of one branch", got)
	}
	own := o.mustIssue("secretary1", flag)
	if _, err := o.download("secretary2", own.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's issue: %v", err)
	}
	if _, err := o.preview("secretary2", Request{Kind: "pennant", Quarter: q3, Branch: o.Branches[0].ID.String()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch: %v", err)
	}
	if _, err := o.preview("office", Request{Kind: "pennant", Quarter: q3, Person: o.Person("member1")}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a person's pennant: %v", err)
	}
}

func TestPennantOfAnEmptyQuarter(t *testing.T) {
	o := lively(t)
	id := o.selection("open")
	o.exec("UPDATE selection_selections SET state = 'cancelled', cancel_reason = '重新发起' WHERE id = ?", id)
	for _, r := range []Request{flag, {Kind: "pennant", Quarter: calendar.Quarter{Year: 2025, Q: 4}}} {
		i := o.mustIssue("office", r)
		rows := o.workbook("office", i.ID).rows()
		if i.Rows != 0 || !strings.Contains(strings.Join(rows[1], "|"), "本季没有发起流动红旗评选") || !strings.Contains(strings.Join(rows[len(rows)-1], ""), i.Number) {
			t.Errorf("%d rows: %v", i.Rows, rows)
		}
	}
}
