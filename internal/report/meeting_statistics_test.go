package report

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/fault"
)

var meetingsQ3 = Request{Kind: "meeting-statistics", Quarter: q3}

// dutiful is the office with its kinds, types and duties, which keeps records here
// since July.
func dutiful(t testing.TB) *office {
	o := newOffice(t)
	o.exec("UPDATE org_units SET created_at = '2026-07-01 09:00+08'")
	o.exec(`INSERT INTO talk_types (unit_id, code, name) VALUES (?0, 'leader', '领导谈话'), (?0, 'committee_member', '支委与党员谈话'), (?0, 'ad_hoc', '随机谈话')`, o.Unit)
	o.exec(`INSERT INTO talk_types (unit_id, code, name, talker, within_days) VALUES (?, 'discipline', '受处分谈话', 'secretary', 5)`, o.Unit)
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return duty.Seed(ctx, tx, o.Unit, o.now)
	})
	return o
}

// held is a confirmed record: of a branch, of its group where that is not zero, or of
// the unit where both are. quorum is nil where none is asked.
func (o *office) held(kind, on string, branch, group uuid.UUID, quorum any, present, absent []string) {
	o.t.Helper()
	organiser := "unit"
	switch {
	case group != uuid.Nil:
		organiser = "group"
	case branch != uuid.Nil:
		organiser = "branch"
	}
	starts := day(on).In().Add(15 * time.Hour)
	id := db.NewID()
	o.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, group_id,
			state, quorum_met, created_by, created_at, updated_at)
		VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?)`, o.Unit, id, db.NewID(), kind, kind+" "+on, starts, starts.Add(time.Hour),
		organiser, db.OrNull(branch), db.OrNull(group), quorum, o.Person("secretary1"), o.now, o.now)
	for status, keys := range map[string][]string{"present": present, "absent": absent} {
		for _, k := range keys {
			a := o.Actor(k)
			reason := ""
			if status == "absent" {
				reason = "sick"
			}
			o.exec("INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, reason, branch_id, group_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
				o.Unit, id, a.Person, status, reason, db.OrNull(a.Branch), db.OrNull(a.Group))
		}
	}
	o.exec("UPDATE activity_activities SET state = 'confirmed', confirmed_at = ?, confirmed_by = created_by WHERE id = ?", starts.Add(2*time.Hour), id)
}

func (o *office) excuse(code, owner string, id, branch uuid.UUID, first, reason, state string) {
	o.t.Helper()
	var by, at any
	remark := ""
	if state != "asked" {
		by, at, remark = o.Person("office"), o.now, "已阅"
	}
	o.exec(`INSERT INTO duty_excuses (unit_id, id, code, owner, owner_id, branch_id, period_first, reason, state, asked_by, asked_at, decided_by, decided_at, remark)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.Unit, db.NewID(), code, owner, id, branch, first, reason, state, o.Person("secretary1"), o.now, by, at, remark)
}

