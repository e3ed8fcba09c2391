package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// List shows the accounts in scope, found by login, name, pinyin or initials.
func (s *Service) List(ctx context.Context, scope access.Scope, text string) ([]Account, error) {
	return listAccounts(ctx, s.db, scope, db.Like(strings.TrimSpace(text)), s.now())
}

// Newcomers finds people on the roll who have no account yet. It tells a name and
// what tells two of one name apart, and nothing else: administrators see no
// business rows.
func (s *Service) Newcomers(ctx context.Context, scope access.Scope, text string) ([]Newcomer, error) {
	return listNewcomers(ctx, s.db, scope, db.Like(strings.TrimSpace(text)), calendar.DateOf(s.now()))
}

// wholeUnit refuses to manage accounts and grants with a permission that ends at a
// branch: a sign-in or a role may reach anywhere.
func wholeUnit(scope access.Scope) error {
	if !scope.Whole() {
		return fault.New(fault.Forbidden, "管理账号和授权需要全院范围的权限")
	}
	return nil
}

// NewAccount asks for an account: of a person on the roll, or, before the roster
// was imported, of somebody named only (linked later with Link).
type NewAccount struct {
	Login  string
	Person uuid.UUID
	Name   string
	// Password is set by the demo office and the command line; empty makes one
	// that is shown once and has to be changed.
	Password string
	Demo     bool
}

// Create makes an account with the member role and gives its first password.
func (s *Service) Create(ctx context.Context, by access.Actor, scope access.Scope, n NewAccount) (a Account, password string, err error) {
	if err := wholeUnit(scope); err != nil {
		return a, "", err
	}
	a = Account{ID: db.NewID(), PersonID: n.Person, Demo: n.Demo}
	if a.Login, err = CleanLogin(n.Login); err != nil {
		return a, "", err
	}
	password, hash, err := s.firstPassword(ctx, a.Login, n.Password)
	if err != nil {
		return a, "", err
	}
	a.MustChange = n.Password == ""
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := s.resolvePerson(ctx, tx, by.Unit, n.Name, &a); err != nil {
			return err
		}
		if err := insertAccount(ctx, tx, by.Unit, a, hash, s.now()); err != nil {
			return err
		}
		if a.OnRoll {
			g := access.GrantRow{ID: db.NewID(), Person: a.PersonID, Role: "member", PlaceKind: "unit", From: calendar.DateOf(s.now())}
			if has, err := hasGrant(ctx, tx, by.Unit, a.PersonID, "member"); err != nil {
				return err
			} else if !has {
				if err := access.InsertGrant(ctx, tx, by.Unit, g); err != nil {
					return err
				}
			}
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "account.create", Object: "account", ObjectID: a.ID,
			Summary: fmt.Sprintf("为%s建立账号 %s", a.PersonName, a.Login)})
	})
	return a, password, err
}

func (s *Service) resolvePerson(ctx context.Context, tx bun.Tx, unit uuid.UUID, name string, a *Account) (err error) {
	if a.PersonID == uuid.Nil {
		if strings.TrimSpace(name) == "" {
			return fault.Field("person_id", "请选择人员，或填写花名册以外人员的姓名")
		}
		a.PersonName = strings.TrimSpace(name)
		a.PersonID, err = s.office.AddOutsider(ctx, tx, unit, a.PersonName)
		return err
	}
	a.PersonName, a.OnRoll, err = personOf(ctx, tx, unit, a.PersonID)
	if errors.Is(err, errNoPerson) {
		return fault.Missing("人员")
	}
	return err
}

func (s *Service) firstPassword(ctx context.Context, login, given string) (password, hash string, err error) {
	if password = given; password == "" {
		if password, err = randomPassword(); err != nil {
			return "", "", err
		}
	}
	hash, err = s.hash(ctx, login, password)
	return password, hash, err
}

// change locks an account in scope, applies what fn does, and records it.
func (s *Service) change(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, action, what string, fn func(context.Context, bun.Tx, Account) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, found, err := lockAccount(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Missing("账号")
		}
		if err := fn(ctx, tx, a); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "account", ObjectID: id,
			Summary: fmt.Sprintf("%s账号 %s(%s)", what, a.Login, a.PersonName)})
	})
}

// Disable stops an account and ends its sessions at once. Nobody disables their
// own: it would lock the office out.
func (s *Service) Disable(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	if id == by.Account {
		return fault.New(fault.RuleBroken, "不能停用自己的账号，请由另一位系统管理员办理")
	}
	return s.change(ctx, by, scope, id, "account.disable", "停用", func(ctx context.Context, tx bun.Tx, a Account) error {
		now := s.now()
		if err := setDisabled(ctx, tx, by.Unit, id, &now); err != nil {
			return err
		}
		_, err := endSessions(ctx, tx, by.Unit, a.PersonID, nil)
		return err
	})
}

// Enable lets a disabled account in again.
func (s *Service) Enable(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	return s.change(ctx, by, scope, id, "account.enable", "启用", func(ctx context.Context, tx bun.Tx, _ Account) error {
		return setDisabled(ctx, tx, by.Unit, id, nil)
	})
}

// Unlock forgets an account's wrong tries.
func (s *Service) Unlock(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	return s.change(ctx, by, scope, id, "account.unlock", "解锁", func(ctx context.Context, tx bun.Tx, a Account) error {
		return forgetTries(ctx, tx, by.Unit, a.Login)
	})
}

