package org

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Person is a row of the roll, with the places of the day that was asked for.
type Person struct {
	ID               uuid.UUID     `json:"id"`
	StaffNo          string        `json:"staff_no"`
	Name             string        `json:"name"`
	Pinyin           string        `json:"pinyin"`
	Initials         string        `json:"initials"`
	Sex              string        `json:"sex" enum:"male,female,"`
	Phone            string        `json:"phone" doc:"Masked; GET /api/people/{id}/phone reveals it"`
	PoliticalStatus  string        `json:"political_status" enum:"party_member,probationary_member,league_member,democratic_party,non_partisan,masses"`
	DevelopmentStage string        `json:"development_stage" enum:"none,applicant,activist,candidate,probationary,full"`
	Branch           *PlaceRef     `json:"branch,omitempty"`
	Group            *PlaceRef     `json:"group,omitempty"`
	Department       *PlaceRef     `json:"department,omitempty"`
	Position         string        `json:"position" doc:"Administrative titles"`
	PartyPost        string        `json:"party_post" doc:"Posts in the branch or group"`
	Exempt           string        `json:"exempt" doc:"Why there is no points ledger; empty where there is one"`
	LeftOn           calendar.Date `json:"left_on,omitzero" doc:"The last day on the roll"`
}

// PersonDetail is a person with everything that is known, and its history.
type PersonDetail struct {
	Person
	BirthOn       calendar.Date `json:"birth_on,omitzero"`
	Nation        string        `json:"nation"`
	Education     string        `json:"education"`
	JoinedPartyOn calendar.Date `json:"joined_party_on,omitzero"`
	FullMemberOn  calendar.Date `json:"full_member_on,omitzero"`
	StartedWorkOn calendar.Date `json:"started_work_on,omitzero"`
	Note          string        `json:"note"`
	RowVersion    int           `json:"row_version" doc:"Send it back with a change"`

	Memberships []Membership  `json:"memberships" doc:"Branch and group, latest first"`
	Departments []Membership  `json:"departments" doc:"Latest first"`
	Positions   []Position    `json:"positions" doc:"Latest first"`
	Exemptions  []ExemptSpell `json:"exemptions" doc:"Latest first"`
}

// Membership is one dated belonging to a branch (and group) or to a department.
// To is the last day, no day while it lasts.
type Membership struct {
	ID         uuid.UUID     `json:"id"`
	Branch     *PlaceRef     `json:"branch,omitempty"`
	Group      *PlaceRef     `json:"group,omitempty"`
	Department *PlaceRef     `json:"department,omitempty"`
	From       calendar.Date `json:"from"`
	To         calendar.Date `json:"to,omitzero"`
}

// Position is one dated position.
type Position struct {
	ID     uuid.UUID     `json:"id"`
	Kind   string        `json:"kind" enum:"administrative,secretary,deputy_secretary,committee_member,group_leader"`
	Title  string        `json:"title"`
	Branch *PlaceRef     `json:"branch,omitempty"`
	Group  *PlaceRef     `json:"group,omitempty"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to,omitzero"`
}

// ExemptSpell is a period without a ledger (rule 15).
type ExemptSpell struct {
	ID     uuid.UUID     `json:"id"`
	Reason string        `json:"reason"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to,omitzero"`
}

// PersonInput is what a form says about a person. Pinyin left empty is made from
// the name; Phone left out stays as it is.
type PersonInput struct {
	StaffNo          string        `json:"staff_no,omitempty" maxLength:"30"`
	Name             string        `json:"name" minLength:"1" maxLength:"50"`
	Pinyin           string        `json:"pinyin,omitempty" maxLength:"100"`
	Initials         string        `json:"initials,omitempty" maxLength:"30"`
	Sex              string        `json:"sex,omitempty" enum:"male,female,"`
	BirthOn          calendar.Date `json:"birth_on,omitzero"`
	Nation           string        `json:"nation,omitempty" maxLength:"20"`
	Education        string        `json:"education,omitempty" maxLength:"50"`
	Phone            *string       `json:"phone,omitempty" maxLength:"20"`
	PoliticalStatus  string        `json:"political_status" enum:"party_member,probationary_member,league_member,democratic_party,non_partisan,masses"`
	DevelopmentStage string        `json:"development_stage,omitempty" enum:"none,applicant,activist,candidate,probationary,full,"`
	JoinedPartyOn    calendar.Date `json:"joined_party_on,omitzero"`
	FullMemberOn     calendar.Date `json:"full_member_on,omitzero"`
	StartedWorkOn    calendar.Date `json:"started_work_on,omitzero"`
	Note             string        `json:"note,omitempty" maxLength:"500"`
}

// NewPerson is a person to put on the roll, with the first places.
type NewPerson struct {
	PersonInput
	From       calendar.Date `json:"from" doc:"The first day"`
	Branch     uuid.UUID     `json:"branch_id,omitzero"`
	Group      uuid.UUID     `json:"group_id,omitzero"`
	Department uuid.UUID     `json:"department_id,omitzero"`
	Position   string        `json:"position,omitempty" maxLength:"50" doc:"Administrative title"`
}

var lettersOnly = regexp.MustCompile(`^[a-z0-9]*$`)

// stageOf is the development stage that a Party member's status says already.
func stageOf(status, stage string) string {
	switch {
	case status == PartyMember:
		return StageFull
	case status == ProbationaryMember:
		return StageProbationary
	case stage == "" || stage == StageFull || stage == StageProbationary:
		return StageNone
	}
	return stage
}

