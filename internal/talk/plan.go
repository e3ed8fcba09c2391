package talk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Preview is what planning a year's talks, or what is left of them, would do.
type Preview struct {
	Year        int            `json:"year"`
	BranchID    *uuid.UUID     `json:"branch_id,omitempty" doc:"Absent: the whole office"`
	BranchName  string         `json:"branch_name,omitempty"`
	From        calendar.Date  `json:"from" doc:"First day planned on"`
	NoticeKnown bool           `json:"notice_known" doc:"False: the year's holidays are not imported, and only weekends are left free"`
	Digest      string         `json:"digest" doc:"Sent back with the confirmation: what was shown is what is planned"`
	Due         int            `json:"due" doc:"Talks that are still to be held"`
	Kept        int            `json:"kept" doc:"Of them on the day they had"`
	Placed      int            `json:"placed" doc:"Of them new on the calendar"`
	Added       []PlannedTalk  `json:"added" doc:"Those placed, the first 500 by day"`
	Moved       []MovedTalk    `json:"moved"`
	Unplaced    []UnplacedTalk `json:"unplaced"`
	Dropped     []DroppedTalk  `json:"dropped" doc:"Planned, and no longer due"`
	LeftOut     []LeftOut      `json:"left_out" doc:"People with whom no talk is planned"`
	Talkers     []TalkerLoad   `json:"talkers" doc:"Whoever holds most first"`
	Days        []DayLoad      `json:"days"`
}

// maxAdded bounds what of the new talks a preview lists.
const maxAdded = 500

// PlannedTalk is a talk with its day.
type PlannedTalk struct {
	TalkerName  string        `json:"talker_name"`
	PartnerName string        `json:"partner_name"`
	TypeName    string        `json:"type_name"`
	Day         calendar.Date `json:"day"`
}

// MovedTalk is a talk that a plan puts on another day, or gives to another talker.
type MovedTalk struct {
	TalkID      *uuid.UUID     `json:"talk_id,omitempty"`
	TalkerName  string         `json:"talker_name"`
	PartnerName string         `json:"partner_name"`
	TypeName    string         `json:"type_name"`
	FromTalker  string         `json:"from_talker,omitempty" doc:"Who was to hold it, where that changes"`
	From        *calendar.Date `json:"from,omitempty"`
	To          *calendar.Date `json:"to,omitempty" doc:"Absent: it has no day any more"`
}

// UnplacedTalk is a talk that is due and for which there is no day.
type UnplacedTalk struct {
	TalkerName  string         `json:"talker_name" doc:"Several where any of them may hold it"`
	PartnerName string         `json:"partner_name"`
	TypeName    string         `json:"type_name"`
	Why         string         `json:"why" enum:"talker_full,talker_away,partner_away,no_days,no_talker"`
	Was         *calendar.Date `json:"was,omitempty" doc:"The day it had"`
}

// DroppedTalk is a planned talk that is no longer due.
type DroppedTalk struct {
	TalkID      uuid.UUID      `json:"talk_id"`
	TalkerName  string         `json:"talker_name"`
	PartnerName string         `json:"partner_name"`
	TypeName    string         `json:"type_name"`
	Was         *calendar.Date `json:"was,omitempty"`
	Reason      string         `json:"reason" enum:"left,not_needed"`
}

// LeftOut is somebody with whom no talk is planned, or a talk that was cancelled by hand
// and is not planned again.
type LeftOut struct {
	PersonName string `json:"person_name"`
	Why        string `json:"why" enum:"exempt,alone,cancelled" doc:"alone: nobody else of the branch to talk with; cancelled: by hand, this year"`
	TalkerName string `json:"talker_name,omitempty" doc:"Of a cancelled talk"`
	TypeName   string `json:"type_name,omitempty" doc:"Of a cancelled talk"`
	Reason     string `json:"reason,omitempty" enum:",left,merged,not_needed" doc:"Why it was cancelled"`
}

// TalkerLoad is how many talks somebody holds.
type TalkerLoad struct {
	TalkerID   uuid.UUID     `json:"talker_id"`
	TalkerName string        `json:"talker_name"`
	Talks      int           `json:"talks"`
	First      calendar.Date `json:"first"`
	Last       calendar.Date `json:"last"`
	Busiest    int           `json:"busiest" doc:"Talks on their fullest day"`
}

// DayLoad is how many talks a day has.
type DayLoad struct {
	Day   calendar.Date `json:"day"`
	Talks int           `json:"talks"`
}

// MadePlan is a plan that was confirmed.
type MadePlan struct {
	ID         uuid.UUID     `json:"id"`
	Year       int           `json:"year"`
	BranchID   *uuid.UUID    `json:"branch_id,omitempty"`
	BranchName string        `json:"branch_name,omitempty"`
	FromDay    calendar.Date `json:"from_day"`
	MadeByName string        `json:"made_by_name"`
	MadeAt     time.Time     `json:"made_at"`
	Due        int           `json:"due"`
	Placed     int           `json:"placed"`
	Moved      int           `json:"moved"`
	Unplaced   int           `json:"unplaced"`
}

// PlanPage is a part of the list of plans, the latest first.
type PlanPage struct {
	Items []MadePlan `json:"items"`
	Next  string     `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int        `json:"total"`
}

// PlanDetail is a plan with the talks that it moved.
type PlanDetail struct {
	Plan  MadePlan    `json:"plan"`
	Moved []MovedTalk `json:"moved"`
}

// standing is a talk that is there already.
type standing struct {
	ID                      uuid.UUID
	Year                    int
	Type                    string
	Talker, Partner         uuid.UUID
	TalkerName, PartnerName string
	Branch, Department      uuid.UUID
	Occasion                uuid.UUID
	NotBefore, DueOn        calendar.Date
	PlannedOn               calendar.Date // zero for none
	Unplaced                string
	Pinned                  bool
	State                   string
	Reason                  string // of a cancelled one
	Version                 int
}

func (t standing) held() bool { return t.State == Reported || t.State == Confirmed }

// pair is two people, whichever of them holds the talk.
type pair [2]uuid.UUID

func pairOf(a, b uuid.UUID) pair {
	if before(b, a) {
		a, b = b, a
	}
	return pair{a, b}
}

func before(a, b uuid.UUID) bool { return string(a[:]) < string(b[:]) }

// digest names what a confirmation is to do. Ids that are made anew each time are not
// part of it; versions of what is there are.
func (o outcome) digest() string {
	type line struct {
		Talk            uuid.UUID
		Version         int
		Type            string
		Talker, Partner uuid.UUID
		Day             calendar.Date
		Why             string
	}
	all := struct {
		Year   int
		Branch uuid.UUID
		From   calendar.Date
		Lines  []line
		Gone   []uuid.UUID
	}{Year: o.year, Branch: o.branch, From: o.from}
	for _, p := range o.plans {
		all.Lines = append(all.Lines, line{p.was.ID, p.was.Version, p.kind, p.talker, p.partner, p.day, p.why})
	}
	for _, d := range o.dropped {
		all.Gone = append(all.Gone, d.ID)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // ids, days and texts
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
