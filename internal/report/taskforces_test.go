package report

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var taskforces2026 = Request{Kind: "taskforces", Quarter: q3}

// taskforce opens one of a kind from a day on; people are seconded to it, the first as
// its head.
func (o *office) taskforce(name, kind, from string, branch uuid.UUID, people ...string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	o.exec(`INSERT INTO taskforce_kinds (unit_id, code, name, head, party, approval, outsiders, groups, posts, appraisal, ord)
		VALUES (?0, 'action_branch', '行动党支部', '书记', true, true, false, false, false, true, 1), (?0, 'study_society', '研习社', '社长', false, false, false, false, false, true, 2)
		ON CONFLICT DO NOTHING`, o.Unit)
	o.exec(`INSERT INTO taskforce_outcome_kinds (unit_id, code, name, measure, money, ord)
		VALUES (?0, 'joint_document', '会签文件', '份', false, 1), (?0, 'recovered', '追索金额', '元', true, 2) ON CONFLICT DO NOTHING`, o.Unit)
	o.exec(`INSERT INTO org_projects (unit_id, id, name, party, valid_from) VALUES (?, ?, ?, ?, ?)`, o.Unit, id, name, kind == "action_branch", from)
	for i, key := range people {
		office := "member"
		if i == 0 {
			office = "secretary"
		}
		o.exec(`INSERT INTO org_secondments (unit_id, id, project_id, person_id, office, valid_from) VALUES (?, ?, ?, ?, ?, ?)`, o.Unit, db.NewID(), id, o.Person(key), office, from)
	}
	o.exec(`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, branch_id, proposed_by, proposed_at) VALUES (?, ?, ?, '护航卫生健康', ?, ?, ?)`,
		o.Unit, id, kind, db.OrNull(branch), o.Person("secretary1"), from)
	approved := "approved_on = NULL"
	if kind == "action_branch" {
		approved = "approval_no = '滨检党〔2026〕" + name + "', approved_on = '2026-02-20'"
	}
	o.exec(`UPDATE taskforce_taskforces SET state = 'approved', approved_by = ?, `+approved+` WHERE id = ?`, o.Person("office"), id)
	o.exec(`UPDATE taskforce_taskforces SET state = 'active' WHERE id = ?`, id)
	return id
}

func (o *office) outcome(taskforce uuid.UUID, kind string, quantity int64, on, void string) {
	o.t.Helper()
	var by, at any
	if void != "" {
		by, at = o.Person("office"), o.now
	}
	o.exec(`INSERT INTO taskforce_outcomes (unit_id, id, taskforce_id, kind, title, quantity, reached_on, recorded_by, recorded_at, voided_by, voided_at, void_reason)
		VALUES (?, ?, ?, ?, '成果', ?, ?, ?, ?, ?, ?, ?)`, o.Unit, db.NewID(), taskforce, kind, quantity, on, o.Person("office"), o.now, by, at, void)
}

func (o *office) endTaskforce(id uuid.UUID, last string) {
	o.t.Helper()
	o.exec(`UPDATE org_secondments SET valid_to = ? WHERE project_id = ?`, last, id)
	o.exec(`UPDATE org_projects SET valid_to = ? WHERE id = ?`, last, id)
	o.exec(`UPDATE taskforce_taskforces SET state = 'concluded', concluded_on = ?, concluded_by = ?, summary = '完成' WHERE id = ?`, last, o.Person("office"), id)
}