// clean trims the input, fills in what follows from the rest, and refuses what
// cannot be.
func (in *PersonInput) clean(today calendar.Date) error {
	var bad []fault.Detail
	say := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	for _, text := range []*string{&in.StaffNo, &in.Name, &in.Pinyin, &in.Initials, &in.Nation, &in.Education, &in.Note} {
		*text = strings.TrimSpace(*text)
	}
	in.Pinyin, in.Initials = strings.ToLower(strings.ReplaceAll(in.Pinyin, " ", "")), strings.ToLower(in.Initials)
	if in.Name == "" {
		say("name", "请填写姓名")
	}
	if !lettersOnly.MatchString(in.Pinyin) {
		say("pinyin", "拼音只用小写字母，不带声调，如 yuguodong")
	}
	if !lettersOnly.MatchString(in.Initials) {
		say("initials", "首字母只用小写字母，如 ygd")
	}
	full, initials := Pinyin(in.Name)
	if in.Pinyin == "" {
		in.Pinyin = full
	}
	if in.Initials == "" {
		in.Initials = initials
	}
	if in.Phone != nil {
		phone, ok := readPhone(*in.Phone)
		switch {
		case strings.Contains(phone, "*"): // the masked one sent back: nobody changed it
			in.Phone = nil
		case phone != "" && !ok:
			say("phone", "电话应为 11 位手机号，或带区号的座机号")
		default:
			in.Phone = &phone
		}
	}
	if in.Sex != "" && !isTerm(Sexes(), in.Sex) {
		say("sex", "性别应为男或女")
	}
	if !isTerm(Statuses(), in.PoliticalStatus) {
		say("political_status", "请选择政治面貌")
	}
	in.DevelopmentStage = stageOf(in.PoliticalStatus, in.DevelopmentStage)
	if !isTerm(Stages(), in.DevelopmentStage) {
		say("development_stage", "请选择发展阶段")
	}
	for _, d := range []struct {
		field string
		day   calendar.Date
		name  string
	}{{"birth_on", in.BirthOn, "出生日期"}, {"joined_party_on", in.JoinedPartyOn, "入党时间"},
		{"full_member_on", in.FullMemberOn, "转正时间"}, {"started_work_on", in.StartedWorkOn, "参加工作时间"}} {
		if !d.day.IsZero() && !d.day.Valid() {
			say(d.field, d.name+"不是有效的日期")
		} else if d.day.After(today) {
			say(d.field, d.name+"不能晚于今天")
		}
	}
	if !in.BirthOn.IsZero() && !in.JoinedPartyOn.IsZero() && !in.JoinedPartyOn.After(in.BirthOn) {
		say("joined_party_on", "入党时间不能早于出生日期")
	}
	if !in.FullMemberOn.IsZero() && in.FullMemberOn.Before(in.JoinedPartyOn) {
		say("full_member_on", "转正时间不能早于入党时间")
	}
	return fault.Fields(bad)
}

// MaskPhone hides the middle of a number: 139****1000. Anything too short to have a
// middle is hidden whole.
func MaskPhone(phone string) string {
	switch n := len(phone); {
	case n == 0:
		return ""
	case n < 7:
		return "****"
	case n < 11:
		return phone[:n-6] + "****" + phone[n-2:]
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}

// PersonFilter narrows and orders the roll.
type PersonFilter struct {
	Text       string // name, pinyin, initials, staff number, last four digits of the telephone
	Branch     uuid.UUID
	Group      uuid.UUID
	Department uuid.UUID
	Status     string        // 政治面貌, or party for both kinds of members
	State      string        // current (default), left, all
	Exempt     string        // yes, no; empty for both
	On         calendar.Date // the day whose places are shown; today when zero
	Sort       string        // a key of personSorts, with - in front for descending
	Cursor     string
	Limit      int
}

// personSorts is the closed list of orders, each a text expression.
func personSorts() map[string]string {
	return map[string]string{
		"branch":          "coalesce(lpad(b.ord::text, 6, '0') || b.id::text || coalesce(lpad(g.ord::text, 6, '0'), '~'), '~') || p.pinyin",
		"department":      "coalesce(lpad(d.ord::text, 6, '0') || d.id::text, '~') || p.pinyin",
		"name":            "p.pinyin",
		"staff_no":        "coalesce(p.staff_no, '~')",
		"birth_on":        "coalesce(p.birth_on::text, '~')",
		"joined_party_on": "coalesce(p.joined_party_on::text, '~')",
	}
}

func (f *PersonFilter) clean(today calendar.Date) error {
	f.Text = strings.TrimSpace(f.Text)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.On.IsZero() {
		f.On = today
	}
	if !f.On.Valid() {
		return fault.Field("on", "日期不对，应写作 2026-03-05 的样式")
	}
	if f.Sort == "" {
		f.Sort = "branch"
	}
	if _, ok := personSorts()[strings.TrimPrefix(f.Sort, "-")]; !ok {
		return fault.Field("sort", "不能按这一列排序")
	}
	if f.Status != "" && f.Status != "party" && !isTerm(Statuses(), f.Status) {
		return fault.Field("political_status", "没有这种政治面貌")
	}
	if f.State != "" && f.State != "current" && f.State != "left" && f.State != "all" {
		return fault.Field("state", "人员状态应为 current、left 或 all")
	}
	return nil
}

// personCursor is where a page ended.
type personCursor struct {
	Sort string    `json:"s"`
	Key  string    `json:"k"`
	ID   uuid.UUID `json:"i"`
}

func (c personCursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and an id always marshal
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parsePersonCursor(text, sort string) (c personCursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Sort != sort || strings.ContainsRune(c.Key, 0) {
		return c, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}

// PersonOption is a person as a picker offers one. Hint tells two people of one
// name apart.
type PersonOption struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Pinyin   string    `json:"pinyin"`
	Initials string    `json:"initials"`
	Hint     string    `json:"hint"`
}
