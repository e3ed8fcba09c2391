package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// rowScript gathers plain SQL that writes rows which the product has left, each
// table in one statement: the other side of what the product does in use cases.
type rowScript struct {
	ctx  context.Context
	conn *pgx.Conn // to the database in which the rows lie
	text strings.Builder
	err  error // the first
}

// with names columns that are written otherwise than they lie there, as expressions.
type with map[string]string

// What is kept per person is written over what the other database has.
const (
	onUsed     = ` ON CONFLICT (unit_id, person_id, period, cap) DO UPDATE SET used = excluded.used`
	onTotals   = ` ON CONFLICT (unit_id, quarter, person_id, dimension) DO UPDATE SET gained = excluded.gained, deducted = excluded.deducted, entries = excluded.entries`
	onAccounts = ` ON CONFLICT (unit_id, person_id) DO UPDATE SET seq = excluded.seq, head = excluded.head`
)

// insert adds an INSERT of the rows of a table that a condition finds; kept is the
// table's name in it.
func (s *rowScript) insert(table, where string, other with, after string, args ...any) {
	if s.err != nil {
		return
	}
	rows, err := s.conn.Query(s.ctx, `SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
	if err != nil {
		s.err = err
		return
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.err = err
		return
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		value, written := other[c]
		if !written {
			value = "kept." + c
		}
		values[i] = "quote_nullable((" + value + ")::text)"
	}
	var text *string
	err = s.conn.QueryRow(s.ctx, `SELECT string_agg('(' || concat_ws(', ', `+strings.Join(values, ", ")+`) || ')', ', ')
		FROM `+table+` kept WHERE `+where, args...).Scan(&text)
	if err == nil && text == nil {
		err = fmt.Errorf("there are none")
	}
	if err != nil {
		s.err = fmt.Errorf("rows of %s: %w", table, err)
		return
	}
	s.add("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + *text + after)
}

// write adds a statement that a query writes.
func (s *rowScript) write(query string, args ...any) {
	if s.err != nil {
		return
	}
	var text string
	if s.err = s.conn.QueryRow(s.ctx, query, args...).Scan(&text); s.err == nil {
		s.add(text)
	}
}

func (s *rowScript) add(statement string) { s.text.WriteString(statement + ";\n") }

// transaction is the script in one transaction between two clocks; see bench.psql.
func (s *rowScript) transaction() string {
	const clock = "SELECT extract(epoch FROM clock_timestamp());\n"
	return clock + "BEGIN;\n" + s.text.String() + "COMMIT;\n" + clock
}
