package httpd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"xianfeng/internal/access"
)

// API is where capabilities mount their routes. Each route states the permission
// it needs; one that names none stops the start.
type API struct {
	huma   huma.API
	guard  *Guard
	public int
	routes []Route
}

// Route is one mounted route, for the permission matrix.
type Route struct {
	Method, Path string
	Need         access.Need
}

// Op describes a route.
type Op struct {
	Need    access.Need
	ID      string // operation id; made from method and path when empty
	Summary string
	Tag     string
	Status  int   // of success; 200 when zero
	MaxBody int64 // bytes; 1 MB when zero
	// Secret marks a route whose body or answer carries a password. Its
	// Idempotency-Key is passed over: the key's row would keep the answer in clear
	// and an unsalted hash of the body, for good.
	Secret  bool
	Timeout time.Duration // 30 s when zero
}

// Who is the actor with the scope that this route's permission reaches.
type Who struct {
	access.Actor
	Scope access.Scope
	HTTPS bool // the request came encrypted, as far as the proxy in front says
}

func newAPI(app *fiber.App, g *Guard, version string) *API {
	teachHuma()
	config := huma.DefaultConfig("Xianfeng 先锋", version)
	config.DocsPath = ""
	config.OpenAPIPath = "/api/openapi"
	config.SchemasPath = ""
	config.CreateHooks = nil
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaNamer())
	config.Info.Description = "Party-building work management of one office. Every write takes an Idempotency-Key; lists page by cursor; refusals are application/problem+json."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: CookieName},
	}
	return &API{huma: humafiber.New(app, config), guard: g}
}

// WriteDocument writes the OpenAPI document, as served at /api/openapi.json, in
// the indented form that is committed and that the typed client is made from.
func (a *API) WriteDocument(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(a.huma.OpenAPI())
}

// Routes lists what was mounted.
func (a *API) Routes() []Route { return a.routes }

// maxPublic is how many routes may do without a session: health and sign-in.
const maxPublic = 5

// Get mounts a reading route.
func Get[I, O any](a *API, path string, op Op, h func(context.Context, Who, *I) (*O, error)) {
	mount(a, http.MethodGet, path, op, h)
}

// Post mounts a writing route.
func Post[I, O any](a *API, path string, op Op, h func(context.Context, Who, *I) (*O, error)) {
	mount(a, http.MethodPost, path, op, h)
}

// Put mounts a route that replaces.
func Put[I, O any](a *API, path string, op Op, h func(context.Context, Who, *I) (*O, error)) {
	mount(a, http.MethodPut, path, op, h)
}

// Delete mounts a route that takes away.
func Delete[I, O any](a *API, path string, op Op, h func(context.Context, Who, *I) (*O, error)) {
	mount(a, http.MethodDelete, path, op, h)
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

func mount[I, O any](a *API, method, path string, op Op, h func(context.Context, Who, *I) (*O, error)) {
	switch {
	case op.Need == access.Need{}:
		panic(fmt.Sprintf("%s %s names no permission; write access.Public if it is meant for everybody", method, path))
	case op.Need == access.Public:
		if a.public++; a.public > maxPublic {
			panic(fmt.Sprintf("%s %s: more than %d public routes", method, path, maxPublic))
		}
	case !a.guard.policy.Knows(op.Need):
		panic(fmt.Sprintf("%s %s needs %s, which no policy line gives to anybody", method, path, op.Need))
	}
	refuseHidden(method, path, reflect.TypeFor[I]())
	a.routes = append(a.routes, Route{method, path, op.Need})
	if op.ID == "" {
		op.ID = notWord.ReplaceAllString(lower(method+path[len("/api"):]), "-")
	}
	if op.MaxBody == 0 {
		op.MaxBody = 1 << 20
	}
	if op.Timeout == 0 {
		op.Timeout = 30 * time.Second
	}
	o := huma.Operation{
		OperationID:   trimDash(op.ID),
		Method:        method,
		Path:          path,
		Summary:       op.Summary,
		Tags:          []string{op.Tag},
		DefaultStatus: op.Status,
		MaxBodyBytes:  op.MaxBody,
		Middlewares:   huma.Middlewares{a.guard.enter(op)},
		Errors:        []int{http.StatusUnprocessableEntity, http.StatusForbidden, http.StatusNotFound},
		Description:   "Permission: " + op.Need.String(),
	}
	if op.Need != access.Public {
		o.Security = []map[string][]string{{"session": {}}}
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		who, _ := ctx.Value(whoKey{}).(Who) // public routes have none
		out, err := h(ctx, who, in)
		if err != nil {
			return nil, problem(a.guard.log, requestIDOf(ctx), err)
		}
		return out, nil
	})
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func trimDash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '-' {
		s = s[:len(s)-1]
	}
	return s
}

type whoKey struct{}
type requestIDKey struct{}

func requestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// File answers with a download; Body is closed once sent.
type File struct {
	Name      string // as the browser saves it; Chinese is fine
	MediaType string
	Size      int64 // -1 when unknown
	Body      interface {
		Read([]byte) (int, error)
		Close() error
	}
}

// Send makes the streamed answer of a File.
func Send(f File) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		c := humafiber.Unwrap(ctx)
		c.Set(fiber.HeaderContentType, f.MediaType)
		c.Set(fiber.HeaderContentDisposition, disposition(f.Name))
		c.Set(fiber.HeaderCacheControl, "private, no-store")
		c.Context().SetBodyStream(f.Body, int(f.Size))
	}}
}

// XLSX is the media type of a workbook.
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
