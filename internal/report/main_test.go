package report

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/file"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

var (
	q2 = calendar.Quarter{Year: 2026, Q: 2}
	q3 = calendar.Quarter{Year: 2026, Q: 3}
)

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// office is the fixture with a scheme and the third quarter of 2026 open; its clock
// stands at noon of 20 September.
type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 9, 20, 12, 0, 0, 0, calendar.Shanghai)}
	clock := func() time.Time { return o.now }
	files, err := file.NewService(d, t.TempDir(), clock)
	if err != nil {
		t.Fatal(err)
	}
	o.svc = NewService(d, policy, files, clock)
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		return points.Seed(ctx, tx, o.Unit, o.now, day("2026-01-01"))
	})
	return o
}

// open opens the quarter that runs at the office's clock.
func (o *office) open() {
	o.t.Helper()
	if err := points.NewService(o.db, o.policy, nil, nil, nil, func() time.Time { return o.now }).Tick(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// at sets the clock and opens the quarter that runs then.
func (o *office) at(moment string) {
	o.t.Helper()
	var err error
	if o.now, err = time.ParseInLocation("2006-01-02 15:04", moment, calendar.Shanghai); err != nil {
		o.t.Fatal(err)
	}
	o.open()
}

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := db.Transact(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

// exec changes the scene behind the services' backs.
func (o *office) exec(text string, args ...any) {
	o.t.Helper()
	if _, err := o.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// close closes a quarter as the books are closed, with some seal.
func (o *office) close(quarter, seal string) {
	o.t.Helper()
	o.exec(`UPDATE points_quarters SET state = 'closed', closed_at = now(), accounts = 11, entries = 20, heads = 'heads', previous = '', seal = ?
		WHERE quarter = ?`, seal, quarter)
}

// scan reads one row of plain SQL, to hold a workbook against.
func (o *office) scan(text string, args []any, into ...any) {
	o.t.Helper()
	if err := o.db.NewRaw(text, args...).Scan(context.Background(), into...); err != nil {
		o.t.Fatal(err)
	}
}

// meeting posts a 党员大会 of a day: who came, and who stayed away without excuse.
func (o *office) meeting(on string, present, absent []string) {
	o.t.Helper()
	var facts []points.Fact
	for _, k := range present {
		facts = append(facts, points.Fact{Person: o.Person(k), Trigger: points.TriggerAttendance, Kind: "branch_meeting", Category: "three_meetings"})
	}
	for _, k := range absent {
		facts = append(facts, points.Fact{Person: o.Person(k), Trigger: points.TriggerAbsence, Kind: "branch_meeting", Category: "three_meetings"})
	}
	o.post(on, "党员大会", facts...)
}

func (o *office) post(on, reason string, facts ...points.Fact) {
	o.t.Helper()
	p := points.Posting{Source: points.SourceActivity, SourceID: db.NewID(), RecordID: db.NewID(), FactOn: day(on), Reason: reason,
		VerifiedBy: o.Person("secretary1"), Facts: facts}
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := points.Post(ctx, tx, o.Actor("office"), o.now, p)
		return err
	})
}

// volunteer posts hours of volunteering.
func (o *office) volunteer(on, key string, minutes int) {
	o.t.Helper()
	o.post(on, "志愿服务", points.Fact{Person: o.Person(key), Trigger: points.TriggerVolunteering, Kind: "volunteering", Category: "volunteering", Minutes: minutes})
}

// move takes somebody to another branch and group from a day on.
func (o *office) move(key, on string, branch, group uuid.UUID) {
	o.t.Helper()
	o.exec("UPDATE org_party_memberships SET valid_to = ?::date - 1 WHERE person_id = ? AND valid_to IS NULL", on, o.Person(key))
	if branch != uuid.Nil {
		o.exec("INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, ?)",
			o.Unit, db.NewID(), o.Person(key), branch, group, on)
	}
}

func (o *office) setting(name string, value any) {
	o.t.Helper()
	o.exec("UPDATE org_units SET settings = settings || jsonb_build_object(?::text, ?)", name, value)
}

func (o *office) scope(key string, need access.Need) access.Scope {
	o.t.Helper()
	s, err := o.policy.Decide(o.Actor(key), need)
	if err != nil {
		o.t.Fatalf("%s as %s: %v", need, key, err)
	}
	return s
}

func (o *office) preview(key string, r Request) (Preview, error) {
	o.t.Helper()
	d, _ := definition(r.Kind)
	return o.svc.Preview(context.Background(), o.Actor(key), o.scope(key, d.Read()), r, Page{Limit: maxRows})
}

func (o *office) mustPreview(key string, r Request) Preview {
	o.t.Helper()
	p, err := o.preview(key, r)
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

func (o *office) issue(key string, r Request) (Issue, error) {
	o.t.Helper()
	d, _ := definition(r.Kind)
	return o.svc.Issue(context.Background(), o.Actor(key), o.scope(key, d.Issue()), r)
}

func (o *office) mustIssue(key string, r Request) Issue {
	o.t.Helper()
	i, err := o.issue(key, r)
	if err != nil {
		o.t.Fatal(err)
	}
	return i
}

// download takes an issue's bytes as somebody.
func (o *office) download(key string, id uuid.UUID) ([]byte, error) {
	o.t.Helper()
	_, body, err := o.svc.OpenIssue(context.Background(), o.Actor(key), id)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		o.t.Fatal(err)
	}
	return b, nil
}

// book is a workbook as somebody opens it.
type workbook struct {
	t testing.TB
	*excelize.File
	name string
}

func (o *office) workbook(key string, id uuid.UUID) workbook {
	o.t.Helper()
	b, err := o.download(key, id)
	if err != nil {
		o.t.Fatal(err)
	}
	if dir := os.Getenv("XIANFENG_KEEP_WORKBOOKS"); dir != "" { // to look at them
		if err := os.WriteFile(dir+"/"+o.t.Name()+".xlsx", b, 0o644); err != nil {
			o.t.Fatal(err)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { f.Close() })
	return workbook{o.t, f, f.GetSheetName(0)}
}

// rows are the raw values of a worksheet.
func (w workbook) rows() [][]string {
	w.t.Helper()
	rows, err := w.GetRows(w.name, excelize.Options{RawCellValue: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// column gives the index of a heading; headings stand in row 3.
func (w workbook) column(title string) int {
	w.t.Helper()
	for i, h := range w.rows()[2] {
		if h == title {
			return i
		}
	}
	return -1
}

// body is the rows between headings and total, by name of column.
func (w workbook) body() []map[string]string {
	w.t.Helper()
	rows := w.rows()
	var out []map[string]string
	for _, r := range rows[3:] {
		if len(r) == 0 || r[0] == "合计" {
			break
		}
		m := map[string]string{}
		for i, h := range rows[2] {
			if i < len(r) {
				m[h] = r[i]
			} else {
				m[h] = ""
			}
		}
		out = append(out, m)
	}
	return out
}

func (w workbook) formula(title string, row int) string {
	w.t.Helper()
	cell, err := excelize.CoordinatesToCellName(w.column(title)+1, row)
	if err != nil {
		w.t.Fatal(err)
	}
	f, err := w.GetCellFormula(w.name, cell)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}
