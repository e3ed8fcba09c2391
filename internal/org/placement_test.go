package org

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
)

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func mustExec(t *testing.T, on bun.IDB, query string, args ...any) {
	t.Helper()
	if _, err := on.NewRaw(query, args...).Exec(context.Background()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestPlacementsAreDated(t *testing.T) {
	ctx, tx := context.Background(), testdb.Tx(t)
	f := testdb.Office(t, tx)
	member, staff, probationer := f.Person("member1"), f.Person("staff"), f.Person("probationer")
	// member1 moves to the other branch in the middle of the second quarter.
	mustExec(t, tx, `UPDATE org_party_memberships SET valid_to = '2026-05-14' WHERE unit_id = ? AND person_id = ?`, f.Unit, member)
	mustExec(t, tx, `INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, '2026-05-15')`,
		f.Unit, db.NewID(), member, f.Branches[1].ID, f.Groups[1][0].ID)
	mustExec(t, tx, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, '长期病休', '2026-04-01', '2026-06-30')`,
		f.Unit, db.NewID(), member)

	for _, c := range []struct {
		on, branch, exempt string
	}{
		{"2026-03-31", "第一党支部", ""},
		{"2026-05-14", "第一党支部", "长期病休"},
		{"2026-05-15", "第二党支部", "长期病休"},
		{"2026-07-01", "第二党支部", ""},
	} {
		got, err := Placements(ctx, tx, f.Unit, day(c.on), []uuid.UUID{member, staff, probationer, uuid.New()})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 {
			t.Fatalf("%d people on %s", len(got), c.on)
		}
		if p := got[member]; p.BranchName != c.branch || p.Exempt != c.exempt || !p.Party || !p.Voter || p.DepartmentName != "第一检察部" {
			t.Errorf("on %s: %+v", c.on, p)
		}
		if p := got[staff]; p.Party || p.Voter || p.Branch != uuid.Nil || p.Department != f.Departments[1].ID {
			t.Errorf("staff on %s: %+v", c.on, p)
		}
		if p := got[probationer]; !p.Party || p.Voter || p.PoliticalStatus != "probationary_member" {
			t.Errorf("probationer on %s: %+v", c.on, p)
		}
	}

	// A full member was probationary before, and no member before that.
	for on, want := range map[string]string{"2009-08-01": "party_member true true", "2009-05-01": "probationary_member true false", "2008-01-01": "probationary_member false false"} {
		got, err := Placements(ctx, tx, f.Unit, day(on), []uuid.UUID{member})
		if err != nil {
			t.Fatal(err)
		}
		p := got[member]
		if s := fmt.Sprint(p.PoliticalStatus, " ", p.Party, " ", p.Voter); s != want {
			t.Errorf("on %s: %s, want %s", on, s, want)
		}
	}
	if got, err := Placements(ctx, tx, uuid.New(), day("2026-03-31"), []uuid.UUID{member}); err != nil || len(got) != 0 {
		t.Errorf("another unit sees %v, %v", got, err)
	}
}

func names(ps []Placement) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

func TestHolders(t *testing.T) {
	ctx, tx := context.Background(), testdb.Tx(t)
	f := testdb.Office(t, tx)
	count := func(on string) int {
		t.Helper()
		got, err := Holders(ctx, tx, f.Unit, day(on))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range got {
			if p.Branch == uuid.Nil && p.Party || p.Exempt != "" {
				t.Errorf("holder %+v", p)
			}
		}
		return len(got)
	}
	if n := count("2026-06-30"); n != 11 {
		t.Errorf("%d holders, want 11 Party members", n)
	}
	if n := count("2019-06-30"); n != 0 {
		t.Errorf("%d holders before anybody came", n)
	}
	mustExec(t, tx, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '退休', '2026-07-01')`, f.Unit, db.NewID(), f.Person("member1"))
	mustExec(t, tx, `UPDATE org_people SET left_on = '2026-08-31' WHERE unit_id = ? AND id = ?`, f.Unit, f.Person("leader2"))
	for on, want := range map[string]int{"2026-06-30": 11, "2026-07-01": 10, "2026-08-31": 10, "2026-09-01": 9} {
		if n := count(on); n != want {
			t.Errorf("%d holders on %s, want %d", n, on, want)
		}
	}
	mustExec(t, tx, `UPDATE org_units SET settings = '{"ledger_holders": "staff"}' WHERE id = ?`, f.Unit)
	if n := count("2026-06-30"); n != 12 {
		t.Errorf("%d holders where all staff have a ledger, want 12", n)
	}
}

func TestExpected(t *testing.T) {
	ctx, tx := context.Background(), testdb.Tx(t)
	f := testdb.Office(t, tx)
	unit := Organiser{Kind: "unit"}
	branch := func(i int) Organiser { return Organiser{Kind: "branch", Branch: f.Branches[i].ID} }
	group := Organiser{Kind: "group", Branch: f.Branches[1].ID, Group: f.Groups[1][1].ID}
	department := Organiser{Kind: "department", Department: f.Departments[0].ID}
	for _, c := range []struct {
		o      Organiser
		circle string
		want   string
	}{
		{branch(0), CircleMembers, "白一帆 江远山 罗海宁 贺长林 秦嘉树 叶知秋"},
		{branch(1), CircleVoters, "方明远 柳青禾 唐文静 单若兰"},
		{branch(1), CircleMembers, "方明远 柳青禾 唐文静 欧阳晓 单若兰"},
		{branch(0), CircleCommittee, "白一帆 秦嘉树"},
		{branch(1), CircleCommittee, "唐文静"},
		{group, CircleMembers, "欧阳晓 单若兰"},
		{group, CircleCommittee, "唐文静"},
		{department, CircleStaff, "白一帆 江远山 罗海宁 柳青禾 欧阳晓 单若兰"},
		{department, CircleCommittee, ""},
		{branch(0), CircleNobody, ""},
		{unit, CircleCommittee, "白一帆 秦嘉树 唐文静"},
	} {
		got, err := Expected(ctx, tx, f.Unit, day("2026-06-30"), c.o, c.circle)
		if err != nil {
			t.Fatal(err)
		}
		if names(got) != c.want {
			t.Errorf("%s %s: %s, want %s", c.o.Kind, c.circle, names(got), c.want)
		}
	}
	for circle, want := range map[string]int{CircleStaff: 12, CircleMembers: 11, CircleVoters: 10} {
		if got, err := Expected(ctx, tx, f.Unit, day("2026-06-30"), unit, circle); err != nil || len(got) != want {
			t.Errorf("unit %s: %d, %v; want %d", circle, len(got), err, want)
		}
	}
	if _, err := Expected(ctx, tx, f.Unit, day("2026-06-30"), Organiser{Kind: "planet"}, CircleStaff); err == nil {
		t.Error("an organiser of unknown kind was taken")
	}
}

func TestSettingsHaveDefaults(t *testing.T) {
	ctx, tx := context.Background(), testdb.Tx(t)
	f := testdb.Office(t, tx)
	got, err := Settings(ctx, tx, f.Unit)
	if err != nil || got != DefaultSettings() {
		t.Errorf("%+v, %v", got, err)
	}
	mustExec(t, tx, `UPDATE org_units SET settings = '{"late_after_days": 5}' WHERE id = ?`, f.Unit)
	want := DefaultSettings()
	want.LateAfterDays = 5
	if got, err := Settings(ctx, tx, f.Unit); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Settings(ctx, tx, uuid.New()); err == nil {
		t.Error("a unit that is not there has settings")
	}
	if err := want.check(); err != nil {
		t.Errorf("defaults do not pass their own check: %v", err)
	}
	want.HoursRounding = "week"
	if want.check() == nil {
		t.Error("an unknown rounding passed")
	}
}

func TestCountedMinutes(t *testing.T) {
	for _, c := range []struct {
		rounding      string
		short         bool
		minutes, want int
	}{
		{RoundHalfHour, false, 29, 0}, {RoundHalfHour, true, 29, 30}, {RoundHalfHour, false, 89, 60}, {RoundHalfHour, false, 90, 90},
		{RoundHour, false, 119, 60}, {RoundExact, false, 47, 47}, {RoundHalfHour, true, 0, 0}, {RoundHalfHour, true, -5, 0},
	} {
		s := DefaultSettings()
		s.HoursRounding, s.ShortVolunteers = c.rounding, c.short
		if got := s.CountedMinutes(c.minutes); got != c.want {
			t.Errorf("%s %v %d: %d, want %d", c.rounding, c.short, c.minutes, got, c.want)
		}
	}
	if Reaches(3, 7, 50) || !Reaches(4, 7, 50) || !Reaches(15, 30, 50) || Reaches(23, 30, 80) || !Reaches(24, 30, 80) {
		t.Error("shares are miscounted")
	}
}

func TestPinyin(t *testing.T) {
	for name, want := range map[string]string{
		"余国栋": "yuguodong ygd", "贺长林": "hechanglin hcl", "长孙无忌": "zhangsunwuji zswj", "单若兰": "shanruolan srl", "曾小满": "zengxiaoman zxm", "仇英": "qiuying qy", "朴树": "piaoshu ps",
		"查良镛": "zhaliangyong zly", "解缙": "xiejin xj", "任远": "renyuan ry", "华罗庚": "hualuogeng hlg", "盖叫天": "gejiaotian gjt",
		"区大相": "oudaxiang odx", "翟让": "zhairang zr", "缪荃孙": "miaoquansun mqs", "覃雪梅": "qinxuemei qxm", "种师道": "chongshidao csd",
		"员半千": "yunbanqian ybq", "尉迟恭": "yuchigong ycg", "万俟卨": "moqixie mqx", "令狐冲": "linghuchong lhc", "欧阳晓": "ouyangxiao oyx",
		"阿依古丽·买买提": "ayigulimaimaiti ayglmmt", "John": "john john", "": " ",
	} {
		full, initials := Pinyin(name)
		if got := full + " " + initials; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Placement.Holds and Holders are one rule in two languages.
func TestHoldsAsHolders(t *testing.T) {
	ctx, tx := context.Background(), testdb.Tx(t)
	f := testdb.Office(t, tx)
	mustExec(t, tx, `UPDATE org_people SET left_on = '2026-05-14' WHERE unit_id = ? AND id = ?`, f.Unit, f.Person("member1"))
	mustExec(t, tx, `UPDATE org_people SET joined_party_on = '2026-05-20' WHERE unit_id = ? AND id = ?`, f.Unit, f.Person("probationer"))
	mustExec(t, tx, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, '长期病休', '2026-04-01', '2026-06-30')`,
		f.Unit, db.NewID(), f.Person("leader1"))
	var all []uuid.UUID
	for _, k := range f.Keys() {
		all = append(all, f.Person(k))
	}
	for _, holders := range []string{HoldersParty, HoldersStaff} {
		mustExec(t, tx, `UPDATE org_units SET settings = json_build_object('ledger_holders', ?::text) WHERE id = ?`, holders, f.Unit)
		set, err := Settings(ctx, tx, f.Unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range []string{"2000-01-01", "2026-05-14", "2026-05-15", "2026-05-20", "2026-07-01"} {
			listed, err := Holders(ctx, tx, f.Unit, day(on))
			if err != nil {
				t.Fatal(err)
			}
			places, err := Placements(ctx, tx, f.Unit, day(on), all)
			if err != nil {
				t.Fatal(err)
			}
			holds := 0
			for _, p := range listed {
				if !places[p.Person].Holds(set) {
					t.Errorf("%s, %s: %s is listed and holds no ledger", holders, on, p.Name)
				}
			}
			for _, p := range places {
				if p.Holds(set) {
					holds++
				}
			}
			if holds != len(listed) {
				t.Errorf("%s, %s: %d hold a ledger, %d are listed", holders, on, holds, len(listed))
			}
		}
	}
}