// Reset gives a new password that is shown once and has to be changed; sessions
// end. A demo account becomes an ordinary one by it.
func (s *Service) Reset(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (password string, err error) {
	password, hash, err := s.firstPassword(ctx, "", "")
	if err != nil {
		return "", err
	}
	return password, s.change(ctx, by, scope, id, "account.reset", "重置密码：", func(ctx context.Context, tx bun.Tx, a Account) error {
		if err := setPassword(ctx, tx, by.Unit, id, hash, true, s.now()); err != nil {
			return err
		}
		if err := forgetTries(ctx, tx, by.Unit, a.Login); err != nil {
			return err
		}
		_, err := endSessions(ctx, tx, by.Unit, a.PersonID, nil)
		return err
	})
}

// EndSessions signs an account out everywhere.
func (s *Service) EndSessions(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (n int64, err error) {
	err = s.change(ctx, by, scope, id, "account.sessions", "强制下线：", func(ctx context.Context, tx bun.Tx, a Account) (err error) {
		n, err = endSessions(ctx, tx, by.Unit, a.PersonID, nil)
		return err
	})
	return n, err
}

// Link moves an account made before the roster to its person on the roll,
// together with the grants.
func (s *Service) Link(ctx context.Context, by access.Actor, scope access.Scope, id, person uuid.UUID) error {
	return s.change(ctx, by, scope, id, "account.link", "关联到花名册：", func(ctx context.Context, tx bun.Tx, a Account) error {
		if a.OnRoll {
			return fault.New(fault.RuleBroken, "该账号已关联花名册人员，不能再改")
		}
		to := Account{PersonID: person}
		if err := s.resolvePerson(ctx, tx, by.Unit, "", &to); err != nil {
			return err
		}
		if err := setPerson(ctx, tx, by.Unit, id, person); err != nil {
			return err
		}
		if err := access.MoveGrants(ctx, tx, by.Unit, a.PersonID, person); err != nil {
			return err
		}
		_, err := endSessions(ctx, tx, by.Unit, person, nil)
		return err
	})
}

// Grants lists grants in scope, those in force first.
func (s *Service) Grants(ctx context.Context, scope access.Scope, text string) ([]Grant, error) {
	return listGrants(ctx, s.db, scope, strings.TrimSpace(text), calendar.DateOf(s.now()))
}

// NewGrant asks for a role at a place.
type NewGrant struct {
	Person   uuid.UUID
	Role     string
	Place    uuid.UUID // zero for roles of the unit
	From, To calendar.Date
}

// Grant gives a role to somebody else (nobody grants to themselves) and ends the
// person's sessions, so that the change holds everywhere at once.
func (s *Service) Grant(ctx context.Context, by access.Actor, scope access.Scope, n NewGrant) (id uuid.UUID, err error) {
	if err := wholeUnit(scope); err != nil {
		return id, err
	}
	role, ok := access.RoleByCode(n.Role)
	if !ok {
		return id, fault.Field("role", "没有这个角色")
	}
	if role.Place == "project" {
		return id, fault.Field("role", "“"+role.Name+"”随抽调自动取得、到期自动失去，不能直接授予；请在行动党支部等的页面抽调人员")
	}
	if (role.Place == "unit") != (n.Place == uuid.Nil) {
		return id, fault.Field("place_id", "请为该角色选择"+map[string]string{"unit": "全院（不选具体部门）", "department": "部门", "branch": "党支部", "group": "党小组"}[role.Place])
	}
	if n.From.IsZero() {
		n.From = calendar.DateOf(s.now())
	}
	if !n.To.IsZero() && n.To.Before(n.From) {
		return id, fault.Field("valid_to", "结束日期不能早于开始日期")
	}
	if err := s.policy.Separate(by, access.Need{Resource: "grant", Action: "write"}, n.Person); err != nil {
		return id, err
	}
	id = db.NewID()
	return id, db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		to := Account{PersonID: n.Person}
		if err := s.resolvePerson(ctx, tx, by.Unit, "", &to); err != nil {
			return err
		}
		place, err := placeName(ctx, tx, by.Unit, role.Place, n.Place)
		if err != nil {
			return err
		}
		g := access.GrantRow{ID: id, Person: n.Person, Role: n.Role, PlaceKind: role.Place, PlaceID: n.Place, From: n.From, To: n.To, GrantedBy: by.Person}
		if err := access.InsertGrant(ctx, tx, by.Unit, g); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, by.Unit, n.Person, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "grant.give", Object: "grant", ObjectID: id,
			Summary: fmt.Sprintf("授予%s%s%s", to.PersonName, place, role.Name), Detail: map[string]any{"role": n.Role, "place": place, "from": n.From, "to": n.To}})
	})
}

// EndGrant takes a role back at once and ends the person's sessions.
func (s *Service) EndGrant(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	if err := wholeUnit(scope); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		person, ended, err := access.EndGrant(ctx, tx, by.Unit, id, by.Person, s.now())
		if err != nil {
			return err
		}
		if !ended {
			return fault.Missing("授权")
		}
		if err := s.policy.Separate(by, access.Need{Resource: "grant", Action: "write"}, person); err != nil {
			return err
		}
		name, _, err := personOf(ctx, tx, by.Unit, person)
		if err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, by.Unit, person, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "grant.end", Object: "grant", ObjectID: id, Summary: "收回" + name + "的一项授权"})
	})
}

// OnlyPerson finds the one person on the roll of that name, for the command line;
// zero when there is none or more than one.
func (s *Service) OnlyPerson(ctx context.Context, unit uuid.UUID, name string) (uuid.UUID, error) {
	return onlyPerson(ctx, s.db, unit, name)
}
