package taskforce

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/org"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

var bg = context.Background()

func on(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// camp is the fixture with one taskforce that runs since 1 March 2026: 白一帆 heads it,
// 唐文静 and 叶知秋 are in it. Its clock stands at noon of 20 May.
type camp struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	files  *file.Service
	svc    *Service
	now    time.Time
	id     uuid.UUID
}

func newCamp(t testing.TB) *camp {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	c := &camp{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)}
	clock := func() time.Time { return c.now }
	if c.files, err = file.NewService(d, t.TempDir(), clock); err != nil {
		t.Fatal(err)
	}
	c.svc = NewService(d, policy, c.files, clock)
	c.tx(func(ctx context.Context, tx bun.Tx) error { return Seed(ctx, tx, c.Unit) })
	c.id = c.opened("检卫行动党支部", "action_branch", "secretary1", "secretary2", "member1")
	return c
}

// opened is a running taskforce of a kind, whose first person heads it.
func (c *camp) opened(name, kind string, people ...string) uuid.UUID {
	c.t.Helper()
	id := db.NewID()
	c.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := org.OpenProject(ctx, tx, c.Unit, org.Project{ID: id, Name: name, Party: kind == "action_branch", From: on("2026-03-01")}); err != nil {
			return err
		}
		for i, key := range people {
			s := org.Secondment{ID: db.NewID(), Project: id, Person: c.Person(key), Office: org.OfficeMember, From: on("2026-03-01")}
			if i == 0 {
				s.Office = org.OfficeSecretary
			}
			if err := org.Second(ctx, tx, c.Unit, s); err != nil {
				return err
			}
		}
		_, err := tx.NewRaw(`INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, proposed_by, proposed_at) VALUES (?, ?, ?, '护航卫生健康', ?, ?)`,
			c.Unit, id, kind, c.Person("secretary2"), c.now.AddDate(0, -4, 0)).Exec(ctx)
		return err
	})
	c.exec(`UPDATE taskforce_taskforces SET state = 'approved', approval_no = ?, approved_on = '2026-02-20', approved_by = ? WHERE id = ?`, "滨检党〔2026〕"+name, c.Person("office"), id)
	c.exec(`UPDATE taskforce_taskforces SET state = 'active' WHERE id = ?`, id)
	return id
}

func (c *camp) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	c.t.Helper()
	if err := db.Transact(bg, c.db, fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *camp) exec(text string, args ...any) {
	c.t.Helper()
	if _, err := c.db.NewRaw(text, args...).Exec(bg); err != nil {
		c.t.Fatal(err)
	}
}

