package org

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// roll starts a query over people with their places on a day (m, b, g, dm, d, x).
// Scope goes by the places of today (sm, sd), so that who left a branch is not
// shown to it by asking for an earlier day.
func roll(on bun.IDB, scope access.Scope, day, today calendar.Date) *bun.SelectQuery {
	return on.NewSelect().TableExpr("org_people AS p").
		Join(`LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to >= ?)`, day, day).
		Join(`LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id`).
		Join(`LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id`).
		Join(`LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id AND dm.valid_from <= ? AND (dm.valid_to IS NULL OR dm.valid_to >= ?)`, day, day).
		Join(`LEFT JOIN org_departments d ON d.unit_id = dm.unit_id AND d.id = dm.department_id`).
		Join(`LEFT JOIN org_exemptions x ON x.unit_id = p.unit_id AND x.person_id = p.id AND x.valid_from <= ? AND (x.valid_to IS NULL OR x.valid_to >= ?)`, day, day).
		Join(`LEFT JOIN org_party_memberships sm ON sm.unit_id = p.unit_id AND sm.person_id = p.id AND sm.valid_from <= ? AND (sm.valid_to IS NULL OR sm.valid_to >= ?)`, today, today).
		Join(`LEFT JOIN org_department_memberships sd ON sd.unit_id = p.unit_id AND sd.person_id = p.id AND sd.valid_from <= ? AND (sd.valid_to IS NULL OR sd.valid_to >= ?)`, today, today).
		Where("p.on_roll").Apply(scope.Rows(personColumns()))
}

// personColumns is how Scope reaches people; the aliases are those of roll.
func personColumns() access.Columns {
	return access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}, Branch: "sm.branch_id", Group: "sm.group_id", Department: "sd.department_id"}
}

var (
	fourDigits = regexp.MustCompile(`^\d{4}$`)
	aNumber    = regexp.MustCompile(`^\d{7,12}$`)
)

// narrow adds the filter. A telephone is found by the four digits that the mask
// shows, or whole: anything between would let the mask be guessed digit by digit.
func (f PersonFilter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	switch f.State {
	case "left":
		q.Where("p.left_on < ?", f.On)
	case "all":
	default:
		q.Where("(p.left_on IS NULL OR p.left_on >= ?)", f.On)
	}
	if f.Branch != uuid.Nil {
		q.Where("m.branch_id = ?", f.Branch)
	}
	if f.Group != uuid.Nil {
		q.Where("m.group_id = ?", f.Group)
	}
	if f.Department != uuid.Nil {
		q.Where("dm.department_id = ?", f.Department)
	}
	switch f.Status {
	case "":
	case "party":
		q.Where("p.political_status IN (?, ?)", PartyMember, ProbationaryMember)
	default:
		q.Where("p.political_status = ?", f.Status)
	}
	switch f.Exempt {
	case "yes":
		q.Where("x.id IS NOT NULL")
	case "no":
		q.Where("x.id IS NULL")
	}
	if f.Text != "" {
		text := db.Like(strings.ToLower(f.Text))
		q.Where(`(p.name || ' ' || p.pinyin || ' ' || p.initials LIKE ? OR lower(p.staff_no) LIKE ? OR ? AND right(p.phone, 4) = ? OR ? AND p.phone = ?)`,
			"%"+text+"%", text+"%", fourDigits.MatchString(f.Text), f.Text, aNumber.MatchString(f.Text), f.Text)
	}
	return q
}

// posts gives the titles in force on a day, joined, for the select list.
func posts(kinds string) string {
	return `coalesce((SELECT string_agg(o.title, '、' ORDER BY o.valid_from, o.id) FROM org_positions o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
		AND o.kind ` + kinds + ` AND o.valid_from <= ? AND (o.valid_to IS NULL OR o.valid_to >= ?)), '')`
}

func selectPerson(q *bun.SelectQuery, day calendar.Date) *bun.SelectQuery {
	return q.ColumnExpr(`p.id, coalesce(p.staff_no, ''), p.name, p.pinyin, p.initials, coalesce(p.sex, ''), coalesce(p.phone, ''),
			p.political_status, p.development_stage, m.branch_id, coalesce(b.name, ''), m.group_id, coalesce(g.name, ''),
			dm.department_id, coalesce(d.name, ''), coalesce(x.reason, ''), p.left_on`).
		ColumnExpr(posts("= 'administrative'"), day, day).
		ColumnExpr(posts("<> 'administrative'"), day, day)
}

