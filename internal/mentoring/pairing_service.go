package mentoring

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// Pairings pages through the pairings in reach. scope is that of mentoring.read.
func (s *Service) Pairings(ctx context.Context, by access.Actor, scope access.Scope, f PairingFilter) (out PairingPage, err error) {
	f.Text = sheet.Clean(f.Text)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	pair, err := s.reach(by, need("pair"))
	if err != nil {
		return out, err
	}
	out.Items, out.Total, err = listPairings(ctx, s.db, by, scope, f, s.today())
	if err != nil {
		return out, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = pairingKey{last.From, last.ID}.String()
	}
	for i := range out.Items {
		out.Items[i].MayPair = pair.Whole() && out.Items[i].Role == ""
	}
	return out, nil
}

// maxMine is more than anybody comes to.
const maxMine = 500

// MyPairings lists those that the actor is or was in, current ones first. scope is that of
// mentoring.read.
func (s *Service) MyPairings(ctx context.Context, by access.Actor, scope access.Scope) ([]Pairing, error) {
	mine, _, err := listPairings(ctx, s.db, by, scope, PairingFilter{Mine: true, Limit: maxMine}, s.today())
	if err != nil {
		return nil, err
	}
	over := func(p Pairing) int {
		if p.State == StateEnded || p.Role == "former" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(mine, func(a, b Pairing) int { return over(a) - over(b) })
	return mine, nil
}

// Pairing reads one with its history. scope is that of mentoring.read.
func (s *Service) Pairing(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out PairingDetail, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.detail(ctx, tx, by, scope, id)
		return err
	})
	return out, err
}

func (s *Service) detail(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID) (out PairingDetail, err error) {
	pair, err := s.reach(by, need("pair"))
	if err != nil {
		return out, err
	}
	if out.Pairing, err = findPairing(ctx, tx, by, scope, id, s.today(), false); err != nil {
		return out, err
	}
	out.Pairing.MayPair = pair.Whole() && out.Pairing.Role == ""
	if out.Terms, err = listTerms(ctx, tx, by.Unit, id, s.today()); err != nil {
		return out, err
	}
	out.Counts, err = countPairing(ctx, tx, by.Unit, id)
	return out, err
}

// Pair makes pairings, all or none. scope is that of mentoring.pair.
func (s *Service) Pair(ctx context.Context, by access.Actor, scope access.Scope, in PairingsInput) (out []Pairing, err error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	var mentees, people []uuid.UUID
	for _, p := range in.Items {
		mentees = append(mentees, p.MenteeID)
		people = append(people, p.MenteeID, p.PoliticalID, p.ProfessionalID)
	}
	if err := s.policy.Separate(by, need("pair"), people...); err != nil {
		return nil, err
	}
	err = s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		if err := lockPeople(ctx, tx, by.Unit, people); err != nil {
			return err
		}
		set, err := org.Settings(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		years := in.Years
		if years == 0 {
			years = set.PairingYears
		}
		to := lastDay(in.From, years)
		if err := s.allowed(ctx, tx, by, scope, set, in, mentees, to); err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(in.Items))
		var terms []termRow
		for i, p := range in.Items {
			ids[i] = db.NewID()
			terms = append(terms,
				termRow{ID: db.NewID(), Pairing: ids[i], Mentee: p.MenteeID, Role: Political, MentorID: p.PoliticalID, From: in.From, To: to, Reasons: p.PoliticalReasons},
				termRow{ID: db.NewID(), Pairing: ids[i], Mentee: p.MenteeID, Role: Professional, MentorID: p.ProfessionalID, From: in.From, To: to, Reasons: p.ProfessionalReasons})
		}
		for i := range terms {
			if terms[i].Reasons == nil {
				terms[i].Reasons = []string{}
			}
		}
		if err := insertPairings(ctx, tx, by, ids, mentees, in.From, to, s.now()); err != nil {
			return err
		}
		if err := insertTerms(ctx, tx, by, terms, s.now()); err != nil {
			return err
		}
		out = out[:0]
		for _, id := range ids {
			p, err := findPairing(ctx, tx, by, scope, id, s.today(), false)
			if err != nil {
				return err
			}
			p.MayPair = true
			out = append(out, p)
		}
		e := audit.Entry{Action: "mentoring.pair", Object: "pairing", Summary: fmt.Sprintf("确定 %d 个双导师结对，自 %s 至 %s", len(ids), in.From, to), Detail: in.Items}
		if len(ids) == 1 {
			e.ObjectID = ids[0]
		}
		return audit.Record(ctx, tx, by, s.now(), e)
	})
	return out, err
}

