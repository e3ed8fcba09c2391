// Package app builds each service once, hands them to one another, mounts their
// routes and runs the server. Only cmd imports it.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/activity"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/db"
	"xianfeng/internal/desk"
	"xianfeng/internal/duty"
	"xianfeng/internal/fairness"
	"xianfeng/internal/fault"
	"xianfeng/internal/feed"
	"xianfeng/internal/file"
	"xianfeng/internal/httpd"
	"xianfeng/internal/keyring"
	"xianfeng/internal/life"
	"xianfeng/internal/localpg"
	"xianfeng/internal/mentoring"
	"xianfeng/internal/notice"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/report"
	"xianfeng/internal/selection"
	"xianfeng/internal/study"
	"xianfeng/internal/talk"
	"xianfeng/internal/taskforce"
	"xianfeng/internal/volunteer"
	"xianfeng/policies"
	"xianfeng/web"
)

// App is the product without its HTTP side: what the command line works with.
type App struct {
	Config     Config
	DB         *bun.DB
	Log        *slog.Logger
	Now        calendar.Clock
	Policy     *access.Policy
	Keys       *keyring.Ring
	Audit      *audit.Service
	Files      *file.Service
	Accounts   *account.Service
	Org        *org.Service
	Points     *points.Service
	Activities *activity.Service
	Claims     *claim.Service
	Notices    *notice.Service
	Selections *selection.Service
	Talks      *talk.Service
	Study      *study.Service
	Mentoring  *mentoring.Service
	Taskforces *taskforce.Service
	Volunteers *volunteer.Service
	Reports    *report.Service
	Duties     *duty.Service
	Desk       *desk.Service
	Feeds      *feed.Service
	Fairness   *fairness.Service
	Life       *life.Service

	pg *localpg.Server
}

// minConns leaves room beside a job, which holds one connection for its lock and
// works on another.
const minConns = 4

// Open starts or reaches PostgreSQL, migrates it, and builds the services. A
// server that dies takes its private PostgreSQL along; a command leaves it to
// whoever else uses it.
func Open(ctx context.Context, cfg Config, now calendar.Clock, log *slog.Logger, serving bool) (*App, error) {
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "数据目录 "+cfg.Data+" 建不起来，请检查 --data（XIANFENG_DATA）的位置和权限")
	}
	if cfg.MaxConns < minConns {
		return nil, fault.Newf(fault.Invalid, "数据库连接数（XIANFENG_MAX_CONNS）至少为 %d", minConns)
	}
	url, owner, role := cfg.DatabaseURL, cfg.OwnerURL, ""
	var pg *localpg.Server
	if url == "" {
		var err error
		pg, err = localpg.Start(ctx, localpg.Options{Dir: cfg.Data, BinDir: cfg.PGBinDir, DieWithParent: serving, Log: log})
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, err.Error())
		}
		url = pg.OwnerURL()
	}
	if owner == "" { // one login for both: requests put on the weaker role
		owner, role = url, db.AppRole
	}
	a, err := connect(ctx, cfg, url, owner, role, now, log)
	if err != nil {
		if pg != nil {
			_ = pg.Stop(context.WithoutCancel(ctx))
		}
		return nil, err
	}
	a.pg = pg
	return a, nil
}

func connect(ctx context.Context, cfg Config, url, owner, role string, now calendar.Clock, log *slog.Logger) (*App, error) {
	// The version is looked at before anything is changed.
	probe, err := db.Open(ctx, owner, db.Options{MaxConns: 1})
	if err != nil {
		return nil, err
	}
	_ = probe.Close()
	if err := db.Migrate(ctx, owner); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, url, db.Options{MaxConns: cfg.MaxConns, Role: role})
	if err != nil {
		return nil, err
	}
	if err := db.CheckRole(ctx, d.DB); err != nil {
		_ = d.Close()
		return nil, err
	}
	a, err := New(d, cfg, now, log)
	if err == nil {
		err = a.catchUp(ctx)
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return a, nil
}

// New builds the services on an open database; tests and Open share it. Without the
// keys that texts are sealed with there are still services, for the command line, but
// no Server.
func New(d *bun.DB, cfg Config, now calendar.Clock, log *slog.Logger) (*App, error) {
	path, err := cfg.keysPath()
	keys := keyring.Closed(err)
	if err == nil {
		if keys, err = keyring.Prepare(context.Background(), d, path); err != nil {
			return nil, err
		}
	}
	return build(d, cfg, keys, now, log)
}

