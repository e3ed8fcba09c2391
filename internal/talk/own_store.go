package talk

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// OwnMornings lists the morning meetings that the actor, as a deputy, holds from one
// day to another as they are arranged, with the departments that talk.read, of which
// the scope is, still reaches. Whether one took place is not asked.
func OwnMornings(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, from, to calendar.Date) ([]Morning, error) {
	patterns, err := listPatterns(ctx, on, scope, uuid.Nil, from, to)
	if err != nil {
		return nil, err
	}
	patterns = slices.DeleteFunc(patterns, func(p Pattern) bool {
		return p.DeputyID != by.Person || !scope.Covers(access.Place{Unit: by.Unit, Department: p.DepartmentID})
	})
	if len(patterns) == 0 {
		return nil, nil
	}
	days, err := org.Workdays(ctx, on, by.Unit)
	if err != nil {
		return nil, err
	}
	return occurrences(patterns, nil, days, from, to, to, from), nil
}
