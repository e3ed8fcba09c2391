package volunteer

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/sheet"
)

var year2026 = Period{calendar.NewDate(2026, 1, 1), calendar.NewDate(2026, 12, 31)}

// served records confirmed volunteering of a day, everybody for as many minutes.
func (h *house) served(title, day string, minutes int, keys ...string) uuid.UUID {
	h.t.Helper()
	by, scope := h.as("office", need("activity", "record"))
	r := activity.Record{Kind: "volunteering", Title: title, Starts: moment(day + " 09:00"), Ends: moment(day + " 13:00"), Place: "社区",
		Organiser: activity.OrganiserRef{Kind: "unit"}, Recorder: by.Person, Outsiders: []activity.Outsider{{Name: "王五", Partner: "区公安分局", Minutes: 60}}}
	for _, k := range keys {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: h.Person(k), Status: activity.Present, Minutes: minutes})
	}
	var saved activity.Saved
	err := db.Transact(bg, h.db, func(ctx context.Context, tx bun.Tx) (err error) {
		saved, err = h.svc.activities.Enter(ctx, tx, by, scope, r, true)
		return err
	})
	if err != nil {
		h.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
	return saved.ID
}

func (h *house) hours(key string, f HoursFilter) ([]PersonHours, HoursTotal) {
	h.t.Helper()
	_, scope := h.as(key, need("volunteer_hours", "read"))
	items, _, total, err := h.svc.Hours(bg, scope, f)
	if err != nil {
		h.t.Fatal(err)
	}
	return items, total
}

func (h *house) certify(key, of string) (Certificate, error) {
	by, scope := h.as(key, need("volunteer_certificate", "issue"))
	return h.svc.Certify(bg, by, scope, h.Person(of), year2026)
}

func (h *house) putUp(key string) (Noticed, error) {
	by, scope := h.as(key, need("volunteer_hours", "notice"))
	return h.svc.PutOnNotice(bg, by, scope, year2026, uuid.Nil)
}

