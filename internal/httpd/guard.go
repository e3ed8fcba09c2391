package httpd

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/idempotency"
)

// CookieName is the session cookie.
const CookieName = "xianfeng_session"

// Sessions finds the actor of a session token: account, grants and places in one
// query, so that a change of grants holds from the next request on.
type Sessions interface {
	Actor(ctx context.Context, token string) (access.Actor, error)
}

// Guard is the first of a request's five steps: session and grants, Casbin,
// Scope, Idempotency-Key.
type Guard struct {
	db       *bun.DB
	sessions Sessions
	policy   *access.Policy
	log      *slog.Logger
}

// NewGuard makes the guard.
func NewGuard(d *bun.DB, s Sessions, p *access.Policy, log *slog.Logger) *Guard {
	return &Guard{d, s, p, log}
}

func (g *Guard) enter(op Op) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(ctx)
		refuse := func(err error) {
			_ = writeProblem(c, problem(g.log, requestIDOf(ctx.Context()), err))
		}
		deadline, cancel := context.WithTimeout(ctx.Context(), op.Timeout)
		defer cancel()
		ctx = huma.WithContext(ctx, deadline)
		who := Who{Actor: access.Actor{RequestID: requestIDOf(deadline), Address: c.IP()}, HTTPS: c.Protocol() == "https"}
		if op.Need != access.Public {
			a, err := g.sessions.Actor(deadline, c.Cookies(CookieName))
			if err != nil {
				refuse(err)
				return
			}
			a.RequestID, a.Address = who.RequestID, who.Address
			c.Locals("account", a.Login)
			if a.MustChange && op.Need.Resource != "session" {
				refuse(fault.New(fault.Forbidden, "请先修改初始密码"))
				return
			}
			scope, err := g.policy.Decide(a, op.Need)
			if err != nil {
				refuse(err)
				return
			}
			who.Actor, who.Scope = a, scope
		}
		key := c.Get("Idempotency-Key")
		if key == "" || ctx.Method() == http.MethodGet || op.Need == access.Public || op.Secret {
			next(huma.WithValue(ctx, whoKey{}, who))
			return
		}
		if len(key) < 8 || len(key) > 100 {
			refuse(fault.Field("Idempotency-Key", "提交编号（Idempotency-Key）应为 8 到 100 个字符"))
			return
		}
		who.Key = key
		sum := sha256.New()
		_, _ = sum.Write([]byte(ctx.Method() + " " + c.OriginalURL() + "\n"))
		_, _ = sum.Write(c.Body())
		who.BodyHash = sum.Sum(nil)
		if done, err := g.replay(deadline, c, who.Actor); err != nil {
			refuse(err)
			return
		} else if done {
			return
		}
		next(huma.WithValue(ctx, whoKey{}, who))
		g.finish(deadline, c, who.Actor, refuse)
	}
}

// finish keeps the answer for the next copy of this request. One that was refused
// while another copy of it was carried out, by the reserved key or by a rule that
// finds the thing done already, answers as that one did.
func (g *Guard) finish(ctx context.Context, c *fiber.Ctx, a access.Actor, refuse func(error)) {
	status := c.Response().StatusCode()
	if status >= 200 && status < 300 && !c.Response().IsBodyStream() {
		err := idempotency.Keep(ctx, g.db, a, idempotency.Answer{Status: status,
			ContentType: string(c.Response().Header.ContentType()), Body: c.Response().Body()})
		if err != nil { // done all the same: a later copy reads that it was carried out
			g.log.Warn("answer not kept", "request_id", a.RequestID, "error", err)
		}
		return
	}
	if status >= 400 {
		if _, err := g.replay(ctx, c, a); err != nil {
			refuse(err)
		}
	}
}

// answerWithin is how long a copy of a request waits for the first one's answer,
// which is kept a moment after its transaction; a server that died in between
// never keeps one.
const answerWithin = 3 * time.Second

// replay answers from the kept answer of the same request. done is false when the
// key was never carried out.
func (g *Guard) replay(ctx context.Context, c *fiber.Ctx, a access.Actor) (done bool, err error) {
	var kept *idempotency.Answer
	for waited, wait := time.Duration(0), 5*time.Millisecond; ; waited, wait = waited+wait, wait*2 {
		kept, err = idempotency.Answered(ctx, g.db, a)
		if err != nil || kept == nil {
			return false, err
		}
		if string(kept.BodyHash) != string(a.BodyHash) {
			return false, fault.New(fault.Conflict, "同一提交编号（Idempotency-Key）已用于另一份内容，请刷新页面重新提交")
		}
		if kept.Status != 0 {
			break
		}
		if waited > answerWithin {
			return false, fault.New(fault.Conflict, "这次提交已经处理过，请刷新页面查看结果")
		}
		select {
		case <-ctx.Done():
			return false, fault.Wrap(ctx.Err(), fault.Unavailable, "处理超时，请刷新页面查看结果")
		case <-time.After(wait):
		}
	}
	c.Response().ResetBody()
	c.Status(kept.Status)
	c.Set(fiber.HeaderContentType, kept.ContentType)
	c.Set("Idempotency-Replayed", "true")
	return true, c.Send(kept.Body)
}