// personRow is a Person while it is read; the telephone is in clear.
type personRow struct {
	Person
	branch, group, department             uuid.UUID
	branchName, groupName, departmentName string
}

func (r *personRow) targets() []any {
	return []any{&r.ID, &r.StaffNo, &r.Name, &r.Pinyin, &r.Initials, &r.Sex, &r.Phone, &r.PoliticalStatus, &r.DevelopmentStage,
		&r.branch, &r.branchName, &r.group, &r.groupName, &r.department, &r.departmentName, &r.Exempt, &r.LeftOn, &r.Position, &r.PartyPost}
}

func (r *personRow) finish() Person {
	r.Branch, r.Group, r.Department = placeRef(r.branch, r.branchName), placeRef(r.group, r.groupName), placeRef(r.department, r.departmentName)
	r.Phone = MaskPhone(r.Phone)
	return r.Person
}

// read runs a query and hands each row to scan.
func read(ctx context.Context, q *bun.SelectQuery, scan func(*sql.Rows) error) error {
	rows, err := q.Rows(ctx)
	if err != nil {
		return db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("people: %w", err)
		}
	}
	return db.Translate(rows.Err())
}

func listPeople(ctx context.Context, d *bun.DB, scope access.Scope, f PersonFilter, today calendar.Date) (people []Person, next string, total int, err error) {
	key, order, beyond := personSorts()[strings.TrimPrefix(f.Sort, "-")], "k, p.id", ">"
	if strings.HasPrefix(f.Sort, "-") {
		order, beyond = "k DESC, p.id DESC", "<"
	}
	q := selectPerson(roll(d, scope, f.On, today).Apply(f.narrow), f.On).ColumnExpr(key + " AS k").
		OrderExpr(order).Limit(int64(f.Limit) + 1)
	if f.Cursor != "" {
		c, err := parsePersonCursor(f.Cursor, f.Sort)
		if err != nil {
			return nil, "", 0, err
		}
		q.Where("("+key+", p.id) "+beyond+" (?, ?)", c.Key, c.ID)
	}
	last := personCursor{Sort: f.Sort}
	people = []Person{}
	err = read(ctx, q, func(rows *sql.Rows) error {
		var r personRow
		var k string
		if err := rows.Scan(append(r.targets(), &k)...); err != nil {
			return err
		}
		if len(people) == f.Limit {
			next = last.String()
			return nil
		}
		people = append(people, r.finish())
		last.Key, last.ID = k, r.ID
		return nil
	})
	if err != nil {
		return nil, "", 0, err
	}
	n, err := roll(d, scope, f.On, today).Apply(f.narrow).Count(ctx)
	return people, next, int(n), db.Translate(err)
}

// findPerson reads one person in scope.
func findPerson(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, today calendar.Date) (PersonDetail, error) {
	var out PersonDetail
	found := false
	q := selectPerson(roll(on, scope, today, today), today).
		ColumnExpr(`p.birth_on, coalesce(p.nation, ''), coalesce(p.education, ''), p.joined_party_on, p.full_member_on, p.started_work_on, p.note, p.row_version`).
		Where("p.id = ?", id)
	err := read(ctx, q, func(rows *sql.Rows) error {
		var r personRow
		found = true
		if err := rows.Scan(append(r.targets(), &out.BirthOn, &out.Nation, &out.Education, &out.JoinedPartyOn, &out.FullMemberOn,
			&out.StartedWorkOn, &out.Note, &out.RowVersion)...); err != nil {
			return err
		}
		out.Person = r.finish()
		return nil
	})
	if err == nil && !found {
		err = fault.Missing("人员")
	}
	return out, err
}

