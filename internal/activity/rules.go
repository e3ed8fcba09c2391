package activity

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/sheet"
)

// Bounds on what one record holds.
const (
	maxPeople      = 2000
	maxResolutions = 50
	maxLasting     = 15 * 24 * time.Hour // as the table's own check
	maxAhead       = 366 * 24 * time.Hour
)

// earliest is the first day a record may be of: what is older is a typing error.
func earliest() time.Time { return calendar.NewDate(2000, time.January, 1).In() }

// ParseMoment reads a time as the form sends it, or as people type it: RFC 3339,
// or a day with hours and minutes of the office's own zone; full-width digits and
// 年月日 read as what they mean.
func ParseMoment(field, s string) (time.Time, error) {
	s = strings.NewReplacer("\uff1a", ":", "\uff0d", "-", "\uff0f", "/", "\uff0e", ".").Replace(sheet.Clean(s))
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.In(calendar.Shanghai), nil
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", ".", "-", "时", ":", "分", "").Replace(s)
	s = strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ":")
	for _, layout := range []string{"2006-1-2 15:4", "2006-1-2T15:4", "2006-1-2 15:4:5", "2006-1-2T15:4:5", "2006-1-2 15"} {
		if t, err := time.ParseInLocation(layout, s, calendar.Shanghai); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.Field(field, "时间应写作 2026-03-05 14:30 的样式")
}

// roster is who is expected on the day of an activity, and where everybody stands
// who is named in its record.
type roster struct {
	expected []org.Placement
	places   map[uuid.UUID]org.Placement
}

func (ro roster) name(id uuid.UUID) string {
	if p, ok := ro.places[id]; ok {
		return p.Name
	}
	return "(不在名册中的人员)"
}

// votes says who has a vote at this kind of activity: at a committee meeting its
// members, elsewhere the full members (rule 5).
func (k Kind) votes(p org.Placement) bool {
	return k.Expected == org.CircleCommittee || p.Voter
}

// complaints gathers what is wrong with a form, each at its field.
type complaints []fault.Detail

func (c *complaints) say(field, format string, args ...any) {
	*c = append(*c, fault.Detail{Field: field, Message: fmt.Sprintf(format, args...)})
}

// tidy brings what people typed into the form in which it is kept.
func (r *Record) tidy(k Kind) {
	for _, s := range []*string{&r.Title, &r.Place, &r.Served} {
		*s = sheet.Clean(*s)
	}
	for _, s := range []*string{&r.Agenda, &r.Content, &r.Guests, &r.OverlapAnswer} {
		*s = strings.TrimSpace(*s)
	}
	r.Starts, r.Ends = r.Starts.Truncate(time.Second), r.Ends.Truncate(time.Second)
	r.Election = r.Election && k.quorate()
	for i := range r.Attendance {
		a := &r.Attendance[i]
		a.Reason = strings.TrimSpace(a.Reason)
		if a.Status != Absent {
			a.Absence = ""
		}
		if k.Category != categoryVolunteering || a.Status != Present {
			a.Minutes = 0
		}
	}
	for i := range r.Resolutions {
		r.Resolutions[i].Title = strings.TrimSpace(r.Resolutions[i].Title)
		r.Resolutions[i].Counts = false
	}
	r.tidyOutsiders(k)
}

// checkDraft asks of a draft what has to hold whatever is still missing. A draft
// may lie in the future: it is then a plan.
func (r Record) checkDraft(k Kind, now time.Time) error {
	var bad complaints
	if r.Title == "" {
		bad.say("title", "请填写活动名称")
	}
	for _, t := range []struct {
		field, text, name string
		most              int
	}{
		{"title", r.Title, "活动名称", 100}, {"place", r.Place, "地点", 100}, {"guests", r.Guests, "外单位人员", 500}, {"served", r.Served, "服务对象", 100},
		{"agenda", r.Agenda, "议程", 5000}, {"content", r.Content, "内容", 50000}, {"overlap_answer", r.OverlapAnswer, "时间冲突说明", 200},
	} {
		if n := utf8.RuneCountInString(t.text); n > t.most {
			bad.say(t.field, "%s不能超过 %d 个字，现在有 %d 个", t.name, t.most, n)
		}
		if strings.ContainsRune(t.text, 0) {
			bad.say(t.field, "%s里有无法保存的字符，请删去后再提交", t.name)
		}
	}
	switch {
	case !slices.Contains(k.Organisers, r.Organiser.Kind):
		bad.say("organiser", "“%s”不能由这一类组织者举办，请换一个", k.Name)
	case (r.Organiser.Kind == "unit") != (r.Organiser.ID == uuid.Nil):
		bad.say("organiser", "请选择组织者")
	}
	switch {
	case r.Starts.Before(earliest()):
		bad.say("starts_at", "开始时间早于 2000 年，请检查年份")
	case r.Starts.After(now.Add(maxAhead)):
		bad.say("starts_at", "开始时间在一年以后，请检查年份")
	case !r.Ends.After(r.Starts):
		bad.say("ends_at", "结束时间须晚于开始时间")
	case r.Ends.Sub(r.Starts) > maxLasting:
		bad.say("ends_at", "一项活动最长 15 天，请检查结束时间或分成几项记录")
	}
	if r.Election && r.Organiser.Kind == "project" {
		bad.say("election", "行动党支部等临时组织不进行选举")
	}
	r.checkPeople(&bad)
	r.checkOutsiders(&bad)
	if len(r.Resolutions) > maxResolutions {
		bad.say("resolutions", "决议最多 %d 项", maxResolutions)
	}
	for i, d := range r.Resolutions {
		field := fmt.Sprintf("resolutions[%d]", i)
		if n := utf8.RuneCountInString(d.Title); n == 0 || n > 200 {
			bad.say(field+".title", "请填写第 %d 项决议的内容，不超过 200 个字", i+1)
		}
		for _, v := range []*int{d.For, d.Against, d.Abstain} {
			if v != nil && *v < 0 {
				bad.say(field+".votes_for", "第 %d 项决议的票数不能是负数", i+1)
			}
		}
	}
	return fault.Fields(bad)
}

