package claim

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// reached is how a claim is within a scope: by the branch and group of who gains by
// it, as they were when it was submitted; and theirs who made it or gain by it.
func reached() access.Columns {
	return access.Columns{Unit: "c.unit_id", Persons: []string{"c.person_id", "c.claimed_by"}, Branch: "c.branch_id", Group: "c.group_id"}
}

// placed is how a claim is within the scope of verifying and publishing: by place
// alone. That nobody does it for themselves is said, and not hidden.
func placed() access.Columns {
	return access.Columns{Unit: "c.unit_id", Branch: "c.branch_id", Group: "c.group_id"}
}

// claimColumns are those that scanClaim takes, of claim_claims c and org_people p.
const claimColumns = `c.id, c.number, c.person_id, c.claimed_by, c.branch_id, c.group_id, c.rule_code, c.rule_title, c.rule_clause,
	c.dimension, c.evidence_due, c.honour_level, c.honour, c.honour_key, c.fact_on, c.amount, c.requested, c.matter, c.statement,
	c.state, c.version, c.created_at, c.submitted_at, c.verified_by, c.verified_at, c.notice_id, c.settled_at, c.reason, coalesce(c.source_kind, ''), c.source_id, p.name`

const fromClaims = ` FROM claim_claims c JOIN org_people p ON p.unit_id = c.unit_id AND p.id = c.person_id `

func (c *Claim) targets() []any {
	return []any{&c.ID, &c.Number, &c.Person, &c.ClaimedBy, &c.Branch, &c.Group, &c.RuleCode, &c.RuleTitle, &c.RuleClause,
		&c.Dimension, &c.EvidenceDue, &c.Level, &c.Honour, &c.HonourKey, &c.FactOn, &c.Amount, &c.Requested, &c.Matter, &c.Statement,
		&c.State, &c.Version, &c.CreatedAt, &c.SubmittedAt, &c.VerifiedBy, &c.VerifiedAt, &c.Notice, &c.SettledAt, &c.Reason, &c.Source.Kind, &c.Source.ID, &c.PersonName}
}

func claims(ctx context.Context, on bun.IDB, query string, args ...any) ([]Claim, error) {
	var out []Claim
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var c Claim
		if err := rows.Scan(c.targets()...); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return out, nil
}

// lockIn locks the claims among ids that a scope reaches by place, in the order that
// everybody locks them. Drafts are nobody else's to find.
func lockIn(ctx context.Context, tx bun.Tx, scope access.Scope, ids []uuid.UUID) (map[uuid.UUID]*Claim, error) {
	where, args := scope.Where(placed(), 2)
	found, err := claims(ctx, tx, `SELECT `+claimColumns+fromClaims+`WHERE c.id = ANY($1::uuid[]) AND c.submitted_at IS NOT NULL AND c.state <> 'draft' AND `+where+`
		ORDER BY c.id FOR UPDATE OF c`, append([]any{ids}, args...)...)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]*Claim, len(found))
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, nil
}

// own finds a claim that is the person's to change; lock holds it besides.
func own(ctx context.Context, on bun.IDB, unit, person, id uuid.UUID, lock bool) (Claim, error) {
	query := `SELECT ` + claimColumns + fromClaims + `WHERE c.unit_id = $1 AND c.id = $2 AND $3::uuid IN (c.person_id, c.claimed_by)`
	if lock {
		query += ` FOR UPDATE OF c`
	}
	found, err := claims(ctx, on, query, unit, id, person)
	if err != nil {
		return Claim{}, err
	}
	if len(found) == 0 {
		return Claim{}, fault.Missing("申报")
	}
	return found[0], nil
}

// insertClaim stores a draft and draws its number.
func insertClaim(ctx context.Context, tx bun.Tx, unit uuid.UUID, c *Claim) error {
	err := db.Each(ctx, tx, `INSERT INTO claim_claims (unit_id, id, number, person_id, claimed_by, branch_id, group_id, rule_code, rule_title, rule_clause,
			dimension, evidence_due, honour_level, honour, honour_key, fact_on, amount, requested, matter, statement, state, version, created_at, source_kind, source_id)
		VALUES ($1, $2, nextval('claim_numbers'), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'draft', 1, $20, nullif($21, ''), $22)
		RETURNING number`,
		[]any{unit, c.ID, c.Person, c.ClaimedBy, db.OrNull(c.Branch), db.OrNull(c.Group), c.RuleCode, c.RuleTitle, c.RuleClause, c.Dimension, c.EvidenceDue,
			c.Level, c.Honour, c.HonourKey, c.FactOn, c.Amount, c.Requested, c.Matter, c.Statement, c.CreatedAt, c.Source.Kind, db.OrNull(c.Source.ID)},
		func(rows *sql.Rows) error { return rows.Scan(&c.Number) })
	if err != nil {
		return fmt.Errorf("insert claim: %w", err)
	}
	return nil
}