// history fills in the dated rows of a person that was found in scope.
func history(ctx context.Context, on bun.IDB, unit uuid.UUID, p *PersonDetail) error {
	p.Memberships, p.Departments, p.Positions, p.Exemptions = []Membership{}, []Membership{}, []Position{}, []ExemptSpell{}
	err := read(ctx, on.NewSelect().TableExpr("org_party_memberships AS m").
		Join("JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id").
		Join("LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id").
		ColumnExpr("m.id, m.branch_id, b.name, m.group_id, coalesce(g.name, ''), m.valid_from, m.valid_to").
		Where("m.unit_id = ? AND m.person_id = ?", unit, p.ID).OrderExpr("m.valid_from DESC"), func(rows *sql.Rows) error {
		var m Membership
		var branch, group uuid.UUID // a null leaves an id as it was: fresh ones for each row
		var branchName, groupName string
		err := rows.Scan(&m.ID, &branch, &branchName, &group, &groupName, &m.From, &m.To)
		m.Branch, m.Group = placeRef(branch, branchName), placeRef(group, groupName)
		p.Memberships = append(p.Memberships, m)
		return err
	})
	if err != nil {
		return err
	}
	err = read(ctx, on.NewSelect().TableExpr("org_department_memberships AS m").
		Join("JOIN org_departments d ON d.unit_id = m.unit_id AND d.id = m.department_id").
		ColumnExpr("m.id, m.department_id, d.name, m.valid_from, m.valid_to").
		Where("m.unit_id = ? AND m.person_id = ?", unit, p.ID).OrderExpr("m.valid_from DESC"), func(rows *sql.Rows) error {
		var m Membership
		var department uuid.UUID
		var departmentName string
		err := rows.Scan(&m.ID, &department, &departmentName, &m.From, &m.To)
		m.Department = placeRef(department, departmentName)
		p.Departments = append(p.Departments, m)
		return err
	})
	if err != nil {
		return err
	}
	err = read(ctx, on.NewSelect().TableExpr("org_positions AS o").
		Join("LEFT JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id").
		Join("LEFT JOIN org_groups g ON g.unit_id = o.unit_id AND g.id = o.group_id").
		ColumnExpr("o.id, o.kind, o.title, o.branch_id, coalesce(b.name, ''), o.group_id, coalesce(g.name, ''), o.valid_from, o.valid_to").
		Where("o.unit_id = ? AND o.person_id = ?", unit, p.ID).OrderExpr("o.valid_from DESC, o.id DESC"), func(rows *sql.Rows) error {
		var o Position
		var branch, group uuid.UUID
		var branchName, groupName string
		err := rows.Scan(&o.ID, &o.Kind, &o.Title, &branch, &branchName, &group, &groupName, &o.From, &o.To)
		o.Branch, o.Group = placeRef(branch, branchName), placeRef(group, groupName)
		p.Positions = append(p.Positions, o)
		return err
	})
	if err != nil {
		return err
	}
	return read(ctx, on.NewSelect().TableExpr("org_exemptions AS x").ColumnExpr("x.id, x.reason, x.valid_from, x.valid_to").
		Where("x.unit_id = ? AND x.person_id = ?", unit, p.ID).OrderExpr("x.valid_from DESC"), func(rows *sql.Rows) error {
		var x ExemptSpell
		err := rows.Scan(&x.ID, &x.Reason, &x.From, &x.To)
		p.Exemptions = append(p.Exemptions, x)
		return err
	})
}

// phoneOf gives the telephone in clear of a person that was found in scope.
func phoneOf(ctx context.Context, tx bun.Tx, unit, person uuid.UUID) (string, error) {
	var phone string
	err := tx.NewSelect().TableExpr("org_people").ColumnExpr("coalesce(phone, '')").Where("unit_id = ? AND id = ?", unit, person).Scan(ctx, &phone)
	return phone, db.Translate(err)
}

// pickPeople finds people for a picker: whose name, pinyin or initials begin with
// the text come first.
func pickPeople(ctx context.Context, d *bun.DB, scope access.Scope, text string, branch uuid.UUID, today calendar.Date, limit int) ([]PersonOption, error) {
	f := PersonFilter{Branch: branch, On: today}
	q := roll(d, scope, today, today).Apply(f.narrow).
		ColumnExpr("p.id, p.name, p.pinyin, p.initials, concat_ws(' ', nullif(concat_ws('·', b.name, g.name), ''), d.name, p.staff_no)")
	if text != "" {
		like := db.Like(strings.ToLower(strings.Join(strings.Fields(text), "")))
		q.Where("p.name || ' ' || p.pinyin || ' ' || p.initials LIKE ?", "%"+like+"%").
			OrderExpr("NOT (p.name LIKE ? OR p.initials LIKE ? OR p.pinyin LIKE ?)", like+"%", like+"%", like+"%")
	}
	out := []PersonOption{}
	err := read(ctx, q.OrderExpr("p.pinyin, p.id").Limit(int64(limit)), func(rows *sql.Rows) error {
		var o PersonOption
		err := rows.Scan(&o.ID, &o.Name, &o.Pinyin, &o.Initials, &o.Hint)
		out = append(out, o)
		return err
	})
	return out, err
}

