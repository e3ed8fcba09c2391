package volunteer

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// CertificateFilter narrows the list of certificates.
type CertificateFilter struct {
	Person uuid.UUID
	Text   string // of number or name
	Cursor string
	Limit  int
	before uuid.UUID
}

// Certify makes out a certificate over the hours of a period whose notice passed and
// which still stand: one's own, or of the people whom the scope reaches.
func (s *Service) Certify(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, p Period) (c Certificate, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f := HoursFilter{Period: p, Person: person}
		set, err := s.understood(ctx, tx, by.Unit, &f)
		if err != nil {
			return err
		}
		places, err := org.Placements(ctx, tx, by.Unit, s.today(), []uuid.UUID{person})
		if err != nil {
			return err
		}
		who, ok := places[person]
		if !ok || !scope.Covers(access.Place{Unit: by.Unit, Person: person, Branch: who.Branch, Group: who.Group}) {
			return fault.Missing("人员")
		}
		// All hours of the person, those of a former branch too: they are theirs.
		items, err := listParticipations(ctx, tx, access.System(by.Unit), set, f)
		if err != nil {
			return err
		}
		c = Certificate{ID: db.NewID(), PersonID: person, Name: who.Name, UnitName: by.UnitName, From: f.From, To: f.To, Holds: true,
			IssuedBy: by.Name, IssuedAt: s.now().Truncate(time.Microsecond)}
		if err := c.made(items); err != nil {
			return err
		}
		n, err := nextCertificate(ctx, tx)
		if err != nil {
			return err
		}
		c.Number = number(s.today().Year, n)
		if c.checksum, err = c.sum(); err != nil {
			return err
		}
		c.Code = code(c.checksum)
		if err := insertCertificate(ctx, tx, by, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "volunteer_certificate.issue", Object: "volunteer_certificate", ObjectID: c.ID,
			Summary: fmt.Sprintf("为%s开具志愿服务证明%s：%d 人次，%s 小时", c.Name, c.Number, c.Participations, hours(c.Minutes)),
			Detail:  map[string]any{"number": c.Number, "person_id": person, "from": c.From, "to": c.To, "minutes": c.Minutes}})
	})
	return c, err
}

// Certificates pages through the certificates that the scope reaches, newest first.
func (s *Service) Certificates(ctx context.Context, scope access.Scope, f CertificateFilter) (items []Certificate, next string, err error) {
	if f.Cursor != "" {
		if f.before, err = uuid.Parse(f.Cursor); err != nil {
			return nil, "", fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	if f.Text = strings.TrimSpace(f.Text); utf8.RuneCountInString(f.Text) > 50 || strings.ContainsRune(f.Text, 0) {
		return nil, "", fault.Field("q", "查找的内容不能超过 50 个字")
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 50
	}
	limit := f.Limit
	f.Limit++
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return nil, "", err
	}
	items, err = listCertificates(ctx, s.db, scope, set, f)
	if err == nil && len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID.String()
	}
	return items, next, err
}

// Certificate is one certificate, as it is printed.
func (s *Service) Certificate(ctx context.Context, scope access.Scope, id uuid.UUID) (Certificate, error) {
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return Certificate{}, err
	}
	return findCertificate(ctx, s.db, scope, set, id)
}

// Check tells whoever has a certificate in hand whether it is ours and still holds;
// no session is needed. Number and code must both be right, and a wrong code is
// answered as a number that does not exist is: nobody is told of what they do not
// already know.
func (s *Service) Check(ctx context.Context, number, said string) (Checked, error) {
	if utf8.RuneCountInString(number) > 50 || strings.ContainsRune(number, 0) {
		number = ""
	}
	unit, id, checksum, err := numbered(ctx, s.db, strings.TrimSpace(number))
	if err != nil {
		return Checked{}, err
	}
	if right := proves(said, checksum); !right || unit == uuid.Nil {
		return Checked{}, fault.New(fault.NotFound, "没有找到这份证明，请核对编号和验证码")
	}
	c, err := s.Certificate(ctx, access.System(unit), id)
	if err != nil {
		return Checked{}, err
	}
	return Checked{Number: c.Number, Holds: c.Holds, Name: c.Name, UnitName: c.UnitName, From: c.From, To: c.To,
		Participations: c.Participations, Minutes: c.Minutes, IssuedOn: calendar.DateOf(c.IssuedAt)}, nil
}