// saveContent writes what the claimant may change, under a version that has grown.
func saveContent(ctx context.Context, tx bun.Tx, unit uuid.UUID, c Claim) error {
	_, err := db.Exec(ctx, tx, `UPDATE claim_claims SET rule_code = $3, rule_title = $4, rule_clause = $5, dimension = $6, evidence_due = $7,
			honour_level = $8, honour = $9, honour_key = $10, fact_on = $11, amount = $12, requested = $13, matter = $14, statement = $15,
			version = $16, branch_id = $17, group_id = $18, source_kind = nullif($19, ''), source_id = $20 WHERE unit_id = $1 AND id = $2`,
		unit, c.ID, c.RuleCode, c.RuleTitle, c.RuleClause, c.Dimension, c.EvidenceDue, c.Level, c.Honour, c.HonourKey, c.FactOn, c.Amount,
		c.Requested, c.Matter, c.Statement, c.Version, db.OrNull(c.Branch), db.OrNull(c.Group), c.Source.Kind, db.OrNull(c.Source.ID))
	if err != nil {
		return fmt.Errorf("save claim: %w", db.Translate(err))
	}
	return nil
}

// saveWay writes where claims stand on their way; their content stays.
func saveWay(ctx context.Context, tx bun.Tx, unit uuid.UUID, all ...Claim) error {
	var w struct {
		ids, branches, groups, verifiers, notices []uuid.UUID
		states, reasons                           []string
		submitted, verified, settled              []*time.Time
	}
	for _, c := range all {
		w.ids = append(w.ids, c.ID)
		w.branches, w.groups = append(w.branches, c.Branch), append(w.groups, c.Group)
		w.verifiers, w.notices = append(w.verifiers, c.VerifiedBy), append(w.notices, c.Notice)
		w.states, w.reasons = append(w.states, string(c.State)), append(w.reasons, c.Reason)
		w.submitted, w.verified, w.settled = append(w.submitted, c.SubmittedAt), append(w.verified, c.VerifiedAt), append(w.settled, c.SettledAt)
	}
	const none = `'00000000-0000-0000-0000-000000000000'`
	_, err := db.Exec(ctx, tx, `UPDATE claim_claims c SET state = x.state, reason = x.reason, branch_id = nullif(x.branch, `+none+`), group_id = nullif(x.grp, `+none+`),
			verified_by = nullif(x.verifier, `+none+`), notice_id = nullif(x.notice, `+none+`),
			submitted_at = x.submitted, verified_at = x.verified, settled_at = x.settled
		FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
			AS x(id, state, reason, branch, grp, verifier, notice, submitted, verified, settled)
		WHERE c.unit_id = $1 AND c.id = x.id`,
		unit, w.ids, w.states, w.reasons, w.branches, w.groups, w.verifiers, w.notices, w.submitted, w.verified, w.settled)
	if err != nil {
		return fmt.Errorf("save claims: %w", db.Translate(err))
	}
	return nil
}

