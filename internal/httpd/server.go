// Package httpd is the HTTP server: middleware, session and guard, the OpenAPI
// layer, error answers, and the built UI. Only it and http.go files know HTTP.
package httpd

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"mime"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/uptrace/bun"

	"xianfeng/internal/fault"
)

// Config of the server.
type Config struct {
	Version string
	// Origins are further origins that may write, such as https://dj.example.cn,
	// when a proxy changes the Host header.
	Origins []string
	// BehindProxy believes X-Forwarded-For and X-Forwarded-Proto, for an
	// installation that only its own reverse proxy can reach.
	BehindProxy bool
	Log         *slog.Logger
}

// Server is the HTTP side of the product.
type Server struct {
	Fiber *fiber.App
	API   *API
	log   *slog.Logger
}

// bodyLimit bounds every request; a roster or an attachment may take all of it.
const bodyLimit = 24 << 20

// New builds the server with everything but the capabilities' routes.
func New(cfg Config, d *bun.DB, g *Guard) (*Server, error) {
	fc := fiber.Config{
		AppName:               "xianfeng",
		Immutable:             true, // strings of a request outlive it in our rows
		DisableStartupMessage: true,
		BodyLimit:             bodyLimit,
		ReadTimeout:           60 * time.Second,
		WriteTimeout:          120 * time.Second,
		IdleTimeout:           120 * time.Second,
		ErrorHandler:          fiberError(cfg.Log),
		UnescapePath:          true,
		// A form is read by the route that wants one, so that a broken one is refused
		// like anything else, and nobody without a session fills the disk.
		DisablePreParseMultipartForm: true,
	}
	if cfg.BehindProxy {
		fc.ProxyHeader = fiber.HeaderXForwardedFor
		fc.EnableIPValidation = true
	}
	app := fiber.New(fc)
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(d.DB, "xianfeng"))
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "xianfeng_request_seconds", Help: "Time to answer, by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})
	reg.MustRegister(seconds)

	app.Use(observe(cfg.Log, seconds, cfg.BehindProxy), headers(cfg.BehindProxy), sameOrigin(cfg.Origins), legible)
	s := &Server{Fiber: app, log: cfg.Log}
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		if err := d.PingContext(ctx); err != nil {
			return fault.Wrap(err, fault.Unavailable, "数据库暂时连不上")
		}
		return c.SendString("ready\n")
	})
	metrics := adaptor.HTTPHandler(promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	app.Get("/metrics", func(c *fiber.Ctx) error {
		if !c.Context().RemoteIP().IsLoopback() || c.Get(fiber.HeaderXForwardedFor) != "" { // counts are nobody's business outside
			return fiber.ErrNotFound
		}
		return metrics(c)
	})
	s.API = newAPI(app, g, cfg.Version)
	return s, nil
}

// Finish mounts what comes after every capability's routes: unknown API paths and
// the pages.
func (s *Server) Finish(ui fs.FS) error {
	s.Fiber.Use("/api", func(*fiber.Ctx) error { return fiber.ErrNotFound })
	pages, err := newPages(ui)
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	s.Fiber.Use(pages.serve)
	return nil
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// observe gives the request its id (that of our own proxy, where there is one: it
// goes into audit rows), recovers from panics, logs and counts. The log has the
// route's pattern and never the address: what stands in that would, with the id or
// the account, tell which talk a follow-up came from or on which days somebody
// studied, and the address of a calendar opens it.
func observe(log *slog.Logger, seconds *prometheus.HistogramVec, behindProxy bool) fiber.Handler {
	return func(c *fiber.Ctx) (err error) {
		start := time.Now()
		id := c.Get(fiber.HeaderXRequestID)
		if !behindProxy || !saneID.MatchString(id) {
			id = uuid.NewString()
		}
		c.Set(fiber.HeaderXRequestID, id)
		c.SetUserContext(context.WithValue(c.UserContext(), requestIDKey{}, id))
		func() {
			defer func() {
				if r := recover(); r != nil {
					log.Error("panic", "request_id", id, "panic", r, "stack", string(debug.Stack()))
					err = fault.New(fault.Internal, "系统内部错误，请稍后重试；如反复出现，请把请求编号告诉管理员")
				}
			}()
			err = c.Next()
		}()
		if err != nil { // answered here, so that the log knows the status
			err = c.App().ErrorHandler(c, err)
		}
		took := time.Since(start)
		status, route := c.Response().StatusCode(), c.Route().Path
		seconds.WithLabelValues(c.Method(), route, fmt.Sprint(status)).Observe(took.Seconds())
		level := slog.LevelInfo
		if !strings.HasPrefix(route, "/api") {
			level = slog.LevelDebug
		}
		log.Log(c.UserContext(), level, "request", "request_id", id, "method", c.Method(), "route", route,
			"status", status, "ms", float64(took.Microseconds())/1000, "address", c.IP(), "account", c.Locals("account"))
		return err
	}
}

const policyOfContent = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func headers(behindProxy bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, policyOfContent)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderReferrerPolicy, "same-origin")
		c.Set(fiber.HeaderXFrameOptions, "DENY")
		if strings.HasPrefix(c.Path(), "/api/") {
			c.Set(fiber.HeaderCacheControl, "no-store")
		}
		if behindProxy && c.Get(fiber.HeaderXForwardedProto) == "https" || c.Protocol() == "https" {
			c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
		}
		return c.Next()
	}
}

// sameOrigin refuses writes that a page of another site sends. A browser names
// its origin on every write; a client that names none is no browser and carries
// no cookie by accident.
func sameOrigin(more []string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
			return c.Next()
		}
		origin := c.Get(fiber.HeaderOrigin)
		site := c.Get("Sec-Fetch-Site")
		ok := origin == "" && (site == "" || site == "same-origin" || site == "none")
		if origin != "" {
			u, err := url.Parse(origin)
			ok = err == nil && u.Host != "" && strings.EqualFold(u.Host, string(c.Request().Host()))
			for _, m := range more {
				ok = ok || strings.EqualFold(origin, m)
			}
		}
		if !ok {
			return fault.New(fault.Forbidden, "请求来自其他网站，已拒绝；请在本系统页面内操作")
		}
		return c.Next()
	}
}

// disposition is always a download, whatever the file: nothing that was uploaded
// is ever shown as a page of ours.
func disposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// Listen serves until Shutdown.
func (s *Server) Listen(address string) error { return s.Fiber.Listen(address) }

// Shutdown stops listening and lets running requests finish, at most as long as
// ctx allows.
func (s *Server) Shutdown(ctx context.Context) error { return s.Fiber.ShutdownWithContext(ctx) }
