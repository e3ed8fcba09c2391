// Package access says who may do what. Casbin decides at the door whether a role
// has a permission and how far it reaches; Scope turns the reach of all the
// actor's grants into SQL. No handler checks a role by hand.
package access

import (
	"slices"

	"github.com/google/uuid"
)

// Need is the permission that a route asks for.
type Need struct{ Resource, Action string }

// String is resource.action, as the session tells the pages.
func (n Need) String() string { return n.Resource + "." + n.Action }

// Public marks a route that asks for no session. Routes name it by hand; there
// are at most five.
var Public = Need{"public", "any"}

// The two subjects of policy lines that are no role: everybody with a session,
// and (in conflict lines) whoever the actor is.
const (
	signedIn = "signed_in"
	anybody  = "any"
)

// The roles that a secondment gives: to who heads a project or stands in for them, and
// to everybody else in it.
const (
	RoleTaskforceSecretary = "taskforce_secretary"
	RoleTaskforceMember    = "taskforce_member"
)

// Role is the name of a role and the kind of place it is granted at.
type Role struct {
	Code  string
	Name  string
	Place string // unit, department, branch, group, project
}

// Roles lists every role that can be granted, in the order people read them.
func Roles() []Role {
	return []Role{
		{"leading_group", "党组 / 院领导", "unit"},
		{"party_office", "机关党委 / 政工", "unit"},
		{"deputy_leader", "分管院领导", "department"},
		{"department_head", "部门负责人", "department"},
		{"branch_secretary", "支部书记", "branch"},
		{"committee_member", "支部委员", "branch"},
		{"group_leader", "党小组长", "group"},
		{"member", "党员 / 干警", "unit"},
		{"system_admin", "系统管理员", "unit"},
		{"security_admin", "安全管理员", "unit"},
		{"security_auditor", "审计员", "unit"},
	}
}

// Seconded lists the roles that nobody grants: whoever is seconded to a project holds
// one of them while seconded (rule 27).
func Seconded() []Role {
	return []Role{
		{RoleTaskforceSecretary, "行动党支部等负责人", "project"},
		{RoleTaskforceMember, "行动党支部等成员", "project"},
	}
}

// RoleByCode finds a role, granted or not; ok is false for a name that is none.
func RoleByCode(code string) (Role, bool) {
	all := append(Roles(), Seconded()...)
	i := slices.IndexFunc(all, func(r Role) bool { return r.Code == code })
	if i < 0 {
		return Role{}, false
	}
	return all[i], true
}

// Grant is a role at a place, in force today.
type Grant struct {
	Role      string    `json:"role"`
	PlaceKind string    `json:"place_kind"`
	PlaceID   uuid.UUID `json:"place_id"` // zero for the unit
	PlaceName string    `json:"place_name"`
}

// Actor is who acts: read with the session in one query on every request, so
// that a revoked grant is gone at the next one.
type Actor struct {
	Unit     uuid.UUID
	UnitName string
	Account  uuid.UUID
	Login    string
	Person   uuid.UUID
	Name     string
	Grants   []Grant
	// The person's own places today; zero where there is none.
	Branch, Group, Department uuid.UUID
	MustChange                bool // has to set a new password before anything else

	// The request, for the audit row.
	RequestID, Address string
	// Key and BodyHash are the Idempotency-Key of the request and the SHA-256 of
	// what it asks; Key is empty where the client sent none.
	Key      string
	BodyHash []byte
}
