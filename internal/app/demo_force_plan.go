package app

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// participations is what the volunteering of 2026 adds up to: the office's own figure.
const participations = 343

// forceHappenings lays out what taskforces held in a month, as they planned it.
func (p *planner) forceHappenings() {
	hold := func(key, kind string, on calendar.Date, minutes int, title, place string, more func(h *happening)) {
		f := p.forces[key]
		h := happening{login: f.head, force: key, kind: kind, day: on, hour: 14, minutes: minutes, title: title, place: place, content: "按分工开展，现场小结。", absent: .05}
		if more != nil {
			more(&h)
		}
		p.add(h)
	}
	team := func(key string) func(h *happening) {
		return func(h *happening) { h.people, h.hour = p.forces[key].team, 9 }
	}
	hold("jianwei", "party_day", day26(1, 16), 90, "主题党日：战位上的誓言", "值守点", nil)
	hold("jianwei", "volunteering", day26(2, 6), 240, "应急值守和防疫宣传", "滨河社区卡点", func(h *happening) { h.people, h.hour, h.served = p.forces["jianwei"].team, 8, "社区居民" })
	hold("shouzheng", "party_day", day26(4, 17), 120, "主题党日：重案面前的检察担当", "党员活动室", nil)
	hold("chenxi", "party_day", day26(6, 26), 120, "主题党日：守护晨曦", "青少年法治教育基地", nil)
	for i, on := range []calendar.Date{day26(3, 20), day26(5, 22), day26(9, 18)} {
		hold("chenxi", "volunteering", on, 150, "法治副校长进校园", []string{"实验小学", "河口一中", "职业学校"}[i], func(h *happening) { team("chenxi")(h); h.served = "中小学生" })
	}
	for i, on := range []calendar.Date{day26(3, 5), day26(5, 8), day26(8, 14), day26(10, 16)} {
		hold("xianhe", "volunteering", on, 180, []string{"学雷锋志愿服务集市", "五四青年普法行", "防溺水巡河", "重阳敬老"}[i], "仙河镇新民社区", func(h *happening) {
			team("xianhe")(h)
			h.served, h.guests = "社区居民", p.forces["xianhe"].outsiders
		})
	}
	hold("zhixing", "joint_action", day26(5, 15), 180, "社区矫正对象集中教育", "区司法局", team("zhixing"))
	hold("zhixing", "seminar", day26(9, 11), 90, "就医保障规定会商", "刑事执行人权保障中心", nil)
	for i, on := range []calendar.Date{day26(2, 27), day26(5, 29), day26(8, 28)} {
		hold("chuangxiang", "seminar", on, 90, []string{"轻罪治理选题研讨", "论文初稿互评", "公益诉讼协作研讨"}[i], "党员活动室", nil)
	}
	hold("falv", "lecture", day26(4, 22), 90, "企业合规法治讲座", "开发区企业服务中心", func(h *happening) { team("falv")(h); h.lecturer = p.forces["falv"].team[0] })
	hold("falv", "lecture", day26(9, 23), 90, "民营企业知识产权保护讲座", "石化产业园", func(h *happening) { team("falv")(h); h.lecturer = p.forces["falv"].team[0] })
	hold("jiuzheng", "seminar", day26(8, 31), 120, "纠正意见半年评查", "五楼会议室", nil)
}

// recruit gives each taskforce its people: whoever heads it, stands in, and others of
// the working branches, or of the groups that make it up.
func (p *planner) recruit(ctx context.Context) error {
	p.forces = map[string]*force{}
	office, _, err := p.as(ctx, "office", access.Need{Resource: "session", Action: "use"})
	if err != nil {
		return err
	}
	for _, f := range forces() {
		head, _, err := p.as(ctx, f.head, access.Need{Resource: "session", Action: "use"})
		if err != nil {
			return err
		}
		f.team = []uuid.UUID{head.Person}
		if f.deputy != "" {
			deputy, found := p.named(f.deputy)
			if !found {
				return fmt.Errorf("no single member named %s on the demo roll", f.deputy)
			}
			f.team = append(f.team, deputy)
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(f.key))
		r := rand.New(rand.NewPCG(h.Sum64(), 27))
		from := p.pool(f)
		for _, i := range r.Perm(len(from)) {
			if len(f.team) < f.size && !slices.Contains(f.team, from[i].Person) && from[i].Person != p.chief && from[i].Person != office.Person {
				f.team = append(f.team, from[i].Person)
			}
		}
		if len(f.team) != f.size {
			return fmt.Errorf("%s: %d people, not %d", f.name, len(f.team), f.size)
		}
		p.forces[f.key] = &f
	}
	return nil
}

// pool is who may be seconded: of the working branches, or of the groups of a kind made
// of groups.
func (p *planner) pool(f force) []org.Placement {
	var out []org.Placement
	for _, m := range p.members {
		for i := range working {
			b := p.branches[i]
			if m.Branch != b.ID {
				continue
			}
			if len(f.groups) == 0 || slices.ContainsFunc(f.groups, func(g [2]int) bool { return g[0] == i && b.Groups[g[1]].ID == m.Group }) {
				out = append(out, m)
			}
		}
	}
	return out
}

// named finds the one ledger holder of a name.
func (p *planner) named(name string) (id uuid.UUID, found bool) {
	for _, m := range p.members {
		if m.Name == name && !found {
			id, found = m.Person, true
		}
	}
	return id, found
}

// addUp brings the volunteering of 2026 to its figure: not everybody of a group comes
// each time, and now and then somebody more comes to what the whole office holds.
func (p *planner) addUp() error {
	var own, open []*happening
	sum := 0
	for i := range p.all {
		h := &p.all[i]
		if h.kind != "volunteering" || h.day.Year != 2026 || h.withdrawn != "" || h.draft {
			continue
		}
		sum += len(h.people)
		switch {
		case h.force != "":
		case h.organiser.Kind == "unit":
			open = append(open, h)
		default:
			own = append(own, h)
		}
	}
	for round := 0; sum > participations; round++ {
		if round == 4*len(own) {
			return fmt.Errorf("the demo's volunteering adds up to %d, not %d", sum, participations)
		}
		if h := own[round%len(own)]; len(h.people) > 3 {
			h.people = h.people[:len(h.people)-1]
			sum--
		}
	}
	for round := 0; sum < participations; round++ {
		h := open[round%len(open)]
		next := p.members[(round*7)%len(p.members)].Person
		if !slices.Contains(h.people, next) {
			h.people = append(slices.Clone(h.people), next)
			sum++
		}
	}
	return nil
}

// outside are the people of partner units who came along.
func (h happening) outside() []activity.Outsider {
	var out []activity.Outsider
	for _, g := range h.guests {
		out = append(out, activity.Outsider{Name: g[1], Partner: g[0], Minutes: h.minutes})
	}
	return out
}