// allowed says about each item, by name, what the database would refuse without one.
func (s *Service) allowed(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, set org.UnitSettings, in PairingsInput, mentees []uuid.UUID, to calendar.Date) error {
	young, err := listPeople(ctx, tx, scope, set, in.From, to, "", mentees)
	if err != nil {
		return err
	}
	pool, err := listMentors(ctx, tx, scope, MentorFilter{}, in.From, to, set.MenteesPerMentor)
	if err != nil {
		return err
	}
	wishes, err := listWishes(ctx, tx, scope)
	if err != nil {
		return err
	}
	_, excluded := Field{Wishes: wishes}.wishes()
	given := map[uuid.UUID]int{}
	seen := map[uuid.UUID]bool{}
	var bad []fault.Detail
	for i, p := range in.Items {
		wrong := func(field, message string) {
			bad = append(bad, fault.Detail{Field: fmt.Sprintf("items.%d.%s", i, field), Message: message})
		}
		k := slices.IndexFunc(young, func(y Young) bool { return y.PersonID == p.MenteeID })
		switch {
		case k < 0:
			wrong("mentee_id", "学员不在册，请从列表中选择")
			continue
		case seen[p.MenteeID]:
			wrong("mentee_id", young[k].Name+"重复了，每名学员只能确定一次")
		default:
			if why := unable(young[k], by, in.From); why != "" {
				wrong("mentee_id", young[k].Name+"："+why)
			}
		}
		seen[p.MenteeID] = true
		if p.PoliticalID == p.ProfessionalID {
			wrong("professional_id", young[k].Name+"的政治导师与业务导师须是两个人")
			continue
		}
		for _, r := range []struct {
			role, field string
			id          uuid.UUID
		}{{Political, "political_id", p.PoliticalID}, {Professional, "professional_id", p.ProfessionalID}} {
			m := slices.IndexFunc(pool, func(m Mentor) bool { return m.PersonID == r.id })
			switch {
			case m < 0:
				wrong(r.field, young[k].Name+"的"+roleName(r.role)+"不在导师库，请先列入")
			case r.id == p.MenteeID:
				wrong(r.field, young[k].Name+"不能是自己的导师")
			case excluded[Exclusion{p.MenteeID, r.id}]:
				wrong(r.field, young[k].Name+"与"+pool[m].Name+"须回避")
			case pool[m].unfit(r.role) != "":
				wrong(r.field, pool[m].Name+pool[m].unfit(r.role))
			case given[r.id] >= pool[m].Room:
				wrong(r.field, fmt.Sprintf("%s带教的学员将超过 %d 人，请换一位导师", pool[m].Name, set.MenteesPerMentor))
			}
			given[r.id]++
		}
	}
	return fault.Fields(bad)
}

// Sign notes the day on which the agreement on paper was signed. scope is that of
// mentoring.pair.
func (s *Service) Sign(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, on calendar.Date, version int) (PairingDetail, error) {
	if !on.Valid() || on.After(s.today()) {
		return PairingDetail{}, fault.Field("signed_on", "签订日期不能晚于今天")
	}
	return s.step(ctx, by, scope, id, version, func(ctx context.Context, tx bun.Tx, p Pairing, _ []Term) (string, error) {
		return "登记协议签订日期 " + on.String(), signPairing(ctx, tx, by.Unit, id, on)
	}, "pairing.sign", nil)
}

// Change puts another mentor in a role; who had it keeps the time before. scope is that
// of mentoring.pair.
func (s *Service) Change(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in ChangeInput) (out PairingDetail, err error) {
	if in.Change, err = checkReason("change", in.Change); err != nil {
		return out, err
	}
	if in.Role != Political && in.Role != Professional {
		return out, fault.Field("role", "请选择更换哪一类导师")
	}
	if err := checkFrom(in.From); err != nil {
		return out, err
	}
	if err := s.policy.Separate(by, need("pair"), in.MentorID); err != nil {
		return out, err
	}
	return s.step(ctx, by, scope, id, in.Version, func(ctx context.Context, tx bun.Tx, p Pairing, terms []Term) (string, error) {
		old := terms[slices.IndexFunc(terms, func(t Term) bool { return t.Role == in.Role })] // the latest
		if err := changeable(ctx, tx, by.Unit, p, old, in); err != nil {
			return "", err
		}
		next, err := s.successor(ctx, tx, by, scope, p, terms, in)
		if err != nil {
			return "", err
		}
		if err := endTerm(ctx, tx, by.Unit, old.ID, in.From.AddDays(-1)); err != nil {
			return "", err
		}
		row := termRow{ID: db.NewID(), Pairing: id, Mentee: p.MenteeID, Role: in.Role, MentorID: in.MentorID, From: in.From, To: p.To, Reasons: []string{}, Change: in.Change}
		if err := insertTerms(ctx, tx, by, []termRow{row}, s.now()); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s的%s自 %s 起由%s改为%s", p.MenteeName, roleName(in.Role), in.From, old.MentorName, next), touchPairing(ctx, tx, "", by.Unit, id)
	}, "pairing.change", in)
}

