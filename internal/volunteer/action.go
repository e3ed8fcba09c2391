package volunteer

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Bounds on an action.
const (
	maxPlaces  = 2000
	maxLasting = 15 * 24 * time.Hour // as the table's own check
	maxAhead   = 366 * 24 * time.Hour
)

// ActionInput is what the form of an action sends, whole.
type ActionInput struct {
	Title     string
	Starts    time.Time
	Ends      time.Time
	Place     string
	Served    string // 对象
	Content   string
	Organiser activity.OrganiserRef
	Leader    uuid.UUID
	Places    *int      // nil: as many as come
	Closes    time.Time // zero: when it begins
}

// Signed is how somebody stands to an action.
type Signed string

// Who withdrew is gone, and may come back at the end of the line.
const (
	Placed  Signed = "placed"
	Waiting Signed = "waiting"
	Gone    Signed = "gone"
)

// Own is one's own sign-up.
type Own struct {
	State    Signed     `json:"state" enum:"placed,waiting"`
	Position int        `json:"position,omitempty" doc:"In the waiting line, from 1"`
	MovedAt  *time.Time `json:"moved_at,omitempty" doc:"Waited before; a place came free then"`
	CameAt   *time.Time `json:"came_at,omitempty"`
}

// Action is an action as lists show it.
type Action struct {
	ID            uuid.UUID             `json:"id"`
	Title         string                `json:"title"`
	StartsAt      time.Time             `json:"starts_at"`
	EndsAt        time.Time             `json:"ends_at"`
	Place         string                `json:"place"`
	Served        string                `json:"served" doc:"对象"`
	Content       string                `json:"content"`
	Organiser     activity.OrganiserRef `json:"organiser"`
	OrganiserName string                `json:"organiser_name"`
	LeaderID      uuid.UUID             `json:"leader_id"`
	LeaderName    string                `json:"leader_name"`
	Places        *int                  `json:"places,omitempty" doc:"None: as many as come"`
	ClosesAt      time.Time             `json:"closes_at" doc:"Signing up until then"`
	State         State                 `json:"state" enum:"open,recorded,cancelled"`
	RecordID      *uuid.UUID            `json:"record_id,omitempty" doc:"Of the activity, where you may read it by its own permission"`
	CancelReason  string                `json:"cancel_reason,omitempty"`
	Placed        int                   `json:"placed"`
	Waiting       int                   `json:"waiting"`
	Own           *Own                  `json:"own,omitempty"`
	Version       int                   `json:"version" doc:"To be sent with the next change"`
	Can           []string              `json:"can" doc:"What you may do with it now: sign, withdraw, arrive, organise, edit, cancel, record"`

	code                      string
	department, branch, group uuid.UUID
	project                   uuid.UUID
	organises, names, maySign bool
}

// Signup is one line of those who signed up.
type Signup struct {
	PersonID   uuid.UUID  `json:"person_id"`
	Name       string     `json:"name"`
	BranchName string     `json:"branch_name,omitempty"`
	State      Signed     `json:"state" enum:"placed,waiting"`
	SignedAt   time.Time  `json:"signed_at"`
	SignedBy   string     `json:"signed_by,omitempty" doc:"Where the organiser did it for them"`
	CameAt     *time.Time `json:"came_at,omitempty"`
}

// ActionDetail is an action, whole.
type ActionDetail struct {
	Action
	Code    string   `json:"code,omitempty" doc:"Of the address on paper; for who organises it"`
	Signups []Signup `json:"signups,omitempty" doc:"In the order of the line; for who organises it"`
}

// ActionFilter narrows a list of actions. Zero fields do not.
type ActionFilter struct {
	State    string // coming, ended, past, recorded or cancelled
	From, To calendar.Date
	Mine     bool // signed up for by the actor
	Text     string
	Cursor   string
	Limit    int
}

// The states a list can be narrowed to. What is over and not recorded has ended; past is
// whatever is not coming.
const (
	listComing = "coming"
	listEnded  = "ended"
	listPast   = "past"
)

func (f *ActionFilter) check() error {
	f.Text = strings.ToLower(sheet.Clean(f.Text))
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fault.Field("to", "截止日期早于开始日期，请改正")
	}
	return nil
}

// upward says whether the list runs from the next one on; else from the latest back.
func (f ActionFilter) upward() bool { return f.State == listComing }

type actionCursor struct {
	Starts time.Time `json:"s"`
	ID     uuid.UUID `json:"i"`
}

