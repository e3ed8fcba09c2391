package activity

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Kind is a kind of activity. Kinds are data (rule 3): what one needs to be
// confirmed, who is expected, and the category that points rules go by.
type Kind struct {
	Code           string   `json:"code" required:"false" readOnly:"true"`
	Name           string   `json:"name" minLength:"1" maxLength:"20"`
	Category       string   `json:"category" enum:"three_meetings,party_day,study,volunteering,organisational,work,other" doc:"Points rules go by it"`
	Expected       string   `json:"expected" enum:"members,voters,committee,staff,nobody" doc:"Who is expected, of the organiser's people"`
	Organisers     []string `json:"organisers" doc:"Who may hold it: unit, department, branch, group, project"`
	Needs          []string `json:"needs" doc:"What has to be filled in: host, recorder, lecturer, agenda, content, resolutions, place"`
	Quorum         string   `json:"quorum" enum:"none,half" doc:"Whether its resolutions need a quorum (rule 5)"`
	DefaultMinutes int      `json:"default_minutes" minimum:"5" maximum:"1440"`
	Ord            int      `json:"ord" minimum:"0" maximum:"9999"`
	Active         bool     `json:"active" doc:"Offered for new records"`
}

// The categories that the code itself asks for; the others matter to points rules
// alone.
const categoryVolunteering = "volunteering"

func categories() []string {
	return []string{"three_meetings", "party_day", "study", categoryVolunteering, "organisational", "work", "other"}
}

func needs() []string {
	return []string{"host", "recorder", "lecturer", "agenda", "content", "resolutions", "place"}
}

func organiserKinds() []string { return []string{"unit", "department", "branch", "group", "project"} }

func circles() []string {
	return []string{org.CircleMembers, org.CircleVoters, org.CircleCommittee, org.CircleStaff, org.CircleNobody}
}

func (k Kind) needs(what string) bool { return slices.Contains(k.Needs, what) }

// quorate says whether resolutions of this kind need a quorum.
func (k Kind) quorate() bool { return k.Quorum == "half" }

// open says whether anybody may come: nobody is expected, so nobody sits in.
func (k Kind) open() bool { return k.Expected == org.CircleNobody }

var kindCode = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// check validates a kind as the Party office wrote it.
func (k *Kind) check() error {
	var bad []fault.Detail
	say := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	among := func(field string, values []string, allowed []string) {
		for i, v := range values {
			if !slices.Contains(allowed, v) || slices.Contains(values[:i], v) {
				say(field, "只能从这些里选，且不重复："+strings.Join(allowed, "、"))
				return
			}
		}
	}
	k.Name = strings.TrimSpace(k.Name)
	if !kindCode.MatchString(k.Code) {
		say("code", "代码由小写英文字母、数字和下划线组成，以字母开头,2 到 40 个字符")
	}
	if n := utf8.RuneCountInString(k.Name); n == 0 || n > 20 {
		say("name", "请填写类型名称，不超过 20 个字")
	}
	among("category", []string{k.Category}, categories())
	among("expected", []string{k.Expected}, circles())
	among("organisers", k.Organisers, organiserKinds())
	among("needs", k.Needs, needs())
	among("quorum", []string{k.Quorum}, []string{"none", "half"})
	if len(k.Organisers) == 0 {
		say("organisers", "请至少选一种组织者")
	}
	if k.DefaultMinutes < 5 || k.DefaultMinutes > 1440 {
		say("default_minutes", "默认时长应在 5 到 1440 分钟之间")
	}
	if k.quorate() && (k.open() || k.Expected == org.CircleStaff) {
		say("quorum", "需要法定人数的类型，应到范围只能是党员、有表决权的党员或支委")
	}
	if k.Expected == org.CircleCommittee && !slices.Contains(k.Organisers, "branch") {
		say("organisers", "支委参加的类型须由党支部组织")
	}
	return fault.Fields(bad)
}

// seeds are the kinds of rule 3, as an office starts with them.
func seeds() []Kind {
	party := []string{"unit", "branch", "group", "project"}
	branch := []string{"branch"}
	all := organiserKinds()
	minutes := []string{"host", "recorder", "place", "agenda"}
	return []Kind{
		{Code: "branch_meeting", Name: "党员大会", Category: "three_meetings", Expected: org.CircleMembers, Organisers: branch, Needs: minutes, Quorum: "half", DefaultMinutes: 90},
		{Code: "committee_meeting", Name: "支委会", Category: "three_meetings", Expected: org.CircleCommittee, Organisers: branch, Needs: minutes, Quorum: "half", DefaultMinutes: 60},
		{Code: "group_meeting", Name: "党小组会", Category: "three_meetings", Expected: org.CircleMembers, Organisers: []string{"group"}, Needs: minutes, DefaultMinutes: 60},
		{Code: "party_lecture", Name: "党课", Category: "three_meetings", Expected: org.CircleMembers, Organisers: party, Needs: []string{"lecturer", "recorder", "place"}, DefaultMinutes: 60},
		{Code: "party_day", Name: "主题党日", Category: "party_day", Expected: org.CircleMembers, Organisers: party, Needs: []string{"host", "recorder", "place", "content"}, DefaultMinutes: 120},
		{Code: "organisational_life", Name: "组织生活会", Category: "organisational", Expected: org.CircleMembers, Organisers: []string{"branch", "group"}, Needs: minutes, DefaultMinutes: 150},
		{Code: "democratic_appraisal", Name: "民主评议党员", Category: "organisational", Expected: org.CircleMembers, Organisers: branch, Needs: []string{"host", "recorder", "place", "content"}, DefaultMinutes: 120},
		{Code: "seminar", Name: "研讨", Category: "study", Expected: org.CircleMembers, Organisers: all, Needs: []string{"host", "recorder", "content"}, DefaultMinutes: 90},
		{Code: "core_group_study", Name: "中心组学习", Category: "study", Expected: org.CircleNobody, Organisers: []string{"unit"}, Needs: []string{"host", "recorder", "content"}, DefaultMinutes: 120},
		{Code: "reading_salon", Name: "读书沙龙", Category: "study", Expected: org.CircleNobody, Organisers: all, Needs: []string{"host", "recorder"}, DefaultMinutes: 90},
		{Code: "review", Name: "讲评", Category: "work", Expected: org.CircleNobody, Organisers: []string{"unit", "department"}, Needs: []string{"host", "recorder", "content"}, DefaultMinutes: 60},
		{Code: "consultation", Name: "会商", Category: "work", Expected: org.CircleNobody, Organisers: all, Needs: []string{"host", "recorder", "content"}, DefaultMinutes: 60},
		{Code: "morning_meeting", Name: "晨会", Category: "work", Expected: org.CircleStaff, Organisers: []string{"unit", "department"}, Needs: []string{"host"}, DefaultMinutes: 20},
		{Code: "volunteering", Name: "志愿服务", Category: categoryVolunteering, Expected: org.CircleNobody, Organisers: all, Needs: []string{"recorder", "place"}, DefaultMinutes: 120},
		{Code: "visit", Name: "参观见学", Category: "other", Expected: org.CircleNobody, Organisers: all, Needs: []string{"recorder", "place"}, DefaultMinutes: 180},
		{Code: "lecture", Name: "讲座", Category: "other", Expected: org.CircleNobody, Organisers: all, Needs: []string{"lecturer", "recorder", "place"}, DefaultMinutes: 90},
		{Code: "joint_action", Name: "共建行动", Category: "other", Expected: org.CircleNobody, Organisers: all, Needs: []string{"recorder", "place", "content"}, DefaultMinutes: 180},
	}
}
