package mentoring

import (
	"encoding/base64"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// The states of a pairing; they follow from its days.
const (
	StateUpcoming = "upcoming"
	StateCurrent  = "current"
	StateEnded    = "ended"
)

const (
	maxReason  = 200
	maxReasons = 10
	maxPairs   = 300
)

// Holder is who has a role in a pairing.
type Holder struct {
	ID             uuid.UUID     `json:"id"`
	Name           string        `json:"name"`
	DepartmentName string        `json:"department_name"`
	Since          calendar.Date `json:"since"`
}

// Pairing is a young cadre with the two mentors of today, or of the last day where it is
// over.
type Pairing struct {
	ID                   uuid.UUID      `json:"id"`
	Number               string         `json:"number" doc:"Of the agreement"`
	MenteeID             uuid.UUID      `json:"mentee_id"`
	MenteeName           string         `json:"mentee_name"`
	MenteeDepartmentName string         `json:"mentee_department_name"`
	From                 calendar.Date  `json:"from"`
	To                   calendar.Date  `json:"to" doc:"The last day"`
	State                string         `json:"state" enum:"upcoming,current,ended"`
	Political            Holder         `json:"political"`
	Professional         Holder         `json:"professional"`
	SignedOn             *calendar.Date `json:"signed_on,omitempty" doc:"Of the agreement on paper"`
	EndReason            string         `json:"end_reason" doc:"Why it ended before its time"`
	Role                 string         `json:"role" enum:"mentee,political,professional,former," doc:"What you are in it; former: a mentor whom another followed"`
	MayPair              bool           `json:"may_pair" doc:"You may change it: nobody does so with their own"`
	Version              int            `json:"version" doc:"To send with a change"`
}

// Term is the time of one mentor in one role.
type Term struct {
	ID             uuid.UUID     `json:"id"`
	Role           string        `json:"role" enum:"political,professional"`
	MentorID       uuid.UUID     `json:"mentor_id"`
	MentorName     string        `json:"mentor_name"`
	DepartmentName string        `json:"department_name"`
	From           calendar.Date `json:"from"`
	To             calendar.Date `json:"to"`
	Reasons        []string      `json:"reasons"`
	Change         string        `json:"change" doc:"Why this mentor followed another"`
	SetByName      string        `json:"set_by_name"`
	SetAt          time.Time     `json:"set_at"`
}

// Counts say what there is of a pairing.
type Counts struct {
	Plans         int `json:"plans"`
	Logs          int `json:"logs" doc:"Neither declined nor withdrawn"`
	ConfirmedLogs int `json:"confirmed_logs"`
	Assessments   int `json:"assessments"`
}

// PairingDetail is a pairing with its history.
type PairingDetail struct {
	Pairing Pairing `json:"pairing"`
	Terms   []Term  `json:"terms" doc:"The latest first, political mentors before professional ones"`
	Counts  Counts  `json:"counts"`
}

// PairInput decides about one mentee.
type PairInput struct {
	MenteeID            uuid.UUID `json:"mentee_id"`
	PoliticalID         uuid.UUID `json:"political_id"`
	ProfessionalID      uuid.UUID `json:"professional_id"`
	PoliticalReasons    []string  `json:"political_reasons,omitempty" maxItems:"10"`
	ProfessionalReasons []string  `json:"professional_reasons,omitempty" maxItems:"10"`
}

// PairingsInput makes pairings, all of them or none.
type PairingsInput struct {
	From  calendar.Date `json:"from"`
	Years int           `json:"years,omitempty" minimum:"0" maximum:"10" doc:"0: as the settings of the office say"`
	Items []PairInput   `json:"items" minItems:"1" maxItems:"300"`
}

func (in *PairingsInput) check() error {
	if err := checkFrom(in.From); err != nil {
		return err
	}
	switch {
	case in.Years < 0 || in.Years > 10:
		return fault.Field("years", "结对年限应在 1 到 10 年之间")
	case len(in.Items) == 0:
		return fault.Field("items", "请至少选择一名学员")
	case len(in.Items) > maxPairs:
		return fault.Field("items", "一次最多确定 300 个结对，请分批办理")
	}
	for i := range in.Items {
		for _, reasons := range [][]string{in.Items[i].PoliticalReasons, in.Items[i].ProfessionalReasons} {
			if len(reasons) > maxReasons {
				return fault.Field("items", "理由最多写 10 条")
			}
			for k := range reasons {
				if reasons[k] = sheet.Clean(reasons[k]); utf8.RuneCountInString(reasons[k]) > 2*maxReason {
					return fault.Field("items", "每条理由请写在 400 字以内")
				}
			}
		}
	}
	return nil
}

// ChangeInput puts another mentor in a role from a day on.
type ChangeInput struct {
	Role     string        `json:"role" enum:"political,professional"`
	MentorID uuid.UUID     `json:"mentor_id"`
	From     calendar.Date `json:"from" doc:"The new mentor's first day"`
	Change   string        `json:"change" minLength:"1" maxLength:"200" doc:"Why"`
	Version  int           `json:"version"`
}

// EndInput ends a pairing before its time.
type EndInput struct {
	Last    calendar.Date `json:"last"`
	Reason  string        `json:"reason" minLength:"1" maxLength:"200"`
	Version int           `json:"version"`
}

func checkReason(field, text string) (string, error) {
	text = sheet.Clean(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.Field(field, "请写明原因")
	case n > maxReason:
		return "", fault.Field(field, "原因请写在 200 字以内")
	}
	return text, nil
}

// PairingFilter narrows a list of pairings.
type PairingFilter struct {
	State  string    // current (upcoming ones among them), ended; empty: all
	Mentor uuid.UUID // at some time of it
	Mine   bool      // the actor is or was in it
	Text   string    // in the name of any of its people, or the number
	Cursor string
	Limit  int
}

// PairingPage is a part of a list, the latest first.
type PairingPage struct {
	Items []Pairing `json:"items"`
	Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int       `json:"total"`
}

// pairingKey is where a list of pairings goes on.
type pairingKey struct {
	From calendar.Date `json:"f"`
	ID   uuid.UUID     `json:"i"`
}

func (k pairingKey) String() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // a day and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parsePairingKey(text string) (k pairingKey, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil {
		return k, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return k, nil
}

// state is what a pairing is on a day.
func state(from, to, day calendar.Date) string {
	switch {
	case day.Before(from):
		return StateUpcoming
	case day.After(to):
		return StateEnded
	}
	return StateCurrent
}
