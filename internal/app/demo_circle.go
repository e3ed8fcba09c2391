package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
)

// deed is something the demo's people do besides recording activities: they claim,
// verify, publish, object, decide, close, select.
type deed struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
}

// act lets everything happen that comes before a moment, in order; notices settle
// overnight.
func (d *demo) act(ctx context.Context, deeds []deed, before time.Time) ([]deed, error) {
	for len(deeds) > 0 && deeds[0].at.Before(before) {
		next := deeds[0]
		d.clock.set(next.at)
		if err := d.Notices.Tick(ctx); err != nil {
			return nil, err
		}
		if err := next.do(ctx); err != nil {
			return nil, fmt.Errorf("%s %s: %w", calendar.DateOf(next.at), next.what, err)
		}
		deeds = deeds[1:]
	}
	return deeds, nil
}

// working branches claim and select; the retired one lives a quieter life.
const working = 3

// demoRunning is the demo's last quarter, still running; the one before is over and
// waits for its close, so that whoever tries the demo can close it.
var demoRunning = calendar.QuarterOf(demoLast)

// deeds lays out the circle of each quarter.
func (p *planner) deeds() []deed {
	var out []deed
	add := func(on calendar.Date, hour int, what string, do func(ctx context.Context) error) {
		if !on.After(p.until) {
			out = append(out, deed{at(on, hour, 0), what, do})
		}
	}
	for n, q := 0, calendar.QuarterOf(demoFirst); q.Before(demoRunning); n, q = n+1, q.Next() {
		c := &circle{planner: p, q: q, n: n}
		filed := p.day(q.Last().AddDays(1-q.Last().Day), 8) // in the quarter's last month
		after := func(n int) calendar.Date { return p.workdays.AddWorkdays(filed, n) }
		for i := range working {
			add(filed, 10, "claims", func(ctx context.Context) error { return c.claim(ctx, i) })
			add(after(2), 10, "verification", func(ctx context.Context) error { return c.verify(ctx, i) })
			add(after(4), 15, "notice", func(ctx context.Context) error { return c.publish(ctx, i) })
		}
		add(after(5), 12, "objection", c.object)
		next := q.Next().First()
		add(p.day(next, 8), 11, "decision", c.decide) // the committees have met by then
		add(p.day(next, 9), 9, "totals", c.totals)
		if q.Next().Before(demoRunning) {
			add(p.day(next, 20), 16, "close", c.close)
			add(p.day(next, 21), 9, "selections", func(ctx context.Context) error { return c.selections(ctx, true) })
			add(p.workdays.AddWorkdays(p.day(next, 21), 7), 10, "honours", c.honours)
		} else {
			add(p.day(next.AddDays(45), 1), 9, "selections", func(ctx context.Context) error { return c.selections(ctx, false) })
		}
	}
	add(calendar.NewDate(2026, time.June, 8), 9, "new scheme", p.reviseScheme)
	add(calendar.NewDate(2026, time.November, 16), 9, "next scheme", p.draftScheme)
	running := &circle{planner: p, q: demoRunning, n: 4}
	for i := range working {
		add(calendar.NewDate(2026, time.November, 10), 10, "claims", func(ctx context.Context) error { return running.claim(ctx, i) })
	}
	add(calendar.NewDate(2026, time.November, 12), 10, "verification", func(ctx context.Context) error { return running.verify(ctx, 0) })
	add(calendar.NewDate(2026, time.November, 13), 10, "verification", func(ctx context.Context) error { return running.verify(ctx, 2) })
	add(calendar.NewDate(2026, time.November, 18), 15, "notice", func(ctx context.Context) error { return running.publish(ctx, 0) })
	add(calendar.NewDate(2026, time.November, 19), 10, "objection", running.object)
	add(calendar.NewDate(2026, time.November, 19), 16, "late claims", running.claimLate)
	p.talks(add)
	p.duties(add)
	p.taskforces(add)
	p.mentors(add)
	p.volunteering(add)
	slices.SortStableFunc(out, func(a, b deed) int { return a.at.Compare(b.at) })
	return out
}

// circle is one quarter's claims on their way, and its selections.
type circle struct {
	*planner
	q          calendar.Quarter
	n          int // quarters since the demo began
	seen       [working][]claim.Seen
	notices    [working]uuid.UUID
	objection  uuid.UUID
	selected   []uuid.UUID
	filedInAll int
}

