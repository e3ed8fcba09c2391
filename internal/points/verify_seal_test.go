package points

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
)

// What the owner of the database does to a closed quarter with triggers off, the
// seals tell.
func TestVerifyNamesTheBrokenSeal(t *testing.T) {
	for name, c := range map[string]struct {
		tamper string // $1 is member1
		who    string
		seq    int64
		says   string
	}{
		"a sealed head":       {`UPDATE points_seals SET head = set_byte(head, 0, get_byte(head, 0) # 1) WHERE person_id = $1 AND quarter = '2026Q1'`, "2026年第一季度", 0, "封存记录被改动过"},
		"a sealed number":     {`UPDATE points_seals SET seq = seq - 1 WHERE person_id = $1 AND quarter = '2026Q1'`, "2026年第一季度", 0, "封存记录被改动过"},
		"a seal gone":         {`DELETE FROM points_seals WHERE person_id = $1 AND quarter = '2026Q1'`, "2026年第一季度", 0, "封存 11 个台账，现有 10 个"},
		"all seals gone":      {`DELETE FROM points_seals WHERE quarter = '2026Q2' AND $1::uuid IS NOT NULL`, "2026年第二季度", 0, "封存 11 个台账，现有 0 个"},
		"reopened":            {`UPDATE points_quarters SET state = 'open', closed_at = NULL WHERE quarter = '2026Q2' AND $1::uuid IS NOT NULL`, "2026年第二季度", 0, "被重新打开"},
		"reopened and wiped":  {`UPDATE points_quarters SET state = 'open', closed_at = NULL, seal = NULL, heads = NULL, previous = NULL WHERE quarter = '2026Q2' AND $1::uuid IS NOT NULL`, "2026年第二季度", 0, "被重新打开"},
		"an earlier one open": {`WITH gone AS (DELETE FROM points_seals WHERE quarter = '2026Q1' AND $1::uuid IS NOT NULL) UPDATE points_quarters SET state = 'open', closed_at = NULL, seal = NULL, heads = NULL, previous = NULL WHERE quarter = '2026Q1'`, "2026年第一季度", 0, "以后的季度已经结账"},
		"the heads' hash":     {`UPDATE points_quarters SET heads = repeat('0', 64) WHERE quarter = '2026Q1' AND $1::uuid IS NOT NULL`, "2026年第一季度", 0, "封印与封存的内容不符"},
		"the seal":            {`UPDATE points_quarters SET seal = repeat('0', 64) WHERE quarter = '2026Q1' AND $1::uuid IS NOT NULL`, "2026年第一季度", 0, "封印与封存的内容不符"},
		"the seal before":     {`UPDATE points_quarters SET previous = '' WHERE quarter = '2026Q2' AND $1::uuid IS NOT NULL`, "2026年第二季度", 0, "接不上"},
		"no seal":             {`UPDATE points_quarters SET seal = '', heads = '' WHERE quarter = '2026Q2' AND $1::uuid IS NOT NULL`, "2026年第二季度", 0, "却没有封存"},
		"a total":             {`UPDATE points_totals SET gained = gained + 100 WHERE person_id = $1 AND quarter = '2026Q1' AND dimension = 'political'`, "叶知秋", 0, "合计与分录不符"},
	} {
		t.Run(name, func(t *testing.T) {
			o := sealedOffice(t)
			owner := withoutTriggers(t, o)
			if _, err := owner.Exec(c.tamper, o.Person("member1")); err != nil {
				t.Fatal(err)
			}
			b := o.firstBroken()
			if b.Name != c.who || b.Seq != c.seq || !strings.Contains(b.What, c.says) {
				t.Errorf("%+v", b)
			}
			if text := b.String(); !strings.HasPrefix(text, c.who+"：") {
				t.Error(text)
			}
		})
	}
}

// Who rewrites an entry, every hash after it and the account's head leaves a chain
// that holds; it is not the one that was sealed.
func TestASealFindsARewrittenChain(t *testing.T) {
	o := sealedOffice(t)
	o.rewrite("member1", 2)
	b := o.firstBroken()
	if b.Name != "叶知秋" || b.Seq != 4 || b.Voucher == 0 || !strings.Contains(b.What, "与2026年第一季度结账时封存的不符") {
		t.Errorf("%+v", b)
	}
	// What was posted after the last close nobody sealed yet.
	o = sealedOffice(t)
	o.rewrite("member1", 6)
	o.verified()
}

