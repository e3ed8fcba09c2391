package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/points"
	"xianfeng/policies"
)

// usual is the office of most rows.
var usual = size{people: 1000, each: 200, quarters: 1}

// ledger holds a member's ledger page against a handler written by hand.
func (b *bench) ledger(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	ours, err := b.ledgerAsk(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	bare, err := b.bare(b.address(1), "ledger", o.url, b.address(1), o.unit.String(), o.quarter.String())
	if err != nil {
		return nil, err
	}
	if err := bare.await(ctx, "/"+personID(2).String()); err != nil {
		return nil, err
	}
	plain := func(client, n int) []byte {
		return get(bare.address, "/"+personID(2+(client*7+n)%readers).String(), "none=none")
	}
	if err := sameLines(ctx, b.address(0), ours(0, 0), bare.address, plain(0, 0)); err != nil {
		return nil, err
	}
	p, err := turns(b.rounds(), b.loaded(ctx, b.address(0), clients, ours), b.loaded(ctx, bare.address, clients, plain))
	if err != nil {
		return nil, err
	}
	f := figure{row: "ledger", work: fmt.Sprintf("member's ledger page, 50 of %d entries, signed in, authorised, %d clients", o.entries(), clients),
		value: perSecond(median(p.ours)), against: "net/http + pgx by hand, no sign-in: " + perSecond(median(p.bare)), ratio: p.ratio()}
	return []figure{f.atLeast(0.85)}, nil
}

// ledgerAsk starts the product and signs members in; each request opens the
// ledger of the next one.
func (b *bench) ledgerAsk(ctx context.Context, o *office, offset int) (ask, error) {
	s, err := b.serve(ctx, o, offset)
	if err != nil {
		return nil, err
	}
	requests := make([][]byte, readers)
	for i := range requests {
		cookie, err := s.signIn(ctx, fmt.Sprintf("member%d", i+1))
		if err != nil {
			return nil, err
		}
		requests[i] = get(s.address, "/api/ledgers/me?limit=50", cookie)
	}
	return func(client, n int) []byte { return requests[(client*7+n)%readers] }, nil
}

// sameLines sees that both sides answer with the same fifty lines and sums.
func sameLines(ctx context.Context, a string, askA []byte, b string, askB []byte) error {
	var pages [2]points.LedgerPage
	for i, side := range []struct {
		address string
		ask     []byte
	}{{a, askA}, {b, askB}} {
		w, err := dial(ctx, side.address)
		if err != nil {
			return err
		}
		var body bytes.Buffer
		err = w.roundTrip(side.ask, &body)
		w.close()
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body.Bytes(), &pages[i]); err != nil {
			return err
		}
		pages[i].Entries.Next, pages[i].Own, pages[i].Scheme, pages[i].Tier = "", false, "", ""
	}
	one, err1 := json.Marshal(pages[0])
	two, err2 := json.Marshal(pages[1])
	if !bytes.Equal(one, two) || len(pages[0].Entries.Items) != 50 {
		return fmt.Errorf("the two sides answer differently: %.2000s … %.2000s", one, two)
	}
	return errors.Join(err1, err2)
}

// policy holds one decision against one request.
func (b *bench) policy(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	request, err := b.ledgerAsk(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	p, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		return nil, err
	}
	by := access.Actor{Unit: o.unit, Account: o.unit, Person: personID(2), Grants: []access.Grant{{Role: "member", PlaceKind: "unit"}}}
	const decisions = 5000
	decide := func() (float64, error) {
		start := time.Now()
		for range decisions {
			if _, err := p.Decide(by, access.Need{Resource: "ledger", Action: "read"}); err != nil {
				return 0, err
			}
		}
		return time.Since(start).Seconds() / decisions, nil
	}
	one := func() (float64, error) {
		rate, err := load(ctx, b.address(0), 1, b.span(), request)
		return 1 / rate, err
	}
	t, err := turns(b.rounds(), decide, one)
	if err != nil {
		return nil, err
	}
	f := figure{row: "policy", work: "policy decision of a member", value: fmt.Sprintf("%.1f µs", median(t.ours)*1e6),
		against: "the ledger page, one client: " + milliseconds(median(t.bare)), ratio: t.ratio()}
	f.goal, f.reached = "< 1 % of a request", f.ratio < 0.01
	f.against += fmt.Sprintf(" (%.1f %%)", f.ratio*100)
	return []figure{f}, nil
}