func (c actionCursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // a moment and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseActionCursor(text string) (c actionCursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}

// tidy brings what people typed into the form in which it is kept.
func (in *ActionInput) tidy() {
	for _, s := range []*string{&in.Title, &in.Place, &in.Served} {
		*s = sheet.Clean(*s)
	}
	in.Content = strings.TrimSpace(in.Content)
	in.Starts, in.Ends = in.Starts.Truncate(time.Second), in.Ends.Truncate(time.Second)
	if in.Closes.IsZero() {
		in.Closes = in.Starts
	}
	in.Closes = in.Closes.Truncate(time.Second)
}

// check asks of an action what its form says before. One that is made has to lie
// ahead: what is over is recorded as an activity straight away.
func (in ActionInput) check(now time.Time, fresh bool) error {
	var bad []fault.Detail
	say := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	for _, t := range []struct {
		field, text, name string
		needed            bool
		most              int
	}{
		{"title", in.Title, "活动名称", true, 100}, {"place", in.Place, "地点", true, 100}, {"served", in.Served, "服务对象", true, 100},
		{"content", in.Content, "内容", false, 2000},
	} {
		switch {
		case t.needed && t.text == "":
			say(t.field, "请填写"+t.name)
		case utf8.RuneCountInString(t.text) > t.most:
			say(t.field, t.name+"过长，请缩短")
		case strings.ContainsRune(t.text, 0):
			say(t.field, t.name+"里有无法保存的字符，请删去后再提交")
		}
	}
	switch {
	case !in.Ends.After(in.Starts):
		say("ends_at", "结束时间须晚于开始时间")
	case in.Ends.Sub(in.Starts) > maxLasting:
		say("ends_at", "一次活动最长 15 天，请检查结束时间或分成几次")
	case in.Starts.After(now.Add(maxAhead)):
		say("starts_at", "开始时间在一年以后，请检查年份")
	case fresh && !in.Ends.After(now):
		say("ends_at", "活动时间已过；已经办过的活动，请直接在“活动”中记录")
	case in.Closes.After(in.Ends):
		say("closes_at", "报名截止时间不能晚于活动结束")
	}
	if in.Places != nil && (*in.Places < 1 || *in.Places > maxPlaces) {
		say("places", "名额应为 1 到 2000 人；不限名额的，请留空")
	}
	if in.Leader == uuid.Nil {
		say("leader_id", "请选择组织者（带队人）")
	}
	return fault.Fields(bad)
}

// at is where an action stands, for Scope.Covers.
func (a Action) at(unit uuid.UUID) access.Place {
	return access.Place{Unit: unit, Department: a.department, Branch: a.branch, Group: a.group, Project: a.project}
}

// arrivalAround is how long before and after an action somebody may say that they came.
const arrivalAround = time.Hour

// arriving says whether it is the time at which people come.
func (a Action) arriving(now time.Time) bool {
	return !now.Before(a.StartsAt.Add(-arrivalAround)) && !now.After(a.EndsAt.Add(arrivalAround))
}

// signing says why nobody signs up any more, or withdraws, by themselves.
func (a Action) signing(now time.Time) error {
	if err := a.standing(); err != nil {
		return err
	}
	if now.After(a.ClosesAt) {
		return fault.New(fault.RuleBroken, "报名已于 "+clock(a.ClosesAt)+" 截止；确需参加的，请联系组织者"+a.LeaderName)
	}
	return nil
}

// standing says why nothing about an action changes any more.
func (a Action) standing() error {
	switch a.State {
	case Recorded:
		return fault.New(fault.Conflict, "该活动已经登记，不能再改；登记有误的，请在活动记录中更正")
	case Cancelled:
		return fault.New(fault.Conflict, "该活动已经取消，请刷新后查看")
	case Open:
	}
	return nil
}

// leaving says why somebody cannot withdraw any more by themselves.
func (a Action) leaving(now time.Time) error {
	if err := a.standing(); err != nil {
		return err
	}
	if !now.Before(a.StartsAt) {
		return fault.New(fault.RuleBroken, "活动已经开始，不能再退出；没有参加的，请告诉组织者"+a.LeaderName)
	}
	return nil
}

// judge fills in what the actor may do now.
func (a *Action) judge(now time.Time) {
	a.Can = []string{}
	may := func(what string, yes bool) {
		if yes {
			a.Can = append(a.Can, what)
		}
	}
	open, in := a.State == Open, a.Own != nil
	may("sign", a.maySign && !in && a.signing(now) == nil)
	may("withdraw", in && a.leaving(now) == nil)
	may("arrive", open && in && a.Own.State == Placed && a.Own.CameAt == nil && a.arriving(now))
	may("organise", a.organises)
	may("edit", a.organises && open)
	may("cancel", a.organises && open)
	may("record", a.organises && open && !now.Before(a.StartsAt))
}

func clock(t time.Time) string { return t.In(calendar.Shanghai).Format("1月2日 15:04") }

// distinct is ids without repetitions, in their order.
func distinct(ids []uuid.UUID) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(ids))
	for _, id := range ids {
		if id != uuid.Nil && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
