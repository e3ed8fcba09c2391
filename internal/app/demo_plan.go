package app

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// planner lays out the demo's year. Its texts are invented.
type planner struct {
	*demo
	r        *rand.Rand
	luck     *rand.Rand // of talks, so that they do not change what else happens
	workdays calendar.Workdays
	until    calendar.Date
	chief    uuid.UUID
	members  []org.Placement // who keeps a ledger, in the roll's order
	all      []happening
	forces   map[string]*force
	best     uuid.UUID // the selection of the best pair of mentors
}

// plan lays out everything that happened, in order of day.
func (d *demo) plan(ctx context.Context, r *rand.Rand) (*planner, error) {
	p := &planner{demo: d, r: r, luck: rand.New(rand.NewPCG(20260105, 24)), workdays: calendar.NewWorkdays(calendar.Official()...), until: demoLast}
	if latest := d.today.AddDays(-2); latest.Before(p.until) {
		p.until = latest
	}
	var err error
	if p.members, err = org.Holders(ctx, d.DB, d.unit, demoFirst); err != nil {
		return nil, err
	}
	slices.SortFunc(p.members, func(a, b org.Placement) int { return cmp.Compare(a.Name+a.Person.String(), b.Name+b.Person.String()) })
	chief, _, err := d.as(ctx, "chief", access.Need{Resource: "session", Action: "use"})
	if err != nil {
		return nil, err
	}
	p.chief = chief.Person
	for month := demoFirst; month.Before(p.until); month = month.AddDays(31).AddDays(1 - month.AddDays(31).Day) {
		p.month(month)
	}
	if err := p.recruit(ctx); err != nil {
		return nil, err
	}
	p.forceHappenings()
	slices.SortStableFunc(p.all, func(a, b happening) int {
		return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.hour, b.hour))
	})
	p.mishaps()
	if p.until == demoLast { // else the year is not over yet
		if err := p.addUp(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// day finds the first working day at or after the nth of a month.
func (p *planner) day(month calendar.Date, nth int) calendar.Date {
	d := month.AddDays(nth - 1)
	for !p.workdays.IsWorkday(d) {
		d = d.AddDays(1)
	}
	return d
}

func (p *planner) add(h happening) {
	if !h.day.After(p.until) {
		p.all = append(p.all, h)
	}
}

func pick[T any](list []T, month calendar.Date, shift int) T {
	return list[(int(month.Month)+month.Year+shift)%len(list)]
}

var (
	partyDays = []string{"重温入党誓词，走进群众身边", "学习身边榜样，争当办案先锋", "走访结对社区", "参观镇史馆", "清明祭扫英烈", "义务植树护绿",
		"交纳党费，集中学习", "党员政治生日", "警示教育", "关爱未成年人普法", "服务企业开放日", "黄河岸边巡护"}
	lectures    = []string{"守正笃行，做让群众信赖的检察人", "从一份检察建议谈为民初心", "廉洁从检永远在路上", "把支部建在办案一线", "讲好身边党员的故事"}
	seminars    = []string{"高质效办好每一个案件研讨", "未成年人保护中的部门协作研讨", "公益诉讼线索怎样发现", "轻罪治理与诉源治理研讨", "涉企案件办理的温度与尺度"}
	topics      = []string{"传达上级会议精神，研究本月安排", "讨论发展对象培养情况", "通报积分公示情况，听取意见", "研究志愿服务安排", "组织生活会整改进展"}
	volunteers  = []string{"社区法律咨询", "护学岗值勤", "敬老院探望", "河道清洁", "防诈骗宣传", "农民工维权宣传", "图书整理"}
	volunteerAt = []string{"滨河社区广场", "实验小学门口", "夕阳红敬老院", "黄河大堤北段", "滨河集市", "仙河镇便民中心", "区图书馆"}
)

// month lays out one month of the whole office.
func (p *planner) month(m calendar.Date) {
	for i, b := range p.branches {
		p.branchMonth(m, i, b)
	}
	quarter := calendar.QuarterOf(m)
	lastMonth := m.Month == quarter.Last().Month
	unit := activity.OrganiserRef{Kind: "unit"}
	if lastMonth {
		p.add(happening{login: "office", kind: "core_group_study", organiser: unit, day: p.day(m, 18), hour: 9, minutes: 120, title: quarter.Chinese() + "理论学习中心组集体学习",
			place: "党组会议室", content: "领学原文，交流体会，检察长作小结。", people: p.some(8, "")})
		p.add(happening{login: "office", kind: "review", organiser: unit, day: p.day(m, 24), hour: 15, minutes: 60, title: quarter.Chinese() + "党组讲评党建工作",
			place: "党组会议室", content: "各支部汇报，党组逐一讲评，指出下季度重点。", people: p.some(10, "")})
	}
	if m.Month%2 == 0 {
		p.add(happening{login: "office", kind: "reading_salon", organiser: unit, day: p.day(m, 20), hour: 17, minutes: 60, title: "信仰讲堂读书沙龙（" + fmt.Sprint(int(m.Month)) + "月）", place: "党员活动室", people: p.some(14, "")})
	}
	p.add(happening{login: "office", kind: "volunteering", organiser: unit, day: p.day(m, 14), hour: 9, minutes: 180, title: pick(volunteers, m, 0), place: pick(volunteerAt, m, 0), people: p.some(9+p.r.IntN(6), "")})
	switch m.Month % 4 {
	case 0:
		p.add(happening{login: "office", kind: "visit", organiser: unit, day: p.day(m, 16), hour: 14, minutes: 180, title: "到红色教育基地参观见学", place: "渤海红色教育基地", people: p.some(22, "")})
	case 1:
		p.add(happening{login: "office", kind: "lecture", organiser: unit, day: p.day(m, 17), hour: 14, minutes: 90, title: "企业合规法治讲座", place: "开发区企业服务中心", lecturer: p.members[int(m.Month)].Person, people: p.some(6, "")})
	case 2:
		p.add(happening{login: "office", kind: "joint_action", organiser: unit, day: p.day(m, 19), hour: 9, minutes: 180, title: "携手清四乱共建行动", place: "黄河岸线三号桩", content: "与区河务局、水利局联合巡查岸线，清理违建两处。", people: p.some(12, "")})
	}
	for _, weekday := range []time.Weekday{time.Tuesday, time.Thursday} { // the deputy and the department
		for n, day := range p.weekly(m, weekday) {
			if int(m.Month) == 7 && n == 2 {
				continue // the deputy was away
			}
			p.add(happening{login: "deputy", kind: "morning_meeting", organiser: p.department("第一检察部"), day: day, hour: 8, minutes: 20,
				title: "第一检察部晨会", place: "三楼会议室", absent: .04})
		}
	}
}

// weekly lists one day of each week whose that weekday lies in a month: the day itself,
// or the next working day of the same week. A week without one is passed over.
func (p *planner) weekly(m calendar.Date, on time.Weekday) []calendar.Date {
	var out []calendar.Date
	for day := m; day.Month == m.Month; day = day.AddDays(1) {
		if day.Weekday() != on {
			continue
		}
		for d := day; d.Weekday() >= on; d = d.AddDays(1) { // Sunday is 0: the week is over
			if p.workdays.IsWorkday(d) {
				out = append(out, d)
				break
			}
		}
	}
	return out
}

func (p *planner) department(name string) activity.OrganiserRef {
	return activity.OrganiserRef{Kind: "department", ID: p.departments[name]}
}

// branchMonth lays out one month of a branch and its groups. The retired branch
// lives a quieter life.
func (p *planner) branchMonth(m calendar.Date, i int, b org.BranchNode) {
	secretary := fmt.Sprintf("secretary%d", i+1)
	branch := activity.OrganiserRef{Kind: "branch", ID: b.ID}
	retired := i == 3
	inQuarter := int(m.Month-1) % 3
	p.add(happening{login: secretary, kind: "party_day", organiser: branch, day: p.day(m, 8+i), hour: 15, minutes: 120, title: "主题党日：" + pick(partyDays, m, 0),
		place: pick([]string{"党员活动室", "“正义先锋”党性教育基地", "滨河社区"}, m, i), content: "集中学习后分组开展活动，收取当月党费，书记作小结。", absent: .08})
	p.add(happening{login: secretary, kind: "committee_meeting", organiser: branch, day: p.day(m, 3+i), hour: 10, minutes: 60, title: fmt.Sprintf("支委会（%d月）", m.Month),
		place: "支部会议室", agenda: pick(topics, m, i), absent: .03})
	if inQuarter == 1 {
		p.add(happening{login: secretary, kind: "branch_meeting", organiser: branch, day: p.day(m, 22+i), hour: 15, minutes: 90, title: calendar.QuarterOf(m).Chinese() + "党员大会",
			place: "五楼会议室", agenda: "一、书记报告上季度工作；二、讨论表决有关事项；三、民主议事。", absent: .08,
			resolutions: []string{"通过支部上季度工作报告"}})
	}
	if inQuarter == 2 {
		lecturer := p.chief
		if own := p.of(b.Name); len(own) > 0 {
			lecturer = own[int(m.Month)%len(own)]
		}
		p.add(happening{login: secretary, kind: "party_lecture", organiser: branch, day: p.day(m, 12+i), hour: 16, minutes: 60, title: "党课：" + pick(lectures, m, i), place: "信仰讲堂", lecturer: lecturer, absent: .07})
	}
	if m.Month == time.January {
		p.add(happening{login: secretary, kind: "organisational_life", organiser: branch, day: p.day(m, 25), hour: 9, minutes: 150, title: "年度组织生活会", place: "五楼会议室", agenda: "通报会前准备情况；支委会对照检查；党员逐一发言，开展批评和自我批评。", absent: .04})
		p.add(happening{login: secretary, kind: "democratic_appraisal", organiser: branch, day: p.day(m, 26), hour: 14, minutes: 120, title: "民主评议党员", place: "五楼会议室", content: "个人自评、党员互评、民主测评，支委会提出评定意见。", absent: .04})
	}
	if !retired {
		p.add(happening{login: secretary, kind: "seminar", organiser: branch, day: p.day(m, 15+i), hour: 16, minutes: 90, title: pick(seminars, m, i), place: "党员活动室", content: "三人主题发言，其余同志交流，形成两条改进意见。", absent: .1})
	}
	for j, g := range b.Groups {
		leader := fmt.Sprintf("leader%d%d", i+1, j+1)
		if retired {
			leader = secretary // the retired groups' records are kept by their secretary
		}
		group := activity.OrganiserRef{Kind: "group", ID: g.ID}
		p.add(happening{login: leader, kind: "group_meeting", organiser: group, day: p.day(m, 6+i+j), hour: 17, minutes: 45, title: fmt.Sprintf("党小组会（%d月）", m.Month),
			place: "小组办公室", agenda: pick(topics, m, i+j+1), absent: .07})
		if retired {
			continue
		}
		for week, day := range p.weekly(m, time.Monday+time.Weekday(j)) {
			if (int(m.Month)*5+week+2*i+j)%29 == 0 {
				continue // a week that was forgotten
			}
			p.add(happening{login: leader, kind: "consultation", organiser: group, day: day, hour: 11, minutes: 30, title: fmt.Sprintf("每周会商（%d月第%d周）", m.Month, week+1),
				place: "小组办公室", content: "碰头在办案件和重点工作，明确下周分工。", people: p.ofGroup(g.ID)})
		}
		if (int(m.Month)+i+j)%3 == 0 {
			p.add(happening{login: leader, kind: "volunteering", organiser: group, day: p.day(m, 20+j), hour: 9, minutes: 120, title: pick(volunteers, m, i+j), place: pick(volunteerAt, m, i+j), people: p.ofGroup(g.ID)})
		}
	}
}

// of lists the ledger holders of a branch.
func (p *planner) of(branch string) []uuid.UUID {
	var out []uuid.UUID
	for _, m := range p.members {
		if m.BranchName == branch {
			out = append(out, m.Person)
		}
	}
	return out
}

func (p *planner) ofGroup(group uuid.UUID) []uuid.UUID {
	var out []uuid.UUID
	for _, m := range p.members {
		if m.Group == group {
			out = append(out, m.Person)
		}
	}
	return out
}

// some draws n ledger holders.
func (p *planner) some(n int, branch string) []uuid.UUID {
	from := p.of(branch)
	if branch == "" {
		for _, m := range p.members {
			from = append(from, m.Person)
		}
	}
	out := make([]uuid.UUID, 0, n)
	for _, i := range p.r.Perm(len(from))[:min(n, len(from))] {
		out = append(out, from[i])
	}
	return out
}

// mishaps are what every office has: records filed late, withdrawn, amended, a
// meeting below its quorum, and drafts that wait.
func (p *planner) mishaps() {
	seen := map[string]int{}
	for i := range p.all {
		h := &p.all[i]
		seen[h.kind]++
		n := seen[h.kind]
		switch {
		case h.force != "":
			seen[h.kind]-- // theirs go as planned
		case h.kind == "branch_meeting" && n == 7:
			h.absent, h.title = .65, h.title+"（到会不足，改期另开）"
		case h.kind == "group_meeting" && n%17 == 0, h.kind == "seminar" && n%13 == 0:
			h.filedLate = true
		case h.kind == "party_day" && n%19 == 0:
			h.withdrawn = "活动因天气取消，误作已开展登记"
		case h.kind == "party_lecture" && n%5 == 0, h.kind == "seminar" && n%11 == 0:
			h.amended = "一名同志当时在外开会，会后补签，出席情况有误"
		}
	}
	for k, last := 0, len(p.all); k < 3 && last > 0; last-- { // the newest of three kinds are not confirmed yet
		h := &p.all[last-1]
		if slices.Contains([]string{"party_day", "group_meeting", "seminar", "committee_meeting"}, h.kind) && h.amended == "" && h.withdrawn == "" {
			h.draft = true
			k++
		}
	}
}