// settled tells the owner what became of somebody's line.
func (h *house) settled(n Noticed, outcome, of string) {
	h.t.Helper()
	by := h.Actor("office")
	err := db.Transact(bg, h.db, func(ctx context.Context, tx bun.Tx) error {
		return HoursNotices{}.Settled(ctx, tx, by, h.now, notice.Notice{ID: n.NoticeID, Title: "时长"},
			[]notice.Item{{Person: h.Person(of), Outcome: outcome}})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestHoursListAgreesWithItsTotal(t *testing.T) {
	h := newHouse(t)
	h.served("护学岗", "2026-05-18", 100, "member1", "secretary1", "staff") // counts 90
	h.served("河道清洁", "2026-05-19", 29, "member1", "secretary2")          // counts 0, and is 人次
	for _, sort := range []string{"", "name", "-participations", "minutes"} {
		var items []PersonHours
		f := HoursFilter{Period: year2026, Sort: sort, Limit: 1}
		_, scope := h.as("office", need("volunteer_hours", "read"))
		for {
			page, next, total, err := h.svc.Hours(bg, scope, f)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, page...)
			if next == "" {
				if total.People != 4 || total.Participations != 5 || total.Minutes != 270 || total.Outsiders != 2 || total.OutsideMinutes != 120 {
					t.Errorf("%q: %+v", sort, total)
				}
				break
			}
			f.Cursor = next
		}
		var n, minutes int
		for _, p := range items {
			n, minutes = n+p.Participations, minutes+p.Minutes
		}
		if len(items) != 4 || n != 5 || minutes != 270 {
			t.Errorf("%q: %+v", sort, items)
		}
	}
	if items, total := h.hours("member1", HoursFilter{Period: year2026}); len(items) != 1 || total.People != 1 || total.Participations != 2 {
		t.Errorf("a member: %+v %+v", items, total)
	}
	if items, _ := h.hours("secretary1", HoursFilter{Period: year2026}); len(items) != 2 {
		t.Errorf("a branch: %+v", items)
	}
	_, scope := h.as("secretary1", need("volunteer_hours", "read"))
	if _, err := h.svc.Of(bg, scope, h.Person("secretary2"), year2026); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's: %v", err)
	}
	of, err := h.svc.Of(bg, scope, h.Person("member1"), year2026)
	if err != nil || of.Participations != 2 || of.Minutes != 90 || of.Items[0].Organiser != "全院" {
		t.Errorf("%+v %v", of, err)
	}
	months, err := h.svc.Months(bg, scope, HoursFilter{Period: year2026})
	if err != nil || len(months) != 12 || months[4].Participations != 3 {
		t.Errorf("%+v %v", months, err)
	}
	var book bytes.Buffer
	if err := h.svc.ExportHours(bg, scope, HoursFilter{Period: year2026}, &book); err != nil {
		t.Error(err)
	}
}

func TestCertificate(t *testing.T) {
	h := newHouse(t)
	record := h.served("护学岗", "2026-05-18", 100, "member1", "secretary2")
	if _, err := h.certify("member1", "member1"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("before any notice: %v", err)
	}
	n, err := h.putUp("office")
	if err != nil || n.People != 2 || n.Minutes != 180 {
		t.Fatal(n, err)
	}
	if _, err := h.putUp("office"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("put up twice: %v", err)
	}
	h.settled(n, notice.Passed, "member1")
	h.settled(n, notice.Upheld, "secretary2")
	if _, err := h.certify("secretary2", "secretary2"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("upheld: %v", err)
	}
	if _, err := h.certify("secretary2", "member1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's: %v", err)
	}
	c, err := h.certify("member1", "member1")
	if err != nil || c.Participations != 1 || c.Minutes != 90 || len(c.Code) != 16 {
		t.Fatal(c, err)
	}
	got, err := h.svc.Check(bg, c.Number, strings.ToUpper(c.Code))
	if err != nil || !got.Holds || got.Name != c.Name || got.Minutes != 90 {
		t.Errorf("%+v %v", got, err)
	}
	for _, wrong := range [][2]string{{c.Number, strings.Repeat("0", 16)}, {c.Number, ""}, {"志证〔2026〕9999号", c.Code}, {"x\x00", strings.Repeat("0", 16)}} {
		if got, err := h.svc.Check(bg, wrong[0], wrong[1]); !fault.Is(err, fault.NotFound) || got != (Checked{}) {
			t.Errorf("%v: %+v %v", wrong, got, err)
		}
	}
	_, read := h.as("secretary2", need("volunteer_certificate", "read"))
	if _, err := h.svc.Certificate(bg, read, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("read by another branch: %v", err)
	}
	if list, _, err := h.svc.Certificates(bg, read, CertificateFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if q, err := c.paperCode("https://xianfeng.example"); err != nil || !strings.HasPrefix(q.Address, "https://xianfeng.example/verify?") {
		t.Errorf("%v %v", q.Address, err)
	}
	// The record is taken back: the paper no longer holds, and says so.
	by, confirm := h.as("office", need("activity", "confirm"))
	err = db.Transact(bg, h.db, func(ctx context.Context, tx bun.Tx) error {
		return h.svc.activities.TakeBack(ctx, tx, by, confirm, record, "记错")
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.svc.Check(bg, c.Number, c.Code); err != nil || got.Holds {
		t.Errorf("%+v %v", got, err)
	}
}

// book makes a workbook of hours; the first row is its headings.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	var columns []sheet.Column
	for _, c := range rows[0] {
		columns = append(columns, sheet.Column{Key: c.(string), Title: c.(string)})
	}
	var b bytes.Buffer
	if err := sheet.WriteList(&b, "时长", columns, sheet.RowsOf(rows[1:])); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImportConfirmUndo(t *testing.T) {
	h := newHouse(t)
	name := func(key string) any { return h.Actor(key).Name }
	head := []any{"姓名", "日期", "活动", "地点", "对象", "组织者", "时长(小时)"}
	good := book(t, head,
		[]any{name("member1"), "2026.5.16", "河道清洁", "河边", "群众", h.Branches[0].Name, "2.5"},
		[]any{name("secretary1"), "2026年5月16日", "河道清洁", "河边", "群众", h.Branches[0].Name, "90分钟"},
		[]any{"查无此人", "2026-05-16", "河道清洁", "河边", "", "", "1"},
		[]any{name("staff"), "2027-05-16", "河道清洁", "河边", "", "", "1"},
		[]any{name("staff"), "2026-05-16", "河道清洁", "河边", "", "第九党支部", "1"})
	by, scope := h.as("office", need("volunteer_hours", "import"))
	i, _, err := h.svc.PreviewImport(bg, by, scope, "时长.xlsx", good)
	if err != nil || i.Counts.Good != 2 || i.Counts.Bad != 3 || i.Counts.Records != 1 || len(i.Problems) != 3 {
		t.Fatalf("%+v %v", i, err)
	}
	for _, p := range i.Problems {
		if p.Sheet == "" || p.Row == 0 || p.Column == "" || p.Heading == "" || p.Value == "" || p.Reason == "" {
			t.Errorf("a problem that does not name its cell: %+v", p)
		}
	}
	if _, err := h.svc.ConfirmImport(bg, by, scope, i.ID, false); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("with bad rows: %v", err)
	}
	entries := h.count("SELECT count(*) FROM points_entries")
	if _, err := h.svc.ConfirmImport(bg, by, scope, i.ID, true); err != nil {
		t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
	if _, err := h.svc.ConfirmImport(bg, by, scope, i.ID, true); !fault.Is(err, fault.Conflict) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, total := h.hours("office", HoursFilter{Period: year2026}); total.Participations != 2 || total.Minutes != 240 {
		t.Errorf("%+v", total)
	}
	if h.count("SELECT count(*) FROM points_entries") == entries {
		t.Error("no points were posted")
	}
	again, _, err := h.svc.PreviewImport(bg, by, scope, "时长.xlsx", good)
	if err != nil || again.Counts.Good != 0 {
		t.Errorf("one file twice: %+v %v", again, err)
	}
	if _, err := h.svc.UndoImport(bg, by, scope, i.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.svc.UndoImport(bg, by, scope, i.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
	if _, total := h.hours("office", HoursFilter{Period: year2026}); total.Participations != 0 {
		t.Errorf("%+v", total)
	}
	if sum := h.count("SELECT coalesce(sum(points), 0) FROM points_entries WHERE source_kind IN ('activity', 'reversal')"); sum != 0 {
		t.Errorf("points left: %d", sum)
	}
	_, branch := h.as("secretary1", need("volunteer_hours", "read"))
	if _, _, err := h.svc.PreviewImport(bg, h.Actor("secretary1"), branch, "x.xlsx", good); !fault.Is(err, fault.Forbidden) {
		t.Errorf("as a branch: %v", err)
	}
}

// Who a line is about stands in a cell: the list is printed as its columns are.
func TestANoticeOfHoursNamesPeople(t *testing.T) {
	items, minutes := noticeItems([]toNotice{
		{person: uuid.UUID{1}, name: "苏晓", branchName: "第一党支部", counted: 90},
		{person: uuid.UUID{1}, name: "苏晓", branchName: "第一党支部", counted: 60},
		{person: uuid.UUID{2}, name: "邹远", branchName: "第二党支部", counted: 30},
	}, db.NewID)
	if minutes != 180 || len(items) != 2 || !slices.Equal(items[0].Cells, []string{"苏晓", "第一党支部", "2", "2.5"}) || items[1].Cells[0] != "邹远" {
		t.Errorf("%d minutes, %+v", minutes, items)
	}
}
