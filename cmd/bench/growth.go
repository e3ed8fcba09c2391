package main

import (
	"context"
	"fmt"
)

// growth holds an office whose ledger grew to ten quarters against one of a single
// quarter: the same people, pages and postings.
func (b *bench) growth(ctx context.Context) ([]figure, error) {
	small, err := b.office(ctx, usual)
	if err != nil {
		return nil, err
	}
	grown := usual
	grown.quarters *= 10
	large, err := b.office(ctx, grown)
	if err != nil {
		return nil, err
	}
	var reads, posts [2]ask
	for i, o := range []*office{large, small} {
		if reads[i], err = b.ledgerAsk(ctx, o, i); err != nil {
			return nil, err
		}
		s := b.servers[len(b.servers)-1]
		cookie, err := s.signIn(ctx, clerk)
		if err != nil {
			return nil, err
		}
		posts[i] = o.poster(s.address, cookie, "growth")
	}
	var out []figure
	for _, side := range []struct {
		name string
		asks [2]ask
	}{{"ledger page", reads}, {"posting", posts}} {
		p, err := turns(b.rounds(), b.loaded(ctx, b.address(0), clients, side.asks[0]), b.loaded(ctx, b.address(1), clients, side.asks[1]))
		if err != nil {
			return out, err
		}
		f := figure{row: "growth", work: fmt.Sprintf("%s among %d entries", side.name, large.entries()), value: perSecond(median(p.ours)),
			against: fmt.Sprintf("among %d: %s", small.entries(), perSecond(median(p.bare))), ratio: 1 / p.ratio()}
		f = f.atMost(1.2)
		f.goal += " × time"
		out = append(out, f)
	}
	return out, nil
}
