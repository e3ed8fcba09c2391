package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Request asks for a report. Branch is an id or a name and Person an id; empty and
// zero leave the report as wide as the scope.
type Request struct {
	Kind     string
	Quarter  calendar.Quarter
	Branch   string
	Person   uuid.UUID
	Replaces uuid.UUID // the issue that this one corrects; zero: none
}

// understand turns a request into an ask within the scope.
func understand(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, today calendar.Date, annual bool, r Request) (ask, error) {
	a := ask{unit: scope.Unit(), unitName: by.UnitName, self: by.Person, scope: scope, quarter: r.Quarter, today: today, person: r.Person}
	switch {
	case r.Quarter.IsZero():
		return a, fault.Field("quarter", "请写明季度，如 2026Q3")
	case calendar.QuarterOf(today).Before(r.Quarter):
		return a, fault.Field("quarter", r.Quarter.Chinese()+"还没有开始，请选择当前或以前的季度")
	}
	if a.annual = annual; annual {
		a.quarter = lastOfYear(r.Quarter)
	}
	a.day = a.quarter.Last()
	if today.Before(a.day) {
		a.day = today
	}
	var err error
	if a.settings, err = org.Settings(ctx, tx, a.unit); err != nil {
		return a, err
	}
	if a.unitName == "" { // a command's actor
		if a.unitName, err = unitName(ctx, tx, a.unit); err != nil {
			return a, err
		}
	}
	if r.Branch != "" {
		if a.branch, a.branchName, err = findBranch(ctx, tx, scope, r.Branch); err != nil {
			return a, err
		}
	}
	a.note, err = a.scopeNote(ctx, tx)
	return a, err
}

// lastOfYear is the quarter by which the issues of an annual report are kept,
// whichever of the year was asked for.
func lastOfYear(q calendar.Quarter) calendar.Quarter { return calendar.Quarter{Year: q.Year, Q: 4} }

// maxNamed bounds the places that a scope note spells out.
const maxNamed = 4

// scopeNote says which rows the sheet shows, for its row 2.
func (a ask) scopeNote(ctx context.Context, tx bun.Tx) (string, error) {
	switch {
	case a.person != uuid.Nil && a.person == a.self:
		return "只列出本人的数据", nil
	case a.person != uuid.Nil:
		return "只列出一人的数据", nil
	case a.scope.Whole() && a.branch == uuid.Nil:
		return "列出全院数据", nil
	case a.branch != uuid.Nil && a.scope.Covers(access.Place{Unit: a.unit, Branch: a.branch}):
		return "只列出" + a.branchName + "的数据", nil
	}
	names, err := placeNames(ctx, tx, a.unit, append(a.scope.Branches(), a.scope.Groups()...))
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "只列出本人的数据", nil
	}
	said := strings.Join(names[:min(len(names), maxNamed)], "、")
	if len(names) > maxNamed {
		said += fmt.Sprintf("等%d处", len(names))
	}
	return "只列出制表人权限范围内的数据：" + said, nil
}

// place is where rows of a report came from; the zero place is the unit. Whoever's
// scope covers every place of an issue may have it.
type place struct {
	Person uuid.UUID `json:"person,omitzero"`
	Branch uuid.UUID `json:"branch,omitzero"`
	Group  uuid.UUID `json:"group,omitzero"`
}

// placesOf gives the places of people, each once. Who belongs nowhere is a place of
// their own.
func placesOf(people []*standing) []place {
	seen := map[place]bool{}
	var out []place
	for _, s := range people {
		p := place{Branch: s.Branch, Group: s.Group}
		if s.Branch == uuid.Nil {
			p = place{Person: s.Person}
		}
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// places are those of all pages, and besides what was asked for where that says
// more than the rows do: the whole unit, or a place without a row.
func (a ask) places(pages []page) []place {
	var out []place
	for _, p := range pages {
		for _, at := range p.places {
			if !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
	switch {
	case a.scope.Whole() && a.branch == uuid.Nil && a.person == uuid.Nil:
		out = append(out, place{})
	case len(out) > 0:
	case a.branch != uuid.Nil:
		out = append(out, place{Branch: a.branch})
	default:
		for _, b := range a.scope.Branches() {
			out = append(out, place{Branch: b})
		}
		for _, g := range a.scope.Groups() {
			out = append(out, place{Group: g})
		}
		if len(out) == 0 {
			out = append(out, place{Person: a.self})
		}
	}
	return out
}