func (c *camp) count(text string, args ...any) (n int) {
	c.t.Helper()
	if err := c.db.NewRaw(text, args...).Scan(bg, &n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// as is somebody with the scope of a permission, as the guard gives it: whoever is
// seconded holds their role at the project besides.
func (c *camp) as(key string, n access.Need) (access.Actor, access.Scope) {
	c.t.Helper()
	by := c.Actor(key)
	var rows []struct {
		ProjectID uuid.UUID
		Office    string
	}
	if err := c.db.NewRaw(`SELECT project_id, office FROM org_secondments WHERE person_id = ? AND ?::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')`,
		by.Person, calendar.DateOf(c.now)).Scan(bg, &rows); err != nil {
		c.t.Fatal(err)
	}
	for _, r := range rows {
		role := access.RoleTaskforceMember
		if r.Office == org.OfficeSecretary || r.Office == org.OfficeDeputy {
			role = access.RoleTaskforceSecretary
		}
		by.Grants = append(by.Grants, access.Grant{Role: role, PlaceKind: "project", PlaceID: r.ProjectID})
	}
	scope, err := c.policy.Decide(by, n)
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

func (c *camp) version() (v int) {
	c.t.Helper()
	return c.count(`SELECT row_version FROM taskforce_taskforces WHERE id = ?`, c.id)
}

// held is a confirmed record under the taskforce's name, with an attachment.
func (c *camp) held(title, day, attachment string, present ...string) uuid.UUID {
	c.t.Helper()
	c.exec(`INSERT INTO activity_kinds (unit_id, code, name, category, expected, organisers) VALUES (?, 'joint_action', '共建行动', 'work', 'nobody', '{project}') ON CONFLICT DO NOTHING`, c.Unit)
	id := db.NewID()
	c.exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, project_id, state, created_by, created_at, updated_at)
		VALUES (?0, ?1, ?1, 1, 'joint_action', ?2, ?3::timestamptz, ?3::timestamptz + interval '1 hour', 'project', ?4, 'draft', ?5, now(), now())`,
		c.Unit, id, title, day+" 09:00+08", c.id, c.Person("secretary1"))
	for _, key := range present {
		a := c.Actor(key)
		c.exec(`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id, group_id) VALUES (?, ?, ?, 'present', ?, ?)`, c.Unit, id, a.Person, a.Branch, a.Group)
	}
	c.exec(`INSERT INTO activity_outsiders (unit_id, activity_id, seq, name, partner) VALUES (?, ?, 1, '陈警官', '区公安分局')`, c.Unit, id)
	if attachment != "" {
		blob, err := c.files.Store(bg, c.Actor("secretary1"), "a.pdf", strings.NewReader("%PDF-1.7 "+title))
		if err != nil {
			c.t.Fatal(err)
		}
		c.tx(func(ctx context.Context, tx bun.Tx) error {
			blob.Name = attachment
			f, err := c.files.Add(ctx, tx, c.Actor("secretary1"), blob)
			if err != nil {
				return err
			}
			_, err = tx.NewRaw(`INSERT INTO activity_attachments (unit_id, activity_id, file_id) VALUES (?, ?, ?)`, c.Unit, id, f.ID).Exec(ctx)
			return err
		})
	}
	c.exec(`UPDATE activity_activities SET state = 'confirmed', confirmed_by = ?, confirmed_at = now() WHERE id = ?`, c.Person("secretary1"), id)
	return id
}

func (c *camp) achieve(key string, in OutcomeInput) (Outcome, error) {
	by, scope := c.as(key, need("log"))
	return c.svc.Achieve(bg, by, scope, c.id, in)
}

func (c *camp) mustAchieve(key, kind, title string, quantity int64) Outcome {
	c.t.Helper()
	o, err := c.achieve(key, OutcomeInput{Kind: kind, Title: title, Quantity: quantity, ReachedOn: on("2026-04-10"), Reference: "滨检联〔2026〕1号"})
	c.ok(err)
	return o
}

func (c *camp) conclude(key, last string) error {
	by, scope := c.as(key, need("conclude"))
	_, err := c.svc.Conclude(bg, by, scope, c.id, Conclusion{on(last), "完成了任务。", c.version()})
	return err
}

func (c *camp) appraise(key string, items ...AppraisalItem) error {
	by, scope := c.as(key, needAppraisal("write"))
	_, err := c.svc.Appraise(bg, by, scope, c.id, items)
	return err
}

func (c *camp) item(key string, g Grade) AppraisalItem {
	return AppraisalItem{c.Person(key), g, "表现突出。"}
}

func (c *camp) archiveIt(key string) error {
	by, scope := c.as(key, need("archive"))
	_, err := c.svc.Archive(bg, by, scope, c.id, c.version())
	return err
}

func (c *camp) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
}

// refused checks the code of a refusal and what it says.
func (c *camp) refused(err error, code fault.Code, says string) {
	c.t.Helper()
	text := ""
	if err != nil {
		f := fault.From(err)
		text = f.Message
		for _, d := range f.Details {
			text += " " + d.Message
		}
	}
	if !fault.Is(err, code) || !strings.Contains(text, says) {
		c.t.Errorf("want %s with %q, have %v", code, says, err)
	}
}
