package org

import (
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// PlaceKind says which of the three a place is.
type PlaceKind string

// The kinds of places.
const (
	Department PlaceKind = "department"
	Branch     PlaceKind = "branch"
	Group      PlaceKind = "group"
)

// Name is what people call the kind.
func (k PlaceKind) Name() string {
	switch k {
	case Department:
		return "部门"
	case Branch:
		return "党支部"
	case Group:
		return "党小组"
	}
	return string(k)
}

// Places is the tree of an office today.
type Places struct {
	Departments []PlaceNode   `json:"departments"`
	Branches    []BranchNode  `json:"branches"`
	People      int           `json:"people" doc:"On the roll today"`
	PartyMember int           `json:"party_members" doc:"Of them full and probationary members"`
	On          calendar.Date `json:"on"`
}

// PlaceNode is a place with the number of people in it today.
type PlaceNode struct {
	ID      uuid.UUID     `json:"id"`
	Name    string        `json:"name"`
	Ord     int           `json:"ord"`
	People  int           `json:"people"`
	Leader  string        `json:"leader" doc:"Secretary of a branch, leader of a group"`
	From    calendar.Date `json:"from"`
	To      calendar.Date `json:"to,omitzero" doc:"The last day, where it is going to be closed"`
	Voters  int           `json:"voters" doc:"Full members"`
	Members int           `json:"members" doc:"Full and probationary members"`
}

// BranchNode is a branch with its groups.
type BranchNode struct {
	PlaceNode
	Groups []PlaceNode `json:"groups"`
}

// NewPlace is a place to set up. A group names its branch.
type NewPlace struct {
	Kind   PlaceKind     `json:"kind" enum:"department,branch,group"`
	Name   string        `json:"name" minLength:"1" maxLength:"50"`
	Branch uuid.UUID     `json:"branch_id,omitzero"`
	From   calendar.Date `json:"from,omitzero" doc:"The first day; today where left out"`
}

func cleanPlaceName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), "")
	if n := utf8.RuneCountInString(name); n == 0 || n > 50 {
		return "", fault.Field("name", "请填写名称，最多 50 个字")
	}
	return name, nil
}
