package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/points"
)

// posting writes the body of one entry posted by hand.
func (o *office) posting(person, n int) string {
	return fmt.Sprintf(`{"person_id":"%s","rule_id":"%s","amount":%d,"fact_on":"%s","reason":"第%d次更正","verified_by":"%s"}`,
		personID(person), o.rule, 1+n%3, o.quarter.First(), n, personID(3))
}

// poster posts for one person after another; salt keeps the Idempotency-Keys of
// several apart. Nobody posts for the clerk, and the verifier for nobody.
func (o *office) poster(address, cookie, salt string) ask {
	var drawn atomic.Int64
	return func(client, _ int) []byte {
		n := int(drawn.Add(1))
		person := 4 + n*37%(o.people-4)
		return post(address, "/api/points/entries", cookie, fmt.Sprintf("%s-%d-%d", salt, client, n), o.posting(person, n))
	}
}

// post holds posting over HTTP against pgbench sending the same statements.
func (b *bench) post(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	said, entry, err := b.capturePosting(ctx, o)
	if err != nil {
		return nil, err
	}
	long := 3 * b.span() // a turn's first plans and connections should not count
	bare, err := b.pgbench(o, "post.sql", script(said, entry), long)
	if err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	cookie, err := s.signIn(ctx, clerk)
	if err != nil {
		return nil, err
	}
	next := o.poster(s.address, cookie, "post")
	ours := func() (float64, error) { return load(ctx, s.address, clients, long, next) }
	p, err := turns(b.rounds(), ours, bare)
	if err != nil {
		return nil, err
	}
	f := figure{row: "post", work: fmt.Sprintf("one entry posted, everything on, fsync on, %d clients", clients),
		value: perSecond(median(p.ours)), against: fmt.Sprintf("pgbench, the same %d statements prepared: %s", len(said), perSecond(median(p.bare))), ratio: p.ratio()}
	return []figure{f.atLeast(0.60)}, nil
}

// capturePosting posts twice in this process and gives the statements of the
// second time, with the entry that they made.
func (b *bench) capturePosting(ctx context.Context, o *office) ([]statement, points.EntryDetail, error) {
	var entry points.EntryDetail
	t, err := b.trace(o)
	if err != nil {
		return nil, entry, err
	}
	defer t.close(ctx)
	address := b.address(2)
	w, cookie, err := t.listen(ctx, address)
	if err != nil {
		return nil, entry, err
	}
	defer w.close()
	conn, err := pgx.Connect(ctx, o.url)
	if err != nil {
		return nil, entry, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var said []statement
	for _, key := range []string{"capture-1", pgbenchKey} {
		if _, err := t.take(ctx, conn); err != nil {
			return nil, entry, err
		}
		var answer bytes.Buffer
		if err := w.roundTrip(post(address, "/api/points/entries", cookie, key, o.posting(5, 1)), &answer); err != nil {
			return nil, entry, err
		}
		if said, err = t.take(ctx, conn); err != nil {
			return nil, entry, err
		}
		if err := json.Unmarshal(answer.Bytes(), &entry); err != nil {
			return nil, entry, err
		}
	}
	if len(said) < 5 {
		return nil, entry, errors.New("the statements of a posting were not caught")
	}
	return said, entry, nil
}
