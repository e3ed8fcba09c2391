package points

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Statement is a person's ledger of a month, written 2026-10 (rule 14). It reads one
// snapshot, so that opening, lines and closing belong together.
func (s *Service) Statement(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, text string) (Statement, error) {
	m, err := parseMonth(text)
	if err != nil {
		return Statement{}, err
	}
	if m.first.After(s.today()) {
		return Statement{}, fault.Field("month", "这个月还没有开始，请选择以前的月份")
	}
	var out Statement
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		page, err := readPage(ctx, tx, scope, person, m.quarter(), s.today())
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("台账")
		}
		if err != nil {
			return err
		}
		from, to := m.span()
		opening, vetoes, err := readOpening(ctx, tx, scope.Unit(), person, m.quarter(), from, to)
		if err != nil {
			return err
		}
		out = newStatement(page, m, opening, vetoes, s.today())
		out.Own = person == by.Person
		if err := readMonth(ctx, tx, scope.Unit(), person, m.quarter(), from, to, out.add); err != nil {
			return err
		}
		out.Elsewhere, err = readElsewhere(ctx, tx, scope.Unit(), person, m)
		return err
	})
	return out, err
}
