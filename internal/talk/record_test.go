package talk

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/keyring"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

// sealedDay is when the talks of these tests were planned; the clock stands on it.
var sealedDay = calendar.DateOf(time.Now())

// confidants is an office in which deputy talks with member1, and what was said is
// nobody else's business.
type confidants struct {
	testdb.Fixture
	t    testing.TB
	d    *bun.DB
	s    *Service
	now  time.Time
	talk uuid.UUID
}

func newConfidants(t testing.TB) *confidants {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	c := &confidants{Fixture: testdb.Office(t, d), t: t, d: d, now: time.Now()}
	c.s = NewService(d, policy, keyring.New(), nil, func() time.Time { return c.now })
	_, err = d.Exec(`INSERT INTO talk_types (unit_id, code, name) VALUES (?, 'leader', '领导谈话') ON CONFLICT DO NOTHING`, c.Unit)
	c.must(err)
	c.talk = c.planned("deputy", "member1", sealedDay)
	return c
}

func (c *confidants) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *confidants) planned(talker, partner string, day calendar.Date) uuid.UUID {
	c.t.Helper()
	id := db.NewID()
	_, err := c.d.Exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on, planned_on, created_at)
		VALUES (?, ?, ?, 'leader', ?, ?, ?, ?, ?, ?, ?, now())`, c.Unit, id, day.Year, c.Person(talker), c.Person(partner),
		c.Branches[0].ID, c.Departments[1].ID, day.AddDays(-300), day.AddDays(300), day)
	c.must(err)
	return id
}

func (c *confidants) as(key, resource, action string) (access.Actor, access.Scope) {
	c.t.Helper()
	by := c.Actor(key)
	scope, err := c.s.policy.Decide(by, need(resource, action))
	if fault.Is(err, fault.Forbidden) {
		return by, access.Scope{}
	}
	c.must(err)
	return by, scope
}

func (c *confidants) read(key string) (Record, error) {
	c.t.Helper()
	by, scope := c.as(key, "talk_text", "read")
	return c.s.Record(c.t.Context(), by, scope, c.talk)
}

func (c *confidants) write(key, text string, after int) (Record, error) {
	c.t.Helper()
	by, scope := c.as(key, "talk_text", "write")
	return c.s.Write(c.t.Context(), by, scope, c.talk, text, after)
}

// mayNot says that something was refused as if it were not there.
func (c *confidants) mayNot(what string, err error) {
	c.t.Helper()
	if !fault.Is(err, fault.NotFound) {
		c.t.Errorf("%s: %v", what, err)
	}
}

func (c *confidants) refused(what string, err error, code fault.Code) {
	c.t.Helper()
	if !fault.Is(err, code) {
		c.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// name has both of the two name a leader, and gives the consent.
func (c *confidants) name(leader string) uuid.UUID {
	c.t.Helper()
	by, scope := c.as("deputy", "talk_text", "write")
	r, err := c.s.Ask(c.t.Context(), by, scope, c.talk, c.Person(leader), sealedDay.AddDays(7))
	c.must(err)
	id := r.Consents[0].ID
	by, scope = c.as("member1", "talk_text", "write")
	r, err = c.s.AgreeToConsent(c.t.Context(), by, scope, id)
	c.must(err)
	if r.Consents[0].State != ConsentAgreed {
		c.t.Errorf("%+v", r.Consents[0])
	}
	return id
}

func TestRecordVersions(t *testing.T) {
	c := newConfidants(t)
	r, err := c.read("member1")
	c.must(err)
	if len(r.Versions) != 0 || !r.Party || !r.MayWrite {
		t.Errorf("%+v", r)
	}
	r, err = c.write("deputy", " 谈了三件事\r\n第二行 ", 0)
	c.must(err)
	if len(r.Versions) != 1 || r.Versions[0].Text != "谈了三件事\n第二行" || r.Versions[0].WrittenByName == "" || r.Versions[0].AgreedAt != nil {
		t.Errorf("%+v", r.Versions)
	}
	_, err = c.write("member1", "同时写的", 0)
	c.refused("written meanwhile", err, fault.Conflict)
	r, err = c.write("member1", "谈了四件事", 1)
	c.must(err)
	if len(r.Versions) != 2 || r.Versions[0].Text != "谈了四件事" || r.Versions[1].Text != "谈了三件事\n第二行" {
		t.Errorf("%+v", r.Versions)
	}
	agree := func(key string, version int) error {
		by, scope := c.as(key, "talk_text", "write")
		_, err := c.s.Agree(t.Context(), by, scope, c.talk, version)
		return err
	}
	c.refused("older version", agree("deputy", 1), fault.Conflict)
	c.refused("one's own words", agree("member1", 2), fault.RuleBroken)
	c.mayNot("chief agrees", agree("chief", 2))
	c.must(agree("deputy", 2))
	c.refused("twice", agree("deputy", 2), fault.Conflict)
	r, err = c.read("deputy")
	c.must(err)
	if r.Versions[0].AgreedAt == nil || r.Versions[1].AgreedAt != nil {
		t.Errorf("%+v", r.Versions)
	}

	for what, text := range map[string]string{"empty": " \n", "too long": strings.Repeat("长", maxText+1)} {
		_, err := c.write("deputy", text, 2)
		if !fault.Is(err, fault.Invalid) || fault.From(err).Field != "text" || len(err.Error()) > 200 {
			t.Errorf("%s: %.300v", what, err)
		}
	}
}

// A record is written once there was something to talk about.
func TestRecordWhen(t *testing.T) {
	c := newConfidants(t)
	c.talk = c.planned("deputy", "secretary2", sealedDay.AddDays(1))
	_, err := c.write("deputy", "明天的", 0)
	c.refused("before its day", err, fault.RuleBroken)
	c.now = c.now.AddDate(0, 0, 1)
	_, err = c.write("deputy", "今天的", 0)
	c.must(err)
	_, err = c.d.Exec(`UPDATE talk_talks SET state = 'cancelled', cancel_reason = 'left', cancelled_by = ? WHERE id = ?`, c.Person("office"), c.talk)
	c.must(err)
	_, err = c.write("deputy", "取消以后", 1)
	c.refused("cancelled", err, fault.RuleBroken)
	if _, err := c.read("secretary2"); err != nil {
		t.Errorf("what was written before stays with the two: %v", err)
	}
}

// Nobody but the two reads, writes or as much as learns of a record, whatever their
// role; a leader whom both named does, while the time runs, and both are told.
func TestRecordConfided(t *testing.T) {
	c := newConfidants(t)
	_, err := c.write("deputy", "只有两个人知道", 0)
	c.must(err)
	nobody := func(but ...string) {
		t.Helper()
	keys:
		for _, key := range c.Keys() {
			for _, b := range append(but, "deputy", "member1") {
				if key == b {
					continue keys
				}
			}
			_, err := c.read(key)
			c.mayNot(key+" reads", err)
			_, err = c.write(key, "插一句", 1)
			c.mayNot(key+" writes", err)
			by := c.Actor(key)
			_, err = c.s.Record(t.Context(), by, access.System(c.Unit), c.talk) // whatever a policy may come to say
			c.mayNot(key+" reads with the scope of everything", err)
			_, err = c.s.Write(t.Context(), by, access.System(c.Unit), c.talk, "插一句", 1)
			c.mayNot(key+" writes with the scope of everything", err)
		}
	}
	nobody()

	ask := func(key, leader string, until calendar.Date) (Record, error) {
		by, scope := c.as(key, "talk_text", "write")
		return c.s.Ask(t.Context(), by, scope, c.talk, c.Person(leader), until)
	}
	_, err = ask("chief", "office", sealedDay)
	c.mayNot("a third names a leader", err)
	_, err = ask("deputy", "member1", sealedDay)
	c.refused("one of the two", err, fault.Invalid)
	_, err = ask("deputy", "staff", sealedDay)
	c.refused("no leader", err, fault.Invalid)
	_, err = ask("deputy", "chief", sealedDay.AddDays(-1))
	c.refused("yesterday", err, fault.Invalid)
	_, err = ask("deputy", "chief", sealedDay.AddDays(consentDays))
	c.refused("too long", err, fault.Invalid)
	_, err = ask("deputy", "office", sealedDay.AddDays(consentDays-1))
	c.must(err)
	r, err := ask("deputy", "chief", sealedDay)
	c.must(err)
	_, err = ask("member1", "chief", sealedDay)
	c.refused("asked twice", err, fault.Conflict)
	nobody() // one of the two is not both

	settle := func(key string, id uuid.UUID, do func(*Service, context.Context, access.Actor, access.Scope, uuid.UUID) (Record, error)) error {
		by, scope := c.as(key, "talk_text", "write")
		_, err := do(c.s, t.Context(), by, scope, id)
		return err
	}
	id := r.Consents[0].ID
	c.refused("agreed to oneself", settle("deputy", id, (*Service).AgreeToConsent), fault.RuleBroken)
	c.mayNot("the leader agrees", settle("chief", id, (*Service).AgreeToConsent))
	c.mayNot("somebody agrees", settle("office", id, (*Service).AgreeToConsent))
	c.must(settle("member1", id, (*Service).AgreeToConsent))
	nobody("chief")

	by, scope := c.as("chief", "talk_text", "read")
	readings, err := c.s.Readings(t.Context(), by, scope)
	c.must(err)
	if len(readings) != 1 || readings[0].TalkID != c.talk || readings[0].Until != sealedDay || readings[0].Openings != 0 {
		t.Errorf("%+v", readings)
	}
	r, err = c.read("chief")
	c.must(err)
	if len(r.Versions) != 1 || r.Versions[0].Text != "只有两个人知道" || r.Party || r.MayWrite || len(r.FollowUps) != 0 || len(r.Consents) != 1 {
		t.Errorf("%+v", r)
	}
	_, err = c.write("chief", "插一句", 1)
	c.mayNot("the leader writes", err)
	for _, key := range []string{"deputy", "member1"} {
		r, err := c.read(key)
		c.must(err)
		if len(r.Openings) != 1 || r.Openings[0].OpenedByName != c.Actor("chief").Name {
			t.Errorf("%s is shown %+v", key, r.Openings)
		}
	}
	var audited int
	c.must(testdb.Owner(t, c.d).QueryRow(`SELECT count(*) FROM audit_entries WHERE action = 'talk.record.open' AND person_id = $1`, c.Person("chief")).Scan(&audited))
	if audited != 1 {
		t.Errorf("%d openings audited", audited)
	}

	c.mayNot("the leader takes it back", settle("chief", id, (*Service).Revoke))
	c.must(settle("deputy", id, (*Service).Revoke))
	c.refused("taken back twice", settle("deputy", id, (*Service).Revoke), fault.Conflict)
	nobody()

	// Named again, and the time ends: by the database's clock, whatever the service's
	// says, so that what is listed, opened and shown as running is the same.
	again := c.name("chief")
	listed := func() int {
		t.Helper()
		by, scope := c.as("chief", "talk_text", "read")
		readings, err := c.s.Readings(t.Context(), by, scope)
		c.must(err)
		return len(readings)
	}
	for _, days := range []int{0, 30, -30} {
		c.now = c.now.AddDate(0, 0, days)
		r, err := c.read("chief")
		if err != nil || r.Consents[0].State != ConsentAgreed || listed() != 1 {
			t.Errorf("%d days off: %+v, %d listed, %v", days, r.Consents, listed(), err)
		}
		c.now = c.now.AddDate(0, 0, -days)
	}
	owner := testdb.Owner(t, c.d)
	_, err = owner.Exec(`ALTER TABLE talk_consents NO FORCE ROW LEVEL SECURITY`)
	c.must(err)
	_, err = owner.Exec(`UPDATE talk_consents SET asked_at = now() - interval '2 days', until = now() - interval '1 second' WHERE id = $1`, again)
	c.must(err)
	nobody()
	if listed() != 0 {
		t.Error("listed after its time")
	}
	c.refused("agreed to after its time", settle("member1", again, (*Service).AgreeToConsent), fault.Conflict)
	r, err = c.read("deputy")
	c.must(err)
	for _, was := range r.Consents {
		if was.ID == again && was.State != ConsentOver {
			t.Errorf("%+v", was)
		}
	}
	c.name("chief") // one that is over makes room
	if _, err := c.read("chief"); err != nil {
		t.Error(err)
	}
}

// Row-level security stands behind the service: without an actor, or with another
// one's, there are no rows, and an actor does not stay with the connection.
func TestRowsOfTheTwo(t *testing.T) {
	c := newConfidants(t)
	_, err := c.write("deputy", "壁垒", 0)
	c.must(err)
	c.name("chief")
	_, err = c.read("chief")
	c.must(err)
	c.raise("deputy", "office", "修好热水器")

	tables := []string{"talk_records", "talk_consents", "talk_openings", "talk_followup_links"}
	c.d.SetMaxOpenConns(1) // one connection: whoever comes next has the one that was used before
	rows := func(on bun.IDB, table string) (n int) {
		t.Helper()
		c.must(on.NewRaw("SELECT count(*) FROM "+table).Scan(t.Context(), &n))
		return n
	}
	for _, table := range tables {
		if n := rows(c.d, table); n != 0 {
			t.Errorf("%s without an actor: %d rows", table, n)
		}
		for _, who := range []string{"deputy", "member1", "chief", "office", "secretary1", "sysadmin"} {
			want := 1
			switch {
			case who == "chief" && table == "talk_followup_links", who != "deputy" && who != "member1" && who != "chief":
				want = 0
			}
			c.must(db.Transact(t.Context(), c.d, func(ctx context.Context, tx bun.Tx) error {
				if n := rows(tx, table); n != 0 {
					t.Errorf("%s before ActAs: %d rows", table, n)
				}
				if err := db.ActAs(ctx, tx, c.Unit, c.Person(who)); err != nil {
					return err
				}
				if n := rows(tx, table); n != want {
					t.Errorf("%s as %s: %d rows, want %d", table, who, n, want)
				}
				return nil
			}))
			if n := rows(c.d, table); n != 0 {
				t.Errorf("%s after %s has committed: %d rows on the same connection", table, who, n)
			}
		}
		if err := db.Transact(t.Context(), c.d, func(ctx context.Context, tx bun.Tx) error { // another office
			if err := db.ActAs(ctx, tx, db.NewID(), c.Person("deputy")); err != nil {
				return err
			}
			if n := rows(tx, table); n != 0 {
				t.Errorf("%s as of another office: %d rows", table, n)
			}
			return db.ActAs(ctx, tx, c.Unit, uuid.Nil)
		}); err == nil {
			t.Error("nobody acts")
		}
	}
	// Somebody else's hand is refused in writing, too.
	for name, statement := range map[string]string{
		"a record in another's name": `INSERT INTO talk_records (unit_id, id, talk_id, version, written_by, written_at, sealed) SELECT unit_id, gen_random_uuid(), id, 9, talker_id, now(), '\x00' FROM talk_talks WHERE id = ?`,
		"a consent":                  `INSERT INTO talk_consents (unit_id, id, talk_id, leader_id, until, asked_by, asked_at) SELECT unit_id, gen_random_uuid(), id, partner_id, now() + interval '1 day', talker_id, now() FROM talk_talks WHERE id = ?`,
		"a link":                     `INSERT INTO talk_followup_links (unit_id, followup_id, talk_id) SELECT f.unit_id, f.id, t.id FROM talk_followups f, talk_talks t WHERE t.id = ?`,
	} {
		err := db.Transact(t.Context(), c.d, func(ctx context.Context, tx bun.Tx) error {
			if err := db.ActAs(ctx, tx, c.Unit, c.Person("secretary1")); err != nil {
				return err
			}
			_, err := tx.NewRaw(statement, c.talk).Exec(ctx)
			return err
		})
		if err == nil {
			t.Errorf("%s was written by a third", name)
		}
	}
}

// An opening is written down by whom the two named, with the consent that runs and is
// of this talk; nobody puts a false one on the two's list.
func TestFalseOpeningIsRefused(t *testing.T) {
	c := newConfidants(t)
	here := c.talk
	running := c.name("chief")
	c.talk = c.planned("deputy", "secretary2", sealedDay)
	by, scope := c.as("deputy", "talk_text", "write")
	r, err := c.s.Ask(t.Context(), by, scope, c.talk, c.Person("chief"), sealedDay.AddDays(7))
	c.must(err)
	there, asked := c.talk, r.Consents[0].ID
	log := func(who string, talk, consent uuid.UUID) error {
		return db.Transact(t.Context(), c.d, func(ctx context.Context, tx bun.Tx) error {
			if err := db.ActAs(ctx, tx, c.Unit, c.Person(who)); err != nil {
				return err
			}
			_, err := tx.NewRaw(`INSERT INTO talk_openings (unit_id, id, talk_id, opened_by, opened_at, consent_id) VALUES (?, gen_random_uuid(), ?, ?, now(), ?)`,
				c.Unit, talk, c.Person(who), consent).Exec(ctx)
			return err
		})
	}
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.must(log("chief", here, running))
	refused("a third", log("secretary1", here, running))
	refused("one of the two", log("deputy", here, running))
	refused("another talk, by this one's consent", log("chief", there, running))
	refused("this talk, by another one's consent", log("chief", here, asked))
	refused("a consent of one of the two", log("chief", there, asked))
	c.talk = here
	by, scope = c.as("member1", "talk_text", "write")
	_, err = c.s.Revoke(t.Context(), by, scope, running)
	c.must(err)
	refused("a consent that was taken back", log("chief", here, running))
}

// Canaries in the text are nowhere: in no table, as its owner dumps it, and in no file
// of the database, the log of its changes included. Texts and keys that are carried to
// another row do not open.
func TestRecordLeavesNoTrace(t *testing.T) {
	c := newConfidants(t)
	const canary = "金丝雀CANARY7f3a91"
	_, err := c.write("deputy", canary+"第一版", 0)
	c.must(err)
	_, err = c.write("member1", canary+"第二版", 1)
	c.must(err)
	_, err = c.write("deputy", canary+"冲突", 1)
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("%v", err)
	}
	_, err = c.write("deputy", canary+strings.Repeat("长", maxText), 2)
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Error("an error repeats the text")
	}
	c.name("chief")
	_, err = c.read("chief")
	c.must(err)

	owner := testdb.Owner(t, c.d)
	for _, table := range []string{"talk_records", "talk_consents", "talk_openings", "talk_followup_links"} {
		_, err := owner.Exec("ALTER TABLE " + table + " NO FORCE ROW LEVEL SECURITY")
		c.must(err)
	}
	dumped := dump(t, owner)
	if !strings.Contains(dumped, "talk.record.write") || strings.Count(dumped, c.talk.String()) < 5 {
		t.Error("the dump is not one")
	}
	for _, secret := range []string{canary, "CANARY7f3a91", "第二版"} {
		if strings.Contains(dumped, secret) {
			t.Errorf("%s is in a table", secret)
		}
	}
	c.raise("deputy", "member1", "CONTROL7f3a91") // which may be found, and so shows that it was looked for
	for tried := 0; !inFiles(t, c.d, "CONTROL7f3a91"); tried++ {
		if tried == 50 {
			t.Fatal("what is in the tables is not in the files that were searched")
		}
		time.Sleep(100 * time.Millisecond) // until the log of changes is written out
	}
	if inFiles(t, c.d, "CANARY7f3a91") {
		t.Error("the text is in a file of the database")
	}

	// Carried to the other version's row: neither text nor key opens there.
	var first, second uuid.UUID
	c.must(owner.QueryRow(`SELECT id FROM talk_records WHERE version = 1`).Scan(&first))
	c.must(owner.QueryRow(`SELECT id FROM talk_records WHERE version = 2`).Scan(&second))
	for what, statement := range map[string]string{
		"texts": `UPDATE talk_records r SET sealed = o.sealed FROM talk_records o WHERE o.id <> r.id`,
		"keys":  `UPDATE keyring_wraps r SET wrapped = o.wrapped FROM keyring_wraps o WHERE o.id <> r.id`,
	} {
		_, err := owner.Exec(statement)
		c.must(err)
		if _, err := c.read("deputy"); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s swapped: %v", what, err)
		}
		_, err = owner.Exec(statement)
		c.must(err)
		if r, err := c.read("deputy"); err != nil || !strings.HasPrefix(r.Versions[0].Text, canary) {
			t.Errorf("%s, put back: %v", what, err)
		}
	}
}

// dump is every row of every table, as text.
func dump(t testing.TB, owner *sql.DB) string {
	t.Helper()
	var statements []string
	rows, err := owner.Query(`SELECT format('SELECT coalesce(string_agg(x::text, E''\n''), '''') FROM %I x', relname) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		statements = append(statements, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range statements {
		var text string
		if err := owner.QueryRow(s).Scan(&text); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		all.WriteString(text + "\n")
	}
	return all.String()
}

// inFiles looks for a word in the files of the database and the log of its changes.
func inFiles(t testing.TB, d *bun.DB, word string) (found bool) {
	t.Helper()
	cfg, err := pgx.ParseConfig(testdb.OwnerURL(t, d))
	if err != nil {
		t.Fatal(err)
	}
	var oid string
	if err := d.QueryRow(`SELECT oid FROM pg_database WHERE datname = current_database()`).Scan(&oid); err != nil {
		t.Fatal(err)
	}
	// The socket's lock names the server, which stands in the directory of the data.
	lock, err := os.ReadFile(filepath.Join(cfg.Host, fmt.Sprintf(".s.PGSQL.%d.lock", cfg.Port)))
	if err != nil {
		t.Skipf("the files of the database are out of reach: %v", err)
	}
	data, err := os.Readlink("/proc/" + strings.Split(string(lock), "\n")[0] + "/cwd")
	if err != nil {
		t.Skipf("the files of the database are out of reach: %v", err)
	}
	err = filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(path, "/base/"+oid+"/") && !strings.Contains(path, "/pg_wal/") {
			return nil // another test's, or gone meanwhile
		}
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, []byte(word)) {
			found = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
