package life

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Service reads time lines.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, now calendar.Clock) *Service {
	return &Service{d, policy, now}
}

// Timeline reads a stretch of somebody's time line. The scope is that of people.read,
// which has to reach the person; each kind of lines stands within the scope of its own
// permission, and is absent without it. Three statements, however much there is.
func (s *Service) Timeline(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, f Filter) (out Timeline, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	reach := map[string]access.Scope{}
	out.Kinds = []string{}
	for _, k := range kinds() {
		switch sc, err := s.policy.Decide(by, k.need); {
		case fault.Is(err, fault.Forbidden):
		case err != nil:
			return out, err
		default:
			reach[k.name] = sc
			out.Kinds = append(out.Kinds, k.name)
		}
	}
	out.PersonID = person
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if out.Name, err = nameWithin(ctx, tx, scope, person, calendar.DateOf(s.now())); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return fault.Missing("人员")
			}
			return err
		}
		set, err := org.Settings(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		out.Items, err = lines(ctx, tx, by.Unit, person, set, reach, f)
		return err
	})
	if err != nil {
		return Timeline{}, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		out.Next = cursorOf(out.Items[f.Limit-1])
	}
	return out, nil
}
