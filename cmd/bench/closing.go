package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
)

// plainNotice and plainClose write the rows that the product writes, read from where
// they lie or were put aside.
const (
	plainNotice = `BEGIN;
		INSERT INTO notice_notices SELECT * FROM bench_notice_notices;
		INSERT INTO notice_items SELECT * FROM bench_notice_items;
		INSERT INTO points_notices SELECT * FROM bench_points_notices;
		INSERT INTO points_noticed SELECT * FROM bench_points_noticed;
		COMMIT`
	plainClose = `BEGIN;
		INSERT INTO points_seals (unit_id, quarter, person_id, seq, head) SELECT a.unit_id, q.quarter, a.person_id, a.seq, a.head
			FROM points_accounts a JOIN points_quarters q ON q.unit_id = a.unit_id AND q.state = 'open';
		UPDATE points_quarters SET state = 'closed', closed_at = now(), heads = '', previous = '', seal = '' WHERE state = 'open';
		COMMIT`
)

// reopened makes a database as it was before the quarter was noticed and closed,
// which the product never does.
var reopened = []string{
	`DELETE FROM points_seals`, `DELETE FROM points_noticed`, `DELETE FROM points_notices`, `DELETE FROM notice_items`, `DELETE FROM notice_notices`,
	`UPDATE points_quarters SET state = 'open', closed_at = NULL, heads = NULL, previous = NULL, seal = NULL, left_open = NULL`,
}

// closer takes a quarter from its last day to its seal.
type closer struct {
	o  *office
	t  *traced
	by access.Actor
}

// closing takes the whole office's quarter to its end: totals on notice, check list,
// close. The other side is plain SQL writing the same rows.
func (b *bench) closing(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, crowded)
	if err != nil {
		return nil, err
	}
	t, err := b.trace(o)
	if err != nil {
		return nil, err
	}
	defer t.close(ctx)
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	c := closer{o, t, access.Actor{Unit: o.unit, Person: personID(1)}}
	notices, list, seals, saidOfList, saidOfClose, err := c.rehearse(ctx, conn)
	if err != nil {
		return nil, err
	}
	var noticed, closed pair
	var lists []float64
	plain := func(text string) func() (float64, error) {
		return timed(func() error {
			_, err := conn.Exec(ctx, text)
			return err
		})
	}
	for i := range b.rounds() + 1 {
		var ours, bare [3]float64
		sides := []func() error{
			func() (err error) {
				ours, err = c.close(ctx)
				return err
			},
			func() (err error) {
				if bare[0], err = plain(plainNotice)(); err != nil {
					return err
				}
				bare[2], err = plain(plainClose)()
				return err
			},
		}
		for _, side := range []int{i % 2, 1 - i%2} {
			if err := c.reopen(ctx, conn); err != nil {
				return nil, err
			}
			if err := sides[side](); err != nil {
				return nil, err
			}
		}
		if i > 0 {
			noticed.ours, noticed.bare = append(noticed.ours, ours[0]), append(noticed.bare, bare[0])
			lists = append(lists, ours[1])
			closed.ours, closed.bare = append(closed.ours, ours[2]), append(closed.bare, bare[2])
		}
	}
	if err := c.reopen(ctx, conn); err != nil { // for whoever uses the office next
		return nil, err
	}
	return []figure{
		{row: "close", work: fmt.Sprintf("totals of %d people put on %d notices", list.people(), notices), value: milliseconds(median(noticed.ours)),
			against: "the same rows by INSERT … SELECT: " + milliseconds(median(noticed.bare)), ratio: noticed.ratio()},
		{row: "close", work: fmt.Sprintf("check list of closing, %d people, in %d statements", list.people(), saidOfList), value: milliseconds(median(lists))},
		{row: "close", work: fmt.Sprintf("quarter of %d people closed: check list again, %d heads sealed and hashed", list.people(), seals), value: milliseconds(median(closed.ours)),
			against: "the seals by INSERT … SELECT, and UPDATE of the quarter: " + milliseconds(median(closed.bare)), ratio: closed.ratio()},
		figure{row: "close", work: "statements of closing, none by the person"}.within(float64(saidOfClose), 20, "statements"),
	}, nil
}

