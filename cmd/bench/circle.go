package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/claim"
)

// A claim's rule without evidence, so that the other side has only rows to write.
const claimRule = `INSERT INTO points_rules (unit_id, id, scheme_id, code, title, clause, dimension, trigger, categories, kinds, points, per, beyond, needs_evidence, veto, ord)
	SELECT unit_id, gen_random_uuid(), id, 'bench_proposal', '合理化建议', '第七条', 'political', 'claim', '{}', '{}', 10, 'event', false, false, false, 900
	FROM points_schemes ON CONFLICT DO NOTHING`

// lapping is who goes through the circle, and where.
type lapping struct {
	o       *office
	w       *wire
	address string
	members []string // cookies
	clerk   string
	end     *traced // settles, its clock moved on
	salt    string  // of its Idempotency-Keys
	key     int
}

// lap is one way of some claims from drafts to the ledger.
type lap struct {
	claims           []uuid.UUID
	notice           uuid.UUID
	drafting, office float64 // seconds: drafted and submitted; verified, put on notice, settled
}

// circle lets a hundred members claim: each drafts and submits, the office verifies
// all at once and puts them on one notice, which ends and posts them. The other side
// is psql writing the same rows.
func (b *bench) circle(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	if err := o.asReplica(ctx, claimRule); err != nil {
		return nil, err
	}
	said, err := b.circleStatements(ctx, o)
	if err != nil {
		return nil, err
	}
	twin, err := b.clone(ctx, o)
	if err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	end, err := b.trace(o)
	if err != nil {
		return nil, err
	}
	defer end.close(ctx)
	l, err := o.lapping(ctx, s, end, "circle")
	if err != nil {
		return nil, err
	}
	defer l.w.close()
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var whole, office pair
	for i := range b.rounds() + 1 {
		done, err := l.lap(ctx, members)
		if err != nil {
			return nil, err
		}
		drafting, settling, err := done.plain(ctx, conn)
		if err != nil {
			return nil, err
		}
		first, err := b.psql(twin, drafting)
		if err != nil {
			return nil, err
		}
		second, err := b.psql(twin, settling)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			whole.ours, whole.bare = append(whole.ours, done.drafting+done.office), append(whole.bare, first+second)
			office.ours, office.bare = append(office.ours, done.office), append(office.bare, second)
		}
	}
	return []figure{
		figure{row: "circle", work: fmt.Sprintf("%d claims verified at once, on one notice, settled and posted: entries, steps, audit", members),
			value: milliseconds(median(office.ours)), against: "the same rows by plain SQL in one psql transaction: " + milliseconds(median(office.bare)), ratio: office.ratio()}.atMost(2),
		{row: "circle", work: fmt.Sprintf("the whole circle, drafts and submissions among it, %d requests one after the other", 2*members+2),
			value: milliseconds(median(whole.ours)), against: "the same rows in two transactions: " + milliseconds(median(whole.bare)), ratio: whole.ratio()},
		figure{row: "circle", work: "statements from verifying to the ledger, sign-in apart, none by the claim"}.within(float64(said), mostOfCircle, "statements"),
	}, nil
}

// mostOfCircle is what verifying, publishing and settling may send together, however
// many claims there are.
const mostOfCircle = 40

// circleStatements counts what the office's part sends, and sees that it is as many
// for a few claims as for all.
func (b *bench) circleStatements(ctx context.Context, o *office) (int, error) {
	t, err := b.trace(o)
	if err != nil {
		return 0, err
	}
	defer t.close(ctx)
	address := b.address(2)
	w, _, err := t.listen(ctx, address)
	if err != nil {
		return 0, err
	}
	w.close()
	l, err := o.lapping(ctx, &server{address: address}, t, "count")
	if err != nil {
		return 0, err
	}
	defer l.w.close()
	var counts [2]int
	for i, n := range []int{members / 10, members} {
		all, _, err := l.submit(n)
		if err != nil {
			return 0, err
		}
		t.forget()
		if _, _, err := l.settle(ctx, all); err != nil {
			return 0, err
		}
		counts[i] = t.count() - 2*2 // two requests: the session and the look for their key
	}
	if counts[0] != counts[1] {
		return 0, fmt.Errorf("%d statements for %d claims, %d for %d: some go by the claim", counts[1], members, counts[0], members/10)
	}
	return counts[1], nil
}

// lapping signs the members and the clerk in; salt keeps its Idempotency-Keys apart.
func (o *office) lapping(ctx context.Context, s *server, end *traced, salt string) (*lapping, error) {
	l := &lapping{o: o, address: s.address, end: end}
	for i := range members {
		cookie, err := s.signIn(ctx, fmt.Sprintf("member%d", i+1))
		if err != nil {
			return nil, err
		}
		l.members = append(l.members, cookie)
	}
	var err error
	if l.clerk, err = s.signIn(ctx, clerk); err != nil {
		return nil, err
	}
	l.salt = salt
	l.w, err = dial(ctx, s.address)
	return l, err
}

func (l *lapping) lap(ctx context.Context, n int) (lap, error) {
	all, drafting, err := l.submit(n)
	if err != nil {
		return lap{}, err
	}
	done, office, err := l.settle(ctx, all)
	done.drafting, done.office = drafting, office
	return done, err
}

// ask posts a body and reads the answer, its Idempotency-Key being a new one.
func (l *lapping) ask(cookie, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	l.key++
	var answer bytes.Buffer
	if err := l.w.roundTrip(post(l.address, path, cookie, fmt.Sprintf("%s-%06d", l.salt, l.key), string(text)), &answer); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return json.Unmarshal(answer.Bytes(), into)
}

