package activity

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
)

// tally counts the statements of a pool, but for those that frame a transaction.
type tally struct {
	n   atomic.Int32
	log func(string)
}

func (c *tally) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if first := strings.ToUpper(strings.Fields(q.SQL + " ;")[0]); first != "BEGIN" && first != "COMMIT" && first != ";" {
		c.n.Add(1)
		c.log(q.SQL)
	}
	return ctx
}

func (*tally) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// crowd puts so many more full members into the first branch.
func (o *office) crowd(n int) []uuid.UUID {
	o.t.Helper()
	var people []uuid.UUID
	err := o.db.NewRaw(`WITH p AS (
			INSERT INTO org_people (unit_id, id, name, political_status, full_member_on)
			SELECT ?0, gen_random_uuid(), '党员' || i, 'party_member', '2015-01-01' FROM generate_series(1, ?1) i RETURNING id),
		m AS (INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from)
			SELECT ?0, gen_random_uuid(), id, ?2, ?3, '2020-01-01' FROM p)
		SELECT id FROM p`, o.Unit, n, o.Branches[0].ID, o.Groups[0][0].ID).Scan(context.Background(), &people)
	if err != nil {
		o.t.Fatal(err)
	}
	return people
}

// A meeting of 300 is confirmed by a dozen statements, as one of six is.
func TestStatementsOfALargeMeeting(t *testing.T) {
	o := newOffice(t)
	r := o.meeting("2026-05-19", "deputy")
	for i, id := range o.crowd(294) {
		a := Attendance{Person: id, Status: Present}
		if i%20 == 0 {
			a.Status, a.Absence = Absent, Unexcused
		}
		r.Attendance = append(r.Attendance, a)
	}
	r.Resolutions = []Resolution{{Title: "通过", For: votes(280)}}
	draft := o.must(o.create("secretary1", r, false))

	// The quarter is open, as on every day but its first.
	if err := points.NewService(o.db, o.policy, nil, nil, nil, func() time.Time { return o.now }).Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	cfg, err := pgx.ParseConfig(testdb.AppURL(t, o.db))
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	count := &tally{log: func(s string) { said = append(said, s) }}
	cfg.Tracer, cfg.DefaultQueryExecMode = count, pgx.QueryExecModeSimpleProtocol
	pool := bun.NewDB(stdlib.OpenDB(*cfg), pgdialect.New())
	defer pool.Close()
	o.svc.db = pool

	start := time.Now()
	got := o.must(o.confirm("secretary1", draft.ID, Confirmation{RowVersion: draft.RowVersion}))
	t.Logf("%d statements, %s for %d entries", count.n.Load(), time.Since(start), got.Posted.Entries)
	if n := count.n.Load(); n > 12 {
		for _, s := range said {
			t.Logf("%.150s", strings.Join(strings.Fields(s), " "))
		}
		t.Errorf("%d statements, at most 12", n)
	}
	if *got.VotersExpected != 300 || got.Posted.Entries != 301 {
		t.Errorf("%+v, %+v", got, got.Posted)
	}
}