// checked is a check list that was looked at.
type checked points.CheckList

func (l checked) people() (n int) {
	for _, b := range l.Branches {
		n += b.People
	}
	return n
}

// rehearse closes once, counts, and puts the notices' rows aside.
func (c closer) rehearse(ctx context.Context, conn *pgx.Conn) (notices int, list checked, seals, saidOfList, saidOfClose int, err error) {
	c.at(1)
	up, err := c.t.app.Points.NoticeTotals(ctx, c.by, access.System(c.o.unit), c.o.quarter, uuid.Nil)
	if err != nil {
		return 0, list, 0, 0, 0, err
	}
	for _, table := range []string{"notice_notices", "notice_items", "points_notices", "points_noticed"} {
		if _, err := conn.Exec(ctx, `DROP TABLE IF EXISTS bench_`+table+`; CREATE TABLE bench_`+table+` AS SELECT * FROM `+table); err != nil {
			return 0, list, 0, 0, 0, err
		}
	}
	c.at(21)
	if err := c.t.app.Notices.Tick(ctx); err != nil {
		return 0, list, 0, 0, 0, err
	}
	c.t.forget()
	l, err := c.t.app.Points.CheckList(ctx, access.System(c.o.unit), c.o.quarter)
	if err != nil {
		return 0, list, 0, 0, 0, err
	}
	saidOfList = c.t.count()
	c.t.forget()
	closed, err := c.t.app.Points.CloseQuarter(ctx, c.by, access.System(c.o.unit), c.o.quarter, points.Closing{Fingerprint: l.Fingerprint, Acknowledged: true})
	if err != nil {
		return 0, list, 0, 0, 0, err
	}
	if closed.State != points.QuarterClosed {
		return 0, list, 0, 0, 0, fmt.Errorf("the quarter is %+v", closed)
	}
	err = conn.QueryRow(ctx, `SELECT count(*) FROM points_seals`).Scan(&seals)
	return len(up), checked(l), seals, saidOfList, c.t.count(), err
}

// at moves the clock to so many days after the quarter's end.
func (c closer) at(days int) {
	day := c.o.quarter.Last().AddDays(days)
	c.t.ahead.Store(int64(time.Until(calendar.Date(day).In().Add(12 * time.Hour))))
}

// close goes the way and gives the seconds of the notice, the check list, the close.
func (c closer) close(ctx context.Context) (took [3]float64, err error) {
	scope, q := access.System(c.o.unit), c.o.quarter
	c.at(1)
	if took[0], err = timed(func() error {
		_, err := c.t.app.Points.NoticeTotals(ctx, c.by, scope, q, uuid.Nil)
		return err
	})(); err != nil {
		return took, err
	}
	c.at(21)
	if err := c.t.app.Notices.Tick(ctx); err != nil {
		return took, err
	}
	var list points.CheckList
	if took[1], err = timed(func() (err error) {
		list, err = c.t.app.Points.CheckList(ctx, scope, q)
		return err
	})(); err != nil {
		return took, err
	}
	took[2], err = timed(func() error {
		_, err := c.t.app.Points.CloseQuarter(ctx, c.by, scope, q, points.Closing{Fingerprint: list.Fingerprint, Acknowledged: true})
		return err
	})()
	return took, err
}

// reopen takes back what a turn wrote.
func (c closer) reopen(ctx context.Context, conn *pgx.Conn) error {
	if err := c.o.asReplica(ctx, reopened...); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, `VACUUM points_seals, points_noticed, points_notices, notice_items, notice_notices, points_quarters`)
	return err
}
