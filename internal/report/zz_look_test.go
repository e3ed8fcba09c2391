package report

import (
	"context"
	"fmt"
	"os"
	"testing"

	"xianfeng/internal/db"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	o := newOffice(t)
	o.exec("UPDATE org_branches SET name = '驻区政务服务中心第一联合党支部' WHERE id = ?", o.Branches[1].ID)
	for i := range 70 {
		id := db.NewID()
		name := fmt.Sprintf("测试%02d", i)
		if i == 3 {
			name = "买买提·阿不都热合曼·艾山"
		}
		o.exec("INSERT INTO org_people (unit_id, id, name, pinyin, political_status) VALUES (?, ?, ?, ?, 'party_member')", o.Unit, id, name, fmt.Sprintf("z%02d", i))
		since := "2020-01-01"
		if i%20 == 5 {
			since = "2026-08-03"
		}
		o.exec("INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, ?)",
			o.Unit, db.NewID(), id, o.Branches[i%2].ID, o.Groups[i%2][i/2%2].ID, since)
		if i%17 == 4 {
			o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '借调市委组织部工作(至2027年)', '2026-01-01')", o.Unit, db.NewID(), id)
		}
	}
	o.open()
	o.meeting("2026-07-10", []string{"secretary1", "member1", "leader1", "chief"}, []string{"deputy"})
	for range 6 {
		o.meeting("2026-09-05", []string{"member1"}, nil)
	}
	for i := range 60 {
		o.volunteer(fmt.Sprintf("2026-08-%02d", 1+i%30), "member1", 90+i)
	}
	o.exec("UPDATE points_totals SET vetoes = 1 WHERE person_id = ? AND dimension = 'base'", o.Person("deputy"))
	write := func(name string, key string, r Request) {
		f, _ := os.Create(dir + "/" + name)
		defer f.Close()
		d, _ := definition(r.Kind)
		if _, err := o.svc.Generate(context.Background(), o.Actor(key), o.scope(key, d.Issue()), r, f); err != nil {
			t.Fatal(err)
		}
	}
	write("summary.xlsx", "chief", summary)
	o.setting("ranking_column", true)
	write("summary-rank.xlsx", "secretary2", summary)
	write("ledger.xlsx", "secretary1", Request{Kind: "member-ledger", Quarter: q3, Person: o.Person("member1")})
	write("empty.xlsx", "member1", Request{Kind: "member-ledger", Quarter: q2})
	write("branch.xlsx", "secretary1", Request{Kind: "member-ledger", Quarter: q3, Branch: "第一党支部"})
}
