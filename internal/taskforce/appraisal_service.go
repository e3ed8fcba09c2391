package taskforce

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func needAppraisal(action string) access.Need {
	return access.Need{Resource: "appraisal", Action: action}
}

// everything is the whole unit: a permission on appraisals says how far it reaches, and
// which taskforce they are of is not asked besides.
func everything(by access.Actor) access.Scope { return access.System(by.Unit) }

// ServedIn lists who served in a taskforce, each with their appraisal, written or not,
// as far as the scope reaches, which is that of appraisal.read.
func (s *Service) ServedIn(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out []Served, err error) {
	write, err := s.reach(by, needAppraisal("write"))
	if err != nil {
		return nil, err
	}
	receive, err := s.reach(by, needAppraisal("receive"))
	if err != nil {
		return nil, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, everything(by), id, "")
		if err != nil {
			return err
		}
		all, err := s.served(ctx, tx, by.Unit, st)
		if err != nil {
			return err
		}
		for _, v := range all {
			if !scope.Covers(access.Place{Unit: by.Unit, Person: v.Person.ID, Branch: v.Branch, Project: id}) {
				continue
			}
			v.CanWrite = v.Appraisal == nil && st.State == Concluded && st.Appraised && v.Person.ID != by.Person &&
				write.Covers(access.Place{Unit: by.Unit, Project: id})
			if v.Appraisal != nil {
				v.Appraisal.CanReceive = receivable(*v.Appraisal, receive)
			}
			out = append(out, v)
		}
		if len(out) == 0 && !scope.Covers(access.Place{Unit: by.Unit, Project: id}) {
			return fault.Missing("行动党支部等")
		}
		return nil
	})
	if out == nil {
		out = []Served{}
	}
	return out, err
}

// served lists everybody who was in a taskforce, once each, by when they came.
func (s *Service) served(ctx context.Context, tx bun.Tx, unit uuid.UUID, st stage) ([]Served, error) {
	rows, err := org.Secondments(ctx, tx, unit, st.ID)
	if err != nil {
		return nil, err
	}
	var out []Served
	at := map[uuid.UUID]int{}
	var people []uuid.UUID
	for _, r := range rows {
		office := officeTitle(r, st.Head)
		i, known := at[r.Person]
		if !known {
			at[r.Person] = len(out)
			people = append(people, r.Person)
			v := Served{Person: PersonRef{r.Person, r.Name}, Offices: office, From: r.From}
			if !r.To.IsZero() {
				v.To = &r.To
			}
			out = append(out, v)
			continue
		}
		v := &out[i]
		if !slices.Contains(strings.Split(v.Offices, "、"), office) {
			v.Offices += "、" + office
		}
		if r.From.Before(v.From) {
			v.From = r.From
		}
		if r.To.IsZero() || v.To != nil && r.To.After(*v.To) {
			if v.To = &r.To; r.To.IsZero() {
				v.To = nil
			}
		}
	}
	day := st.Last
	if day.IsZero() {
		day = s.today()
	}
	homes, err := org.Placements(ctx, tx, unit, day, people)
	if err != nil {
		return nil, err
	}
	written, err := appraisals(ctx, tx, access.System(unit), appraisalQuery{taskforce: st.ID, limit: maxAppraised})
	if err != nil {
		return nil, err
	}
	for i := range out {
		home := homes[out[i].Person.ID]
		out[i].Branch, out[i].BranchName = home.Branch, home.BranchName
	}
	for i := range written {
		if j, known := at[written[i].Person.ID]; known {
			out[j].Appraisal = &written[i]
			out[j].Branch, out[j].BranchName = written[i].Branch, written[i].BranchName
		}
	}
	return out, nil
}

// officeTitle is what somebody was called in a kind whose head is called so.
func officeTitle(r org.Secondment, head string) string {
	switch r.Office {
	case org.OfficeSecretary:
		return head
	case org.OfficeDeputy:
		return "副" + head
	}
	return r.OfficeName()
}

