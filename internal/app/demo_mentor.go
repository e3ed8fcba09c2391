package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/mentoring"
	"xianfeng/internal/selection"
)

func needMentoring(action string) access.Need {
	return access.Need{Resource: "mentoring", Action: action}
}

// mentors lays out the demo's 1+1 mentoring: pairs proposed and decided in autumn, a
// plan for what was left of that year, its assessment and best pair, and the next year.
func (p *planner) mentors(add func(on calendar.Date, hour int, what string, do func(context.Context) error)) {
	autumn := func(m time.Month, d int) calendar.Date { return calendar.NewDate(2025, m, d) }
	add(autumn(time.October, 13), 9, "mentors", p.listMentors)
	add(autumn(time.October, 20), 9, "pairs", p.pair)
	add(autumn(time.October, 27), 9, "growth plans", func(ctx context.Context) error { return p.planYear(ctx, 2025) })
	for d := autumn(time.November, 14); !d.After(p.until); d = d.AddDays(28) {
		add(d, 17, "mentoring", p.mentor)
	}
	add(autumn(time.December, 10), 15, "assessments", func(ctx context.Context) error { return p.assess(ctx, 2025, mentoring.Final) })
	add(autumn(time.December, 15), 9, "best pair", p.bestPair)
	add(autumn(time.December, 25), 9, "best pair decided", p.awardPair)
	add(day26(time.January, 7), 9, "growth plans", func(ctx context.Context) error { return p.planYear(ctx, 2026) })
	add(day26(time.June, 22), 15, "assessments", func(ctx context.Context) error { return p.assess(ctx, 2026, mentoring.Mid) })
	add(day26(time.July, 3), 9, "a change of mentor", p.changeMentor)
}

// listMentors puts people of experience into the pool, and notes one pair wished for.
func (p *planner) listMentors(ctx context.Context) error {
	office, scope, err := p.as(ctx, "office", needMentoring("pair"))
	if err != nil {
		return err
	}
	read, err := p.Policy.Decide(office, needMentoring("read"))
	if err != nil {
		return err
	}
	young, err := p.Mentoring.Mentees(ctx, read, "", "")
	if err != nil {
		return err
	}
	skip := []uuid.UUID{p.chief, office.Person}
	for _, y := range young.Items {
		skip = append(skip, y.PersonID)
	}
	n := 0
	for _, m := range p.colleagues(skip...) {
		if !m.Voter {
			continue
		}
		n++
		in := mentoring.MentorInput{Political: n%3 != 0, Professional: n%3 != 1, Strengths: []string{"群众工作、党务", "刑事检察、出庭", "调研写作、公益诉讼"}[n%3]}
		if _, err := p.Mentoring.SaveMentor(ctx, office, scope, m.Person, in); err != nil {
			return err
		}
	}
	var lines []mentoring.LineInput
	for name, id := range p.departments {
		line := "综合保障"
		switch name {
		case "第一检察部", "第二检察部":
			line = "刑事检察"
		case "第三检察部", "第四检察部", "第五检察部":
			line = "民事行政和公益诉讼检察"
		}
		lines = append(lines, mentoring.LineInput{DepartmentID: id, Line: line})
	}
	_, err = p.Mentoring.SaveLines(ctx, office, scope, lines)
	return err
}

// pair decides what was proposed, and has the agreements signed.
func (p *planner) pair(ctx context.Context) error {
	office, scope, err := p.as(ctx, "office", needMentoring("pair"))
	if err != nil {
		return err
	}
	from := calendar.DateOf(p.clock.now())
	proposal, err := p.Mentoring.Propose(ctx, office, scope, mentoring.ProposalInput{From: from})
	if err != nil {
		return err
	}
	in := mentoring.PairingsInput{From: from}
	for _, q := range proposal.Pairs {
		if q.Political != nil && q.Professional != nil {
			in.Items = append(in.Items, mentoring.PairInput{MenteeID: q.MenteeID, PoliticalID: q.Political.MentorID, ProfessionalID: q.Professional.MentorID,
				PoliticalReasons: q.Political.Reasons, ProfessionalReasons: q.Professional.Reasons})
		}
	}
	made, err := p.Mentoring.Pair(ctx, office, scope, in)
	if err != nil {
		return err
	}
	for _, m := range made {
		if _, err := p.Mentoring.Sign(ctx, office, scope, m.ID, from, m.Version); err != nil {
			return err
		}
	}
	return nil
}

