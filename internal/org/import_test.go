package org

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (d *desk) preview(a access.Actor, s access.Scope, name string, o ImportOptions) Import {
	d.t.Helper()
	imp, err := d.PreviewImport(context.Background(), a, s, name, file(d.t, name), o)
	if err != nil {
		d.t.Fatal(err)
	}
	return imp
}

func (d *desk) confirm(a access.Actor, s access.Scope, imp Import, o ConfirmOptions) Import {
	d.t.Helper()
	done, err := d.ConfirmImport(context.Background(), a, s, imp.ID, o)
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}

func (d *desk) rows(s access.Scope, imp Import, action string) []ImportRow {
	d.t.Helper()
	_, rows, _, err := d.ReadImport(context.Background(), s, imp.ID, ImportFilter{Action: action, Limit: 500})
	if err != nil {
		d.t.Fatal(err)
	}
	return rows
}

func counts(c ImportCounts) [5]int { return [5]int{c.Rows, c.New, c.Changed, c.Unchanged, c.Bad} }

// roll is everybody with their places and dates in one text, to compare two states.
func (d *desk) rollText(unit uuid.UUID) string {
	d.t.Helper()
	var out string
	err := d.db.NewRaw(`SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
		SELECT concat_ws('|', p.name, p.pinyin, p.sex, p.birth_on, p.nation, p.education, p.phone, p.staff_no, p.political_status, p.development_stage,
			p.joined_party_on, p.full_member_on, p.started_work_on, p.note, b.name, g.name, m.valid_from, m.valid_to, d.name, dm.valid_from, dm.valid_to,
			(SELECT string_agg(concat_ws('/', kind, title, valid_from, valid_to), ',' ORDER BY title, valid_from) FROM org_positions o WHERE o.unit_id = p.unit_id AND o.person_id = p.id),
			(SELECT string_agg(concat_ws('/', reason, valid_from, valid_to), ',' ORDER BY valid_from) FROM org_exemptions x WHERE x.unit_id = p.unit_id AND x.person_id = p.id)) AS line
		FROM org_people p
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
		LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id
		LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id LEFT JOIN org_departments d ON d.unit_id = dm.unit_id AND d.id = dm.department_id
		WHERE p.unit_id = ? AND p.on_roll) lines`, unit).Scan(context.Background(), &out)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func TestImportClean(t *testing.T) {
	d := newDesk(t)
	a, s := d.emptyOffice()
	imp := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	if got := counts(imp.Counts); got != [5]int{92, 92, 0, 0, 0} {
		t.Fatalf("counts %v, problems %v", got, imp.Problems)
	}
	if len(imp.NewPlaces.Branches) != 4 || len(imp.NewPlaces.Groups) != 12 || len(imp.NewPlaces.Departments) == 0 {
		t.Errorf("places to come: %+v", imp.NewPlaces)
	}
	if n := d.count("SELECT count(*) FROM org_people WHERE on_roll"); n != 0 {
		t.Fatalf("a preview put %d people on the roll", n)
	}
	done := d.confirm(a, s, imp, ConfirmOptions{Plan: imp.Plan})
	if done.State != "confirmed" || !done.Undoable || counts(done.Counts) != [5]int{92, 92, 0, 0, 0} {
		t.Errorf("confirmed: %+v", done)
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM org_people WHERE on_roll":                                                                                                92,
		"SELECT count(*) FROM org_people WHERE political_status = 'party_member'":                                                                      80,
		"SELECT count(*) FROM org_people WHERE political_status = 'probationary_member'":                                                               4,
		"SELECT count(*) FROM org_party_memberships WHERE group_id IS NOT NULL":                                                                        84,
		"SELECT count(*) FROM org_branches":                                                                                                            4,
		"SELECT count(*) FROM org_groups":                                                                                                              12,
		"SELECT count(DISTINCT branch_id) FROM org_groups":                                                                                             4,
		"SELECT count(*) FROM org_department_memberships":                                                                                              92,
		"SELECT count(DISTINCT valid_from) FROM org_department_memberships":                                                                            1,
		"SELECT count(*) FROM (SELECT name FROM org_people GROUP BY 1 HAVING count(*) = 2) twins":                                                      1,
		"SELECT count(*) FROM org_people WHERE on_roll AND (pinyin = '' OR initials = '')":                                                             0,
		"SELECT count(*) FROM audit_entries WHERE action LIKE 'people.import%'":                                                                        2,
		"SELECT count(*) FROM org_people p WHERE joined_party_on IS NULL AND political_status LIKE '%_member' AND political_status <> 'league_member'": 0,
	} {
		if got := d.count(query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	holders, err := Holders(context.Background(), d.db, a.Unit, calendar.DateOf(morning))
	if err != nil {
		t.Fatal(err)
	}
	exempt := d.count("SELECT count(*) FROM org_exemptions")
	if len(holders)+exempt != 84 || exempt == 0 {
		t.Errorf("%d holders and %d exempt of 84", len(holders), exempt)
	}
	if _, err := d.ConfirmImport(context.Background(), a, s, imp.ID, ConfirmOptions{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("confirmed twice: %v", err)
	}
	if rows := d.rows(s, imp, RowNew); len(rows) != 92 || rows[0].Branch == "" || strings.Contains(rows[0].Phone, "0000") {
		t.Errorf("%d rows of the confirmed import, %+v", len(rows), rows[0])
	}

	again := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	if got := counts(again.Counts); got != [5]int{92, 0, 0, 92, 0} {
		t.Errorf("the same file again: %v %v", got, d.rows(s, again, RowChanged))
	}
	byBranch := d.preview(a, s, "roster-by-branch.xlsx", ImportOptions{})
	if got := counts(byBranch.Counts); got != [5]int{92, 0, 0, 92, 0} {
		t.Errorf("by branch after the clean one: %v %v %v", got, d.rows(s, byBranch, RowChanged), d.rows(s, byBranch, RowBad))
	}
	before := d.rollText(a.Unit)
	d.confirm(a, s, byBranch, ConfirmOptions{})
	if d.rollText(a.Unit) != before {
		t.Error("the second file changed somebody")
	}
}

func TestImportByBranchAlone(t *testing.T) {
	roll := map[string][]string{}
	for _, name := range []string{"roster-clean.xlsx", "roster-by-branch.xlsx"} {
		d := newDesk(t)
		a, s := d.emptyOffice()
		d.confirm(a, s, d.preview(a, s, name, ImportOptions{}), ConfirmOptions{})
		var lines []string
		err := d.db.NewRaw(`SELECT concat_ws('|', p.name, p.phone, p.sex, p.nation, p.political_status, b.name, g.name) FROM org_people p
			LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
			LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id WHERE p.on_roll ORDER BY 1`).Scan(context.Background(), &lines)
		if err != nil {
			t.Fatal(err)
		}
		roll[name] = lines
	}
	if len(roll["roster-clean.xlsx"]) != 92 || !slices.Equal(roll["roster-clean.xlsx"], roll["roster-by-branch.xlsx"]) {
		t.Errorf("two files of one office differ:\n%s\n\n%s", strings.Join(roll["roster-clean.xlsx"], "\n"), strings.Join(roll["roster-by-branch.xlsx"], "\n"))
	}
}

func TestImportErrors(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	// The places the office has; only row 14 names another branch.
	d.confirm(a, s, d.preview(a, s, "roster-clean.xlsx", ImportOptions{}), ConfirmOptions{})
	people := d.count("SELECT count(*) FROM org_people")

	imp := d.preview(a, s, "roster-errors.xlsx", ImportOptions{NoCreatePlaces: true})
	bad := map[int]ImportRow{}
	for _, r := range d.rows(s, imp, RowBad) {
		bad[r.Row] = r
	}
	for _, row := range []int{6, 9, 12, 14, 17, 19, 25, 27, 29} {
		r, ok := bad[row]
		if !ok || len(r.Problems) == 0 {
			t.Errorf("row %d is not bad", row)
			continue
		}
		e := r.Problems[0]
		if e.Sheet == "" || e.Row != row || e.Column == "" || e.Heading == "" || e.Reason == "" || e.Value == "" && row != 25 {
			t.Errorf("row %d is not named whole: %+v", row, e)
		}
		delete(bad, row)
	}
	for row, r := range bad {
		t.Errorf("row %d is bad without cause: %+v", row, r.Problems)
	}
	warned := d.rows(s, imp, "warning")
	if !slices.ContainsFunc(warned, func(r ImportRow) bool { return r.Row == 22 && r.Action != RowBad }) {
		t.Errorf("row 22 has no warning: %+v", warned)
	}
	if _, err := d.ConfirmImport(ctx, a, s, imp.ID, ConfirmOptions{NoCreatePlaces: true}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a file with bad rows went through: %v", err)
	}
	if n := d.count("SELECT count(*) FROM org_people"); n != people {
		t.Errorf("%d people came in before anybody said the good rows only", n-people)
	}

	var book bytes.Buffer
	yes := true
	if err := d.BadRows(ctx, s, imp.ID, nil, &book); err != nil {
		t.Fatal(err)
	}
	back, err := sheet.Open(book.Bytes(), sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for row, err := range back.Rows(back.SheetNames()[0]) {
		if err != nil {
			t.Fatal(err)
		}
		last := row.Cells[len(row.Cells)-1].Text
		if rows == 0 && last != "原因" || rows > 0 && last == "" {
			t.Errorf("row %d ends with %q", row.Number, last)
		}
		rows++
	}
	if rows != 10 {
		t.Errorf("the workbook of bad rows has %d rows, want the heading and 9", rows)
	}

	// Allowed to set places up, row 14 is good.
	imp, _, total, err := d.ReadImport(ctx, s, imp.ID, ImportFilter{Action: RowBad, CreatePlaces: &yes})
	if err != nil || total != 8 || len(imp.NewPlaces.Branches) != 1 {
		t.Errorf("with new places %d are bad, %+v, %v", total, imp.NewPlaces, err)
	}
	done := d.confirm(a, s, imp, ConfirmOptions{GoodRowsOnly: true, NoCreatePlaces: true})
	if done.Counts.Bad != 9 || done.Counts.New+done.Counts.Changed+done.Counts.Unchanged != 21 {
		t.Errorf("good rows only: %+v", done.Counts)
	}
	if n := d.count("SELECT count(*) FROM org_branches"); n != 4 {
		t.Errorf("%d branches, though none may be set up", n)
	}
	book.Reset()
	if err := d.BadRows(ctx, s, imp.ID, nil, &book); err != nil || book.Len() == 0 {
		t.Errorf("bad rows after confirming: %v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	for name, data := range map[string][]byte{"empty.xlsx": file(t, "roster-empty.xlsx"), "text.xlsx": []byte("姓名,电话\n"), "nothing.xlsx": nil} {
		if _, err := d.PreviewImport(ctx, a, s, name, data, ImportOptions{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.PreviewImport(ctx, a, s, "x.xlsx", file(t, "roster-clean.xlsx"), ImportOptions{EffectiveFrom: day("2027-01-01")}); !fault.Is(err, fault.Invalid) {
		t.Errorf("memberships from a day to come: %v", err)
	}
	if _, err := d.PreviewImport(ctx, a, access.Scope{}, "x.xlsx", file(t, "roster-clean.xlsx"), ImportOptions{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without the scope of the unit: %v", err)
	}
	if _, err := d.ConfirmImport(ctx, a, s, uuid.New(), ConfirmOptions{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an import that is not there: %v", err)
	}
}

func TestImportUndo(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	first := d.confirm(a, s, d.preview(a, s, "roster-clean.xlsx", ImportOptions{EffectiveFrom: day("2026-01-01")}), ConfirmOptions{})
	clean := d.rollText(a.Unit)
	// People change, so that the next import changes them back: fields, branch,
	// department and title.
	mustExec(t, d.db, `UPDATE org_people SET education = '博士', row_version = row_version + 1 WHERE id IN (SELECT id FROM org_people WHERE on_roll ORDER BY id LIMIT 5)`)
	mustExec(t, d.db, `UPDATE org_party_memberships m SET branch_id = b.id, group_id = NULL FROM (SELECT id FROM org_branches ORDER BY ord LIMIT 1) b
		WHERE m.branch_id <> b.id AND m.id IN (SELECT id FROM org_party_memberships ORDER BY id DESC LIMIT 4)`)
	mustExec(t, d.db, `UPDATE org_positions SET title = '顾问' WHERE id IN (SELECT id FROM org_positions ORDER BY id LIMIT 3)`)
	before := d.rollText(a.Unit)
	if before == clean {
		t.Fatal("nothing was changed")
	}
	second := d.confirm(a, s, d.preview(a, s, "roster-clean.xlsx", ImportOptions{}), ConfirmOptions{})
	if second.Counts.Changed == 0 || second.Counts.New+second.Counts.Bad != 0 {
		t.Fatalf("second import: %+v", second.Counts)
	}
	if _, err := d.UndoImport(ctx, a, s, first.ID); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("an earlier import was undone: %v", err)
	}
	if _, err := d.UndoImport(ctx, a, s, second.ID); err != nil {
		t.Fatal(err)
	}
	if got := d.rollText(a.Unit); got != before {
		t.Errorf("undo left\n%s\nwant\n%s", got, before)
	}
	if _, err := d.UndoImport(ctx, a, s, second.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
	// The first cannot be undone any more: some of its people were changed since.
	if _, err := d.UndoImport(ctx, a, s, first.ID); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), "修改过") {
		t.Errorf("undone over later changes: %v", err)
	}
}

func TestImportUndoRefusesWhoIsInUse(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	imp := d.confirm(a, s, d.preview(a, s, "roster-clean.xlsx", ImportOptions{}), ConfirmOptions{})
	mustExec(t, d.db, `INSERT INTO points_accounts (unit_id, person_id) SELECT unit_id, id FROM org_people WHERE on_roll ORDER BY pinyin LIMIT 1`)
	var name string
	if err := d.db.NewRaw(`SELECT name FROM org_people WHERE on_roll ORDER BY pinyin LIMIT 1`).Scan(ctx, &name); err != nil {
		t.Fatal(err)
	}
	before := d.rollText(a.Unit)
	var f *fault.Error
	if _, err := d.UndoImport(ctx, a, s, imp.ID); !errors.As(err, &f) || f.Code != fault.RuleBroken || !strings.Contains(f.Message, name) {
		t.Fatalf("undone though %s has a ledger: %v", name, err)
	}
	if d.rollText(a.Unit) != before {
		t.Error("undone by half")
	}
	owner := ownerOf(t, d)
	if _, err := owner.ExecContext(ctx, `DELETE FROM points_accounts`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.UndoImport(ctx, a, s, imp.ID); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"org_people WHERE on_roll", "org_branches", "org_groups", "org_departments", "org_positions", "org_party_memberships", "org_exemptions"} {
		if n := d.count("SELECT count(*) FROM " + table); n != 0 {
			t.Errorf("%d rows left in %s", n, table)
		}
	}
	// What was undone can come in again.
	again := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	if d.confirm(a, s, again, ConfirmOptions{}).Counts.New != 92 {
		t.Error("the roster does not come in again")
	}
}

func TestImportConfirmedOnce(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	one := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	two := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	for _, c := range []struct {
		name string
		ids  []Import
	}{{"one import", []Import{one, one, one}}, {"a preview older than that", []Import{two}}} {
		name, ids := c.name, c.ids
		errs := make([]error, len(ids))
		var all sync.WaitGroup
		for i, imp := range ids {
			all.Go(func() { _, errs[i] = d.ConfirmImport(ctx, a, s, imp.ID, ConfirmOptions{Plan: imp.Plan}) })
		}
		all.Wait()
		won, lost := 0, 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case fault.Is(err, fault.Conflict):
				lost++
			default:
				t.Errorf("%s: %v", name, err)
			}
		}
		if want := len(ids) / 2; won != want || lost != len(ids)-want {
			t.Errorf("%s: %d won, %d lost", name, won, lost)
		}
	}
	if n := d.count("SELECT count(*) FROM org_people WHERE on_roll"); n != 92 {
		t.Errorf("%d people", n)
	}
}

func TestImportSeesTheOfficeOfNow(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	a, s := d.emptyOffice()
	stale := d.preview(a, s, "roster-clean.xlsx", ImportOptions{})
	d.confirm(a, s, d.preview(a, s, "roster-clean.xlsx", ImportOptions{}), ConfirmOptions{})
	if _, err := d.ConfirmImport(ctx, a, s, stale.ID, ConfirmOptions{Plan: stale.Plan}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a plan that nobody saw was carried out: %v", err)
	}
	// Without naming the plan it is worked out anew: nobody is doubled.
	if done := d.confirm(a, s, stale, ConfirmOptions{}); done.Counts.Unchanged != 92 {
		t.Errorf("%+v", done.Counts)
	}
}