// Appraise writes the appraisals of those who served, all of them or none; each is
// written once. Nobody writes their own. scope is that of appraisal.write.
func (s *Service) Appraise(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, items []AppraisalItem) (out []Served, err error) {
	if err := checkItems(items); err != nil {
		return nil, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, everything(by), id, forShare)
		switch {
		case err != nil:
			return err
		case !scope.Covers(access.Place{Unit: by.Unit, Project: id}):
			return fault.Missing("行动党支部等")
		case !st.Appraised:
			return fault.New(fault.RuleBroken, st.KindName+"不写鉴定")
		case st.State == Archived:
			return fault.New(fault.RuleBroken, "已归档的不能再修改")
		case st.State != Concluded:
			return fault.New(fault.RuleBroken, "“"+st.Name+"”还没有结项，结项后再写鉴定")
		}
		all, err := s.served(ctx, tx, by.Unit, st)
		if err != nil {
			return err
		}
		people := map[uuid.UUID]Served{}
		for _, v := range all {
			people[v.Person.ID] = v
		}
		rows := make([]Appraisal, len(items))
		concerned := make([]uuid.UUID, len(items))
		for i, it := range items {
			v, known := people[it.Person]
			if !known {
				return fault.Field(fmt.Sprintf("items.%d.person_id", i), "此人没有参加过“"+st.Name+"”")
			}
			if v.Appraisal != nil {
				return fault.New(fault.Conflict, v.Person.Name+"的鉴定已经写过，请刷新后查看")
			}
			to := st.Last
			if v.To != nil {
				to = *v.To
			}
			concerned[i] = it.Person
			rows[i] = Appraisal{ID: db.NewID(), Taskforce: id, Person: v.Person, Branch: v.Branch, Grade: it.Grade, Text: it.Text, From: v.From, To: to, WrittenAt: s.now()}
		}
		if err := s.policy.Separate(by, needAppraisal("write"), concerned...); err != nil {
			return err
		}
		if err := insertAppraisals(ctx, tx, by, calendar.DateOf(s.now()).Year, rows); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, by, "taskforce.appraise", st, fmt.Sprintf("为“%s”的 %d 名成员写下鉴定", st.Name, len(rows)), map[string]any{"people": concerned}); err != nil {
			return err
		}
		out, err = s.served(ctx, tx, by.Unit, st)
		return err
	})
	return out, err
}

// Appraisals lists those in reach: one's own, those of one's branch, or of the office.
// scope is that of appraisal.read.
func (s *Service) Appraisals(ctx context.Context, by access.Actor, scope access.Scope, f AppraisalFilter) (out Appraisals, err error) {
	q := appraisalQuery{branch: f.Branch, unreceived: f.Unreceived, text: f.Text, limit: f.Limit + 1}
	if f.Mine {
		q.person = by.Person
	}
	if f.Cursor != "" {
		if q.after, err = parseMark(f.Cursor); err != nil {
			return out, err
		}
	}
	receive, err := s.reach(by, needAppraisal("receive"))
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if out.Items, err = appraisals(ctx, tx, scope, q); err != nil {
			return err
		}
		out.Total, err = countAppraisals(ctx, tx, scope, q)
		return err
	})
	if err == nil && len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = mark{calendar.DateOf(last.WrittenAt), 0, last.ID}.String()
	}
	for i := range out.Items {
		out.Items[i].CanReceive = receivable(out.Items[i], receive)
	}
	return out, err
}

// receivable says whether an appraisal waits to be received by somebody of that reach.
func receivable(a Appraisal, receive access.Scope) bool {
	return a.ReceivedAt == nil && receive.Covers(access.Place{Unit: receive.Unit(), Branch: a.Branch})
}

// Receive takes an appraisal into the home branch. scope is that of appraisal.receive.
func (s *Service) Receive(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Appraisal, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := appraisals(ctx, tx, access.System(by.Unit), appraisalQuery{id: id, limit: 1, lock: true})
		if err != nil {
			return err
		}
		if len(found) == 0 || !scope.Covers(access.Place{Unit: by.Unit, Branch: found[0].Branch}) {
			return fault.Missing("鉴定")
		}
		a := found[0]
		if a.ReceivedAt != nil {
			return fault.New(fault.Conflict, "这份鉴定已由"+a.ReceivedBy+"接收，请刷新后查看")
		}
		at := s.now()
		if err := receiveAppraisal(ctx, tx, by, at, id); err != nil {
			return err
		}
		a.ReceivedBy, a.ReceivedAt = by.Name, &at
		out = a
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "appraisal.receive", Object: "appraisal", ObjectID: id,
			Summary: "接收" + a.Person.Name + "在“" + a.TaskforceName + "”的鉴定（" + a.Number + "）"})
	})
	return out, err
}
