package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Service keeps the addresses and gives calendars out.
type Service struct {
	db       *bun.DB
	accounts *account.Service
	sources  []Source
	now      calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, accounts *account.Service, now calendar.Clock, sources ...Source) *Service {
	return &Service{d, accounts, sources, now}
}

// object is what audit calls an address.
const object = "feed"

// Own tells how the actor's address stands.
func (s *Service) Own(ctx context.Context, by access.Actor, scope access.Scope) (Feed, error) {
	return ownFeed(ctx, s.db, scope, by.Person)
}

// Make makes an address; one that there was stops working at once. The token is
// given here and never again.
func (s *Service) Make(ctx context.Context, by access.Actor, scope access.Scope, names bool) (token string, err error) {
	if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
		return "", fault.Missing("日历地址")
	}
	if _, ok, err := s.accounts.ActorOf(ctx, by.Unit, by.Person); err != nil {
		return "", err
	} else if !ok {
		return "", fault.New(fault.RuleBroken, "您不在本院的花名册上，没有可以订阅的日程")
	}
	token = newToken()
	now := s.now()
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockPerson(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		replaced, err := revokeFeed(ctx, tx, by.Unit, by.Person, now)
		if err != nil {
			return err
		}
		id := db.NewID()
		if err := insertFeed(ctx, tx, by, id, tokenHash(token), names, now); err != nil {
			return err
		}
		said := "生成个人日历地址"
		if replaced != uuid.Nil {
			said = "更换个人日历地址，旧地址失效"
		}
		if names {
			said += "（显示谈话对方姓名）"
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "feed.make", Object: object, ObjectID: id, Summary: said, Detail: map[string]any{"names": names}})
	})
	return token, err
}

// Revoke ends the actor's address.
func (s *Service) Revoke(ctx context.Context, by access.Actor, scope access.Scope) error {
	now := s.now()
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
			return missing()
		}
		if err := lockPerson(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		was, err := revokeFeed(ctx, tx, by.Unit, by.Person, now)
		if err != nil {
			return err
		}
		if was == uuid.Nil {
			return fault.New(fault.Conflict, "现在没有在用的日历地址，不需要停用")
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "feed.revoke", Object: object, ObjectID: was, Summary: "停用个人日历地址"})
	})
}

// missing is the one answer to whatever is no address, or no longer.
func missing() error { return fault.New(fault.NotFound, "没有这个日历地址") }

// Open gives out the calendar behind a token, with what its owner may see at this
// moment. Who asks is not known; address and id of the request are in by.
func (s *Service) Open(ctx context.Context, by access.Actor, token string) (File, error) {
	hash := tokenHash(token)
	if hash == nil {
		return File{}, missing()
	}
	f, found, err := feedByToken(ctx, s.db, hash)
	if err != nil {
		return File{}, err
	}
	if !found {
		return File{}, missing()
	}
	owner, ok, err := s.accounts.ActorOf(ctx, f.unit, f.person)
	if err != nil {
		return File{}, err
	}
	if !ok {
		return File{}, missing()
	}
	owner.RequestID, owner.Address = by.RequestID, by.Address
	events, err := s.events(ctx, owner)
	if err != nil {
		return File{}, err
	}
	body, err := render(events, f.names, f.createdAt)
	if err != nil {
		return File{}, err
	}
	return s.serve(ctx, f, body)
}

// events asks the sources, in one snapshot.
func (s *Service) events(ctx context.Context, owner access.Actor) ([]Event, error) {
	today := calendar.DateOf(s.now())
	from, to := today.AddDays(-daysBack), today.AddDays(daysAhead)
	var out []Event
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		for _, source := range s.sources {
			list, err := source.Events(ctx, tx, owner, from, to)
			if err != nil {
				return err
			}
			for _, e := range list {
				if !e.Day.Before(from) && !e.Day.After(to) {
					out = append(out, e)
				}
			}
		}
		return nil
	})
	return out, err
}

// serve notes that the calendar was asked for, and since when it reads as it does.
// An address that was revoked meanwhile gives nothing.
func (s *Service) serve(ctx context.Context, f feed, body []byte) (File, error) {
	now := s.now()
	sum := sha256.Sum256(body)
	out := File{Body: body, ETag: `"` + hex.EncodeToString(sum[:16]) + `"`}
	if f.same(sum[:]) && f.usedOn == calendar.DateOf(now) {
		out.Modified = f.servedAt
		return out, nil
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		at, ok, err := noteServed(ctx, tx, f.unit, f.id, sum[:], now.Truncate(time.Second), calendar.DateOf(now))
		if err == nil && !ok {
			err = missing()
		}
		out.Modified = at
		return err
	})
	return out, err
}

// feed is a row.
type feed struct {
	unit, id, person uuid.UUID
	names            bool
	createdAt        time.Time
	usedOn           calendar.Date
	served           []byte
	servedAt         time.Time
}

func (f feed) same(sum []byte) bool { return string(f.served) == string(sum) }
