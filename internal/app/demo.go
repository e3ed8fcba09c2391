package app

import (
	"context"
	_ "embed"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// demoRoster is the invented office's roll, as an office would send it.
//
//go:embed demo/roster.xlsx
var demoRoster []byte

// DemoPassword opens every demo account. It is published, which is why a
// production start refuses those accounts.
const DemoPassword = "Bin-he-xianfeng-2026"

// The demo office's time: a year of whole quarters, then the weeks of the running
// one. Fixed, so that every run builds the same office.
var (
	demoFirst = calendar.NewDate(2025, time.October, 1)
	demoLast  = calendar.NewDate(2026, time.November, 20)
)

// demoClock is the time at which the demo's people act: what they record is filed
// then, not at the moment the demo is built.
type demoClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *demoClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// demo is an office under construction. It works through the services that people
// use, as the people who would, each within their own scope.
type demo struct {
	*App
	clock *demoClock
	unit  uuid.UUID
	// system founds the office and imports the roll; later steps act as people.
	system access.Actor
	actors map[string]access.Actor
	today  calendar.Date // of the machine: nothing is recorded after it
	// The places of the roll.
	branches    []org.BranchNode
	departments map[string]uuid.UUID
}

// Demo builds the demo office in an empty installation.
func (a *App) Demo(ctx context.Context) error {
	if unit, name, err := a.Accounts.Unit(ctx); err != nil {
		return err
	} else if unit != uuid.Nil {
		return fault.Newf(fault.Conflict, "这里已有单位“%s”，演示数据只能建在空的数据目录中；请用 --data 指定另一个目录", name)
	}
	clock := &demoClock{}
	b, err := New(a.DB, a.Config, clock.now, a.Log)
	if err != nil {
		return err
	}
	d := &demo{App: b, clock: clock, today: calendar.DateOf(a.Now()), actors: map[string]access.Actor{}, departments: map[string]uuid.UUID{}}
	for _, step := range []func(context.Context) error{d.found, d.enrol, d.appoint, d.liveYear} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo office: %w", err)
		}
	}
	return nil
}

// at is a moment of the office's own day.
func at(day calendar.Date, hour, minute int) time.Time {
	return day.In().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func (d *demo) found(ctx context.Context) error {
	d.clock.set(at(demoFirst.AddDays(8), 9, 0))
	return db.Transact(ctx, d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		d.unit, err = found(ctx, tx, d.clock.now(), "滨河区人民检察院", true, demoFirst)
		if err != nil {
			return err
		}
		person, err := org.AddOutsider(ctx, tx, d.unit, "演示数据")
		d.system = access.Actor{Unit: d.unit, Person: person, Account: db.NewID(), Name: "演示数据", Address: "command line"}
		return err
	})
}

// enrol brings the roll in through the import.
func (d *demo) enrol(ctx context.Context) error {
	scope := access.System(d.unit)
	preview, err := d.Org.PreviewImport(ctx, d.system, scope, "人员花名册.xlsx", demoRoster, org.ImportOptions{EffectiveFrom: demoFirst})
	if err != nil {
		return err
	}
	if preview.Counts.Bad > 0 {
		return fmt.Errorf("the demo roll has %d bad rows", preview.Counts.Bad)
	}
	if _, err := d.Org.ConfirmImport(ctx, d.system, scope, preview.ID, org.ConfirmOptions{}); err != nil {
		return err
	}
	return nil
}

// DemoSignIn is one account of the demo office, for README and start-up text.
type DemoSignIn struct {
	Login, Person, What string
	role                string
	place               string // branch, or branch/group; empty for the unit
	post                string // a Party post at that place
}

