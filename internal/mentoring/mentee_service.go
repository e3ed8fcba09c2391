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

// Mentees is MenteesFrom today on. scope is that of mentoring.read.
func (s *Service) Mentees(ctx context.Context, scope access.Scope, state, text string) (MenteePage, error) {
	return s.MenteesFrom(ctx, scope, state, text, calendar.Date{})
}

// MenteesFrom lists the young cadres of a day, today where it is zero: those with mentors
// then or later (state paired), those without (unpaired), or all. scope is that of
// mentoring.read; the list is for who reads the whole office.
func (s *Service) MenteesFrom(ctx context.Context, scope access.Scope, state, text string, from calendar.Date) (out MenteePage, err error) {
	if from.IsZero() {
		from = s.today()
	}
	if err := checkFrom(from); err != nil {
		return out, err
	}
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return out, err
	}
	all, err := listPeople(ctx, s.db, scope, set, from, always(), sheet.Clean(text), nil)
	if err != nil {
		return out, err
	}
	out.Items = slices.DeleteFunc(all, func(m Young) bool {
		return state == "paired" && m.PairingID == nil || state == "unpaired" && m.PairingID != nil
	})
	out.Total = len(out.Items)
	out.Unknown, err = countUndated(ctx, s.db, scope, from)
	return out, err
}
