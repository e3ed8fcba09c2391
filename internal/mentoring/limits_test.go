package mentoring

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// around writes a pairing as nothing of ours does: by SQL alone.
func around(ctx context.Context, on bun.IDB, o *house, mentee, from, to string) (uuid.UUID, error) {
	id := db.NewID()
	_, err := on.NewRaw(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, o.Unit, id, id.String(), o.Person(mentee), from, to, o.Person("office"), noon).Exec(ctx)
	return id, err
}

func term(ctx context.Context, on bun.IDB, o *house, pairing uuid.UUID, mentee, role, mentor, from, to string) error {
	_, err := on.NewRaw(`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.Unit, db.NewID(), pairing, o.Person(mentee), role, o.Person(mentor), from, to, o.Person("office"), noon).Exec(ctx)
	return err
}

const (
	first = "2026-01-01"
	last  = "2027-12-31"
)

// Each limit of rule 25 holds in the database, whoever writes.
func TestLimitsWithoutService(t *testing.T) {
	for name, c := range map[string]struct {
		constraint string
		write      func(ctx context.Context, tx bun.Tx, o *house) error
	}{
		"a political mentor is a full member": {"mentoring_political_full_member", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "probationer", first, last)
		}},
		"a mentor who is no Party member": {"mentoring_political_full_member", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "staff", first, last)
		}},
		"a mentee is a young cadre": {"mentoring_mentee_young", func(ctx context.Context, tx bun.Tx, o *house) error {
			_, err := around(ctx, tx, o, "chief", first, last)
			return err
		}},
		"a mentee is on the roll": {"mentoring_mentee_on_roll", func(ctx context.Context, tx bun.Tx, o *house) error {
			_, err := around(ctx, tx, o, "sysadmin", first, last)
			return err
		}},
		"a mentor is on the roll": {"mentoring_mentor_on_roll", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Professional, "sysadmin", first, last)
		}},
		"two people": {"mentoring_two_people", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "member1", first, last)
		}},
		"two mentors": {"mentoring_terms_two_mentors", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			if err := term(ctx, tx, o, id, "member1", Political, "chief", first, last); err != nil {
				return err
			}
			return term(ctx, tx, o, id, "member1", Professional, "chief", "2027-06-01", last)
		}},
		"one of a role at a time": {"mentoring_terms_one_role", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			if err := term(ctx, tx, o, id, "member1", Political, "chief", first, "2026-12-31"); err != nil {
				return err
			}
			return term(ctx, tx, o, id, "member1", Political, "deputy", "2026-12-31", last)
		}},
		"within the pairing": {"mentoring_terms_within", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "chief", first, "2028-01-01")
		}},
		"not before the pairing": {"mentoring_terms_within", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "chief", "2025-12-31", last)
		}},
		"one pairing at a time": {"mentoring_pairings_once", func(ctx context.Context, tx bun.Tx, o *house) error {
			if _, err := around(ctx, tx, o, "member1", first, last); err != nil {
				return err
			}
			_, err := around(ctx, tx, o, "member1", last, "2028-12-31")
			return err
		}},
		"nobody their own": {"mentoring_terms_not_own", func(ctx context.Context, tx bun.Tx, o *house) error {
			id, _ := around(ctx, tx, o, "member1", first, last)
			return term(ctx, tx, o, id, "member1", Political, "office", first, last)
		}},
		"three at once": {"mentoring_limit", func(ctx context.Context, tx bun.Tx, o *house) error {
			for _, m := range []string{"member1", "staff"} {
				id, _ := around(ctx, tx, o, m, first, last)
				if err := term(ctx, tx, o, id, m, Professional, "chief", first, last); err != nil {
					return err
				}
			}
			id, _ := around(ctx, tx, o, "leader2", "2027-12-31", "2028-12-31")
			return term(ctx, tx, o, id, "leader2", Political, "chief", "2027-12-31", "2028-12-31")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newHouse(t)
			err := o.db.RunInTx(bg, nil, func(ctx context.Context, tx bun.Tx) error { return c.write(ctx, tx, o) })
			if !db.Violates(err, c.constraint) {
				t.Errorf("got %v, want %s", err, c.constraint)
			}
		})
	}
}

// The limit is of one day: who follows the day after the other's last is no third.
func TestLimitIsOfADay(t *testing.T) {
	o := newHouse(t)
	o.must(o.db.RunInTx(bg, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, p := range []struct{ mentee, from, to string }{{"member1", first, last}, {"staff", first, "2026-06-30"}, {"leader2", "2026-07-01", last}} {
			id, err := around(ctx, tx, o, p.mentee, p.from, p.to)
			if err == nil {
				err = term(ctx, tx, o, id, p.mentee, Political, "chief", p.from, p.to)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// Two transactions at once, each with the mentor's last place: one waits and is refused.
func TestLimitUnderTwoAtOnce(t *testing.T) {
	o := newHouse(t)
	o.pair("staff", "chief", "deputy")
	one, err := o.db.BeginTx(bg, nil)
	o.must(err)
	id, err := around(bg, one, o, "member1", first, last)
	o.must(err)
	o.must(term(bg, one, o, id, "member1", Political, "chief", first, last))
	refused := make(chan error)
	go func() {
		refused <- o.db.RunInTx(bg, nil, func(ctx context.Context, tx bun.Tx) error {
			id, err := around(ctx, tx, o, "leader2", first, last)
			if err != nil {
				return err
			}
			return term(ctx, tx, o, id, "leader2", Political, "chief", first, last)
		})
	}()
	// Which session waits is seen by its own user alone; that one waits for a
	// transaction is seen by all.
	for o.count(`SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`) == 0 {
		select {
		case err := <-refused:
			t.Fatalf("did not wait: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	o.must(one.Commit())
	if err := <-refused; !db.Violates(err, "mentoring_limit") {
		t.Errorf("got %v", err)
	}
}

// What the application may not do to what was decided.
func TestHistoryStays(t *testing.T) {
	o := newHouse(t)
	p := o.pair("member1", "chief", "committee1")
	for _, query := range []string{
		`DELETE FROM mentoring_terms WHERE pairing_id = ?`, `DELETE FROM mentoring_pairings WHERE id = ?`,
		`UPDATE mentoring_terms SET mentor_id = mentor_id WHERE pairing_id = ?`, `UPDATE mentoring_pairings SET mentee_id = mentee_id WHERE id = ?`,
	} {
		if _, err := o.db.NewRaw(query, p.ID).Exec(bg); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", query, err)
		}
	}
}