func (r Record) checkPeople(bad *complaints) {
	if len(r.Attendance) > maxPeople {
		bad.say("attendance", "参加人员最多 %d 人", maxPeople)
		return
	}
	seen := make(map[uuid.UUID]bool, len(r.Attendance))
	for i, a := range r.Attendance {
		field := fmt.Sprintf("attendance[%d]", i)
		switch {
		case a.Person == uuid.Nil:
			bad.say(field+".person_id", "第 %d 位人员没有选好，请重新选择", i+1)
		case seen[a.Person]:
			bad.say(field+".person_id", "第 %d 位人员重复了，请删去一个", i+1)
		case !slices.Contains([]string{Present, Absent, Guest}, a.Status):
			bad.say(field+".status", "第 %d 位人员请标为到会、缺席或列席", i+1)
		case a.Status == Absent && a.Absence != "" && !slices.Contains(absences(), a.Absence):
			bad.say(field+".absence", "第 %d 位人员的缺席原因请从列表中选择", i+1)
		case a.Minutes < 0 || a.Minutes > int(maxLasting/time.Minute):
			bad.say(field+".minutes", "第 %d 位人员的服务分钟数不对", i+1)
		case utf8.RuneCountInString(a.Reason) > 200:
			bad.say(field+".reason", "第 %d 位人员的说明不能超过 200 个字", i+1)
		}
		seen[a.Person] = true
	}
}

// checkConfirm asks what a kind needs before its record counts (rules 3 and 4).
func (r Record) checkConfirm(k Kind, ro roster, now time.Time) error {
	var bad complaints
	if r.Ends.After(now) {
		bad.say("ends_at", "活动还没有结束，结束后再确认；如已提前结束，请改结束时间")
	}
	for _, n := range []struct {
		what, field, name string
		missing           bool
	}{
		{"host", "host_id", "主持人", r.Host == uuid.Nil}, {"recorder", "recorder_id", "记录人", r.Recorder == uuid.Nil},
		{"lecturer", "lecturer_id", "主讲人", r.Lecturer == uuid.Nil}, {"place", "place", "地点", r.Place == ""},
		{"agenda", "agenda", "议程", r.Agenda == ""}, {"content", "content", "内容", r.Content == ""},
		{"resolutions", "resolutions", "决议", len(r.Resolutions) == 0},
	} {
		if n.missing && k.needs(n.what) {
			bad.say(n.field, "“%s”须填写%s", k.Name, n.name)
		}
	}
	r.checkAttendance(k, ro, &bad)
	r.checkOutsideMinutes(k, &bad)
	r.checkVotes(k, ro, &bad)
	return fault.Fields(bad)
}

// listed joins names for a message, not all of a long list.
func listed(names []string) string {
	if len(names) > 5 {
		return fmt.Sprintf("%s 等 %d 人", strings.Join(names[:5], "、"), len(names))
	}
	return strings.Join(names, "、")
}

