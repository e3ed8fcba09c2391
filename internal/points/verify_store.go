package points

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// accountsAtOnce is how many accounts are read with one statement.
const accountsAtOnce = 500

// verify streams all accounts of the scope through checkers.
func verify(ctx context.Context, tx bun.Tx, scope access.Scope, r *VerifyReport) error {
	heads := newHeadsHash()
	broken := func(b BrokenEntry) {
		r.OK = false
		if len(r.Broken) < maxBroken {
			r.Broken = append(r.Broken, b)
		}
	}
	var after uuid.UUID
	for {
		accounts, err := keptAccounts(ctx, tx, scope, after)
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			r.Heads = heads.String()
			r.Seals, err = verifySeals(ctx, tx, scope, broken)
			return err
		}
		for _, a := range accounts {
			heads.add(a.Person, a.account)
		}
		n, err := checkAccounts(ctx, tx, scope.Unit(), after, accounts, broken)
		if err != nil {
			return err
		}
		r.Accounts += len(accounts)
		r.Entries += n
		after = accounts[len(accounts)-1].Person
	}
}

// checkAccounts runs the entries of accounts, which are in the order of their
// people, past their checkers.
func checkAccounts(ctx context.Context, tx bun.Tx, unit, after uuid.UUID, accounts []kept, broken func(BrokenEntry)) (entries int, err error) {
	next := 0
	var at *checker
	advance := func() {
		if at != nil {
			at.finish()
		}
		at = nil
		if next < len(accounts) {
			at = newChecker(unit, accounts[next], broken)
			next++
		}
	}
	advance()
	err = db.Each(ctx, tx, `SELECT `+entryColumnsOf("e")+`,
			coalesce(r.code, ''), coalesce(r.veto, false), coalesce(r.beyond, false), r.cap_event, r.cap_month, r.cap_quarter, r.cap_year
		FROM points_entries e LEFT JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.person_id > $2 AND e.person_id <= $3
		ORDER BY e.person_id, e.seq`, []any{unit, after, accounts[len(accounts)-1].Person}, func(rows *sql.Rows) error {
		var s standing
		var rule Rule
		into := append(s.columns(), &s.Code, &s.Veto, &rule.Beyond, &rule.CapEvent, &rule.CapMonth, &rule.CapQuarter, &rule.CapYear)
		if err := rows.Scan(into...); err != nil {
			return err
		}
		rule.Dimension = s.Dimension
		s.Caps = rule.caps()
		for at != nil && at.kept.Person != s.Person {
			advance()
		}
		if at == nil {
			return fmt.Errorf("entries of %s lie outside the accounts read", s.Person)
		}
		entries++
		at.add(s)
		return nil
	})
	for err == nil && at != nil {
		advance()
	}
	if err != nil {
		return entries, fmt.Errorf("verify entries: %w", err)
	}
	return entries, nil
}

// keptAccounts reads the next accounts after a person, with their totals and caps.
func keptAccounts(ctx context.Context, tx bun.Tx, scope access.Scope, after uuid.UUID) ([]kept, error) {
	where, args := scope.Where(access.Columns{Unit: "a.unit_id"}, 3)
	var out []kept
	err := db.Each(ctx, tx, `SELECT a.person_id, p.name, a.seq, a.head,
			(SELECT coalesce(json_agg(t), '[]') FROM points_totals t WHERE t.unit_id = a.unit_id AND t.person_id = a.person_id)::text,
			(SELECT coalesce(json_agg(c), '[]') FROM points_caps c WHERE c.unit_id = a.unit_id AND c.person_id = a.person_id)::text
		FROM points_accounts a JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.person_id
		WHERE a.person_id > $1 AND `+where+` ORDER BY a.person_id LIMIT $2`, append([]any{after, accountsAtOnce}, args...), func(rows *sql.Rows) error {
		k := kept{Totals: map[totalKey]total{}, Caps: map[capKey]int{}}
		var totals, caps []byte
		if err := rows.Scan(&k.Person, &k.Name, &k.Seq, &k.Head, &totals, &caps); err != nil {
			return err
		}
		if err := k.read(totals, caps); err != nil {
			return err
		}
		out = append(out, k)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return out, nil
}

func (k *kept) read(totals, caps []byte) error {
	var t []struct {
		Quarter   calendar.Quarter
		Dimension Dimension
		total
	}
	var c []struct {
		Cap, Period string
		Used        int
	}
	if err := errors.Join(json.Unmarshal(totals, &t), json.Unmarshal(caps, &c)); err != nil {
		return err
	}
	for _, row := range t {
		k.Totals[totalKey{row.Quarter, k.Person, row.Dimension}] = row.total
	}
	for _, row := range c {
		k.Caps[capKey{k.Person, row.Cap, row.Period}] = row.Used
	}
	return nil
}

// Heads is the hash over the chain heads of these people, as printed on reports
// and sealed at close (rule 18). Someone without an account has no line in it.
func Heads(ctx context.Context, on bun.IDB, unit uuid.UUID, people []uuid.UUID) (string, error) {
	heads := newHeadsHash()
	err := db.Each(ctx, on, `SELECT person_id, seq, head FROM points_accounts
		WHERE unit_id = $1 AND person_id = ANY($2::uuid[]) ORDER BY person_id`, []any{unit, people}, func(rows *sql.Rows) error {
		var person uuid.UUID
		var a account
		if err := rows.Scan(&person, &a.Seq, &a.Head); err != nil {
			return err
		}
		heads.add(person, a)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("heads: %w", db.Translate(err))
	}
	return heads.String(), nil
}

// entryColumnsOf lists every column of an entry in the order of Entry.columns.
func entryColumnsOf(alias string) string {
	text := ""
	for i, c := range []string{"id", "person_id", "seq", "voucher", "branch_id", "group_id", "scheme_id", "rule_id", "dimension",
		"points", "requested", "cut_by", "fact_on", "fact_quarter", "posted_at", "post_quarter", "balance",
		"source_kind", "source_id", "record_id", "reverses", "posted_by", "verified_by", "reason", "algorithm", "prev_hash", "hash"} {
		if i > 0 {
			text += ", "
		}
		text += alias + "." + c
	}
	return text
}

func (e *Entry) columns() []any {
	return []any{&e.ID, &e.Person, &e.Seq, &e.Voucher, &e.Branch, &e.Group, &e.Scheme, &e.Rule, &e.Dimension,
		&e.Points, &e.Requested, &e.CutBy, &e.FactOn, &e.FactQuarter, &e.PostedAt, &e.PostQuarter, &e.Balance,
		&e.Source, &e.SourceID, &e.RecordID, &e.Reverses, &e.PostedBy, &e.VerifiedBy, &e.Reason, &e.Algorithm, &e.PrevHash, &e.Hash}
}