func build(d *bun.DB, cfg Config, keys *keyring.Ring, now calendar.Clock, log *slog.Logger) (*App, error) {
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		return nil, err
	}
	files, err := file.NewService(d, filepath.Join(cfg.Data, "files"), now)
	if err != nil {
		return nil, err
	}
	a := &App{Config: cfg, DB: d, Log: log, Now: now, Policy: policy, Keys: keys, Files: files}
	a.Audit = audit.NewService(d, now)
	a.Accounts = account.NewService(d, now, policy, office{}, a.Audit, cfg.DemoSignIns())
	a.Org = org.NewService(d, policy, ledgers{}, now)
	a.Activities = activity.NewService(d, policy, files, now)
	a.Claims = claim.NewService(d, policy, files, claimSources{}, now)
	a.Points = points.NewService(d, policy, openWork{}, activity.Facts{}, a.Claims, now)
	a.Selections = selection.NewService(d, policy, duties{now}, pairs{}, now)
	a.Mentoring = mentoring.NewService(d, policy, now)
	a.Notices = notice.NewService(d, policy, map[string]notice.Owner{notice.KindClaims: a.Claims, notice.KindSelection: a.Selections, notice.KindTotals: a.Points, notice.KindPlans: a.Mentoring, notice.KindHours: volunteer.HoursNotices{}}, activity.Meetings{}, now)
	a.Study = study.NewService(d, keys, now)
	a.Taskforces = taskforce.NewService(d, policy, a.Files, now)
	a.Volunteers = volunteer.NewService(d, policy, a.Activities, now)
	a.Talks = talk.NewService(d, policy, keys, talkSources{now}, now)
	a.Reports = report.NewService(d, policy, files, now)
	a.Duties = duty.NewService(d, policy, now)
	a.Desk = desk.NewService(d, policy, now)
	a.Feeds = feed.NewService(d, a.Accounts, now, feedTalks{policy, now}, feedMornings{policy}, feedDuties{policy, now}, feedVolunteering{})
	a.Fairness = fairness.NewService(d, now)
	a.Life = life.NewService(d, policy, now)
	return a, nil
}

// Server mounts every route.
func (a *App) Server() (*httpd.Server, error) {
	if err := a.Keys.Err(); err != nil {
		return nil, err
	}
	s, err := httpd.New(httpd.Config{Version: Version, Origins: a.Config.Origin, BehindProxy: a.Config.BehindProxy, Log: a.Log},
		a.DB, httpd.NewGuard(a.DB, a.Accounts, a.Policy, a.Log))
	if err != nil {
		return nil, err
	}
	account.Mount(s.API, a.Accounts, a.Config.SecureCookies)
	org.Mount(s.API, a.Org)
	life.Mount(s.API, a.Life)
	activity.Mount(s.API, a.Activities)
	points.Mount(s.API, a.Points)
	notice.Mount(s.API, a.Notices)
	selection.Mount(s.API, a.Selections)
	report.Mount(s.API, a.Reports)
	fairness.Mount(s.API, a.Fairness)
	audit.Mount(s.API, a.Audit)
	duty.Mount(s.API, a.Duties)
	desk.Mount(s.API, a.Desk)
	feed.Mount(s.API, a.Feeds)
	claim.Mount(s.API, a.Claims)
	mentoring.Mount(s.API, a.Mentoring)
	taskforce.Mount(s.API, a.Taskforces)
	volunteer.Mount(s.API, a.Volunteers)
	talk.Mount(s.API, a.Talks)
	study.Mount(s.API, a.Study)
	ui, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("user interface: %w", err)
	}
	return s, s.Finish(ui)
}

// Close lets go of the database, and stops the private PostgreSQL when nobody
// else uses it.
func (a *App) Close(ctx context.Context) error {
	err := a.DB.Close()
	if a.pg != nil {
		if stop := a.pg.Stop(ctx); err == nil {
			err = stop
		}
	}
	return err
}

// office founds a unit with what every capability seeds; see account.Office.
type office struct{}

func (office) Found(ctx context.Context, tx bun.Tx, now time.Time, name string) (uuid.UUID, error) {
	return found(ctx, tx, now, name, false, calendar.QuarterOf(calendar.DateOf(now)).First())
}

func (office) AddOutsider(ctx context.Context, tx bun.Tx, unit uuid.UUID, name string) (uuid.UUID, error) {
	return org.AddOutsider(ctx, tx, unit, name)
}

// ledgers is what org asks of points; see org.Ledgers.
type ledgers struct{}

func (ledgers) TakeBackBase(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, people []uuid.UUID) (org.KeptLedgers, error) {
	return points.TakeBackBase(ctx, tx, by, now, people)
}

// found makes a unit with its activity kinds, talks, duties and its first scheme, in
// force from a day.
func found(ctx context.Context, tx bun.Tx, now time.Time, name string, demo bool, from calendar.Date) (uuid.UUID, error) {
	unit, err := org.CreateUnit(ctx, tx, now, name, demo)
	if err != nil {
		return uuid.Nil, err
	}
	if err := activity.Seed(ctx, tx, unit); err != nil {
		return uuid.Nil, err
	}
	if err := seedLists(ctx, tx, unit, now); err != nil {
		return uuid.Nil, err
	}
	return unit, points.Seed(ctx, tx, unit, now, from)
}