// Who opens a quarter, posts and closes it again under its old seal is found too.
func TestAnEntryAfterTheClose(t *testing.T) {
	o := sealedOffice(t)
	owner := withoutTriggers(t, o)
	for _, q := range []string{
		`CREATE TEMP TABLE was AS SELECT * FROM points_quarters`,
		`UPDATE points_quarters SET state = 'open', closed_at = NULL`,
	} {
		if _, err := owner.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	late := o.meeting("2026-05-18", "member1")
	o.mustPost(late)
	if _, err := owner.Exec(`UPDATE points_quarters q SET state = 'closed', closed_at = now() WHERE seal IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	b := o.firstBroken()
	if b.Name != "叶知秋" || b.Voucher == 0 || !strings.Contains(b.What, "2026年第二季度结账之后又记入该季度") {
		t.Errorf("%+v", b)
	}
}

// sealedOffice has two closed quarters and one that runs.
func sealedOffice(t *testing.T) *office {
	o := newOffice(t)
	o.mustPost(o.meeting("2026-02-10", "member1", "chief"))
	o.mustPost(o.meeting("2026-03-10", "member1"))
	o.close("2026Q1")
	o.mustPost(o.meeting("2026-05-11", "member1", "leader2"))
	o.close("2026Q2")
	o.at("2026-07-20")
	o.mustPost(o.meeting("2026-07-10", "member1", "chief"))
	o.verified()
	return o
}

// withoutTriggers is the database's owner with the triggers of all books off, on one
// connection.
func withoutTriggers(t *testing.T, o *office) *sql.DB {
	owner := testdb.Owner(t, o.db)
	owner.SetMaxOpenConns(1)
	for _, table := range []string{"points_entries", "points_quarters", "points_seals", "points_totals"} {
		if _, err := owner.Exec(`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`); err != nil {
			t.Fatal(err)
		}
	}
	return owner
}

// rewrite changes the reason of one entry of the key's person and makes every hash
// from there on fit.
func (o *office) rewrite(key string, seq int64) {
	o.t.Helper()
	owner := withoutTriggers(o.t.(*testing.T), o)
	var chain []Entry
	err := db.Each(context.Background(), o.db, `SELECT `+entryColumnsOf("e")+` FROM points_entries e WHERE person_id = $1 ORDER BY seq`,
		[]any{o.Person(key)}, func(rows *sql.Rows) error {
			chain = append(chain, Entry{})
			return rows.Scan(chain[len(chain)-1].columns()...)
		})
	if err != nil {
		o.t.Fatal(err)
	}
	var head []byte
	for _, e := range chain {
		if e.Seq == seq {
			e.Reason += "（改）"
		}
		if e.Seq >= seq {
			e.seal(o.Unit, head)
			if _, err := owner.Exec(`UPDATE points_entries SET reason = $2, prev_hash = $3, hash = $4 WHERE id = $1`, e.ID, e.Reason, e.PrevHash, e.Hash); err != nil {
				o.t.Fatal(err)
			}
		}
		head = e.Hash
	}
	if _, err := owner.Exec(`UPDATE points_accounts SET head = $2 WHERE person_id = $1`, o.Person(key), head); err != nil {
		o.t.Fatal(err)
	}
}

// firstBroken is what Verify names first.
func (o *office) firstBroken() BrokenEntry {
	o.t.Helper()
	r, err := o.svc.Verify(context.Background(), o.Actor("auditor"), access.System(o.Unit))
	if err != nil {
		o.t.Fatal(err)
	}
	if r.OK || len(r.Broken) == 0 {
		o.t.Fatal("not found")
	}
	return r.Broken[0]
}

func TestSealOf(t *testing.T) {
	q := quarter("2026Q1")
	seals := map[string]bool{}
	for _, s := range []string{sealOf("", q, "a"), sealOf("a", q, ""), sealOf("", q, "b"), sealOf("", calendar.Quarter{Year: 2026, Q: 2}, "a")} {
		seals[s] = true
	}
	if len(seals) != 4 {
		t.Error("two seals are the same")
	}
}