// claim files what the group leaders of a branch claim for two of their members.
func (c *circle) claim(ctx context.Context, branch int) error {
	b, month := c.branches[branch], c.q.First().AddDays(31)
	if c.q == demoRunning {
		month = c.q.First()
	}
	for j, g := range b.Groups {
		login := fmt.Sprintf("leader%d%d", branch+1, j+1)
		people, err := c.others(ctx, g.ID, login, fmt.Sprintf("secretary%d", branch+1))
		if err != nil {
			return err
		}
		if len(people) < 2 {
			continue
		}
		level := (c.n + branch + j) % 3
		honour := pick([]string{"优秀办案团队成员", "业务能手", "先进个人"}, c.q.First(), j)
		climbs := branch == 0 && j == 0 && c.n < 3 // one honour, from level to level
		if climbs {
			level, honour = c.n, "护航企业发展优秀案例承办人"
		}
		ins := []claim.Input{{Person: people[c.n%len(people)], RuleCode: "clean_quarter", FactOn: c.day(c.q.Last().AddDays(1-c.q.Last().Day), 3),
			Matter: c.q.Chinese() + "遵规守纪", Statement: "本季无违规违纪，按时参加廉政谈话，考勤无缺。"}}
		who := people[(c.n+1)%len(people)]
		if climbs {
			who = people[0]
		}
		ins = append(ins, claim.Input{Person: who, RuleCode: []string{"honour_district", "honour_city", "honour_province"}[level],
			Honour: fmt.Sprintf("%s%s", []string{"全区", "全市", "全省"}[level], honour), FactOn: c.day(month, 9+j),
			Matter: fmt.Sprintf("获%s%s", []string{"全区", "全市", "全省"}[level], honour)})
		if climbs {
			ins[1].Honour = honour
		}
		for _, in := range ins {
			if c.q == demoRunning && in.RuleCode == "clean_quarter" {
				continue // the quarter is not over
			}
			if err := c.file(ctx, login, branch, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// claimLate leaves the first secretary something to verify.
func (c *circle) claimLate(ctx context.Context) error {
	for j, g := range c.branches[0].Groups {
		login := fmt.Sprintf("leader1%d", j+1)
		people, err := c.others(ctx, g.ID, login, "secretary1")
		if err != nil {
			return err
		}
		if len(people) == 0 {
			continue
		}
		in := claim.Input{Person: people[len(people)-1], RuleCode: "honour_district", Honour: "全区志愿服务先进个人",
			FactOn: c.day(c.q.First(), 20+j), Matter: "获全区志愿服务先进个人"}
		if err := c.file(ctx, login, 0, in); err != nil {
			return err
		}
	}
	return nil
}

// others are a group's ledger holders without the people of those sign-ins.
func (c *circle) others(ctx context.Context, group uuid.UUID, logins ...string) ([]uuid.UUID, error) {
	people := c.ofGroup(group)
	for _, login := range logins {
		by, _, err := c.as(ctx, login, access.Need{Resource: "session", Action: "use"})
		if err != nil {
			return nil, err
		}
		people = slices.DeleteFunc(people, func(p uuid.UUID) bool { return p == by.Person })
	}
	return people, nil
}

// file drafts a claim with its evidence and submits it.
func (c *circle) file(ctx context.Context, login string, branch int, in claim.Input) error {
	by, scope, err := c.as(ctx, login, access.Need{Resource: "claim", Action: "submit"})
	if err != nil {
		return err
	}
	saved, err := c.Claims.Create(ctx, by, scope, in)
	if err != nil {
		return err
	}
	page, err := certificate(c.filedInAll)
	if err != nil {
		return err
	}
	c.filedInAll++
	attached, err := c.Claims.Attach(ctx, by, scope, saved.ID, in.Matter+"证明.png", "证明材料扫描件", bytes.NewReader(page))
	if err != nil {
		return err
	}
	if c.q == demoRunning && c.filedInAll == 2 {
		return nil // one is still a draft
	}
	if saved, err = c.Claims.Submit(ctx, by, scope, saved.ID, attached.Version); err != nil {
		return err
	}
	c.seen[branch] = append(c.seen[branch], claim.Seen{ID: saved.ID, Version: saved.Version})
	return nil
}

// verify is the secretary's work on what came in: one is sent back and comes again
// with a clearer scan, in the running quarter it stays with its claimant.
func (c *circle) verify(ctx context.Context, branch int) error {
	secretary, scope, err := c.as(ctx, fmt.Sprintf("secretary%d", branch+1), access.Need{Resource: "claim", Action: "verify"})
	if err != nil || len(c.seen[branch]) == 0 {
		return err
	}
	if (c.n+branch)%3 == 0 && len(c.seen[branch]) > 1 {
		last := len(c.seen[branch]) - 1
		back := c.seen[branch][last]
		if _, err := c.Claims.Return(ctx, secretary, scope, back.ID, back.Version, "证明材料看不清颁发单位，请重新上传"); err != nil {
			return err
		}
		if c.q == demoRunning {
			c.seen[branch] = c.seen[branch][:last]
		} else {
			login := fmt.Sprintf("leader%d%d", branch+1, len(c.branches[branch].Groups))
			by, scope, err := c.as(ctx, login, access.Need{Resource: "claim", Action: "submit"})
			if err != nil {
				return err
			}
			again, err := c.Claims.Submit(ctx, by, scope, back.ID, back.Version)
			if err != nil {
				return err
			}
			c.seen[branch][last].Version = again.Version
		}
	}
	done, err := c.Claims.Verify(ctx, secretary, scope, c.seen[branch])
	if err == nil && len(done.Refused) > 0 {
		err = fmt.Errorf("%d claims refused: %s", len(done.Refused), done.Refused[0].Reason)
	}
	return err
}

func (c *circle) publish(ctx context.Context, branch int) error {
	by, scope, err := c.as(ctx, fmt.Sprintf("secretary%d", branch+1), access.Need{Resource: "claim", Action: "notice"})
	if err != nil || len(c.seen[branch]) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(c.seen[branch]))
	for i, s := range c.seen[branch] {
		ids[i] = s.ID
	}
	put, err := c.Claims.Publish(ctx, by, scope, ids, "")
	if err == nil {
		c.notices[branch] = put[0].ID
	}
	return err
}

// object is a member of the first branch who doubts one line.
func (c *circle) object(ctx context.Context) error {
	if c.n%2 == 1 {
		return nil // every other quarter nobody does
	}
	by, scope, err := c.as(ctx, "leader12", access.Need{Resource: "notice", Action: "object"})
	if err != nil {
		return err
	}
	list, err := c.Notices.Read(ctx, by, scope, c.notices[0], notice.ItemFilter{})
	if err != nil {
		return err
	}
	o, err := c.Notices.Object(ctx, by, scope, c.notices[0], list.Lines[0].ID, "据了解该事项由两名同志共同完成，请核对后再计分。")
	c.objection = o.ID
	return err
}

// decide enters what the committee of the first branch decided at its next meeting.
func (c *circle) decide(ctx context.Context) error {
	if c.objection == uuid.Nil {
		return nil
	}
	by, scope, err := c.as(ctx, "committee1", access.Need{Resource: "notice", Action: "decide"})
	if err != nil {
		return err
	}
	held, err := c.Notices.Candidates(ctx, by, scope, c.objection)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(held.Items, func(m notice.MeetingChoice) bool { return m.Why == "" })
	if i < 0 {
		return fmt.Errorf("no meeting decided: %+v", held)
	}
	d := notice.Decision{Meeting: held.Items[i].ID, Answer: "支委会核对了颁发文件，受表彰人名单与申报一致，异议不成立。"}
	if c.n == 2 {
		d.Uphold, d.Answer = true, "支委会核对后认为证明材料只能证明集体获奖，异议成立，请按集体荣誉另行申报。"
	}
	_, err = c.Notices.Decide(ctx, by, scope, c.objection, d)
	return err
}

func (c *circle) totals(ctx context.Context) error {
	by, scope, err := c.as(ctx, "office", access.Need{Resource: "quarter", Action: "notice"})
	if err == nil {
		_, err = c.Points.NoticeTotals(ctx, by, scope, c.q, uuid.Nil)
	}
	return err
}

func (c *circle) close(ctx context.Context) error {
	by, scope, err := c.as(ctx, "chief", access.Need{Resource: "quarter", Action: "close"})
	if err != nil {
		return err
	}
	list, err := c.Points.CheckList(ctx, scope, c.q)
	if err == nil {
		_, err = c.Points.CloseQuarter(ctx, by, scope, c.q, points.Closing{Fingerprint: list.Fingerprint, Acknowledged: true})
	}
	return err
}

// certificate is an invented scan: a framed sheet, each a little different.
func certificate(n int) ([]byte, error) {
	page := image.NewRGBA(image.Rect(0, 0, 420, 297))
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(page, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(page.Bounds(), color.RGBA{180, 30, 30, 255})
	fill(page.Bounds().Inset(10), color.RGBA{253, 250, 240, 255})
	fill(image.Rect(120, 50, 300, 74), color.RGBA{180, 30, 30, 255})
	for line := range 4 {
		fill(image.Rect(60, 110+line*24, 360-(n*37+line*53)%120, 118+line*24), color.RGBA{120, 120, 120, 255})
	}
	fill(image.Rect(290, 220, 350, 270), color.RGBA{220, 90, 90, 255})
	var b bytes.Buffer
	err := png.Encode(&b, page)
	return b.Bytes(), err
}
