package mentoring

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// Mentors lists the pool, with what each has today. scope is that of mentoring.read; the
// pool is for who reads the whole office.
func (s *Service) Mentors(ctx context.Context, scope access.Scope, f MentorFilter) ([]Mentor, int, error) {
	f.Text = sheet.Clean(f.Text)
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return nil, 0, err
	}
	out, err := listMentors(ctx, s.db, scope, f, s.today(), s.today(), set.MenteesPerMentor)
	return out, set.MenteesPerMentor, err
}

// SaveMentor puts somebody into the pool or changes what is said there. scope is that of
// mentoring.pair.
func (s *Service) SaveMentor(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, in MentorInput) (out Mentor, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	if err := s.policy.Separate(by, need("pair"), person); err != nil {
		return out, err
	}
	err = s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		p, err := findStanding(ctx, tx, by.Unit, person, s.today())
		if errors.Is(err, sql.ErrNoRows) || err == nil && !p.Here {
			return fault.Missing("人员")
		}
		if err != nil {
			return err
		}
		if in.Political && !p.Full {
			return fault.Field("political", p.Name+"不是正式党员，不能列为政治导师")
		}
		if err := saveMentor(ctx, tx, by, person, in, s.now()); err != nil {
			return err
		}
		set, err := org.Settings(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		all, err := listMentors(ctx, tx, scope, MentorFilter{}, s.today(), s.today(), set.MenteesPerMentor)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(m Mentor) bool { return m.PersonID == person }); i >= 0 {
			out = all[i]
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentor.list", Object: "person", ObjectID: person, Summary: "列入导师库：" + p.Name, Detail: in})
	})
	return out, err
}

// DropMentor takes somebody out of the pool; whom they mentor they keep. scope is that of
// mentoring.pair.
func (s *Service) DropMentor(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID) error {
	if err := s.policy.Separate(by, need("pair"), person); err != nil {
		return err
	}
	return s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		name, err := deleteMentor(ctx, tx, by.Unit, person)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("导师")
		}
		if err != nil {
			return fmt.Errorf("mentor %s: %w", person, err)
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentor.drop", Object: "person", ObjectID: person, Summary: "移出导师库：" + name})
	})
}

// Lines lists the departments with their business lines. scope is that of mentoring.read.
func (s *Service) Lines(ctx context.Context, scope access.Scope) ([]Line, error) {
	return listLines(ctx, s.db, scope, s.today())
}

// SaveLines sets the lines of the departments named; others stay. scope is that of
// mentoring.pair.
func (s *Service) SaveLines(ctx context.Context, by access.Actor, scope access.Scope, items []LineInput) (out []Line, err error) {
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b LineInput) int { return bytes.Compare(a.DepartmentID[:], b.DepartmentID[:]) })
	for i := range items {
		items[i].Line = sheet.Clean(items[i].Line)
		if utf8.RuneCountInString(items[i].Line) > 40 {
			return nil, fault.Field("line", "业务条线请写在 40 字以内")
		}
	}
	err = s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		known, err := listLines(ctx, tx, scope, s.today())
		if err != nil {
			return err
		}
		for _, l := range items {
			if !slices.ContainsFunc(known, func(k Line) bool { return k.DepartmentID == l.DepartmentID }) {
				return fault.Missing("部门")
			}
		}
		if err := saveLines(ctx, tx, by.Unit, items); err != nil {
			return err
		}
		if out, err = listLines(ctx, tx, scope, s.today()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentoring.lines", Object: "mentoring", Summary: fmt.Sprintf("设置 %d 个部门的业务条线", len(items)), Detail: items})
	})
	return out, err
}

// pairing runs what is for who pairs the whole office.
func (s *Service) pairing(ctx context.Context, scope access.Scope, fn func(ctx context.Context, tx bun.Tx) error) error {
	if !scope.Whole() {
		return fault.Missing("结对事项")
	}
	return db.Transact(ctx, s.db, fn)
}