func changeable(ctx context.Context, tx bun.Tx, unit uuid.UUID, p Pairing, old Term, in ChangeInput) error {
	switch {
	case in.MentorID == old.MentorID:
		return fault.Field("mentor_id", old.MentorName+"已是这名学员的"+roleName(in.Role))
	case in.From.After(p.To):
		return fault.Field("from", "更换日期须在结对期限（至 "+p.To.String()+"）之内")
	case !in.From.After(old.From):
		return fault.Field("from", old.MentorName+"自 "+old.From.String()+" 起任导师，请从次日或以后更换")
	}
	day, found, err := lastLog(ctx, tx, unit, p.ID, old.MentorID, in.From.AddDays(-1))
	if err != nil {
		return err
	}
	if found {
		return fault.Field("from", old.MentorName+"在 "+day.String()+" 还有带教活动，请从那以后更换")
	}
	return nil
}

// successor refuses who cannot follow, by name, and gives the name of who can.
func (s *Service) successor(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, p Pairing, terms []Term, in ChangeInput) (string, error) {
	if err := lockPeople(ctx, tx, by.Unit, []uuid.UUID{in.MentorID}); err != nil {
		return "", err
	}
	set, err := org.Settings(ctx, tx, by.Unit)
	if err != nil {
		return "", err
	}
	pool, err := listMentors(ctx, tx, scope, MentorFilter{}, in.From, p.To, set.MenteesPerMentor)
	if err != nil {
		return "", err
	}
	wishes, err := listWishes(ctx, tx, scope)
	if err != nil {
		return "", err
	}
	_, excluded := Field{Wishes: wishes}.wishes()
	i := slices.IndexFunc(pool, func(m Mentor) bool { return m.PersonID == in.MentorID })
	if i < 0 {
		return "", fault.Field("mentor_id", "请从导师库中选择；不在其中的请先列入")
	}
	m := pool[i]
	switch {
	case m.PersonID == p.MenteeID:
		return "", fault.Field("mentor_id", "导师与学员不能是同一人")
	case excluded[Exclusion{p.MenteeID, m.PersonID}]:
		return "", fault.Field("mentor_id", p.MenteeName+"与"+m.Name+"须回避")
	case m.unfit(in.Role) != "":
		return "", fault.Field("mentor_id", m.Name+m.unfit(in.Role))
	case slices.ContainsFunc(terms, func(t Term) bool { return t.Role != in.Role && t.MentorID == m.PersonID && !t.To.Before(in.From) }):
		return "", fault.Field("mentor_id", m.Name+"是这名学员的另一位导师，两位导师须是两个人")
	case m.Room < 1:
		return "", fault.Field("mentor_id", fmt.Sprintf("%s带教的学员将超过 %d 人，请换一位导师", m.Name, set.MenteesPerMentor))
	}
	return m.Name, nil
}

// End ends a pairing before its time; everything stays to be read. scope is that of
// mentoring.pair.
func (s *Service) End(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in EndInput) (out PairingDetail, err error) {
	if in.Reason, err = checkReason("reason", in.Reason); err != nil {
		return out, err
	}
	return s.step(ctx, by, scope, id, in.Version, func(ctx context.Context, tx bun.Tx, p Pairing, terms []Term) (string, error) {
		if !in.Last.Valid() || in.Last.Before(p.From) || !in.Last.Before(p.To) {
			return "", fault.Field("last", fmt.Sprintf("最后一天须在 %s 到 %s 之间", p.From, p.To.AddDays(-1)))
		}
		for _, t := range terms {
			if t.From.After(in.Last) {
				return "", fault.Field("last", fmt.Sprintf("%s定于 %s 起任%s，请选择那天或以后", t.MentorName, t.From, roleName(t.Role)))
			}
		}
		day, found, err := lastLog(ctx, tx, by.Unit, id, uuid.Nil, in.Last)
		if err != nil {
			return "", err
		}
		if found {
			return "", fault.Field("last", "这一结对在 "+day.String()+" 还有带教活动，请选择那天或以后")
		}
		return fmt.Sprintf("提前结束%s的结对，至 %s", p.MenteeName, in.Last), endPairing(ctx, tx, by, id, in.Last, in.Reason)
	}, "pairing.end", in)
}

// step runs one change of a pairing that is not over: nobody's own, in the version that
// the actor saw.
func (s *Service) step(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int,
	do func(ctx context.Context, tx bun.Tx, p Pairing, terms []Term) (summary string, err error), action string, detail any) (out PairingDetail, err error) {
	err = s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		p, err := findPairing(ctx, tx, by, scope, id, s.today(), true)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, need("pair"), p.MenteeID, p.Political.ID, p.Professional.ID); err != nil {
			return err
		}
		if p.Version != version {
			return fault.New(fault.Conflict, "这个结对刚被别人改动，请刷新后再试")
		}
		if p.State == StateEnded && action != "pairing.sign" {
			return fault.New(fault.RuleBroken, "结对已经结束，不能再改")
		}
		terms, err := listTerms(ctx, tx, by.Unit, id, s.today())
		if err != nil {
			return err
		}
		summary, err := do(ctx, tx, p, terms)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "pairing", ObjectID: id, Summary: summary, Detail: detail}); err != nil {
			return err
		}
		out, err = s.detail(ctx, tx, by, scope, id)
		return err
	})
	return out, err
}
