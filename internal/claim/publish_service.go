package claim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
)

// Published is a notice that claims were put on.
type Published struct {
	ID       uuid.UUID     `json:"id"`
	Title    string        `json:"title"`
	BranchID *uuid.UUID    `json:"branch_id,omitempty"`
	FirstDay calendar.Date `json:"first_day"`
	LastDay  calendar.Date `json:"last_day" doc:"Objections are taken to its end"`
	Claims   int           `json:"claims"`
}

// noticeColumns are the headings of the printed list.
func noticeColumns() []string {
	return []string{"姓名", "党小组", "事项", "依据条款", "申报分值", "核实人"}
}

// label is what the list says of a claim besides its own words.
type label struct{ Branch, Group, Verifier string }

// Publish puts verified claims on public notice (rule 13), those of each branch on
// one of their own: its members read it and its committee decides about objections.
// Either all of them go up or none. scope is that of claim.notice.
func (s *Service) Publish(ctx context.Context, by access.Actor, scope access.Scope, ids []uuid.UUID, body string) (out []Published, err error) {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	if ids = slices.Compact(ids); len(ids) == 0 || len(ids) > maxAtOnce {
		return nil, fault.Field("ids", fmt.Sprintf("请选择 1 到 %d 项已核实的申报", maxAtOnce))
	}
	body = strings.TrimSpace(body)
	if utf8.RuneCountInString(body) > 1000 {
		return nil, fault.Field("body", "公示说明不能超过 1000 个字")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		all, err := s.publishable(ctx, tx, by, scope, ids)
		if err != nil {
			return err
		}
		labels, err := labelsOf(ctx, tx, by.Unit, ids)
		if err != nil {
			return err
		}
		for len(all) > 0 { // sorted by branch
			n := 1
			for n < len(all) && all[n].Branch == all[0].Branch {
				n++
			}
			p, err := s.publish(ctx, tx, by, all[:n], labels, body)
			if err != nil {
				return err
			}
			out = append(out, p)
			all = all[n:]
		}
		return nil
	})
	return out, err
}

// publishable locks the claims and refuses all of them where one does not stand.
func (s *Service) publishable(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, ids []uuid.UUID) ([]Claim, error) {
	found, err := lockIn(ctx, tx, scope, ids)
	if err != nil {
		return nil, err
	}
	all := make([]Claim, 0, len(found))
	for _, c := range found {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Claim) int {
		return cmp.Or(strings.Compare(a.Branch.String(), b.Branch.String()), cmp.Compare(a.Number, b.Number))
	})
	rivals, err := rivalsOf(ctx, tx, by.Unit, all...)
	if err != nil {
		return nil, err
	}
	var refused []Refused
	missing := len(ids) - len(all)
	for range missing {
		refused = append(refused, Refused{Reason: message(fault.Missing("申报"))})
	}
	for _, c := range all {
		reason := ""
		if c.State != Verified {
			reason = "现在是“" + c.State.Title() + "”，只有已核实的申报可以公示"
		} else if c.Level != nil {
			reason, _ = honourWord(*c.Level, rivals[c.ID])
		}
		if reason != "" {
			refused = append(refused, Refused{c.ID, c.Number, c.PersonName, c.Matter, reason})
		}
	}
	if len(refused) == 0 {
		return all, nil
	}
	if len(refused) < len(ids) || missing < len(refused) {
		f := fault.Newf(fault.RuleBroken, "所选申报中有 %d 项不能公示，请取消勾选后再公示", len(refused))
		for _, r := range refused {
			f.Details = append(f.Details, fault.Detail{Field: "ids", Message: r.text()})
		}
		return nil, f
	}
	return nil, noneStands(refused, missing)
}

// publish puts the claims of one branch up.
func (s *Service) publish(ctx context.Context, tx bun.Tx, by access.Actor, all []Claim, labels map[uuid.UUID]label, body string) (Published, error) {
	quarter := calendar.QuarterOf(s.today())
	p := notice.Publication{Kind: notice.KindClaims, Body: body, Branch: all[0].Branch, Quarter: quarter, Columns: noticeColumns(),
		Title: fmt.Sprintf("%s积分申报公示（%s）", labels[all[0].ID].Branch, calendar.DateOf(s.now()).Chinese())}
	for _, c := range all {
		l := labels[c.ID]
		p.Items = append(p.Items, notice.Item{Subject: c.ID, Person: c.Person, Branch: c.Branch, Title: c.PersonName + "：" + c.Matter,
			Cells:   []string{c.PersonName, l.Group, c.Matter, strings.TrimSpace(c.RuleClause + " " + c.RuleTitle), points.Format(c.Requested), l.Verifier},
			Recused: []uuid.UUID{c.Person, c.ClaimedBy, c.VerifiedBy}})
	}
	n, err := notice.Publish(ctx, tx, by, s.now(), p)
	if err != nil {
		return Published{}, err
	}
	for i := range all {
		all[i].State, all[i].Notice = Noticed, n.ID
	}
	sorted := slices.Clone(all)
	sortByID(sorted)
	if err := saveWay(ctx, tx, by.Unit, sorted...); err != nil {
		return Published{}, err
	}
	if err := addSteps(ctx, tx, by.Unit, by.Person, s.now(), StepNotice, sorted...); err != nil {
		return Published{}, err
	}
	out := Published{ID: n.ID, Title: n.Title, FirstDay: n.FirstDay, LastDay: n.LastDay, Claims: len(all)}
	if n.Branch != uuid.Nil {
		out.BranchID = &n.Branch
	}
	return out, s.recordMany(ctx, tx, by, "claim.notice", "公示", all)
}