// addSteps writes what happened to claims, in their versions and with their reasons.
func addSteps(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, at time.Time, step Step, all ...Claim) error {
	ids, claims, versions, notes := make([]uuid.UUID, len(all)), make([]uuid.UUID, len(all)), make([]int, len(all)), make([]string, len(all))
	for i, c := range all {
		ids[i], claims[i], versions[i] = db.NewID(), c.ID, c.Version
		if step == StepReturn || step == StepReject || step == StepWithdraw || step == StepSupersede || step == StepReverse {
			notes[i] = c.Reason
		}
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO claim_steps (unit_id, id, claim_id, step, version, by_person, at, note)
		SELECT $1, x.id, x.claim, $2, x.version, $3::uuid, $4, x.note FROM unnest($5::uuid[], $6::uuid[], $7::int[], $8::text[]) AS x(id, claim, version, note)`,
		unit, string(step), db.OrNull(by), at, ids, claims, versions, notes)
	if err != nil {
		return fmt.Errorf("claim steps: %w", db.Translate(err))
	}
	return nil
}

// deleteDraft deletes a draft that was never submitted, and tells which files it
// had: no other claim names them.
func deleteDraft(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (files []uuid.UUID, err error) {
	err = db.Each(ctx, tx, `DELETE FROM claim_evidence WHERE unit_id = $1 AND claim_id = $2 RETURNING file_id`, []any{unit, id}, func(rows *sql.Rows) error {
		var f uuid.UUID
		err := rows.Scan(&f)
		files = append(files, f)
		return err
	})
	if err == nil {
		_, err = db.Exec(ctx, tx, `DELETE FROM claim_claims WHERE unit_id = $1 AND id = $2`, unit, id)
	}
	if err != nil {
		return nil, fmt.Errorf("delete draft: %w", db.Translate(err))
	}
	return files, nil
}

// honourOf is a person's honour.
type honourOf struct {
	Person uuid.UUID
	Key    string
}

// rivalsOf reads all claims for the same honours but the claims themselves, by
// honour. Drafts are nobody's rivals: they may never come.
func rivalsOf(ctx context.Context, on bun.IDB, unit uuid.UUID, all ...Claim) (map[uuid.UUID][]rival, error) {
	var people []uuid.UUID
	var keys []string
	for _, c := range all {
		if c.Level != nil {
			people, keys = append(people, c.Person), append(keys, c.HonourKey)
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	byHonour := map[honourOf][]rival{}
	err := db.Each(ctx, on, `SELECT DISTINCT c.id, c.number, c.person_id, c.honour_key, c.honour_level, c.rule_title, c.state
		FROM unnest($2::uuid[], $3::text[]) AS k(person, key)
		JOIN claim_claims c ON c.unit_id = $1 AND c.person_id = k.person AND c.honour_key = k.key
		WHERE c.honour_level IS NOT NULL AND c.state <> 'draft' ORDER BY c.number`, []any{unit, people, keys}, func(rows *sql.Rows) error {
		var r rival
		if err := rows.Scan(&r.ID, &r.Number, &r.Person, &r.Key, &r.Level, &r.Title, &r.State); err != nil {
			return err
		}
		k := honourOf{r.Person, r.Key}
		byHonour[k] = append(byHonour[k], r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claims of an honour: %w", err)
	}
	out := make(map[uuid.UUID][]rival, len(all))
	for _, c := range all {
		if c.Level == nil {
			continue
		}
		out[c.ID] = slices.DeleteFunc(slices.Clone(byHonour[honourOf{c.Person, c.HonourKey}]), func(r rival) bool { return r.ID == c.ID })
	}
	return out, nil
}

// lockSubjects locks the claims of a notice and whatever stands or lies open for the
// same honours, in the order that everybody locks them: two notices that settle at
// once see what the other one posted.
func lockSubjects(ctx context.Context, tx bun.Tx, unit uuid.UUID, ids []uuid.UUID) ([]Claim, error) {
	return claims(ctx, tx, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND (c.id = ANY($2::uuid[])
		OR c.state IN ('noticed', 'posted') AND (c.person_id, c.honour_key) IN (SELECT o.person_id, o.honour_key FROM claim_claims o
			WHERE o.unit_id = $1 AND o.id = ANY($2::uuid[]) AND o.honour_level IS NOT NULL) AND c.honour_level IS NOT NULL)
		ORDER BY c.id FOR UPDATE OF c`, unit, ids)
}

// lockOne locks a claim of the unit, whoever asks; sql.ErrNoRows where there is none.
func lockOne(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Claim, error) {
	found, err := claims(ctx, tx, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.id = $2 FOR UPDATE OF c`, unit, id)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return Claim{}, err
	}
	return found[0], nil
}

// inFlight are the person's other claims by a rule that may still be posted and
// whose facts fall into the same year.
func inFlight(ctx context.Context, on bun.IDB, unit, person, except uuid.UUID, code string, day calendar.Date) ([]Claim, error) {
	return claims(ctx, on, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.person_id = $2 AND c.id <> $3 AND c.rule_code = $4
		AND c.state IN ('submitted', 'verified', 'noticed') AND c.fact_on BETWEEN $5 AND $6 ORDER BY c.number`,
		unit, person, except, code, calendar.NewDate(day.Year, 1, 1), calendar.NewDate(day.Year, 12, 31))
}

// sortByID puts claims in the order in which they are locked.
func sortByID(all []Claim) {
	slices.SortFunc(all, func(a, b Claim) int { return bytes.Compare(a.ID[:], b.ID[:]) })
}
