package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Office founds a unit and adds people who are not on its roll; handed over by
// app, since the roll lies above this package.
type Office interface {
	Found(ctx context.Context, tx bun.Tx, now time.Time, name string) (unit uuid.UUID, err error)
	AddOutsider(ctx context.Context, tx bun.Tx, unit uuid.UUID, name string) (person uuid.UUID, err error)
}

// Service signs people in and manages accounts and grants.
type Service struct {
	db     *bun.DB
	now    calendar.Clock
	policy *access.Policy
	office Office
	audit  *audit.Service
	// hashing bounds how many passwords are hashed at once: each takes 19 MiB.
	hashing chan struct{}
	// allowDemo lets the published sign-ins of the demo office in.
	allowDemo bool
}

// NewService makes the service. allowDemo must be false in production.
func NewService(d *bun.DB, now calendar.Clock, p *access.Policy, o Office, a *audit.Service, allowDemo bool) *Service {
	return &Service{db: d, now: now, policy: p, office: o, audit: a, hashing: make(chan struct{}, 4), allowDemo: allowDemo}
}

// signedOut is the one answer to a missing, unknown, idle or ended session.
func signedOut() error {
	return fault.New(fault.Unauthenticated, "登录已失效，请重新登录")
}

// Actor finds who a session token stands for, with grants as they are now.
func (s *Service) Actor(ctx context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	now := s.now()
	hash := tokenHash(token)
	found, ok, err := sessionByToken(ctx, s.db, hash, calendar.DateOf(now))
	if err != nil {
		return access.Actor{}, err
	}
	if !ok || now.Sub(found.seenAt) > IdleFor || now.Sub(found.createdAt) > LivesFor || found.demo && !s.allowDemo {
		return access.Actor{}, signedOut()
	}
	if now.Sub(found.seenAt) > touchEvery {
		if err := touchSession(ctx, s.db, hash, now); err != nil {
			return access.Actor{}, err
		}
	}
	return found.actor, nil
}

// ActorByLogin is who acts on the command line (--as).
func (s *Service) ActorByLogin(ctx context.Context, login string) (access.Actor, error) {
	a, _, disabled, _, found, err := actorByLogin(ctx, s.db, login, calendar.DateOf(s.now()))
	switch {
	case err != nil:
		return access.Actor{}, err
	case !found:
		return access.Actor{}, fault.Newf(fault.NotFound, "没有登录名为 %s 的账号（--as）", login)
	case disabled:
		return access.Actor{}, fault.Newf(fault.Forbidden, "账号 %s 已停用，不能操作", login)
	}
	a.Address = "command line"
	return a, nil
}

// ActorOf is who a person acts as without a session, for what a secret address of
// theirs gives out: with the grants of this moment. There is nobody once the account
// is closed, the person is off the roll or has left, or no grant is in force.
func (s *Service) ActorOf(ctx context.Context, unit, person uuid.UUID) (a access.Actor, ok bool, err error) {
	a, demo, found, err := actorByPerson(ctx, s.db, unit, person, calendar.DateOf(s.now()))
	if err != nil || !found || demo && !s.allowDemo || len(a.Grants) == 0 {
		return access.Actor{}, false, err
	}
	return a, true, nil
}

// SignIn checks a password and opens a session. by carries the request's address
// and id. At most MaxTries wrong tries of a login are evaluated in TryWindow,
// whether the login exists or not.
func (s *Service) SignIn(ctx context.Context, by access.Actor, login, password, userAgent string) (token string, who access.Actor, err error) {
	wrong := fault.New(fault.Unauthenticated, "登录名或密码不对，请检查大小写后重试")
	login, err = CleanLogin(login)
	if err != nil {
		return "", who, wrong
	}
	unit, _, _, err := theUnit(ctx, s.db)
	if err != nil {
		return "", who, err
	}
	if unit == uuid.Nil {
		return "", who, fault.New(fault.Unavailable, "系统尚未初始化，请用启动时打印的一次性链接完成设置")
	}
	by.Unit, by.Name = unit, login
	var tries int
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		tries, err = countTry(ctx, tx, unit, login, by.Address, s.now())
		return err
	})
	if err != nil {
		return "", who, err
	}
	if tries >= MaxTries {
		return "", who, fault.Newf(fault.TooMany, "密码连续输错 %d 次，请 %d 分钟后再试，或请系统管理员解锁", MaxTries, int(TryWindow.Minutes()))
	}
	who, hash, disabled, demo, found, err := actorByLogin(ctx, s.db, login, calendar.DateOf(s.now()))
	if err != nil {
		return "", who, err
	}
	if !found { // spend the same time on a login that does not exist
		hash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	}
	right, err := s.verify(ctx, hash, password)
	if err != nil {
		return "", who, err
	}
	switch {
	case !found || !right:
		if err := s.audit.Refused(ctx, by, audit.Entry{Action: "session.open", Object: "account", ObjectID: who.Account, Summary: "登录失败：登录名或密码不对"}); err != nil {
			return "", who, err
		}
		return "", access.Actor{}, wrong
	case disabled:
		return "", access.Actor{}, fault.New(fault.Forbidden, "该账号已停用，或本人已离任，请联系系统管理员")
	case demo && !s.allowDemo:
		return "", access.Actor{}, fault.New(fault.Forbidden, "这是演示账号，正式运行时不能登录；请由系统管理员建立正式账号")
	}
	who.RequestID, who.Address = by.RequestID, by.Address
	token, tokenHash, err := newToken()
	if err != nil {
		return "", who, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := forgetTries(ctx, tx, unit, login); err != nil {
			return err
		}
		if err := insertSession(ctx, tx, who, tokenHash, s.now(), clip(userAgent, 200)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, who, s.now(), audit.Entry{Action: "session.open", Object: "account", ObjectID: who.Account, Summary: who.Name + "登录"})
	})
	return token, who, err
}

