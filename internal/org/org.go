// Package org holds people and places: the office, its departments, branches and
// groups, everyone on the roll with dated memberships and positions (rule 1), and
// the roster that comes and goes by Excel (rule 2).
//
// Files go by noun: person, move (what is dated: branch, department, position,
// exemption, leaving), place, settings, import, roster. placement is what other
// capabilities ask: who stood where on a day.
package org

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// Service is the use cases of people and places.
type Service struct {
	db      *bun.DB
	policy  *access.Policy
	ledgers Ledgers
	now     calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, p *access.Policy, ledgers Ledgers, now calendar.Clock) *Service {
	return &Service{db: d, policy: p, ledgers: ledgers, now: now}
}

// Ledgers is what undoing an import needs of the capability that keeps ledgers,
// which stands above this one.
type Ledgers interface {
	// TakeBackBase reverses the base points that a quarter's opening gave to people
	// who come off the roll again. It refuses where they have other entries.
	TakeBackBase(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, people []uuid.UUID) (KeptLedgers, error)
}

// KeptLedgers are people who keep a ledger for ever, and the table whose rows refer
// to them for it.
type KeptLedgers struct {
	People []uuid.UUID
	Table  string
}

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

// PlaceRef is a department, branch or group as a row names it.
type PlaceRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// placeRef is nil where there is no place.
func placeRef(id uuid.UUID, name string) *PlaceRef {
	if id == uuid.Nil {
		return nil
	}
	return &PlaceRef{id, name}
}

// Term is one value of a closed list, as stored and as people write it.
type Term struct{ Code, Name string }

// Statuses is the closed list of 政治面貌.
func Statuses() []Term {
	return []Term{
		{PartyMember, "中共党员"}, {ProbationaryMember, "中共预备党员"}, {LeagueMember, "共青团员"},
		{DemocraticParty, "民主党派"}, {NonPartisan, "无党派人士"}, {Masses, "群众"},
	}
}

// Stages is the closed list of 发展阶段.
func Stages() []Term {
	return []Term{
		{StageNone, "未申请"}, {StageApplicant, "入党申请人"}, {StageActivist, "入党积极分子"},
		{StageCandidate, "发展对象"}, {StageProbationary, "预备党员"}, {StageFull, "正式党员"},
	}
}

// Sexes is the closed list of 性别; unknown is empty.
func Sexes() []Term { return []Term{{"male", "男"}, {"female", "女"}} }

// PositionKinds is the closed list of positions; all but the first are Party posts.
func PositionKinds() []Term {
	return []Term{
		{PositionAdministrative, "行政职务"}, {PositionSecretary, "支部书记"}, {"deputy_secretary", "支部副书记"},
		{"committee_member", "支部委员"}, {PositionGroupLeader, "党小组长"},
	}
}

// Kinds of position that rules tell apart.
const (
	PositionAdministrative = "administrative"
	PositionSecretary      = "secretary"
	PositionGroupLeader    = "group_leader"
)

// termName gives the name of a code; a code that is none names itself.
func termName(list []Term, code string) string {
	for _, t := range list {
		if t.Code == code {
			return t.Name
		}
	}
	return code
}

func isTerm(list []Term, code string) bool {
	for _, t := range list {
		if t.Code == code {
			return true
		}
	}
	return false
}

func partyMember(status string) bool { return status == PartyMember || status == ProbationaryMember }
