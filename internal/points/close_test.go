package points

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/testdb"
)

// quarter reads 2026Q2.
func quarter(s string) calendar.Quarter {
	q, err := calendar.ParseQuarter(s)
	if err != nil {
		panic(err)
	}
	return q
}

// close closes a quarter without a check list: what it seals and freezes.
func (o *office) close(q string) {
	o.t.Helper()
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		_, id, err := lockQuarter(ctx, tx, o.Unit, quarter(q))
		if err != nil {
			return err
		}
		_, err = o.svc.seal(ctx, tx, o.Actor("chief"), id, quarter(q), CheckList{})
		return err
	})
}

// at sets the clock to noon of a day.
func (o *office) at(d string) { o.now = day(d).In().Add(12 * time.Hour) }

// work is what others report as open.
type work struct{ records, claims, objections []OpenItem }

func (w *work) UnconfirmedRecords(context.Context, bun.Tx, uuid.UUID, calendar.Quarter) ([]OpenItem, error) {
	return w.records, nil
}
func (w *work) OpenClaims(context.Context, bun.Tx, uuid.UUID, calendar.Quarter) ([]OpenItem, error) {
	return w.claims, nil
}
func (w *work) OpenObjections(context.Context, bun.Tx, uuid.UUID, calendar.Quarter) ([]OpenItem, error) {
	return w.objections, nil
}

