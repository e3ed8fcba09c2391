package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/localpg"
)

// size is how large an office's ledger is: entries of each person in each quarter.
type size struct{ people, each, quarters int }

func (s size) entries() int { return s.people * s.each * s.quarters }

func (s size) String() string {
	return fmt.Sprintf("%d people, %d entries", s.people, s.entries())
}

// office is a database of the product with invented people and entries in it.
type office struct {
	size
	url     string // as the product uses it
	admin   string // as superuser
	data    string
	unit    uuid.UUID
	branch  uuid.UUID // the first, with all the people a large meeting needs
	rule    uuid.UUID // by which the office posts by hand, under a cap
	quarter calendar.Quarter
}

const (
	password = "bench-office-2026"
	crowd    = 300 // people of the first branch
	members  = 100 // who have a sign-in: member1, member2 …
	readers  = 32  // of them, whose ledgers are read
	clerk    = "clerk"
)

// personID is the id of the n-th person, from 1. The data's SQL and pgbench's
// scripts make it alike; see benchID.
func personID(n int) uuid.UUID { return uuid.MustParse(fmt.Sprintf("019a00000000700180%014x", n)) }

// database starts the run's PostgreSQL, set up as in production.
func (b *bench) database(ctx context.Context) (*localpg.Server, error) {
	if b.pg != nil {
		return b.pg, nil
	}
	var err error
	b.pg, err = localpg.Start(ctx, localpg.Options{Dir: filepath.Join(b.dir, "database"), DieWithParent: true})
	return b.pg, err
}

// office gives a database of that size, made when first asked for.
func (b *bench) office(ctx context.Context, s size) (*office, error) {
	if b.quick {
		s.people = max(s.people/10, 2*crowd)
		s.each = max(s.each/2, 60)
	}
	if o := b.offices[s]; o != nil {
		return o, nil
	}
	pg, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("bench_%d", len(b.offices))
	admin, err := pgx.Connect(ctx, pg.AdminURL("postgres"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" OWNER xianfeng_owner"); err != nil {
		return nil, err
	}
	o := &office{size: s, admin: pg.AdminURL(name), data: filepath.Join(b.dir, name)}
	if o.url, err = inDatabase(pg.OwnerURL(), name); err != nil {
		return nil, err
	}
	fmt.Fprintf(b.out, "  making an office of %s …\n", s)
	if err := o.found(ctx); err != nil {
		return nil, fmt.Errorf("office of %s: %w", s, err)
	}
	b.offices[s] = o
	return o, nil
}

func inDatabase(raw, name string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// found sets the office up as a first start does, and fills it. People and entries
// come by SQL, with the ids and sums that the services would give them; the hashes
// of those entries chain nothing, which no reading or posting looks at.
func (o *office) found(ctx context.Context) error {
	a, err := app.Open(ctx, app.Config{Data: o.data, DatabaseURL: o.url, MaxConns: 4}, time.Now, slog.New(slog.DiscardHandler), false)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(ctx) }()
	token, err := a.Accounts.SetupLink(ctx)
	if err != nil {
		return err
	}
	err = a.Accounts.Setup(ctx, access.Actor{}, account.First{Token: token, UnitName: "滨河区人民检察院", PersonName: "管理员", Login: "admin", Password: password})
	if err != nil {
		return err
	}
	if o.unit, _, err = a.Accounts.Unit(ctx); err != nil {
		return err
	}
	o.quarter = calendar.QuarterOf(calendar.DateOf(time.Now()))
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range peopleSQL {
		if _, err := conn.Exec(ctx, s, pgx.NamedArgs{"unit": o.unit, "people": o.people, "crowd": crowd, "members": members}); err != nil {
			return fmt.Errorf("%.60s: %w", oneLine(s), err)
		}
	}
	if err := a.Points.OpenQuarter(ctx, o.unit, o.quarter); err != nil {
		return err
	}
	if err := o.fill(ctx, conn); err != nil {
		return err
	}
	return conn.QueryRow(ctx, `SELECT b.id, r.id FROM org_branches b, points_rules r WHERE b.ord = 1 AND r.code = 'correct_political'`).
		Scan(&o.branch, &o.rule)
}

// fill posts the entries, oldest quarter first, as meetings of everybody would.
func (o *office) fill(ctx context.Context, conn *pgx.Conn) error {
	// Foreign keys and the guards of the ledger are not asked: the rows obey them.
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		return err
	}
	quarter := o.quarter
	for range o.quarters - 1 {
		quarter = quarter.Prev()
	}
	for i := range o.quarters {
		args := pgx.NamedArgs{"unit": o.unit, "quarter": quarter.String(), "first": quarter.First().UTC(), "each": o.each, "before": i * o.each}
		for _, s := range entriesSQL {
			if _, err := conn.Exec(ctx, s, args); err != nil {
				return fmt.Errorf("%.60s: %w", oneLine(s), err)
			}
		}
		quarter = quarter.Next()
	}
	for _, s := range []string{sumsSQL, headsSQL, capsSQL} {
		if _, err := conn.Exec(ctx, s, pgx.NamedArgs{"unit": o.unit, "quarter": o.quarter.String()}); err != nil {
			return fmt.Errorf("%.60s: %w", oneLine(s), err)
		}
	}
	for _, s := range []string{`SET session_replication_role = origin`, `VACUUM (ANALYZE)`, `CHECKPOINT`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// asReplica runs statements as superuser without foreign keys and guards.
func (o *office) asReplica(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range append([]string{`SET session_replication_role = replica`}, statements...) {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", oneLine(s), err)
		}
	}
	return nil
}