// pairings are those of today.
func (p *planner) pairings(ctx context.Context) ([]mentoring.Pairing, error) {
	office, scope, err := p.as(ctx, "office", needMentoring("read"))
	if err != nil {
		return nil, err
	}
	page, err := p.Mentoring.Pairings(ctx, office, scope, mentoring.PairingFilter{State: "current", Limit: 200})
	slices.SortFunc(page.Items, func(a, b mentoring.Pairing) int { return compare(a.Number, b.Number) })
	return page.Items, err
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// party is one of a pair acting, with the scope of a permission.
func (p *planner) party(id uuid.UUID, name string, need access.Need) (access.Actor, access.Scope, error) {
	by := p.person(id, name)
	scope, err := p.Policy.Decide(by, need)
	return by, scope, err
}

// planYear has every mentee write the plan of a year, the mentors agree, and the office
// publish all of them as one notice.
func (p *planner) planYear(ctx context.Context, year int) error {
	list, err := p.pairings(ctx)
	if err != nil {
		return err
	}
	times := 4
	if year == 2025 {
		times = 1
	}
	for _, r := range list {
		mentee, scope, err := p.party(r.MenteeID, r.MenteeName, needMentoring("write"))
		if err != nil {
			return err
		}
		plan, err := p.Mentoring.WritePlan(ctx, mentee, scope, r.ID, year, mentoring.PlanInput{Goals: "政治上过硬、业务上独当一面：跟班学习、独立承办、形成一篇调研。",
			Items: []mentoring.PlanItem{
				{Kind: mentoring.Talk, Title: "交流思想，谈认识谈体会", Role: mentoring.Political, Times: times},
				{Kind: mentoring.CaseReview, Title: "评析一件承办案件", Role: mentoring.Professional, Times: times},
			}})
		if err != nil {
			return err
		}
		for _, h := range []mentoring.Holder{r.Political, r.Professional} {
			mentor, scope, err := p.party(h.ID, h.Name, needMentoring("write"))
			if err != nil {
				return err
			}
			if plan, err = p.Mentoring.AgreePlan(ctx, mentor, scope, r.ID, year, plan.Version); err != nil {
				return err
			}
		}
	}
	office, scope, err := p.as(ctx, "office", needMentoring("publish"))
	if err != nil {
		return err
	}
	_, err = p.Mentoring.PublishPlans(ctx, office, scope, year, nil)
	return err
}

// mentor is a month of every pair: one meeting each, by turns with either mentor and
// written by either side. The latest of the youngest wait for their answer.
func (p *planner) mentor(ctx context.Context) error {
	list, err := p.pairings(ctx)
	if err != nil {
		return err
	}
	today := calendar.DateOf(p.clock.now())
	for i, r := range list {
		turn := int(today.Month) + i
		h, kind, item := r.Political, mentoring.Talk, 1
		content := "结合近期学习谈体会，对作风养成提了两点要求。"
		if turn%2 == 1 {
			h, kind, item = r.Professional, mentoring.CaseReview, 2
			content = "逐页复盘承办案件的证据审查，指出释法说理的不足。"
		}
		mentor, scope, err := p.party(h.ID, h.Name, needMentoring("write"))
		if err != nil {
			return err
		}
		mentee, menteeScope, err := p.party(r.MenteeID, r.MenteeName, needMentoring("write"))
		if err != nil {
			return err
		}
		writer, answerer := mentor, mentee
		writing, answering := scope, menteeScope
		if turn%3 == 0 {
			writer, answerer, writing, answering = mentee, mentor, menteeScope, scope
		}
		in := mentoring.LogInput{MentorID: h.ID, Kind: kind, HeldOn: today.AddDays(-i % 5), Minutes: 45 + 15*(turn%3), Content: content}
		plans, err := p.Mentoring.Plans(ctx, writer, writing, r.ID)
		if err != nil {
			return err
		}
		for _, plan := range plans {
			if plan.Year == in.HeldOn.Year && plan.State != mentoring.PlanDraft && item <= len(plan.Items) {
				in.PlanID, in.Item = &plan.ID, plan.Items[item-1].Seq
			}
		}
		log, err := p.Mentoring.WriteLog(ctx, writer, writing, r.ID, in)
		if err != nil {
			return fmt.Errorf("%s: %w", r.MenteeName, err)
		}
		if p.until.Sub(today) < 28 && turn%3 != 1 {
			continue
		}
		if _, err := p.Mentoring.ConfirmLog(ctx, answerer, answering, log.ID, log.Version); err != nil {
			return err
		}
	}
	return nil
}

// assess is what the three of each pair say of a stage.
func (p *planner) assess(ctx context.Context, year int, stage string) error {
	list, err := p.pairings(ctx)
	if err != nil {
		return err
	}
	for i, r := range list {
		for j, h := range []mentoring.Holder{r.Political, r.Professional, {ID: r.MenteeID, Name: r.MenteeName}} {
			by, scope, err := p.party(h.ID, h.Name, needMentoring("write"))
			if err != nil {
				return err
			}
			in := mentoring.AssessmentInput{Remark: "按计划完成，进步明显。"}
			if j < 2 {
				in.Grade = []string{mentoring.GradeGood, mentoring.GradeExcellent, mentoring.GradeGood}[(i+j)%3]
				if stage == mentoring.Final {
					score := 8200 + (i*331+j*170)%1500
					in.Score = &score
				}
			}
			if _, err := p.Mentoring.Assess(ctx, by, scope, r.ID, year, stage, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// changeMentor gives one mentee another professional mentor; what was stays.
func (p *planner) changeMentor(ctx context.Context) error {
	list, err := p.pairings(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	r := list[len(list)-1]
	office, scope, err := p.as(ctx, "office", needMentoring("pair"))
	if err != nil {
		return err
	}
	read, err := p.Policy.Decide(office, needMentoring("read"))
	if err != nil {
		return err
	}
	pool, _, err := p.Mentoring.Mentors(ctx, read, mentoring.MentorFilter{Role: mentoring.Professional})
	if err != nil {
		return err
	}
	taken := map[uuid.UUID]int{}
	for _, q := range list {
		taken[q.Political.ID]++
		taken[q.Professional.ID]++
	}
	for _, m := range pool {
		if taken[m.PersonID] < 2 && m.PersonID != r.Political.ID && m.PersonID != r.Professional.ID {
			_, err := p.Mentoring.Change(ctx, office, scope, r.ID, mentoring.ChangeInput{Role: mentoring.Professional, MentorID: m.PersonID,
				From: calendar.DateOf(p.clock.now()), Change: "原业务导师调整分工", Version: r.Version})
			return err
		}
	}
	return nil
}

// bestPair opens the year's selection, has it scored by those whom it does not concern,
// and puts the first on notice.
func (p *planner) bestPair(ctx context.Context) error {
	office, scope, err := p.as(ctx, "office", needSelection("open"))
	if err != nil {
		return err
	}
	sel, err := p.Selections.OpenPairs(ctx, office, scope, 2025, 1, nil)
	if err != nil {
		return err
	}
	p.best = sel.ID
	for n, login := range []string{"office", "chief"} {
		by, scoring, err := p.as(ctx, login, needSelection("score"))
		if err != nil {
			return err
		}
		read, err := p.Policy.Decide(by, needSelection("read"))
		if err != nil {
			return err
		}
		sheet, err := p.Selections.Sheet(ctx, by, read, p.best)
		if err != nil {
			return err
		}
		var given []selection.Given
		for i, row := range sheet.Rows {
			for _, c := range sheet.Criteria {
				if c.Measure == selection.Judged && row.Excluded == "" {
					given = append(given, selection.Given{Candidate: row.Candidate, Seq: c.Seq, Points: c.Most - 20*((i*7+n*3)%30)})
				}
			}
		}
		if _, err := p.Selections.Score(ctx, by, scoring, p.best, given); err != nil {
			return err
		}
	}
	read, err := p.Policy.Decide(office, needSelection("read"))
	if err != nil {
		return err
	}
	if sel, err = p.Selections.Selection(ctx, office, read, p.best); err != nil {
		return err
	}
	_, err = p.Selections.Publish(ctx, office, scope, p.best, sel.RowVersion)
	return err
}

func needSelection(action string) access.Need {
	return access.Need{Resource: "selection", Action: action}
}

// awardPair decides about the best pair once it was heard.
func (p *planner) awardPair(ctx context.Context) error {
	c := &circle{planner: p, selected: []uuid.UUID{p.best}}
	return c.honours(ctx)
}
