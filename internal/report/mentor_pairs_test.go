package report

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var pairs2026 = Request{Kind: "mentor-pairs", Quarter: q3}

// paired are two pairings: of member1 with a plan of four times, three of them
// fulfilled, whose professional mentor was changed in August; and of leader2 without a
// plan that is public.
func paired(t testing.TB) *office {
	o := newOffice(t)
	o.at("2026-09-20 12:00")
	o.exec(`UPDATE org_people SET started_work_on = '2024-08-01' WHERE id IN (?, ?)`, o.Person("member1"), o.Person("leader2"))
	pair := func(mentee, from, to string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, now())`,
			o.Unit, id, id.String(), o.Person(mentee), from, to, o.Person("office"))
		return id
	}
	term := func(pairing uuid.UUID, mentee, role, mentor, from, to string) {
		o.exec(`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, now())`,
			o.Unit, db.NewID(), pairing, o.Person(mentee), role, o.Person(mentor), from, to, o.Person("office"))
	}
	one := pair("member1", "2025-03-01", "2027-02-28")
	term(one, "member1", "political", "secretary1", "2025-03-01", "2027-02-28")
	term(one, "member1", "professional", "leader1", "2025-03-01", "2026-07-31")
	term(one, "member1", "professional", "deputy", "2026-08-01", "2027-02-28")
	two := pair("leader2", "2026-05-01", "2028-04-30")
	term(two, "leader2", "political", "secretary2", "2026-05-01", "2028-04-30")
	term(two, "leader2", "professional", "head", "2026-05-01", "2028-04-30")
	plan := func(pairing uuid.UUID, state string) uuid.UUID {
		id := db.NewID()
		o.exec(`INSERT INTO mentoring_plans (unit_id, id, pairing_id, year, goals, state, made_by, made_at, published_on) VALUES (?, ?, ?, 2026, '目标', ?, ?, now(), CASE WHEN ? <> 'draft' THEN '2026-01-20'::date END)`,
			o.Unit, id, pairing, state, o.Person("member1"), state)
		o.exec(`INSERT INTO mentoring_plan_items (unit_id, plan_id, seq, kind, title, times) VALUES (?, ?, 1, 'lesson', '授课', 2), (?, ?, 2, 'talk', '谈心', 2)`, o.Unit, id, o.Unit, id)
		return id
	}
	public := plan(one, "published")
	plan(two, "draft")
	log := func(item int, day, state string) {
		o.exec(`INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, plan_id, item, kind, held_on, minutes, content, state, written_by, written_at, answered_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, 'lesson', ?, 60, '讲评', ?, ?, now(), ?)`, o.Unit, db.NewID(), one, o.Person("member1"), o.Person("secretary1"), public, item, day, state,
			o.Person("member1"), map[bool]any{true: o.Person("secretary1")}[state == "confirmed"])
	}
	for _, day := range []string{"2026-02-10", "2026-03-10", "2026-04-10"} { // one more than planned
		log(1, day, "confirmed")
	}
	log(2, "2026-05-10", "confirmed")
	log(2, "2026-06-10", "reported")
	log(2, "2026-10-10", "confirmed") // after the clock
	said := func(stage, role, by, grade string, score any) {
		o.exec(`INSERT INTO mentoring_assessments (unit_id, id, pairing_id, year, stage, role, by_person, grade, score, remark, written_at) VALUES (?, ?, ?, 2026, ?, ?, ?, ?, ?, '好', now())`,
			o.Unit, db.NewID(), one, stage, role, o.Person(by), grade, score)
	}
	said("mid", "political", "secretary1", "excellent", nil)
	said("mid", "professional", "leader1", "good", nil)
	said("final", "political", "secretary1", "good", 9050)
	said("final", "professional", "deputy", "excellent", 9175)
	return o
}

func TestMentorPairsCellByCell(t *testing.T) {
	o := paired(t)
	i := o.mustIssue("office", pairs2026)
	w := o.workbook("office", i.ID)
	rows := w.rows()
	if got := strings.Join(rows[2], ","); got != "学员,政治导师,业务导师,起,止,计划数,完成,阶段评价,年终分" {
		t.Errorf("headings: %s", got)
	}
	want := []map[string]string{
		{"学员": "方明远", "政治导师": "唐文静", "业务导师": "单若兰", "计划数": "", "完成": "", "阶段评价": "", "年终分": ""},
		{"学员": "叶知秋", "政治导师": "白一帆", "业务导师": "罗海宁（至7月31日）、贺长林", "计划数": "4", "完成": "3",
			"阶段评价": "年中：政治 优秀、业务 良好；年终：政治 良好、业务 优秀", "年终分": "91.13"},
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
	if total := strings.Join(rows[5], ","); total != "合计,,,,,4,3" {
		t.Errorf("total: %s", total)
	}
	p := o.mustPreview("office", pairs2026)
	if p.Title != "2026年度双导师结对情况表" || p.Rows[1].Cells[3] != day("2025-03-01") || !strings.HasPrefix(i.Number, "双导师-2026-") {
		t.Errorf("%s %+v", p.Title, p.Rows)
	}
	o.at("2026-11-03 09:00")
	if got := o.mustPreview("chief", pairs2026); got.Totals["done"] != 4 {
		t.Errorf("in November: %v", got.Totals)
	}
}

func TestMentorPairsByScope(t *testing.T) {
	o := paired(t)
	if got := o.mustPreview("chief", Request{Kind: "mentor-pairs", Quarter: q3, Branch: o.Branches[1].ID.String()}); got.RowsCount != 1 || got.Rows[0].Cells[0] != "方明远" {
		t.Errorf("one branch: %v", got.Rows)
	}
	for _, key := range []string{"secretary1", "member1", "deputy", "sysadmin"} {
		if _, err := o.policy.Decide(o.Actor(key), mentorPairs().Read()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := o.preview("office", Request{Kind: "mentor-pairs", Quarter: q3, Person: uuid.New()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a person: %v", err)
	}
	before := o.mustPreview("office", Request{Kind: "mentor-pairs", Quarter: calendar.Quarter{Year: 2024, Q: 1}})
	if before.RowsCount != 0 || !strings.Contains(before.ScopeNote, "没有结对") {
		t.Errorf("%+v", before)
	}
}