// SignOut ends the session of a token.
func (s *Service) SignOut(ctx context.Context, by access.Actor, token string) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := deleteSession(ctx, tx, tokenHash(token)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "session.close", Object: "account", ObjectID: by.Account, Summary: by.Name + "退出登录"})
	})
}

// ChangePassword sets the actor's own password and ends every other session.
func (s *Service) ChangePassword(ctx context.Context, by access.Actor, token, current, next string) error {
	_, hash, _, _, _, err := actorByLogin(ctx, s.db, by.Login, calendar.DateOf(s.now()))
	if err != nil {
		return err
	}
	right, err := s.verify(ctx, hash, current)
	if err != nil {
		return err
	}
	if !right {
		return fault.Field("current", "原密码不对")
	}
	if current == next {
		return fault.Field("password", "新密码不能与原密码相同")
	}
	fresh, err := s.hash(ctx, by.Login, next)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := setPassword(ctx, tx, by.Unit, by.Account, fresh, false, s.now()); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, by.Unit, by.Person, tokenHash(token)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "account.password", Object: "account", ObjectID: by.Account, Summary: by.Name + "修改了自己的密码"})
	})
}

func (s *Service) verify(ctx context.Context, hash, password string) (bool, error) {
	if err := s.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	return len(password) <= 256 && verifyPassword(hash, password), nil
}

func (s *Service) hash(ctx context.Context, login, password string) (string, error) {
	if err := CheckPassword(login, password); err != nil {
		return "", err
	}
	if err := s.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return hashPassword(password)
}

func (s *Service) turn(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Unavailable, "登录的人太多，请稍后再试")
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// SetupLink makes a new one-time token when the installation has no office yet;
// an empty token means that there is one. Older links stop working.
func (s *Service) SetupLink(ctx context.Context) (token string, err error) {
	unit, _, _, err := theUnit(ctx, s.db)
	if err != nil || unit != uuid.Nil {
		return "", err
	}
	token, hash, err := newToken()
	if err != nil {
		return "", err
	}
	return token, db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return replaceSetupLink(ctx, tx, hash, s.now())
	})
}

// SetupOpen says whether a one-time link still works.
func (s *Service) SetupOpen(ctx context.Context, token string) (bool, error) {
	return setupLinkOpen(ctx, s.db, tokenHash(token), s.now())
}

// First is what the one-time set-up asks for.
type First struct {
	Token, UnitName, PersonName, Login, Password string
}

// Setup founds the office and its first administrator, once.
func (s *Service) Setup(ctx context.Context, by access.Actor, f First) error {
	login, err := CleanLogin(f.Login)
	if err != nil {
		return err
	}
	hash, err := s.hash(ctx, login, f.Password)
	if err != nil {
		return err
	}
	now := s.now()
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		used, err := useSetupLink(ctx, tx, tokenHash(f.Token), now)
		if err != nil {
			return err
		}
		if !used {
			return fault.New(fault.Forbidden, "设置链接已失效或已用过，请重新启动服务取得新的链接")
		}
		if unit, name, _, err := theUnit(ctx, tx); err != nil {
			return err
		} else if unit != uuid.Nil { // founded by a command meanwhile
			return fault.Newf(fault.Conflict, "这里已有单位“%s”，不能再次设置", name)
		}
		by.Unit, err = s.office.Found(ctx, tx, now, f.UnitName)
		if err != nil {
			return err
		}
		by.Person, err = s.office.AddOutsider(ctx, tx, by.Unit, f.PersonName)
		if err != nil {
			return err
		}
		by.Account, by.Name = db.NewID(), f.PersonName
		if err := insertAccount(ctx, tx, by.Unit, Account{ID: by.Account, Login: login, PersonID: by.Person}, hash, now); err != nil {
			return err
		}
		for _, role := range []string{"system_admin", "security_admin"} {
			g := access.GrantRow{ID: db.NewID(), Person: by.Person, Role: role, PlaceKind: "unit", From: calendar.DateOf(now)}
			if err := access.InsertGrant(ctx, tx, by.Unit, g); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "unit.setup", Object: "unit", ObjectID: by.Unit,
			Summary: fmt.Sprintf("初始化%s,%s(%s)任系统管理员和安全管理员", f.UnitName, f.PersonName, login)})
	})
}

// HasDemo says whether the installation holds the invented demo office.
func (s *Service) HasDemo(ctx context.Context) (bool, error) {
	_, _, demo, err := theUnit(ctx, s.db)
	return demo, err
}

// Unit is the one office of this installation and its name, for the command line;
// zero before set-up.
func (s *Service) Unit(ctx context.Context) (uuid.UUID, string, error) {
	id, name, _, err := theUnit(ctx, s.db)
	return id, name, err
}
