package access

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

// Policy asks Casbin. It holds the static lines only; who holds which role is
// data that comes with the Actor.
type Policy struct {
	enforcer *casbin.SyncedEnforcer
	needs    map[Need]bool
	lines    []Line
	decided  sync.Map // question → answer
}

// question is what Casbin is asked of one grant. The lines do not change while the
// process lives, so each is asked once: there are as many as roles times needs.
type question struct {
	role string
	need Need
}

type answer struct {
	line    Line
	allowed bool
}

// Line is a policy line, for the answer to "why may I see this".
type Line struct {
	Role, Resource, Action, Reach string
}

// NewPolicy loads a model and its lines. A line that is too short, doubled, or
// has a reach unknown here is refused: a typing error must not widen anything.
func NewPolicy(modelText, policyText string) (*Policy, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("access model: %w", err)
	}
	lines := slices.DeleteFunc(strings.Split(policyText, "\n"), func(l string) bool {
		return strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#")
	})
	e, err := casbin.NewSyncedEnforcer(m, stringadapter.NewAdapter(strings.Join(lines, "\n")))
	if err != nil {
		return nil, fmt.Errorf("access policy: %w", err)
	}
	p := &Policy{enforcer: e, needs: map[Need]bool{}}
	rows, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("access policy: %w", err)
	}
	if len(rows) != len(lines) { // the adapter passes over a line it cannot use
		return nil, fmt.Errorf("access policy: %d lines, %d understood: one is too short or doubled", len(lines), len(rows))
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if len(r) != 4 || !slices.Contains([]string{"self", "named", "group", "department", "branch", "project", "unit", "conflict"}, r[3]) {
			return nil, fmt.Errorf("access policy: bad line %q", strings.Join(r, ", "))
		}
		if _, ok := RoleByCode(r[0]); !ok && r[0] != signedIn && (r[0] != anybody || r[3] != "conflict") {
			return nil, fmt.Errorf("access policy: unknown role in %q", strings.Join(r, ", "))
		}
		id := strings.Join(r[:3], ",")
		if seen[id] {
			return nil, fmt.Errorf("access policy: doubled line %q", strings.Join(r, ", "))
		}
		seen[id] = true
		p.lines = append(p.lines, Line{r[0], r[1], r[2], r[3]})
		if r[3] != "conflict" {
			p.needs[Need{r[1], r[2]}] = true
		}
	}
	return p, nil
}

// Knows says whether any line is about the permission; a route that needs one
// nobody can have is a mistake found at start-up.
func (p *Policy) Knows(n Need) bool { return p.needs[n] }

// Lines lists the whole policy, for the page that explains roles.
func (p *Policy) Lines() []Line { return slices.Clone(p.lines) }

// Decide gives the reach of all the actor's grants for a permission. An error of
// the enforcer denies.
func (p *Policy) Decide(a Actor, n Need) (Scope, error) {
	var s Scope
	lines, err := p.matched(a, n, func(g Grant, reach string) { s.add(a, g, reach) })
	if err != nil {
		return Scope{}, fault.Wrap(err, fault.Internal, "权限判断出错，请告诉管理员")
	}
	if len(lines) == 0 {
		return Scope{}, fault.New(fault.Forbidden, "您没有这项权限；如工作需要，请联系安全管理员授权")
	}
	return s, nil
}

// Why lists the lines that give the actor a permission, for the profile page;
// none means refused.
func (p *Policy) Why(a Actor, n Need) ([]Line, error) {
	return p.matched(a, n, func(Grant, string) {})
}

func (p *Policy) matched(a Actor, n Need, found func(g Grant, reach string)) ([]Line, error) {
	var lines []Line
	ask := func(g Grant) error {
		a, err := p.ask(question{g.Role, n})
		if err != nil || !a.allowed {
			return err
		}
		found(g, a.line.Reach)
		if !slices.Contains(lines, a.line) {
			lines = append(lines, a.line)
		}
		return nil
	}
	if a.Account == uuid.Nil {
		return nil, nil
	}
	for _, g := range append(slices.Clone(a.Grants), Grant{Role: signedIn, PlaceKind: "unit"}) {
		if err := ask(g); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// ask is what Casbin answers, kept from the first time on; an error is not kept.
func (p *Policy) ask(q question) (answer, error) {
	if a, known := p.decided.Load(q); known {
		return a.(answer), nil
	}
	ok, line, err := p.enforcer.EnforceEx(q.role, q.need.Resource, q.need.Action, false)
	if err != nil {
		return answer{}, err
	}
	a := answer{allowed: ok}
	if ok {
		a.line = Line{line[0], line[1], line[2], line[3]}
	}
	p.decided.Store(q, a)
	return a, nil
}

// Separate refuses when the actor is one of the people whom an action concerns
// and a conflict line says that nobody does this for themselves. A database
// constraint stands behind each.
func (p *Policy) Separate(a Actor, n Need, concerned ...uuid.UUID) error {
	if !slices.Contains(concerned, a.Person) {
		return nil
	}
	conflict, err := p.enforcer.Enforce(anybody, n.Resource, n.Action, true)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "权限判断出错，请告诉管理员")
	}
	if conflict {
		return fault.New(fault.RuleBroken, "涉及本人的事项须回避，请由他人办理")
	}
	return nil
}

// Permissions lists what the actor may do at all, as resource.action, so that
// pages show no button that will be refused.
func (p *Policy) Permissions(a Actor) []string {
	var out []string
	for n := range p.needs {
		if lines, err := p.matched(a, n, func(Grant, string) {}); err == nil && len(lines) > 0 {
			out = append(out, n.String())
		}
	}
	slices.Sort(out)
	return out
}
