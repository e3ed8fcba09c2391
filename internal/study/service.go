package study

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/keyring"
)

// Service is the use cases of one's own study notes.
type Service struct {
	db   *bun.DB
	ring *keyring.Ring
	now  calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, ring *keyring.Ring, now calendar.Clock) *Service {
	return &Service{d, ring, now}
}

func needNote() access.Need { return access.Need{Resource: "study", Action: "note"} }

// within runs fn for the actor's own rows: the scope bounds the statements, row-level
// security whatever a statement should forget.
func (s *Service) within(ctx context.Context, by access.Actor, fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := db.ActAs(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// Notes are the actor's own of a month (2026-11), the running one where it is empty.
func (s *Service) Notes(ctx context.Context, by access.Actor, scope access.Scope, month string) ([]Note, error) {
	from, to, err := monthOf(month, calendar.DateOf(s.now()))
	if err != nil {
		return nil, err
	}
	out := []Note{}
	err = s.within(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		rows, err := notes(ctx, tx, scope, from, to)
		if err != nil {
			return err
		}
		out = make([]Note, len(rows))
		var sealed []keyring.Sealed
		var at []int
		for i, r := range rows {
			out[i] = Note{Day: r.day, UpdatedAt: r.at}
			if r.sealed != nil {
				sealed, at = append(sealed, keyring.Sealed{ID: r.id, Text: r.sealed}), append(at, i)
			}
		}
		if len(sealed) == 0 {
			return nil
		}
		texts, err := s.ring.OpenAll(ctx, tx, by.Unit, sealed)
		if err != nil {
			return err
		}
		for n, i := range at {
			out[i].Text = texts[n]
		}
		return nil
	})
	return out, err
}

// Save notes a day of the actor's own study, in the place of what was noted of it
// before. An empty text says no more than that something was studied.
func (s *Service) Save(ctx context.Context, by access.Actor, scope access.Scope, day calendar.Date, text string) (Note, error) {
	now := s.now()
	text, err := check(day, calendar.DateOf(now), text)
	if err != nil {
		return Note{}, err
	}
	if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
		return Note{}, fault.Missing("学习记录")
	}
	err = s.within(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		if err := s.drop(ctx, tx, by, scope, day); err != nil {
			return err
		}
		r := row{id: db.NewID(), day: day, at: now}
		if text != "" { // a new id: a key seals one text
			if r.sealed, err = s.ring.Seal(ctx, tx, by.Unit, r.id, text); err != nil {
				return err
			}
		}
		if err := insertNote(ctx, tx, by.Unit, by.Person, r); err != nil {
			return err
		}
		return recorded(ctx, tx, by, s.now, "study.note", "保存一则自己的学习记录")
	})
	return Note{Day: day, Text: text, UpdatedAt: now}, err
}

// Remove takes a day's note away, for good.
func (s *Service) Remove(ctx context.Context, by access.Actor, scope access.Scope, day calendar.Date) error {
	return s.within(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		r, err := takeNote(ctx, tx, scope, day)
		if err != nil {
			return err
		}
		if r.id == uuid.Nil {
			return fault.Missing("学习记录")
		}
		if r.sealed != nil {
			if err := s.ring.Forget(ctx, tx, by.Unit, r.id); err != nil {
				return err
			}
		}
		return recorded(ctx, tx, by, s.now, "study.remove", "删除一则自己的学习记录")
	})
}

// drop clears the day for a new note, and the key of the old one with it.
func (s *Service) drop(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, day calendar.Date) error {
	r, err := takeNote(ctx, tx, scope, day)
	if err != nil || r.sealed == nil {
		return err
	}
	return s.ring.Forget(ctx, tx, by.Unit, r.id)
}

// recorded writes the audit row. It says that a note of one's own was saved, neither of
// which day nor what: the log is read by others, who could count days by it.
func recorded(ctx context.Context, tx bun.Tx, by access.Actor, now calendar.Clock, action, summary string) error {
	return audit.Record(ctx, tx, by, now(), audit.Entry{Action: action, Object: "study", Summary: summary})
}
