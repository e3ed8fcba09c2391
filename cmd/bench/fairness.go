package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
)

// unevenSQL cuts every twentieth entry by a cap, and lets forty verifiers decide of
// five thousand claims, every tenth of them returned.
var unevenSQL = []string{
	`UPDATE points_entries SET requested = requested + 1, cut_by = '政治维度每季度最多 12 分，此前已记 12 分' WHERE seq % 20 = 7 AND points > 0 AND cut_by = ''`,
	`INSERT INTO claim_claims (unit_id, id, number, person_id, claimed_by, branch_id, group_id, rule_code, rule_title, dimension, fact_on, requested, matter,
			state, created_at, submitted_at, verified_by, verified_at, notice_id, settled_at)
		SELECT u.id, bench_id(30, i), i, p.id, p.id, p.branch, p.grp, 'bench_proposal', '合理化建议', 'political', current_date, 10, '第' || i || '项建议',
			CASE WHEN i % 10 = 0 THEN 'withdrawn' ELSE 'posted' END, now(), now(), bench_id(1, 1 + i % 40), now(), bench_id(31, 1), now()
		FROM org_units u, generate_series(1, 5000) i JOIN bench_people p ON p.n = 100 + i % 400 ON CONFLICT DO NOTHING`,
	`INSERT INTO claim_steps (unit_id, id, claim_id, step, version, by_person, at)
		SELECT unit_id, bench_id(32, number), id, CASE WHEN state = 'posted' THEN 'verify' ELSE 'return' END, 1, verified_by, verified_at
		FROM claim_claims ON CONFLICT DO NOTHING`,
}

// sumOfEverybody is the least that the page's spread can come from.
const sumOfEverybody = `SELECT person_id, sum(gained + deducted) FROM points_totals WHERE unit_id = $1 AND quarter = $2 GROUP BY person_id`

// fairness holds the page for leaders against summing up what it tells of: the
// entries, by an index-only scan, and the kept totals. The page also reads quartiles
// by branch, what verifiers decided, and what caps cut.
func (b *bench) fairness(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, crowded)
	if err != nil {
		return nil, err
	}
	if err := o.asReplica(ctx, unevenSQL...); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range []string{coveringIndex, `VACUUM (ANALYZE)`, `CHECKPOINT`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := indexOnly(ctx, conn, o); err != nil {
		return nil, err
	}
	t, err := b.trace(o)
	if err != nil {
		return nil, err
	}
	defer t.close(ctx)
	by := access.Actor{Unit: o.unit, Person: personID(1)}
	said := 0
	page := func() error {
		t.forget()
		p, err := t.app.Fairness.Page(ctx, by, access.System(o.unit), o.quarter)
		if err == nil && (p.Whole.People < o.people || len(p.Branches) < 20 || len(p.Verifiers) < 40 || len(p.Cuts) == 0) {
			err = fmt.Errorf("the page tells of %d people, %d branches, %d verifiers", p.Whole.People, len(p.Branches), len(p.Verifiers))
		}
		said = t.count()
		return err
	}
	var out []figure
	for _, side := range []struct{ against, text string }{
		{"SUM over an index-only scan of the entries", sumOfEntries},
		{"SUM over the kept totals", sumOfEverybody},
	} {
		p, err := turns(b.rounds(), timed(page), timed(readAll(ctx, conn, side.text, o.unit, o.quarter.String())))
		if err != nil {
			return out, err
		}
		out = append(out, figure{row: "fairness", work: fmt.Sprintf("fairness page, %s, %d statements", o.size, said), value: milliseconds(median(p.ours)),
			against: side.against + ": " + milliseconds(median(p.bare)), ratio: p.ratio()})
	}
	return out, nil
}