// DemoSignIns lists the accounts that show one role each. Every group leader and
// committee member of the three working branches has one as well.
func DemoSignIns() []DemoSignIn {
	return []DemoSignIn{
		{"chief", "于国栋", "检察长：看全院，下载报表", "leading_group", "", ""},
		{"office", "曹晨", "政治部主任，机关党委：人员、导入、更正、报表", "party_office", "", ""},
		{"deputy", "董慧", "副检察长：分管第一检察部", "deputy_leader", "第一检察部", ""},
		{"secretary1", "萧春梅", "第一党支部书记：记录、确认、报表", "branch_secretary", "第一党支部", "secretary"},
		{"secretary2", "吕雪", "第二党支部书记", "branch_secretary", "第二党支部", "secretary"},
		{"secretary3", "吕学文", "第三党支部书记", "branch_secretary", "第三党支部", "secretary"},
		{"secretary4", "欧阳海燕", "离退休干部党支部书记", "branch_secretary", "离退休干部党支部", "secretary"},
		{"committee1", "朱文静", "第一党支部组织委员", "committee_member", "第一党支部", "committee_member"},
		{"committee2", "邓建国", "第一党支部宣传委员", "committee_member", "第一党支部", "committee_member"},
		{"committee3", "朴凤英", "第二党支部组织委员", "committee_member", "第二党支部", "committee_member"},
		{"committee4", "尉迟海燕", "第二党支部宣传委员", "committee_member", "第二党支部", "committee_member"},
		{"committee5", "张建国", "第三党支部组织委员", "committee_member", "第三党支部", "committee_member"},
		{"committee6", "单丽娜", "第三党支部宣传委员", "committee_member", "第三党支部", "committee_member"},
		{"committee7", "陈玉兰", "离退休干部党支部组织委员", "committee_member", "离退休干部党支部", "committee_member"},
		{"committee8", "何慧", "离退休干部党支部宣传委员", "committee_member", "离退休干部党支部", "committee_member"},
		{"leader11", "高宁", "第一党支部第一党小组组长", "group_leader", "第一党支部/第一党小组", "group_leader"},
		{"leader12", "李宁", "第一党支部第二党小组组长", "group_leader", "第一党支部/第二党小组", "group_leader"},
		{"leader13", "郭佳怡", "第一党支部第三党小组组长", "group_leader", "第一党支部/第三党小组", "group_leader"},
		{"leader21", "胡鹏", "第二党支部第一党小组组长", "group_leader", "第二党支部/第一党小组", "group_leader"},
		{"leader22", "林丽娜", "第二党支部第二党小组组长", "group_leader", "第二党支部/第二党小组", "group_leader"},
		{"leader23", "孙宁", "第二党支部第三党小组组长", "group_leader", "第二党支部/第三党小组", "group_leader"},
		{"leader31", "曹一鸣", "第三党支部第一党小组组长", "group_leader", "第三党支部/第一党小组", "group_leader"},
		{"leader32", "袁学文", "第三党支部第二党小组组长", "group_leader", "第三党支部/第二党小组", "group_leader"},
		{"leader33", "高磊", "第三党支部第三党小组组长", "group_leader", "第三党支部/第三党小组", "group_leader"},
		{"member", "郭红霞", "普通党员：看自己的台账", "member", "", ""},
		{"sysadmin", "刘玉兰", "系统管理员：账号", "system_admin", "", ""},
		{"security", "郑永胜", "安全管理员：授权", "security_admin", "", ""},
		{"auditor", "宋海燕", "审计员：审计记录", "security_auditor", "", ""},
	}
}

// DemoSignInText is what `make run` prints.
func DemoSignInText() string {
	text := "演示账号（仅限本机访问时可用），密码均为 " + DemoPassword + "\n"
	for _, s := range DemoSignIns() {
		switch s.Login {
		case "chief", "office", "secretary1", "secretary2", "leader11", "member", "sysadmin", "security", "auditor":
			text += fmt.Sprintf("  %-11s %s，%s\n", s.Login, s.Person, s.What)
		}
	}
	return text
}

// appoint gives Party posts, accounts and grants.
func (d *demo) appoint(ctx context.Context) error {
	scope := access.System(d.unit)
	places, err := d.Org.Places(ctx, scope)
	if err != nil {
		return err
	}
	ids := map[string][2]uuid.UUID{} // place → branch, group
	d.branches = places.Branches
	for _, n := range places.Departments {
		d.departments[n.Name] = n.ID
	}
	for _, b := range places.Branches {
		ids[b.Name] = [2]uuid.UUID{b.ID}
		for _, g := range b.Groups {
			ids[b.Name+"/"+g.Name] = [2]uuid.UUID{b.ID, g.ID}
		}
	}
	for _, s := range DemoSignIns() {
		person, err := d.Accounts.OnlyPerson(ctx, d.unit, s.Person)
		if err != nil {
			return err
		}
		if person == uuid.Nil {
			return fmt.Errorf("no single person named %s on the demo roll", s.Person)
		}
		where := ids[s.place]
		if s.post != "" {
			_, err := d.Org.Appoint(ctx, d.system, scope, person, org.NewPosition{Kind: s.post, Branch: where[0], Group: where[1], From: demoFirst})
			if err != nil {
				return fmt.Errorf("%s: %w", s.Login, err)
			}
		}
		if _, _, err := d.Accounts.Create(ctx, d.system, scope, account.NewAccount{Login: s.Login, Person: person, Password: DemoPassword, Demo: true}); err != nil {
			return fmt.Errorf("%s: %w", s.Login, err)
		}
		if s.role == "member" {
			continue // every account has it
		}
		g := account.NewGrant{Person: person, Role: s.role, From: demoFirst, Place: where[0]}
		if where[1] != uuid.Nil {
			g.Place = where[1]
		}
		if s.role == "deputy_leader" {
			g.Place = d.departments[s.place]
		}
		if _, err := d.Accounts.Grant(ctx, d.system, scope, g); err != nil {
			return fmt.Errorf("%s: %w", s.Login, err)
		}
	}
	return nil
}

// as is a demo account acting, with the scope of a permission.
func (d *demo) as(ctx context.Context, login string, n access.Need) (access.Actor, access.Scope, error) {
	by, ok := d.actors[login]
	if !ok {
		var err error
		if by, err = d.Accounts.ActorByLogin(ctx, login); err != nil {
			return by, access.Scope{}, err
		}
		d.actors[login] = by
	}
	scope, err := d.Policy.Decide(by, n)
	return by, scope, err
}