// thirdQuarter is the scene: the first branch kept most, the second nearly nothing. The
// clock stands on 20 September.
func thirdQuarter(t testing.TB) *office {
	o := dutiful(t)
	one, two := o.Branches[0].ID, o.Branches[1].ID
	o.held("branch_meeting", "2026-07-10", one, uuid.Nil, true, []string{"chief", "secretary1", "leader1", "member1"}, []string{"deputy", "committee1"})
	o.held("committee_meeting", "2026-07-03", one, uuid.Nil, true, []string{"secretary1", "committee1"}, nil)
	o.held("committee_meeting", "2026-08-04", one, uuid.Nil, false, []string{"secretary1"}, []string{"committee1"}) // below its quorum
	for _, month := range []string{"07", "08", "09"} {
		o.held("group_meeting", "2026-"+month+"-08", one, o.Groups[0][0].ID, nil, []string{"chief", "leader1"}, []string{"secretary1"})
	}
	o.held("group_meeting", "2026-07-09", one, o.Groups[0][1].ID, nil, []string{"member1", "committee1"}, nil)
	o.held("party_lecture", "2026-08-20", uuid.Nil, uuid.Nil, nil, []string{"chief", "member1", "office"}, []string{"deputy", "leader2"}) // the whole office's
	o.held("party_day", "2026-07-15", one, uuid.Nil, nil, []string{"chief"}, nil)
	o.held("party_day", "2026-07-25", one, uuid.Nil, nil, []string{"chief"}, nil)
	o.held("seminar", "2026-07-16", one, uuid.Nil, nil, []string{"chief"}, nil) // no part of the workbook
	o.held("branch_meeting", "2026-06-30", two, uuid.Nil, true, []string{"office"}, nil)
	o.excuse("committee_meeting", "branch", one, one, "2026-08-01", "书记、委员出差", "approved")
	o.excuse("party_day", "branch", one, one, "2026-08-01", "防汛值班", "asked")
	o.excuse("branch_meeting", "branch", two, two, "2026-07-01", "换届", "refused")
	return o
}