// tasked is an office with one taskforce that runs, one that ended, one of the year
// before, one that begins after the clock and one that was never approved.
func tasked(t testing.TB) *office {
	o := lively(t)
	guard := o.taskforce("检卫行动党支部", "action_branch", "2026-03-01", o.Branches[0].ID, "secretary1", "member1", "probationer")
	o.exec(`INSERT INTO taskforce_outsiders (unit_id, id, taskforce_id, name, partner, valid_from) VALUES (?, ?, ?, '陈警官', '区公安分局', '2026-04-01')`, o.Unit, db.NewID(), guard)
	o.outcome(guard, "joint_document", 4, "2026-04-10", "")
	o.outcome(guard, "joint_document", 2, "2026-09-01", "")
	o.outcome(guard, "joint_document", 7, "2026-09-01", "登记重复")
	o.outcome(guard, "recovered", 41_200_050, "2026-09-02", "")
	society := o.taskforce("创想研习社", "study_society", "2026-01-10", uuid.Nil, "secretary2", "staff")
	o.endTaskforce(society, "2026-06-30")
	before := o.taskforce("守正行动党支部", "action_branch", "2025-03-01", o.Branches[1].ID, "leader2")
	o.endTaskforce(before, "2025-12-31")
	o.taskforce("晨曦行动党支部", "action_branch", "2026-10-01", o.Branches[1].ID, "leader2")
	o.taskforce("乐学研习社", "study_society", "2026-02-01", uuid.Nil, "staff")
	proposed := db.NewID()
	o.exec(`INSERT INTO org_projects (unit_id, id, name, party, valid_from) VALUES (?, ?, '未批准的', false, '2026-02-01')`, o.Unit, proposed)
	o.exec(`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, proposed_by, proposed_at) VALUES (?, ?, 'study_society', '研习', ?, now())`, o.Unit, proposed, o.Person("office"))
	return o
}

func TestTaskforcesCellByCell(t *testing.T) {
	o := tasked(t)
	i := o.mustIssue("office", taskforces2026)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "序号,名称,类型,批准文号/日期,任务,书记（负责人）,成员数,党员数,外单位人数,状态,撤销日期,成果" {
		t.Errorf("headings: %s", got)
	}
	want := []map[string]string{
		{"名称": "检卫行动党支部", "类型": "行动党支部", "书记（负责人）": "白一帆", "成员数": "3", "党员数": "3", "外单位人数": "1", "状态": "运行中", "撤销日期": "",
			"成果": "会签文件 6 份；追索金额 412000.50 元", "批准文号/日期": "滨检党〔2026〕检卫行动党支部，2026年2月20日"},
		{"名称": "创想研习社", "类型": "研习社", "书记（负责人）": "唐文静", "成员数": "2", "党员数": "1", "外单位人数": "0", "状态": "已结项", "成果": "", "批准文号/日期": ""},
		{"名称": "乐学研习社", "党员数": "0", "书记（负责人）": "曾小满"},
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
	if total := strings.Join(rows[6], ","); !strings.HasPrefix(total, "合计,,,,,,6,4,1") {
		t.Errorf("total: %s", total)
	}
	p := o.mustPreview("office", taskforces2026)
	if p.Title != "2026年行动党支部情况表" || p.Rows[1].Cells[10] != day("2026-06-30") || p.Totals["members"] != 6 || !strings.HasPrefix(i.Number, "行动支部-2026-") {
		t.Errorf("%s %s %+v %+v", p.Title, i.Number, p.Rows[1], p.Totals)
	}
	// In the year before the one runs to its last day, and what comes later is not told.
	if p := o.mustPreview("chief", Request{Kind: "taskforces", Quarter: calendar.Quarter{Year: 2025, Q: 4}}); p.RowsCount != 1 || p.Rows[0].Cells[1] != "守正行动党支部" ||
		p.Rows[0].Cells[9] != "已结项" || p.Rows[0].Cells[6] != 1 {
		t.Errorf("%+v", p.Rows)
	}
	o.at("2026-10-08 09:00")
	if p := o.mustPreview("chief", taskforces2026); p.RowsCount != 4 {
		t.Errorf("in October: %+v", p.Rows)
	}
}

func TestTaskforcesByScope(t *testing.T) {
	o := tasked(t)
	if p := o.mustPreview("office", Request{Kind: "taskforces", Quarter: q3, Branch: o.Branches[0].ID.String()}); p.RowsCount != 1 || p.Rows[0].Cells[1] != "检卫行动党支部" {
		t.Errorf("one branch: %+v", p.Rows)
	}
	_, err := o.preview("office", Request{Kind: "taskforces", Quarter: q3, Person: o.Person("member1")})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("of a person: %v", err)
	}
	d, _ := definition("taskforces")
	for _, key := range []string{"secretary1", "member1", "leader1"} {
		if _, err := o.policy.Decide(o.Actor(key), d.Read()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", key, err)
		}
	}
	var nothing access.Scope
	if p, err := o.svc.Preview(t.Context(), o.Actor("office"), nothing, taskforces2026, Page{Limit: 10}); err == nil && p.RowsCount > 0 {
		t.Errorf("the zero scope sees %d rows", p.RowsCount)
	}
}
