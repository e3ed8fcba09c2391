package mentoring

import (
	"context"
	"slices"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// always is later than any pairing ends.
func always() calendar.Date { return calendar.NewDate(9999, 12, 31) }

// Mentees lists today's young cadres: those with mentors (state paired), those without
// (unpaired), or all. scope is that of mentoring.read; the list is for who reads the
// whole office.
func (s *Service) Mentees(ctx context.Context, scope access.Scope, state, text string) (out MenteePage, err error) {
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return out, err
	}
	all, err := listPeople(ctx, s.db, scope, set, s.today(), always(), sheet.Clean(text), nil)
	if err != nil {
		return out, err
	}
	out.Items = slices.DeleteFunc(all, func(m Young) bool {
		return state == "paired" && m.PairingID == nil || state == "unpaired" && m.PairingID != nil
	})
	out.Total = len(out.Items)
	out.Unknown, err = countUndated(ctx, s.db, scope, s.today())
	return out, err
}
