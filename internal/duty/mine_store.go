package duty

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Posts are the places that somebody answers for by a permission granted at the place
// itself, with the kind of duties they owe: who may do as much for the whole office
// answers for what the office owes, not for what each of its branches does.
func Posts(policy *access.Policy, by access.Actor, need access.Need) (map[string][]uuid.UUID, error) {
	owners := map[string]string{"unit": OwnerUnit, "branch": OwnerBranch, "group": OwnerGroup, "department": OwnerDeputy}
	out := map[string][]uuid.UUID{}
	for _, g := range by.Grants {
		alone := by
		alone.Grants = []access.Grant{g}
		scope, err := policy.Decide(alone, need)
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		id, owner := g.PlaceID, owners[g.PlaceKind]
		if g.PlaceKind == "unit" {
			if id = by.Unit; !scope.Whole() {
				continue
			}
		}
		if owner != "" && !slices.Contains(out[owner], id) {
			out[owner] = append(out[owner], id)
		}
	}
	return out, nil
}

// Mine reckons the duties that somebody answers for: those of the places where they
// may ask for an excuse, and their own as a leader. The owners of the filter are
// replaced by these.
func Mine(ctx context.Context, on bun.IDB, policy *access.Policy, by access.Actor, f Filter, today calendar.Date) ([]Cell, error) {
	posts, err := Posts(policy, by, access.Need{Resource: "duty", Action: "excuse"})
	if err != nil {
		return nil, err
	}
	posts[OwnerLeader] = []uuid.UUID{by.Person}
	f.Owners, f.OwnerIDs = nil, nil
	for owner, ids := range posts {
		f.Owners = append(f.Owners, owner)
		f.OwnerIDs = append(f.OwnerIDs, ids...)
	}
	slices.Sort(f.Owners)
	// They are named one by one: what the posts reach and the person's own.
	cells, err := Cells(ctx, on, access.System(by.Unit), f, today)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(cells, func(a, b Cell) int { return a.Last.Compare(b.Last) })
	return cells, nil
}
