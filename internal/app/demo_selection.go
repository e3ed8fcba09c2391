package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/org"
	"xianfeng/internal/selection"
)

// selections opens both selections of the quarter and brings them on notice: groups
// recommend, committees give their opinion. Without notice they stay open.
func (c *circle) selections(ctx context.Context, noticed bool) error {
	office, scope, err := c.as(ctx, "office", access.Need{Resource: "selection", Action: "open"})
	if err != nil {
		return err
	}
	c.selected = nil
	for _, kind := range []string{selection.Pennant, selection.PioneerPost} {
		sel, err := c.Selections.Open(ctx, office, scope, kind, c.q)
		if err != nil {
			return err
		}
		c.selected = append(c.selected, sel.ID)
	}
	for i := range working {
		for j := range c.branches[i].Groups {
			if noticed || (i+j)%2 == 0 { // some have not recommended anybody yet
				if err := c.nominate(ctx, i, j); err != nil {
					return err
				}
			}
		}
	}
	if !noticed {
		return nil
	}
	for n, id := range c.selected {
		if err := c.review(ctx, id); err != nil {
			return err
		}
		sel, err := c.Selections.Selection(ctx, office, scope, id)
		if err != nil {
			return err
		}
		if n == 0 && sel.Tied {
			return fmt.Errorf("the demo's pennant of %s is tied", c.q)
		}
		if _, err := c.Selections.Publish(ctx, office, scope, id, sel.RowVersion); err != nil {
			return err
		}
	}
	return nil
}

// nominate recommends the member of a group with the most points who is not its
// leader.
func (c *circle) nominate(ctx context.Context, i, j int) error {
	by, scope, err := c.as(ctx, fmt.Sprintf("leader%d%d", i+1, j+1), access.Need{Resource: "selection", Action: "nominate"})
	if err != nil {
		return err
	}
	// Their points are the office's to read, not the leader's.
	office, reading, err := c.as(ctx, "office", access.Need{Resource: "selection", Action: "read"})
	if err != nil {
		return err
	}
	found, err := c.Selections.ListCandidates(ctx, office, reading, c.selected[1],
		selection.CandidateFilter{Group: c.branches[i].Groups[j].ID, Standing: "in", Limit: 50})
	if err != nil {
		return err
	}
	var best *selection.Candidate
	for k := range found.Items {
		if one := &found.Items[k]; *one.PersonID != by.Person && (best == nil || one.Points > best.Points) {
			best = one
		}
	}
	if best == nil {
		return nil
	}
	_, err = c.Selections.Nominate(ctx, by, scope, c.selected[1], best.ID, "组织生活从不缺席，办案之外承担了小组的普法任务，组内一致推荐。")
	return err
}

// review is the opinion of each branch's committee on what is proposed from it.
func (c *circle) review(ctx context.Context, id uuid.UUID) error {
	found, err := c.Selections.ListCandidates(ctx, c.system, access.System(c.unit), id, selection.CandidateFilter{Proposed: true, Limit: 200})
	if err != nil {
		return err
	}
	nominees := map[uuid.UUID]bool{}
	for _, one := range found.Items {
		if one.PersonID != nil {
			nominees[*one.PersonID] = true
		}
	}
	for _, one := range found.Items {
		i := slices.IndexFunc(c.branches, func(b org.BranchNode) bool { return b.ID == one.BranchID }) + 1
		var by access.Actor
		var scope access.Scope
		for _, login := range []string{fmt.Sprintf("secretary%d", i), fmt.Sprintf("committee%d", 2*i-1), fmt.Sprintf("committee%d", 2*i)} {
			if by, scope, err = c.as(ctx, login, access.Need{Resource: "selection", Action: "review"}); err != nil {
				return err
			}
			if !nominees[by.Person] {
				break
			}
		}
		if _, err := c.Selections.Review(ctx, by, scope, id, one.ID, "agree", "情况属实，同意推荐。"); err != nil {
			return err
		}
	}
	return nil
}

// honours decides about what was heard: the first of the leaders who does not stand
// in it.
func (c *circle) honours(ctx context.Context) error {
	for _, id := range c.selected {
		for _, login := range []string{"chief", "office"} {
			by, scope, err := c.as(ctx, login, access.Need{Resource: "selection", Action: "decide"})
			if err != nil {
				return err
			}
			sel, err := c.Selections.Selection(ctx, by, scope, id)
			if err != nil {
				return err
			}
			if sel.Recused {
				continue
			}
			found, err := c.Selections.ListCandidates(ctx, by, scope, id, selection.CandidateFilter{Proposed: true, Limit: 200})
			if err != nil {
				return err
			}
			var awards []uuid.UUID
			for _, one := range found.Items {
				if one.Heard {
					awards = append(awards, one.ID)
				}
			}
			if _, err := c.Selections.Decide(ctx, by, scope, id, sel.RowVersion, awards, "公示无异议，同意授予。"); err != nil {
				return err
			}
			break
		}
	}
	return nil
}