func (r Record) checkAttendance(k Kind, ro roster, bad *complaints) {
	status := make(map[uuid.UUID]string, len(r.Attendance))
	for _, a := range r.Attendance {
		status[a.Person] = a.Status
	}
	for _, p := range []struct {
		id          uuid.UUID
		field, name string
	}{{r.Host, "host_id", "主持人"}, {r.Recorder, "recorder_id", "记录人"}, {r.Lecturer, "lecturer_id", "主讲人"}} {
		if p.id != uuid.Nil && status[p.id] == Absent {
			bad.say(p.field, "%s%s标为缺席，请改正其中一处", p.name, ro.name(p.id))
		}
	}
	expected := make(map[uuid.UUID]bool, len(ro.expected))
	var unmarked, outside, unexplained, vague, idle, long []string
	for _, p := range ro.expected {
		expected[p.Person] = true
		if s := status[p.Person]; s != Present && s != Absent {
			unmarked = append(unmarked, p.Name)
		}
	}
	present := 0
	for _, a := range r.Attendance {
		name := ro.name(a.Person)
		if a.Status == Present {
			present++
		}
		if a.Status != Guest && !k.open() && !expected[a.Person] {
			outside = append(outside, name)
		}
		if a.Status == Absent && a.Absence == "" {
			unexplained = append(unexplained, name)
		}
		if a.Absence == "other" && a.Reason == "" {
			vague = append(vague, name)
		}
		if k.Category == categoryVolunteering && a.Status == Present {
			switch {
			case a.Minutes == 0:
				idle = append(idle, name)
			case time.Duration(a.Minutes)*time.Minute > r.Ends.Sub(r.Starts):
				long = append(long, name)
			}
		}
	}
	if present == 0 {
		bad.say("attendance", "没有人到会，请标出到会人员")
	}
	for _, c := range []struct {
		names []string
		text  string
	}{
		{unmarked, "以下应到人员还没有标明到会或缺席：%s"}, {outside, "以下人员不在应到范围，请记为列席或先在人员页更正其组织关系：%s"},
		{unexplained, "以下缺席人员请选择原因：%s"}, {vague, "以下缺席人员请写明是什么原因：%s"},
		{idle, "请填写服务时长：%s"}, {long, "以下人员的服务时长超过了活动时长：%s"},
	} {
		if len(c.names) > 0 {
			bad.say("attendance", c.text, listed(c.names))
		}
	}
}

func (r Record) checkVotes(k Kind, ro roster, bad *complaints) {
	_, present := r.voters(k, ro)
	for i, d := range r.Resolutions {
		field := fmt.Sprintf("resolutions[%d].votes_for", i)
		if d.For == nil {
			if k.quorate() {
				bad.say(field, "请填写第 %d 项决议的赞成票数", i+1)
			} else if d.Against != nil || d.Abstain != nil {
				bad.say(field, "第 %d 项决议只填了反对或弃权，请补上赞成票数", i+1)
			}
			continue
		}
		if cast := *d.For + orZero(d.Against) + orZero(d.Abstain); cast > present {
			bad.say(field, "第 %d 项决议共 %d 票，多于到会有表决权的 %d 人", i+1, cast, present)
		}
	}
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// place puts each person on the day's place, and gives a vote to whom rule 5 does.
func (r *Record) place(k Kind, ro roster) (changed bool) {
	expected := make(map[uuid.UUID]bool, len(ro.expected))
	for _, p := range ro.expected {
		expected[p.Person] = true
	}
	for i := range r.Attendance {
		a := &r.Attendance[i]
		p := ro.places[a.Person]
		voter := a.Status != Guest && (expected[a.Person] && k.votes(p) || k.open() && p.Voter)
		changed = changed || a.voter != voter || a.branch != p.Branch || a.group != p.Group
		a.voter, a.branch, a.group = voter, p.Branch, p.Group
	}
	return changed
}

// facts is what a confirmed record says to the ledgers (rule 12). A guest earns
// nothing by sitting in, but may lecture or take the minutes.
func (r Record) facts(k Kind) []points.Fact {
	var facts []points.Fact
	say := func(person uuid.UUID, trigger string, minutes int) {
		if person != uuid.Nil {
			facts = append(facts, points.Fact{Person: person, Trigger: trigger, Kind: k.Code, Category: k.Category, Minutes: minutes})
		}
	}
	for _, a := range r.Attendance {
		switch {
		case a.Status == Present:
			say(a.Person, points.TriggerAttendance, 0)
			if k.Category == categoryVolunteering {
				say(a.Person, points.TriggerVolunteering, a.Minutes)
			}
		case a.Status == Absent && a.Absence == Unexcused:
			say(a.Person, points.TriggerAbsence, 0)
		}
	}
	say(r.Host, points.TriggerHosting, 0)
	say(r.Recorder, points.TriggerRecording, 0)
	say(r.Lecturer, points.TriggerLecturing, 0)
	return facts
}

// count gives how many stand to the activity in each way.
func (r Record) count(status string) int {
	n := 0
	for _, a := range r.Attendance {
		if a.Status == status {
			n++
		}
	}
	return n
}