// submit lets so many members draft a claim each and submit it.
func (l *lapping) submit(n int) ([]claim.Seen, float64, error) {
	all := make([]claim.Seen, n)
	start := time.Now()
	for i := range all {
		var saved claim.Saved
		err := l.ask(l.members[i], "/api/claims", map[string]any{"person_id": personID(i + 2), "rule_code": "bench_proposal", "fact_on": l.o.quarter.First(),
			"matter": fmt.Sprintf("关于优化案件评查流程的建议（%d）", l.key), "statement": "建议已被采纳，附采纳通知的文号。"}, &saved)
		if err == nil {
			err = l.ask(l.members[i], "/api/claims/"+saved.ID.String()+"/submit", map[string]any{"version": saved.Version}, &saved)
		}
		if err != nil {
			return nil, 0, err
		}
		all[i] = claim.Seen{ID: saved.ID, Version: saved.Version}
	}
	return all, time.Since(start).Seconds(), nil
}

// settle takes submitted claims to the ledger. The notice's end is reached by a clock
// that is three weeks ahead.
func (l *lapping) settle(ctx context.Context, all []claim.Seen) (lap, float64, error) {
	var done lap
	for _, c := range all {
		done.claims = append(done.claims, c.ID)
	}
	start := time.Now()
	var v claim.Verification
	if err := l.ask(l.clerk, "/api/claims/verify", map[string]any{"items": all}, &v); err != nil {
		return done, 0, err
	}
	var up struct{ Notices []claim.Published }
	if err := l.ask(l.clerk, "/api/claims/notice", map[string]any{"ids": done.claims}, &up); err != nil {
		return done, 0, err
	}
	if len(v.Refused) > 0 || len(up.Notices) != 1 {
		return done, 0, fmt.Errorf("verified %+v, on %d notices", v, len(up.Notices))
	}
	done.notice = up.Notices[0].ID
	l.end.ahead.Store(int64(21 * 24 * time.Hour))
	defer l.end.ahead.Store(0)
	err := l.end.app.Notices.Tick(ctx)
	return done, time.Since(start).Seconds(), err
}

// plain writes the rows of a lap as two scripts: up to the submission, and after it.
func (l lap) plain(ctx context.Context, conn *pgx.Conn) (drafting, office string, err error) {
	const ours = `id = ANY($1::uuid[])`
	const steps = `claim_id = ANY($1::uuid[]) AND step = $2`
	// move sets what a step sets of all claims alike.
	move := func(s *rowScript, set string, columns ...string) {
		args := ""
		for _, c := range columns {
			args += ", min(" + c + "::text)"
		}
		s.write(`SELECT format('UPDATE claim_claims SET `+set+` WHERE unit_id = %L AND id IN (%s)'`+args+`, min(unit_id::text), string_agg(quote_literal(id), ', '))
			FROM claim_claims WHERE `+ours, l.claims)
	}
	a := &rowScript{ctx: ctx, conn: conn}
	a.insert("claim_claims", ours, with{"state": "'draft'", "submitted_at": "NULL", "verified_by": "NULL", "verified_at": "NULL",
		"notice_id": "NULL", "settled_at": "NULL"}, "", l.claims)
	move(a, "state = ''submitted'', submitted_at = %L", "submitted_at")
	a.insert("claim_steps", steps, nil, "", l.claims, "submit")
	a.insert("audit_entries", `object_id = ANY($1::uuid[]) AND action IN ('claim.draft', 'claim.submit')`, nil, "", l.claims)
	if a.err != nil {
		return "", "", a.err
	}
	s := &rowScript{ctx: ctx, conn: conn}
	together := func(action string) { // one audit row for all
		s.insert("audit_entries", `action = $2 AND detail::text LIKE '%' || $1::uuid || '%'`, nil, "", l.claims[0], action)
	}
	move(s, "state = ''verified'', verified_by = %L, verified_at = %L", "verified_by", "verified_at")
	s.insert("claim_steps", steps, nil, "", l.claims, "verify")
	together("claim.verify")
	s.insert("notice_notices", `id = $1`, with{"state": "'open'", "settled_at": "NULL"}, "", l.notice)
	s.insert("notice_items", `notice_id = $1`, with{"outcome": "NULL", "settled_at": "NULL"}, "", l.notice)
	move(s, "state = ''noticed'', notice_id = %L", "notice_id")
	s.insert("claim_steps", steps, nil, "", l.claims, "notice")
	together("claim.notice")
	s.write(`SELECT format('UPDATE notice_items SET outcome = ''passed'', settled_at = %L WHERE unit_id = %L AND notice_id = %L', settled_at, unit_id, id)
		FROM notice_notices WHERE id = $1`, l.notice)
	const people = `person_id IN (SELECT person_id FROM claim_claims WHERE ` + ours + `)`
	s.insert("points_entries", `record_id = ANY($1::uuid[])`, nil, "", l.claims)
	s.insert("points_caps", people+` AND cap = 'dimension:political'`, nil, onUsed, l.claims)
	s.insert("points_totals", people+` AND dimension = 'political' AND quarter IN (SELECT post_quarter FROM points_entries WHERE record_id = ANY($1::uuid[]))`, nil, onTotals, l.claims)
	s.insert("points_accounts", people, nil, onAccounts, l.claims)
	move(s, "state = ''posted'', settled_at = %L", "settled_at")
	s.insert("claim_steps", steps, nil, "", l.claims, "post")
	s.insert("audit_entries", `object_id = $1`, nil, "", l.notice)
	s.write(`SELECT format('UPDATE notice_notices SET state = ''settled'', settled_at = %L WHERE unit_id = %L AND id = %L', settled_at, unit_id, id)
		FROM notice_notices WHERE id = $1`, l.notice)
	return a.transaction(), s.transaction(), s.err
}