func TestMeetingStatisticsCellByCell(t *testing.T) {
	o := thirdQuarter(t)
	i := o.mustIssue("office", meetingsQ3)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "支部,党员大会,,支委会,,党小组会,,党课,,主题党日,,到会,,,未完成原因" {
		t.Errorf("groups: %s", got)
	}
	if got := strings.Join(rows[3], ","); got != ",应,实,应,实,应,实,应,实,应,实,应到人次,实到人次,到会率(%)" {
		t.Errorf("headings: %s", got)
	}
	// 6+2+9+2+3+2 expected: the meeting below its quorum is in none of them.
	want := []string{
		"第一党支部,1,1,3,1,6,4,1,1,3,2,24,18,75,8月支委会：书记、委员出差（已批准）；9月支委会：未到期；8月主题党日：防汛值班（待审批）；9月主题党日：未到期；8月党小组会（第二党小组）：未填；9月党小组会（第二党小组）：未到期",
		"第二党支部,1,0,",
	}
	if got := strings.Join(rows[4], ","); got != want[0] {
		t.Errorf("row 1: %s\nwant   %s", got, want[0])
	}
	if got := strings.Join(rows[5], ","); !strings.HasPrefix(got, want[1]) || !strings.Contains(got, "换届（未获批准）") && !strings.Contains(got, "党员大会：换届") {
		t.Errorf("row 2: %s", got)
	}
	if f, err := w.GetCellFormula(w.name, "N5"); err != nil || f != "ROUND(M5/L5*100,2)" {
		t.Errorf("rate: %q %v", f, err)
	}
	if f, err := w.GetCellFormula(w.name, "N7"); err != nil || f != "ROUND(M7/L7*100,2)" {
		t.Errorf("rate of all: %q %v", f, err)
	}
	p := o.mustPreview("office", meetingsQ3)
	if p.Columns[1].Group != "党员大会" || p.Columns[0].Group != "" || *p.Rows[0].BranchID != o.Branches[0].ID {
		t.Errorf("preview: %+v %+v", p.Columns[:2], p.Rows[0])
	}
	if all := p.Totals; all["expected"] != 26 || all["present"] != 19 || all["rate"] != 7308 {
		t.Errorf("totals: %v", all)
	}
	if !strings.HasPrefix(i.Number, "三会一课-2026Q3-") || p.Title != "2026年第三季度三会一课统计表" {
		t.Errorf("%s %s", i.Number, p.Title)
	}
	b, err := o.download("office", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	v, err := o.svc.Verify(context.Background(), o.Actor("office"), o.scope("office", access.Need{Resource: "report", Action: "read"}), b)
	if err != nil || v.Verdict != Unchanged {
		t.Errorf("verified: %+v %v", v, err)
	}
}

// TestMeetingStatisticsAgreeWithTheGrid adds the grid up again, as the page of duties
// reads it.
func TestMeetingStatisticsAgreeWithTheGrid(t *testing.T) {
	o := thirdQuarter(t)
	o.at("2026-10-08 09:00")
	p := o.mustPreview("chief", meetingsQ3)
	scope := o.scope("chief", access.Need{Resource: "duty", Action: "read"})
	for _, r := range p.Rows {
		cells, err := duty.Cells(context.Background(), o.db, scope, duty.Filter{From: day("2026-07-01"), To: day("2026-09-30"), Branches: []uuid.UUID{*r.BranchID}}, day("2026-10-08"))
		if err != nil {
			t.Fatal(err)
		}
		owed, held := map[string]int{}, map[string]int{}
		missed := 0
		for _, c := range cells {
			owed[c.Kind] += c.Owed
			held[c.Kind] += c.Held
			if (c.State == duty.Missed || c.State == duty.Excused) && owedByWorkbook(c.Kind) {
				missed++
			}
		}
		for i, c := range p.Columns {
			if kind, ok := strings.CutSuffix(c.Key, "_owed"); ok && r.Cells[i] != owed[kind] {
				t.Errorf("%v %s: %v, grid %d", r.Cells[0], c.Key, r.Cells[i], owed[kind])
			}
			if kind, ok := strings.CutSuffix(c.Key, "_held"); ok && r.Cells[i] != held[kind] {
				t.Errorf("%v %s: %v, grid %d", r.Cells[0], c.Key, r.Cells[i], held[kind])
			}
		}
		said := r.Cells[len(r.Cells)-1].(string)
		if strings.Contains(said, "未到期") || missed == 0 || said == "" {
			t.Errorf("reasons of %d cells: %s", missed, said)
		}
	}
}

func owedByWorkbook(kind string) bool {
	for _, k := range meetingKinds() {
		if k.kind == kind {
			return true
		}
	}
	return false
}

func TestMeetingStatisticsByScope(t *testing.T) {
	o := thirdQuarter(t)
	p := o.mustPreview("secretary1", meetingsQ3)
	if p.RowsCount != 1 || p.Rows[0].Cells[0] != "第一党支部" || !strings.Contains(p.ScopeNote, "第一党支部") || strings.Contains(p.ScopeNote, "第二") {
		t.Errorf("%s %+v", p.ScopeNote, p.Rows)
	}
	if got := o.mustPreview("office", Request{Kind: "meeting-statistics", Quarter: q3, Branch: "第二党支部"}); got.RowsCount != 1 || got.Rows[0].Cells[0] != "第二党支部" {
		t.Errorf("one branch: %+v", got.Rows)
	}
	own := o.mustIssue("secretary1", meetingsQ3)
	if rows := o.workbook("secretary1", own.ID).rows(); !strings.Contains(strings.Join(rows[1], ""), "只列出") || strings.Contains(strings.Join(rows[4], ""), "第二党支部") {
		t.Errorf("row 2: %v", rows[1])
	}
	if _, err := o.download("secretary2", own.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's issue: %v", err)
	}
	if _, err := o.download("chief", own.ID); err != nil {
		t.Errorf("the chief: %v", err)
	}
	if _, err := o.preview("secretary2", Request{Kind: "meeting-statistics", Quarter: q3, Branch: o.Branches[0].ID.String()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch: %v", err)
	}
	if _, err := o.policy.Decide(o.Actor("member1"), meetingStatistics().Read()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member: %v", err)
	}
	if _, err := o.preview("office", Request{Kind: "meeting-statistics", Quarter: q3, Person: o.Person("member1")}); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a person: %v", err)
	}
	empty := o.mustPreview("office", Request{Kind: "meeting-statistics", Quarter: calendar.Quarter{Year: 2019, Q: 4}})
	if strings.Contains(empty.Rows[0].Cells[len(empty.Columns)-1].(string), "未填") || empty.Rows[0].Cells[1] != 0 || empty.Totals["expected"] != 0 {
		t.Errorf("before the office began: %+v", empty.Rows)
	}
}
