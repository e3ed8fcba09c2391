package org

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
	"xianfeng/internal/testdb"
)

func TestMaskPhone(t *testing.T) {
	for in, want := range map[string]string{"": "", "13912341000": "139****1000", "010-12345678": "010****5678", "12345678": "12****78", "123": "****"} {
		if got := MaskPhone(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestListIsWhatDetailOpens: for every actor and every sort, the pages together show
// exactly the people whose detail opens.
func TestListIsWhatDetailOpens(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	f := testdb.Office(t, d.db)
	sorts := []string{"", "-branch"}
	for key := range personSorts() {
		sorts = append(sorts, key, "-"+key)
	}
	for _, key := range f.Keys() {
		a := f.Actor(key)
		scope, err := d.policy.Decide(a, access.Need{Resource: "people", Action: "read"})
		if err != nil {
			continue
		}
		opens := map[uuid.UUID]bool{}
		for _, other := range f.Keys() {
			if _, err := d.Person(ctx, scope, f.Person(other)); err == nil {
				opens[f.Person(other)] = true
			} else if !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		}
		for _, sort := range sorts {
			listed := map[uuid.UUID]bool{}
			cursor := ""
			for {
				page, next, total, err := d.People(ctx, scope, PersonFilter{Sort: sort, Limit: 5, Cursor: cursor})
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range page {
					if listed[p.ID] {
						t.Fatalf("%s by %s: %s twice", key, sort, p.Name)
					}
					listed[p.ID] = true
				}
				if total != len(opens) {
					t.Fatalf("%s by %s: total %d, opens %d", key, sort, total, len(opens))
				}
				if cursor = next; next == "" {
					break
				}
			}
			if fmt.Sprint(listed) != fmt.Sprint(opens) {
				t.Errorf("%s by %q: the list shows %d, the detail opens %d", key, sort, len(listed), len(opens))
			}
		}
		picked, err := d.Pick(ctx, scope, "", uuid.Nil)
		if err != nil || len(picked) != len(opens) {
			t.Errorf("%s picks among %d, %v", key, len(picked), err)
		}
	}
}

func TestFilters(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	f := testdb.Office(t, d.db)
	scope := d.scope(f.Actor("office"), "people", "read")
	mustExec(t, d.db, `UPDATE org_people SET left_on = '2026-10-31' WHERE id = ?`, f.Person("leader2"))
	mustExec(t, d.db, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '退休', '2026-01-01')`, f.Unit, uuid.New(), f.Person("head"))
	for want, filter := range map[string]PersonFilter{
		"白一帆":     {Text: "一帆"},
		"单若兰":     {Text: "SRL"},
		"欧阳晓":     {Text: "ouyang"},
		"江远山":     {Text: "BH001"},
		"叶知秋":     {Text: "1010"},
		"曾小满":     {Text: "13800001012"},
		"":        {Text: "00010"}, // the masked middle is not searched
		"单若兰 ":    {Exempt: "yes"},
		"方明远":     {State: "left"},
		"曾小满 ":    {Status: Masses},
		"欧阳晓 ":    {Status: ProbationaryMember},
		"欧阳晓 单若兰": {Group: f.Groups[1][1].ID},
		"柳青禾 唐文静 欧阳晓 单若兰":      {Branch: f.Branches[1].ID},
		"方明远 柳青禾 唐文静 欧阳晓 单若兰":  {Branch: f.Branches[1].ID, On: day("2026-10-01")},
		"方明远 柳青禾 唐文静 欧阳晓 单若兰 ": {Branch: f.Branches[1].ID, State: "all"},
		"贺长林 秦嘉树 叶知秋 唐文静 曾小满":  {Department: f.Departments[1].ID},
		" ": {Text: "%"},
		"曾小满 叶知秋 唐文静 单若兰": {Sort: "-name", Limit: 4},
	} {
		got, _, _, err := d.People(ctx, scope, filter)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range got {
			names = append(names, p.Name)
		}
		if s := strings.Join(names, " "); s != strings.TrimSpace(want) {
			t.Errorf("%+v: %s, want %s", filter, s, want)
		}
	}
	for _, bad := range []PersonFilter{{Sort: "phone"}, {State: "dead"}, {Status: "king"}, {Cursor: "x"}, {Sort: "name", Cursor: personCursor{Sort: "branch"}.String()}} {
		if _, _, _, err := d.People(ctx, scope, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestPersonInput(t *testing.T) {
	phone := func(s string) *string { return &s }
	good := PersonInput{Name: " 单雄信 ", PoliticalStatus: PartyMember, DevelopmentStage: StageApplicant, Phone: phone("139-1234 1000")}
	if err := good.clean(day(importDay)); err != nil || good.Name != "单雄信" || good.Pinyin != "shanxiongxin" || good.DevelopmentStage != StageFull || *good.Phone != "13912341000" {
		t.Errorf("%+v %v", good, err)
	}
	masked := PersonInput{Name: "单雄信", PoliticalStatus: Masses, Phone: phone("139****1000")}
	if err := masked.clean(day(importDay)); err != nil || masked.Phone != nil {
		t.Errorf("a masked number is no change: %+v %v", masked, err)
	}
	for field, in := range map[string]PersonInput{
		"name":             {PoliticalStatus: Masses},
		"phone":            {Name: "甲", PoliticalStatus: Masses, Phone: phone("12345")},
		"political_status": {Name: "甲", PoliticalStatus: "king"},
		"birth_on":         {Name: "甲", PoliticalStatus: Masses, BirthOn: day("2027-01-01")},
		"joined_party_on":  {Name: "甲", PoliticalStatus: PartyMember, BirthOn: day("1990-01-01"), JoinedPartyOn: day("1980-01-01")},
		"full_member_on":   {Name: "甲", PoliticalStatus: PartyMember, JoinedPartyOn: day("2010-01-01"), FullMemberOn: day("2009-01-01")},
		"pinyin":           {Name: "甲", PoliticalStatus: Masses, Pinyin: "jiǎ"},
		"sex":              {Name: "甲", PoliticalStatus: Masses, Sex: "x"},
	} {
		err := in.clean(day(importDay))
		if f := fault.From(err); err == nil || f.Code != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestExportComesInAgain: what goes out by Excel comes in again (rule 2).
func TestExportComesInAgain(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	f := testdb.Office(t, d.db)
	a := f.Actor("office")
	mustExec(t, d.db, `INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病休', '2020-01-01')`, f.Unit, uuid.New(), f.Person("head"))
	var out bytes.Buffer
	if err := d.Export(ctx, a, d.scope(a, "people", "export"), PersonFilter{}, &out); err != nil {
		t.Fatal(err)
	}
	imp, err := d.PreviewImport(ctx, a, d.scope(a, "people", "import"), "again.xlsx", out.Bytes(), ImportOptions{NoCreatePlaces: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := counts(imp.Counts); got != [5]int{12, 0, 0, 12, 0} {
		t.Errorf("the same office: %v %v", got, imp.Problems)
	}
	b, s := d.emptyOffice()
	imp, err = d.PreviewImport(ctx, b, s, "again.xlsx", out.Bytes(), ImportOptions{EffectiveFrom: day("2020-01-01")})
	if err != nil {
		t.Fatal(err)
	}
	if done := d.confirm(b, s, imp, ConfirmOptions{}); done.Counts.New != 12 {
		t.Errorf("another office: %+v", done.Counts)
	}
	if d.rollText(b.Unit) != d.rollText(f.Unit) {
		t.Errorf("the roll that went out\n%s\ncame in as\n%s", d.rollText(f.Unit), d.rollText(b.Unit))
	}

	// Leaders may take the roll out, but not the telephones; a branch's secretary
	// takes out the branch alone.
	for key, want := range map[string]struct {
		people int
		clear  bool
	}{"chief": {12, false}, "secretary2": {5, true}} {
		out.Reset()
		if err := d.Export(ctx, f.Actor(key), d.scope(f.Actor(key), "people", "export"), PersonFilter{}, &out); err != nil {
			t.Fatal(err)
		}
		book, err := sheet.Open(out.Bytes(), sheet.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		n, phones := -1, ""
		for row, err := range book.Rows("人员花名册") {
			if err != nil {
				t.Fatal(err)
			}
			n++
			phones += row.Cells[17].Text + " "
		}
		if n != want.people || strings.Contains(phones, "****") == want.clear {
			t.Errorf("%s took out %d people, telephones %s", key, n, phones)
		}
	}
	if n := d.count("SELECT count(*) FROM audit_entries WHERE action = 'people.export'"); n != 3 {
		t.Errorf("%d exports in the audit", n)
	}
}
