package selection

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// The quarter that most tests select for, and a working day after it.
var (
	quarter = calendar.Quarter{Year: 2026, Q: 3}
	after   = time.Date(2026, 10, 12, 10, 0, 0, 0, calendar.Shanghai)
)

// shares are duties met as a test says.
type shares map[uuid.UUID]Share

func (s shares) Completion(context.Context, bun.Tx, uuid.UUID, calendar.Quarter) (map[uuid.UUID]Share, error) {
	return s, nil
}

// meetings are committee meetings of the branch that the office says, held on the day they are asked
// about and quorate: which ones count is notice's to test.
type meetings struct{ o *office }

func (m meetings) Meeting(_ context.Context, _ bun.IDB, _, record uuid.UUID) (notice.Meeting, error) {
	return notice.Meeting{Record: record, Kind: "committee_meeting", Branch: m.o.Branches[m.o.met].ID, Day: calendar.DateOf(m.o.now), Confirmed: true, Quorate: true}, nil
}

func (m meetings) MeetingsSince(context.Context, bun.IDB, uuid.UUID, uuid.UUID, calendar.Date) ([]notice.Meeting, error) {
	return nil, nil
}

// office is a fixture whose third quarter of 2026 is over: everybody has 60 base
// points in it. Groups are named by branch and group: {0, 1} is the second group of
// the first branch.
type office struct {
	testdb.Fixture
	t       testing.TB
	db      *bun.DB
	policy  *access.Policy
	points  *points.Service
	notices *notice.Service
	svc     *Service
	duties  shares
	pairs   pairings
	met     int // the branch whose committee meets
	now     time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, duties: shares{}, now: quarter.First().In().Add(9 * time.Hour)}
	clock := func() time.Time { return o.now }
	o.points = points.NewService(d, policy, nil, nil, nil, clock)
	o.svc = NewService(d, policy, o.duties, &o.pairs, clock)
	o.notices = notice.NewService(d, policy, map[string]notice.Owner{notice.KindSelection: o.svc}, meetings{o}, clock)
	err = db.Transact(context.Background(), d, func(ctx context.Context, tx bun.Tx) error {
		return points.Seed(ctx, tx, o.Unit, o.now, calendar.NewDate(2026, 1, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	o.must(o.points.OpenQuarter(context.Background(), o.Unit, quarter))
	o.now = after
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(text string, args ...any) {
	o.t.Helper()
	_, err := o.db.NewRaw(text, args...).Exec(context.Background())
	o.must(err)
}

func (o *office) scan(into any, text string, args ...any) {
	o.t.Helper()
	o.must(o.db.NewRaw(text, args...).Scan(context.Background(), into))
}

// as is who acts, with the scope that a permission has for them.
func (o *office) as(who string, need access.Need) (context.Context, access.Actor, access.Scope) {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(who), need)
	o.must(err)
	return context.Background(), o.Actor(who), scope
}

// give posts points by hand under a rule, in the quarter; a veto takes no amount.
func (o *office) give(person, rule string, amount int) points.EntryDetail {
	o.t.Helper()
	var id uuid.UUID
	o.scan(&id, `SELECT id FROM points_rules WHERE unit_id = ? AND code = ?`, o.Unit, rule)
	by := "office"
	if person == by {
		by = "chief"
	}
	verifier := "secretary1"
	if person == verifier {
		verifier = "committee1"
	}
	d, err := o.points.PostByOffice(context.Background(), o.Actor(by), access.System(o.Unit), points.OfficePosting{Person: o.Person(person), Rule: id,
		Amount: amount, FactOn: calendar.NewDate(2026, 8, 3), Reason: "测试", VerifiedBy: o.Person(verifier)})
	o.must(err)
	return d
}

func (o *office) open(kind string) Detail {
	o.t.Helper()
	ctx, by, scope := o.as("office", needOpen())
	d, err := o.svc.Open(ctx, by, scope, kind, quarter)
	o.must(err)
	return d
}

// all are the candidates as the Party office sees them, by name; a group by its
// branch and name.
func (o *office) all(id uuid.UUID) map[string]Candidate {
	o.t.Helper()
	ctx, by, scope := o.as("office", needRead())
	p, err := o.svc.ListCandidates(ctx, by, scope, id, CandidateFilter{})
	o.must(err)
	out := map[string]Candidate{}
	for _, c := range p.Items {
		out[c.title()] = c
	}
	return out
}

func (o *office) group(branch, group int) string {
	return o.Branches[branch].Name + o.Groups[branch][group].Name
}

func (o *office) name(key string) string { return o.Actor(key).Name }

func (o *office) detail(id uuid.UUID) Detail {
	o.t.Helper()
	ctx, by, scope := o.as("office", needRead())
	d, err := o.svc.Selection(ctx, by, scope, id)
	o.must(err)
	return d
}

func (o *office) review(who string, id, candidate uuid.UUID, opinion string) error {
	o.t.Helper()
	ctx, by, scope := o.as(who, needReview())
	_, err := o.svc.Review(ctx, by, scope, id, candidate, opinion, "支委会研究")
	return err
}

func (o *office) nominate(who string, id, candidate uuid.UUID) error {
	o.t.Helper()
	ctx, by, scope := o.as(who, needNominate())
	_, err := o.svc.Nominate(ctx, by, scope, id, candidate, "在专项工作中表现突出")
	return err
}

func (o *office) publish(id uuid.UUID) error {
	o.t.Helper()
	ctx, by, scope := o.as("office", needOpen())
	_, err := o.svc.Publish(ctx, by, scope, id, o.detail(id).RowVersion)
	return err
}

func (o *office) recompute(id uuid.UUID) Detail {
	o.t.Helper()
	ctx, by, scope := o.as("office", needOpen())
	d, err := o.svc.Recompute(ctx, by, scope, id)
	o.must(err)
	return d
}

func (o *office) decide(who string, id uuid.UUID, text string, awards ...uuid.UUID) error {
	o.t.Helper()
	ctx, by, scope := o.as(who, needDecide())
	_, err := o.svc.Decide(ctx, by, scope, id, o.detail(id).RowVersion, awards, text)
	return err
}

// hear lets the notice's days pass.
func (o *office) hear() {
	o.t.Helper()
	o.now = o.now.AddDate(0, 0, 9)
	o.must(o.notices.Tick(context.Background()))
}

// object files an objection to a candidate on notice.
func (o *office) object(who string, candidate uuid.UUID) uuid.UUID {
	o.t.Helper()
	var at struct{ ID, NoticeID uuid.UUID }
	o.scan(&at, `SELECT id, notice_id FROM notice_items WHERE subject_id = ? AND outcome IS NULL`, candidate)
	ctx, by, scope := o.as(who, access.Need{Resource: "notice", Action: "object"})
	f, err := o.notices.Object(ctx, by, scope, at.NoticeID, at.ID, "不符合条件")
	o.must(err)
	return f.ID
}

// answer decides an objection.
func (o *office) answer(who string, objection uuid.UUID, uphold bool) error {
	o.t.Helper()
	ctx, by, scope := o.as(who, access.Need{Resource: "notice", Action: "decide"})
	_, err := o.notices.Decide(ctx, by, scope, objection, notice.Decision{Uphold: uphold, Answer: "经核实", Meeting: db.NewID()})
	return err
}

func refused(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