func (o *office) list(key, q string) CheckList {
	o.t.Helper()
	scope, err := o.svc.policy.Decide(o.Actor(key), access.Need{Resource: "quarter", Action: "check"})
	if err != nil {
		o.t.Fatal(err)
	}
	l, err := o.svc.CheckList(context.Background(), scope, quarter(q))
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

// said writes a check list as "kind total, …".
func (l CheckList) said() string {
	var out []string
	for _, s := range l.Sections {
		out = append(out, fmt.Sprintf("%s %d", s.Kind, s.Total))
	}
	return strings.Join(out, ", ")
}

func (o *office) noticeTotals(key, q string, branch uuid.UUID) ([]PublishedTotals, error) {
	scope, err := o.svc.policy.Decide(o.Actor(key), access.Need{Resource: "quarter", Action: "notice"})
	if err != nil {
		return nil, err
	}
	return o.svc.NoticeTotals(context.Background(), o.Actor(key), scope, quarter(q), branch)
}

func (o *office) tryClose(key, q string, in Closing) (QuarterState, error) {
	scope, err := o.svc.policy.Decide(o.Actor(key), access.Need{Resource: "quarter", Action: "close"})
	if err != nil {
		return QuarterState{}, err
	}
	return o.svc.CloseQuarter(context.Background(), o.Actor(key), scope, quarter(q), in)
}

// closeSeen closes on the check list as it is, all acknowledged.
func (o *office) closeSeen(q string) (QuarterState, error) {
	return o.tryClose("chief", q, Closing{Fingerprint: o.list("chief", q).Fingerprint, Acknowledged: true})
}

// The whole way of a quarter: check list, notice, objection, change, close.
func TestClosingAQuarter(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	w := &work{}
	o.svc.open = w
	notices := notice.NewService(o.db, o.svc.policy, map[string]notice.Owner{notice.KindTotals: o.svc}, nil, func() time.Time { return o.now })
	o.mustPost(o.meeting("2026-05-11", "member1", "chief"))

	if got := o.list("chief", "2026Q2").said(); got != "running 1, missing 2" {
		t.Errorf("before its end: %s", got)
	}
	if _, err := o.noticeTotals("office", "2026Q2", uuid.Nil); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("noticed before its end: %v", err)
	}
	if _, err := o.closeSeen("2026Q2"); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), "季度尚未结束") {
		t.Errorf("closed before its end: %v", err)
	}

	o.at("2026-07-01") // a Wednesday
	if _, err := o.closeSeen("2026Q2"); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), "合计没有公示（2 项）") {
		t.Errorf("closed without notice: %v", err)
	}
	mine, err := o.noticeTotals("secretary2", "2026Q2", uuid.Nil)
	if err != nil || len(mine) != 1 || mine[0].Name != "第二党支部" || mine[0].People != 5 || mine[0].LastDay != day("2026-07-08") {
		t.Fatalf("a secretary's: %+v, %v", mine, err)
	}
	if _, err := o.noticeTotals("secretary2", "2026Q2", o.Branches[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's branch: %v", err)
	}
	if _, err := o.noticeTotals("secretary2", "2026Q2", uuid.Nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("noticed twice: %v", err)
	}
	if rest, err := o.noticeTotals("office", "2026Q2", uuid.Nil); err != nil || len(rest) != 1 || rest[0].Name != "第一党支部" || rest[0].People != 6 {
		t.Fatalf("the rest: %+v, %v", rest, err)
	}
	if _, err := o.noticeTotals("office", "2026Q2", o.Branches[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("noticed again while open: %v", err)
	}
	var items []string
	if err := o.db.NewRaw(`SELECT i.title || ' ' || array_to_string(i.cells, ' ') FROM notice_items i JOIN notice_notices n ON n.id = i.notice_id
		WHERE n.branch_id = ? ORDER BY i.ord`, o.Branches[0].ID).Scan(ctx, &items); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(items, "; "); got != "白一帆 第一党小组 60 0 0 0 0 60 ; 江远山 第一党小组 60 1 0 0 0 61 ; 罗海宁 第一党小组 60 0 0 0 0 60 ; "+
		"贺长林 第二党小组 60 0 0 0 0 60 ; 秦嘉树 第二党小组 60 0 0 0 0 60 ; 叶知秋 第二党小组 60 1 0 0 0 61 " {
		t.Error(got)
	}
	if l := o.list("chief", "2026Q2"); l.said() != "notice 2" || len(l.Branches) != 2 || l.Branches[0].State != NoticeOpen || *l.Branches[0].LastDay != day("2026-07-08") {
		t.Errorf("while it lies open: %s %+v", l.said(), l.Branches)
	}

	o.at("2026-07-09")
	w.objections = []OpenItem{{ID: mine[0].Notice, Title: "“公示”中的“方明远”", Branch: o.Branches[1].ID}}
	w.claims = []OpenItem{{ID: db.NewID(), Title: "区级表彰", Person: "方明远", State: "待核实", Branch: o.Branches[1].ID}}
	w.records = []OpenItem{{ID: db.NewID(), Title: "主题党日", Branch: o.Branches[0].ID, Day: day("2026-06-20")}}
	if got := o.list("chief", "2026Q2").said(); got != "objection 1, claim 1, record 1" {
		t.Errorf("after the notice: %s", got)
	}
	if got := o.list("secretary1", "2026Q2"); got.said() != "record 1" || got.Fingerprint != "" || got.Whole || len(got.Branches) != 1 {
		t.Errorf("a secretary sees %s of %+v", got.said(), got.Branches)
	}
	w.objections = nil

	// An objection was upheld: a correction is due, and until then it is named.
	upheld := notice.Notice{ID: mine[0].Notice, Kind: notice.KindTotals}
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		return o.svc.Settled(ctx, tx, o.Actor("secretary2"), o.now, upheld, []notice.Item{{Person: o.Person("leader2"), Outcome: notice.Upheld}})
	})
	if got := o.list("chief", "2026Q2").said(); got != "upheld 1, claim 1, record 1" {
		t.Errorf("upheld: %s", got)
	}
	if err := notices.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	o.at("2026-07-10")
	fix := o.byHand("leader2", "other_deduction", -100)
	if _, err := o.svc.PostByOffice(ctx, o.Actor("office"), access.System(o.Unit), fix); err != nil {
		t.Fatal(err)
	}
	l := o.list("chief", "2026Q2")
	if l.said() != "changed 1, claim 1, record 1" || l.Sections[0].Lines[0].Text != "方明远：公示合计 60 分，现为 59 分（纪律 0→-1）" || *l.Sections[0].Lines[0].From != 6000 || *l.Sections[0].Lines[0].To != 5900 {
		t.Errorf("corrected: %s %+v", l.said(), l.Sections[0].Lines)
	}

	for name, c := range map[string]struct {
		in   Closing
		code fault.Code
		says string
	}{
		"another list":     {Closing{Fingerprint: "x", Acknowledged: true}, fault.Conflict, "清单刚刚有变化"},
		"not acknowledged": {Closing{Fingerprint: l.Fingerprint}, fault.Invalid, "3 项未了"},
	} {
		if _, err := o.tryClose("chief", "2026Q2", c.in); !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.tryClose("office", "2026Q2", Closing{Fingerprint: l.Fingerprint, Acknowledged: true}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the office closes: %v", err)
	}
	w.claims = nil // settled while the leader was reading
	if _, err := o.tryClose("chief", "2026Q2", Closing{Fingerprint: l.Fingerprint, Acknowledged: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the list changed: %v", err)
	}
	closed, err := o.closeSeen("2026Q2")
	if err != nil {
		t.Fatal(err)
	}
	if closed.State != QuarterClosed || closed.ClosedBy != "江远山" || closed.Accounts != 11 || closed.Entries != 14 || closed.Previous != "" ||
		len(closed.Heads) != 64 || closed.Seal != sealOf("", quarter("2026Q2"), closed.Heads) {
		t.Errorf("%+v", closed)
	}
	after := o.list("chief", "2026Q2")
	if after.State != QuarterClosed || after.said() != "changed 1, record 1" || after.Blocking != 0 {
		t.Errorf("what was left open: %s", after.said())
	}
	if got := o.list("secretary2", "2026Q2").said(); got != "changed 1" {
		t.Errorf("what the second branch left open: %s", got)
	}
	if _, err := o.closeSeen("2026Q2"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "江远山") {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := o.noticeTotals("office", "2026Q2", o.Branches[0].ID); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("noticed after the close: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE unit_id = ? AND action = 'quarter.close'`, o.Unit); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if _, err := o.svc.CheckList(ctx, access.System(o.Unit), quarter("2020Q1")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a quarter nobody opened: %v", err)
	}
	o.verified()
}

// Quarters are closed one after the other, each seal upon the last.
func TestSealsMakeAChain(t *testing.T) {
	o := newOffice(t)
	if err := o.svc.OpenQuarter(context.Background(), o.Unit, quarter("2026Q1")); err != nil {
		t.Fatal(err)
	}
	o.at("2026-08-03")
	for _, q := range []string{"2026Q1", "2026Q2"} {
		if _, err := o.noticeTotals("office", q, uuid.Nil); err != nil {
			t.Fatal(err)
		}
	}
	o.at("2026-08-20")
	if _, err := o.closeSeen("2026Q2"); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), "以前的季度没有结账") {
		t.Errorf("out of order: %v", err)
	}
	first, err := o.closeSeen("2026Q1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := o.closeSeen("2026Q2")
	if err != nil || second.Previous != first.Seal || second.Seal == first.Seal {
		t.Errorf("%+v on %+v, %v", second, first, err)
	}
	// A fact of a quarter that nobody ever opened, before one that is sealed, goes to
	// the open one as well.
	if got := o.mustPost(o.meeting("2026-01-10", "member1")); got.Quarter.String() != "2026Q3" {
		t.Errorf("a late fact: %+v", got)
	}
	r, err := o.svc.Verify(context.Background(), access.Actor{Unit: o.Unit}, access.System(o.Unit))
	if err != nil || !r.OK || r.Seals != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A notice that was called off counts as none; whoever gets a ledger after it is
// named.
func TestNoticeOfTotalsAnew(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	o.at("2026-07-01")
	put, err := o.noticeTotals("office", "2026Q2", uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	notices := notice.NewService(o.db, o.svc.policy, map[string]notice.Owner{notice.KindTotals: o.svc}, nil, func() time.Time { return o.now })
	if err := notices.Cancel(ctx, o.Actor("office"), access.System(o.Unit), put[0].Notice, "名单有误"); err != nil {
		t.Fatal(err)
	}
	if got := o.list("chief", "2026Q2").said(); got != "missing 1, notice 1" {
		t.Errorf("cancelled: %s", got)
	}
	again, err := o.noticeTotals("office", "2026Q2", uuid.Nil)
	if err != nil || len(again) != 1 || *again[0].Branch != *put[0].Branch {
		t.Fatalf("%+v, %v", again, err)
	}
	for _, q := range []string{
		`UPDATE org_people SET political_status = 'party_member', joined_party_on = '2010-07-01' WHERE id = '` + o.Person("staff").String() + `'`,
		`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from) VALUES ('` + o.Unit.String() + `', gen_random_uuid(), '` +
			o.Person("staff").String() + `', '` + o.Branches[0].ID.String() + `', '2026-06-30')`,
	} {
		if _, err := o.db.NewRaw(q).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	o.at("2026-07-20")
	l := o.list("chief", "2026Q2")
	if l.said() != "changed 1" || !strings.Contains(l.Sections[0].Lines[0].Text, "曾小满：公示名单中没有此人") {
		t.Errorf("%s %+v", l.said(), l.Sections)
	}
	// Its totals changed, so the branch puts them up again, once the last ones are settled.
	if _, err := o.noticeTotals("secretary1", "2026Q2", o.Branches[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("before the last ones are settled: %v", err)
	}
	if err := notices.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	if anew, err := o.noticeTotals("secretary1", "2026Q2", o.Branches[0].ID); err != nil || anew[0].People != 7 {
		t.Errorf("%+v, %v", anew, err)
	}
	if got := o.list("chief", "2026Q2").said(); got != "notice 1" {
		t.Errorf("noticed anew: %s", got)
	}
}

// The database refuses what the code does not try.
func TestAClosedQuarterStaysClosed(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	o.mustPost(o.meeting("2026-05-11", "member1"))
	o.close("2026Q2")
	owner := testdb.Owner(t, o.db)
	for _, statement := range []string{
		`UPDATE points_quarters SET state = 'open', closed_at = NULL`, `UPDATE points_quarters SET seal = 'x'`, `DELETE FROM points_quarters`,
		`UPDATE points_totals SET gained = gained + 1`, `UPDATE points_seals SET seq = 0`, `DELETE FROM points_seals`, `TRUNCATE points_seals`,
		`INSERT INTO points_totals (unit_id, quarter, person_id, dimension) SELECT unit_id, quarter, person_id, 'conduct' FROM points_totals LIMIT 1`,
	} {
		if _, err := o.db.NewRaw(statement).Exec(ctx); err == nil {
			t.Errorf("as the application: %s", statement)
		}
		if _, err := owner.Exec(statement); err == nil {
			t.Errorf("as the owner: %s", statement)
		}
	}
	if _, err := o.db.NewRaw(`UPDATE points_quarters SET state = 'closed', closed_at = now() WHERE state = 'open'`).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	o.verified()
}

// A clock that was moved back opens no old quarter, and one that jumps back under an
// open quarter books nothing ahead.
func TestClockMovedBack(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	o.at("2026-02-10")
	if err := o.svc.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM points_quarters WHERE unit_id = ?`, o.Unit); n != 1 {
		t.Errorf("%d quarters after the clock went back", n)
	}
	o.at("2026-12-31")
	if err := o.svc.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	o.close("2026Q2")
	o.at("2026-07-31")
	if err := o.svc.Tick(ctx); err != nil { // between the two that are known
		t.Fatal(err)
	}
	if err := o.svc.OpenQuarter(ctx, o.Unit, quarter("2026Q1")); err != nil { // before a sealed one
		t.Fatal(err)
	}
	quarters, err := o.svc.Quarters(ctx, access.System(o.Unit))
	if err != nil || len(quarters) != 2 || quarters[0].Quarter != quarter("2026Q4") || quarters[1].State != QuarterClosed {
		t.Errorf("%+v, %v", quarters, err)
	}
	o.verified()
}