// none stores an empty text as null.
func none(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func insertPerson(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, in PersonInput, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO org_people (unit_id, id, staff_no, name, pinyin, initials, sex, birth_on, nation, education, phone,
			political_status, development_stage, joined_party_on, full_member_on, started_work_on, note, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)`,
		unit, id, none(in.StaffNo), in.Name, in.Pinyin, in.Initials, none(in.Sex), in.BirthOn, none(in.Nation), none(in.Education), in.Phone,
		in.PoliticalStatus, in.DevelopmentStage, in.JoinedPartyOn, in.FullMemberOn, in.StartedWorkOn, in.Note, now)
	return err
}

// updatePerson changes a person whose version is still the one that was read.
func updatePerson(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, version int, in PersonInput, now time.Time) error {
	done, err := db.Exec(ctx, tx, `UPDATE org_people SET staff_no = $4, name = $5, pinyin = $6, initials = $7, sex = $8, birth_on = $9, nation = $10,
			education = $11, phone = CASE WHEN $12::text IS NULL THEN phone ELSE nullif($12, '') END, political_status = $13, development_stage = $14,
			joined_party_on = $15, full_member_on = $16, started_work_on = $17, note = $18, updated_at = $19, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND row_version = $3`,
		unit, id, version, none(in.StaffNo), in.Name, in.Pinyin, in.Initials, none(in.Sex), in.BirthOn, none(in.Nation),
		none(in.Education), in.Phone, in.PoliticalStatus, in.DevelopmentStage,
		in.JoinedPartyOn, in.FullMemberOn, in.StartedWorkOn, in.Note, now)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil {
		return fmt.Errorf("update person: %w", err)
	} else if n == 0 {
		return fault.New(fault.Conflict, "这份资料刚被别人改过，请刷新后查看最新内容再修改")
	}
	return nil
}

// lockPerson holds a person's row, so that two changes of dated rows come one
// after the other, and gives what they need to know.
func lockPerson(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (name, status string, leftOn calendar.Date, err error) {
	rows, err := db.Query(ctx, tx, `SELECT name, political_status, left_on FROM org_people WHERE unit_id = $1 AND id = $2 AND on_roll FOR NO KEY UPDATE`, unit, id)
	if err != nil {
		return "", "", leftOn, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return "", "", leftOn, db.Translate(err)
		}
		return "", "", leftOn, fault.Missing("人员")
	}
	if err := rows.Scan(&name, &status, &leftOn); err != nil {
		return "", "", leftOn, fmt.Errorf("lock person: %w", err)
	}
	return name, status, leftOn, db.Translate(rows.Err())
}

// touch tells readers of the person's page that something about it changed.
func touch(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE org_people SET updated_at = $3, row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`, unit, person, now)
	return err
}

// exportPeople reads everybody that the filter leaves, in its order. Telephones
// within reveal are in clear.
func exportPeople(ctx context.Context, tx bun.Tx, scope, reveal access.Scope, f PersonFilter, today calendar.Date) ([]PersonDetail, error) {
	order := personSorts()[strings.TrimPrefix(f.Sort, "-")]
	if strings.HasPrefix(f.Sort, "-") {
		order += " DESC"
	}
	inClear, args := reveal.SQL(personColumns())
	q := selectPerson(roll(tx, scope, f.On, today).Apply(f.narrow), f.On).
		ColumnExpr(`p.birth_on, coalesce(p.nation, ''), coalesce(p.education, ''), p.joined_party_on, p.full_member_on, p.started_work_on, p.note`).
		ColumnExpr(inClear, args...).OrderExpr(order + ", p.id")
	var out []PersonDetail
	err := read(ctx, q, func(rows *sql.Rows) error {
		var p PersonDetail
		var r personRow
		var shown sql.NullBool
		err := rows.Scan(append(r.targets(), &p.BirthOn, &p.Nation, &p.Education, &p.JoinedPartyOn, &p.FullMemberOn, &p.StartedWorkOn, &p.Note, &shown)...)
		phone := r.Phone
		p.Person = r.finish()
		if shown.Bool {
			p.Phone = phone
		}
		out = append(out, p)
		return err
	})
	return out, err
}
