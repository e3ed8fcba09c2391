package report

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
)

var volunteers = Request{Kind: "volunteer-service", Quarter: q3}

// helped records volunteering of a day, confirmed: who came for how long, and minutes of
// people from outside. branch uuid.Nil is the whole office.
func (o *office) helped(title, on string, branch uuid.UUID, minutes map[string]int, outside ...int) uuid.UUID {
	o.t.Helper()
	o.exec(`INSERT INTO activity_kinds (unit_id, code, name, category, expected, organisers) VALUES (?, 'volunteering', '志愿服务', 'volunteering', 'nobody', '{unit,branch}') ON CONFLICT DO NOTHING`, o.Unit)
	id, kind := db.NewID(), "unit"
	if branch != uuid.Nil {
		kind = "branch"
	}
	o.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, place, served, organiser_kind, branch_id, state, created_by, created_at, updated_at)
		VALUES (?0, ?1, ?1, 1, 'volunteering', ?2, ?3::timestamptz, ?3::timestamptz + interval '5 hours', '滨河社区', '居民', ?4, ?5, 'draft', ?6, now(), now())`,
		o.Unit, id, title, on+" 09:00+08", kind, db.OrNull(branch), o.Person("office"))
	for key, n := range minutes {
		a := o.Actor(key)
		o.exec(`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, minutes, branch_id, group_id) VALUES (?, ?, ?, 'present', ?, ?, ?)`,
			o.Unit, id, a.Person, n, db.OrNull(a.Branch), db.OrNull(a.Group))
	}
	for i, n := range outside {
		o.exec(`INSERT INTO activity_outsiders (unit_id, activity_id, seq, name, partner, minutes) VALUES (?, ?, ?, ?, '区公安分局', ?)`, o.Unit, id, i+1, fmt.Sprint("警官", i), n)
	}
	o.exec(`UPDATE activity_activities SET state = 'confirmed', confirmed_by = ?, confirmed_at = now() WHERE id = ?`, o.Person("office"), id)
	return id
}

func TestVolunteerService(t *testing.T) {
	o := lively(t)
	first, second := o.Branches[0].ID, o.Branches[1].ID
	both := o.helped("护学岗", "2026-07-02", uuid.Nil, map[string]int{"member1": 100, "secretary1": 60, "secretary2": 29, "staff": 120}, 90, 45)
	o.helped("河道清洁", "2026-08-02", first, map[string]int{"member1": 130})
	o.helped("敬老", "2026-08-03", second, map[string]int{"secretary2": 60}, 61)
	o.helped("上季度的", "2026-06-30", first, map[string]int{"member1": 60})
	o.helped("本季最后一天", "2026-09-30", first, map[string]int{"leader1": 45})
	taken := o.helped("撤回的", "2026-08-04", first, map[string]int{"member1": 60})
	o.exec(`UPDATE activity_activities SET state = 'withdrawn', reason = '误记', withdrawn_by = ?, withdrawn_at = now() WHERE id = ?`, o.Person("office"), taken)

	book := o.workbook("office", o.mustIssue("office", volunteers).ID)
	// Headings stand in two rows: 另:外单位 is above two of them.
	rows := book.rows()
	want := [][]string{
		{"护学岗", "滨河社区", "居民", "4", "4", "4.5", "2", "2", "全院"},
		{"河道清洁", "滨河社区", "居民", "1", "1", "2", "0", "0", "第一党支部"},
		{"敬老", "滨河社区", "居民", "1", "1", "1", "1", "1", "第二党支部"},
		{"本季最后一天", "滨河社区", "居民", "1", "1", "0.5", "0", "0", "第一党支部"},
	}
	for i, w := range want {
		r := rows[4+i]
		for j, cell := range w {
			if r[1+j] != cell {
				t.Errorf("line %d, column %d: %q, want %q (%q)", i+1, j+1, r[1+j], cell, r)
			}
		}
	}
	if end := (&service{Record: both}).voucher(); rows[4][10] != end {
		t.Errorf("voucher %q, want %q", rows[4][10], end)
	}
	total := rows[8]
	for j, w := range map[int]string{0: "合计", 4: "5", 5: "7", 6: "8", 7: "3", 8: "3"} { // five people came seven times
		if total[j] != w {
			t.Errorf("total row, column %d: %q, want %q (%q)", j, total[j], w, total)
		}
	}

	for who, want := range map[string]map[string]int64{
		"office":     {"people": 5, "participations": 7, "minutes": 480, "outsiders": 3, "outside_minutes": 180},
		"secretary1": {"people": 3, "participations": 4, "minutes": 90 + 60 + 120 + 30, "outsiders": 0, "outside_minutes": 0},
		"secretary2": {"people": 1, "participations": 2, "minutes": 60, "outsiders": 1, "outside_minutes": 60},
	} {
		p := o.mustPreview(who, volunteers)
		for key, n := range want {
			if p.Totals[key] != n {
				t.Errorf("%s: %s is %d, want %d", who, key, p.Totals[key], n)
			}
		}
	}
	year := o.mustPreview("office", Request{Kind: "volunteer-year", Quarter: q3})
	if year.Totals["people"] != 5 || year.Totals["participations"] != 8 || year.Totals["minutes"] != 540 || len(year.Rows) != 5 {
		t.Errorf("the year: %v", year.Totals)
	}
	empty := o.mustPreview("office", Request{Kind: "volunteer-service", Quarter: q3, Branch: second.String()})
	if len(empty.Rows) != 2 || empty.Totals["people"] != 1 {
		t.Errorf("a branch: %v", empty.Totals)
	}
}
