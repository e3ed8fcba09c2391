package points

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/testdb"
)

func TestEntriesAreAppendOnly(t *testing.T) {
	o := newOffice(t)
	o.mustPost(o.meeting("2026-05-11", "member1"))
	owner := testdb.Owner(t, o.db)
	for _, statement := range []string{
		`UPDATE points_entries SET points = points + 1`, `DELETE FROM points_entries`, `TRUNCATE points_entries CASCADE`,
	} {
		if _, err := o.db.NewRaw(statement).Exec(context.Background()); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("as the application: %s: %v", statement, err)
		}
		if _, err := owner.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("as the owner: %s: %v", statement, err)
		}
	}
	if _, err := o.db.NewRaw(`UPDATE points_rules SET points = 1`).Exec(context.Background()); err == nil || !strings.Contains(err.Error(), "frozen") {
		t.Errorf("a published rule was changed: %v", err)
	}
	o.close("2026Q2")
	if _, err := o.db.NewRaw(`INSERT INTO points_entries SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'seq', 99, 'voucher', 999999,
		'source_id', gen_random_uuid()))).* FROM points_entries e LIMIT 1`).Exec(context.Background()); err == nil || !strings.Contains(err.Error(), "closed quarter") {
		t.Errorf("a closed quarter took an entry: %v", err)
	}
}

// Whoever has the owner's password can switch triggers off; then the chain tells.
func TestVerifyNamesWhatWasTamperedWith(t *testing.T) {
	const victim = `(SELECT id FROM points_entries WHERE person_id = $1 AND seq = 3)`
	for name, c := range map[string]struct {
		tamper string
		seq    int64
		says   string
	}{
		"points":          {`UPDATE points_entries SET points = points + 1 WHERE id = ` + victim, 3, "结余应为"},
		"reason":          {`UPDATE points_entries SET reason = reason || '!' WHERE id = ` + victim, 3, "分录被改动过"},
		"one bit of time": {`UPDATE points_entries SET posted_at = posted_at + interval '1 microsecond' WHERE id = ` + victim, 3, "分录被改动过"},
		"hash":            {`UPDATE points_entries SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE id = ` + victim, 3, "分录被改动过"},
		"link":            {`UPDATE points_entries SET prev_hash = set_byte(prev_hash, 5, get_byte(prev_hash, 5) # 1) WHERE id = ` + victim, 3, "分录被改动过"},
		"algorithm":       {`UPDATE points_entries SET algorithm = 'none' WHERE id = ` + victim, 3, "不认识的链算法"},
		"one gone":        {`DELETE FROM points_entries WHERE id = ` + victim, 4, "序号不连续"},
		"tail gone":       {`DELETE FROM points_entries WHERE person_id = $1 AND seq > 3`, 0, "末尾的分录被删除"},
		"total":           {`UPDATE points_totals SET gained = gained + 100 WHERE person_id = $1 AND dimension = 'political'`, 0, "合计与分录不符"},
		"cap":             {`UPDATE points_caps SET used = 0 WHERE person_id = $1 AND cap = 'dimension:political'`, 0, "封顶用量"},
		"account":         {`UPDATE points_accounts SET head = '\x00' WHERE person_id = $1`, 0, "末笔"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			for _, on := range []string{"2026-05-04", "2026-05-06", "2026-05-08"} {
				o.mustPost(o.meeting(on, "member1", "chief"))
			}
			o.verified()
			owner := testdb.Owner(t, o.db)
			if _, err := owner.Exec(`ALTER TABLE points_entries DISABLE TRIGGER ALL`); err != nil {
				// Foreign keys are the superuser's; our own triggers are enough.
				if _, err := owner.Exec(`ALTER TABLE points_entries DISABLE TRIGGER USER`); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := owner.Exec(c.tamper, o.Person("member1")); err != nil {
				t.Fatal(err)
			}
			r, err := o.svc.Verify(context.Background(), o.Actor("auditor"), access.System(o.Unit))
			if err != nil {
				t.Fatal(err)
			}
			if r.OK || len(r.Broken) == 0 {
				t.Fatal("not found")
			}
			b := r.Broken[0]
			if b.Person != o.Person("member1") || b.Name != "叶知秋" || b.Seq != c.seq || (c.seq > 0) != (b.Voucher > 0) || !strings.Contains(b.What, c.says) {
				t.Errorf("%+v", b)
			}
			if text := b.String(); !strings.HasPrefix(text, "叶知秋") || !strings.HasSuffix(text, b.What) {
				t.Error(text)
			}
			for _, b := range r.Broken {
				if b.Person != o.Person("member1") {
					t.Errorf("somebody else is blamed: %+v", b)
				}
			}
		})
	}
}

func TestHeads(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	people := []uuid.UUID{o.Person("member1"), o.Person("chief")}
	before, err := Heads(ctx, o.db, o.Unit, people)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Heads(ctx, o.db, o.Unit, []uuid.UUID{people[1], people[0]}); again != before {
		t.Error("the order of people matters")
	}
	o.mustPost(o.meeting("2026-05-11", "leader2"))
	if same, _ := Heads(ctx, o.db, o.Unit, people); same != before {
		t.Error("another's entry changed the heads")
	}
	o.mustPost(o.meeting("2026-05-11", "member1"))
	if after, _ := Heads(ctx, o.db, o.Unit, people); after == before {
		t.Error("an entry did not change the heads")
	}
	r, err := o.svc.Verify(ctx, o.Actor("auditor"), access.System(o.Unit))
	if err != nil || !r.OK || r.Accounts != 11 || r.Entries != 13 || len(r.Heads) != 64 {
		t.Errorf("%+v, %v", r, err)
	}
	if empty, err := o.svc.Verify(ctx, o.Actor("auditor"), access.Scope{}); err != nil || empty.Accounts != 0 {
		t.Errorf("without scope: %+v, %v", empty, err)
	}
}
