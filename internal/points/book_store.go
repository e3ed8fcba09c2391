package points

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// writeBook writes all that was posted in one statement: entries, what they used
// of caps, totals, and the accounts' new heads. The accounts are locked, so used
// caps are written as they now are; totals are added up, since quarters that this
// transaction did not read may be among them.
func writeBook(ctx context.Context, tx bun.Tx, b *book) error {
	if len(b.entries) == 0 {
		return nil
	}
	var e entryColumns
	for _, x := range b.entries {
		e.add(x)
	}
	var caps struct {
		people      []uuid.UUID
		cap, period []string
		used        []int
	}
	for k := range b.touched {
		caps.people = append(caps.people, k.Person)
		caps.cap = append(caps.cap, k.Cap)
		caps.period = append(caps.period, k.Period)
		caps.used = append(caps.used, b.used[k])
	}
	var totals struct {
		people                            []uuid.UUID
		quarter, dimension                []string
		gained, deducted, entries, vetoes []int
	}
	for k, t := range b.totals {
		totals.people = append(totals.people, k.Person)
		totals.quarter = append(totals.quarter, k.Quarter.String())
		totals.dimension = append(totals.dimension, string(k.Dimension))
		totals.gained = append(totals.gained, t.Gained)
		totals.deducted = append(totals.deducted, t.Deducted)
		totals.entries = append(totals.entries, t.Entries)
		totals.vetoes = append(totals.vetoes, t.Vetoes)
	}
	var heads struct {
		people []uuid.UUID
		seq    []int64
		head   [][]byte
	}
	for person, a := range b.accounts {
		heads.people = append(heads.people, person)
		heads.seq = append(heads.seq, a.Seq)
		heads.head = append(heads.head, a.Head)
	}
	_, err := db.Exec(ctx, tx, insertBook, b.unit, b.now, b.postedBy, chainAlgorithm,
		e.id, e.person, e.seq, e.voucher, e.branch, e.group, e.scheme, e.rule, e.dimension, e.points, e.requested, e.cutBy,
		e.factOn, e.factQuarter, e.postQuarter, e.balance, e.source, e.sourceID, e.recordID, e.reverses, e.verifiedBy, e.reason,
		e.prevHash, e.hash,
		caps.people, caps.cap, caps.period, caps.used,
		totals.people, totals.quarter, totals.dimension, totals.gained, totals.deducted, totals.entries, totals.vetoes,
		heads.people, heads.seq, heads.head)
	if err != nil {
		return fmt.Errorf("write %d entries: %w", len(b.entries), err)
	}
	return nil
}

// entryColumns are entries turned on their side, for unnest.
type entryColumns struct {
	id, person, branch, group, scheme, rule  []uuid.UUID
	sourceID, recordID, reverses, verifiedBy []uuid.UUID
	seq, voucher                             []int64
	points, requested, balance               []int
	dimension, cutBy, source, reason         []string
	factOn, factQuarter, postQuarter         []string
	prevHash, hash                           [][]byte
}

func (c *entryColumns) add(e Entry) {
	c.id, c.person = append(c.id, e.ID), append(c.person, e.Person)
	c.branch, c.group = append(c.branch, e.Branch), append(c.group, e.Group)
	c.scheme, c.rule = append(c.scheme, e.Scheme), append(c.rule, e.Rule)
	c.sourceID, c.recordID = append(c.sourceID, e.SourceID), append(c.recordID, e.RecordID)
	c.reverses, c.verifiedBy = append(c.reverses, e.Reverses), append(c.verifiedBy, e.VerifiedBy)
	c.seq, c.voucher = append(c.seq, e.Seq), append(c.voucher, e.Voucher)
	c.points, c.requested, c.balance = append(c.points, e.Points), append(c.requested, e.Requested), append(c.balance, e.Balance)
	c.dimension, c.cutBy = append(c.dimension, string(e.Dimension)), append(c.cutBy, e.CutBy)
	c.source, c.reason = append(c.source, e.Source), append(c.reason, e.Reason)
	c.factOn, c.factQuarter = append(c.factOn, e.FactOn.String()), append(c.factQuarter, e.FactQuarter.String())
	c.postQuarter = append(c.postQuarter, e.PostQuarter.String())
	c.prevHash, c.hash = append(c.prevHash, e.PrevHash), append(c.hash, e.Hash)
}

// An absent id travels as the zero one: arrays of ids know no null.
const insertBook = `
	WITH entries AS (
		INSERT INTO points_entries (unit_id, posted_at, posted_by, algorithm,
			id, person_id, seq, voucher, branch_id, group_id, scheme_id, rule_id, dimension, points, requested, cut_by,
			fact_on, fact_quarter, post_quarter, balance, source_kind, source_id, record_id, reverses, verified_by, reason,
			prev_hash, hash)
		SELECT $1, $2, nullif($3, '00000000-0000-0000-0000-000000000000'::uuid), $4,
			id, person, seq, voucher, nullif(branch, '00000000-0000-0000-0000-000000000000'), nullif(grp, '00000000-0000-0000-0000-000000000000'),
			scheme, rule, dimension, points, requested, cut_by,
			fact_on::date, fact_quarter, post_quarter, balance, source, source_id, record,
			nullif(reverses, '00000000-0000-0000-0000-000000000000'), nullif(verified_by, '00000000-0000-0000-0000-000000000000'), reason,
			prev_hash, hash
		FROM unnest($5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::text[],
			$14::int[], $15::int[], $16::text[], $17::text[], $18::text[], $19::text[], $20::int[], $21::text[], $22::uuid[], $23::uuid[],
			$24::uuid[], $25::uuid[], $26::text[], $27::bytea[], $28::bytea[])
		AS e (id, person, seq, voucher, branch, grp, scheme, rule, dimension, points, requested, cut_by,
			fact_on, fact_quarter, post_quarter, balance, source, source_id, record, reverses, verified_by, reason, prev_hash, hash)
	), caps AS (
		INSERT INTO points_caps (unit_id, person_id, cap, period, used)
		SELECT $1, c.* FROM unnest($29::uuid[], $30::text[], $31::text[], $32::int[]) AS c
		ON CONFLICT (unit_id, person_id, period, cap) DO UPDATE SET used = excluded.used
	), totals AS (
		INSERT INTO points_totals AS t (unit_id, person_id, quarter, dimension, gained, deducted, entries, vetoes)
		SELECT $1, n.* FROM unnest($33::uuid[], $34::text[], $35::text[], $36::int[], $37::int[], $38::int[], $39::int[]) AS n
		ON CONFLICT (unit_id, quarter, person_id, dimension) DO UPDATE SET gained = t.gained + excluded.gained,
			deducted = t.deducted + excluded.deducted, entries = t.entries + excluded.entries, vetoes = t.vetoes + excluded.vetoes
	)
	UPDATE points_accounts a SET seq = h.seq, head = h.head
	FROM unnest($40::uuid[], $41::bigint[], $42::bytea[]) AS h (person, seq, head)
	WHERE a.unit_id = $1 AND a.person_id = h.person AND a.seq <> h.seq`
