package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// Scope is the union of the actor's grants for one permission. The zero Scope
// matches nothing.
type Scope struct {
	unit        uuid.UUID
	whole       bool
	person      uuid.UUID // every reach includes what names the actor
	departments []uuid.UUID
	branches    []uuid.UUID
	groups      []uuid.UUID
	projects    []uuid.UUID
}

// Columns names the columns (or SQL expressions) of a query that Scope compares.
// One left empty adds nothing: a row is then not reached that way.
type Columns struct {
	Unit       string   // required, such as a.unit_id
	Persons    []string // the columns that name the actor's own person
	PersonIn   []string // subqueries of person ids that the actor's own may be among
	Named      []string // conditions that hold for rows naming the actor: @person is theirs, @unit the office
	Department string
	Branch     string
	Group      string
	Project    string
}

// System is the scope of the whole unit, for jobs and commands that no person's
// grant bounds. A request never gets it.
func System(unit uuid.UUID) Scope { return Scope{unit: unit, whole: true} }

// Unit is the office that the scope lies in.
func (s Scope) Unit() uuid.UUID { return s.unit }

// Whole says whether the scope is the whole unit.
func (s Scope) Whole() bool { return s.whole }

// Branches lists the branches reached as a whole, for the note on a report.
func (s Scope) Branches() []uuid.UUID { return slices.Clone(s.branches) }

// Groups lists the groups reached apart from those branches.
func (s Scope) Groups() []uuid.UUID { return slices.Clone(s.groups) }

// Rows adds the scope to a query of bun.
func (s Scope) Rows(c Columns) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		text, args := s.where(c, func(int) string { return "?" })
		return q.Where(text, args...)
	}
}

// Where is Rows for hand-written SQL: a condition in parentheses whose first
// parameter is $first, and its arguments.
func (s Scope) Where(c Columns, first int) (string, []any) {
	return s.where(c, func(i int) string { return fmt.Sprintf("$%d", first+i) })
}

// SQL is Where for texts in bun's own ? placeholders.
func (s Scope) SQL(c Columns) (string, []any) {
	return s.where(c, func(int) string { return "?" })
}

func (s Scope) where(c Columns, hold func(i int) string) (string, []any) {
	if s.unit == uuid.Nil || c.Unit == "" {
		return "(FALSE)", nil
	}
	args := []any{s.unit}
	next := func(v any) string {
		args = append(args, v)
		return hold(len(args) - 1)
	}
	unit := c.Unit + " = " + hold(0)
	if s.whole {
		return "(" + unit + ")", args
	}
	var or []string
	if s.person != uuid.Nil {
		for _, column := range c.Persons {
			or = append(or, column+" = "+next(s.person))
		}
		for _, query := range c.PersonIn {
			or = append(or, next(s.person)+" IN ("+query+")")
		}
		for _, condition := range c.Named {
			var b strings.Builder
			for rest := condition; ; {
				before, after, found := strings.Cut(rest, "@")
				b.WriteString(before)
				if !found {
					break
				}
				if rest, found = strings.CutPrefix(after, "person"); found {
					b.WriteString(next(s.person))
				} else if rest, found = strings.CutPrefix(after, "unit"); found {
					b.WriteString(next(s.unit))
				} else {
					b.WriteByte('@')
				}
			}
			or = append(or, b.String())
		}
	}
	in := func(column string, ids []uuid.UUID) {
		if column == "" || len(ids) == 0 {
			return
		}
		marks := make([]string, len(ids))
		for i, id := range ids {
			marks[i] = next(id)
		}
		or = append(or, column+" IN ("+strings.Join(marks, ", ")+")")
	}
	in(c.Department, s.departments)
	in(c.Branch, s.branches)
	in(c.Group, s.groups)
	in(c.Project, s.projects)
	if len(or) == 0 {
		return "(FALSE)", nil
	}
	return "(" + unit + " AND (" + strings.Join(or, " OR ") + "))", args
}

// Place is where a write goes; the fields that do not apply stay zero.
type Place struct {
	Unit                                       uuid.UUID
	Person, Department, Branch, Group, Project uuid.UUID
}

// Covers says whether the scope reaches a place, by the same rules as Rows: it is
// what a write asks of its target before the row exists.
func (s Scope) Covers(p Place) bool {
	if s.unit == uuid.Nil || p.Unit != s.unit {
		return false
	}
	if s.whole {
		return true
	}
	return (p.Person != uuid.Nil && p.Person == s.person) ||
		(p.Department != uuid.Nil && slices.Contains(s.departments, p.Department)) ||
		(p.Branch != uuid.Nil && slices.Contains(s.branches, p.Branch)) ||
		(p.Group != uuid.Nil && slices.Contains(s.groups, p.Group)) ||
		(p.Project != uuid.Nil && slices.Contains(s.projects, p.Project))
}

// add widens the scope by one grant with the reach its policy line gives. A reach
// of branch, group or department is the grant's own place, or, where the grant is
// to the unit (a member's), the holder's.
func (s *Scope) add(a Actor, g Grant, reach string) {
	own := func(kind string, mine uuid.UUID) uuid.UUID {
		if g.PlaceKind == kind {
			return g.PlaceID
		}
		if g.PlaceKind == "unit" {
			return mine
		}
		return uuid.Nil
	}
	put := func(ids *[]uuid.UUID, id uuid.UUID) {
		if id != uuid.Nil && !slices.Contains(*ids, id) {
			*ids = append(*ids, id)
		}
	}
	s.unit, s.person = a.Unit, a.Person
	switch reach {
	case "unit":
		s.whole = true
	case "department":
		put(&s.departments, own("department", a.Department))
	case "branch":
		put(&s.branches, own("branch", a.Branch))
	case "group":
		put(&s.groups, own("group", a.Group))
	case "project":
		put(&s.projects, own("project", uuid.Nil))
	}
}
