package org

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// People pages through the roll; next is empty on the last page, total counts all.
func (s *Service) People(ctx context.Context, scope access.Scope, f PersonFilter) (people []Person, next string, total int, err error) {
	if err := f.clean(s.today()); err != nil {
		return nil, "", 0, err
	}
	return listPeople(ctx, s.db, scope, f, s.today())
}

// Person reads one person with the whole history.
func (s *Service) Person(ctx context.Context, scope access.Scope, id uuid.UUID) (PersonDetail, error) {
	p, err := findPerson(ctx, s.db, scope, id, s.today())
	if err != nil {
		return p, err
	}
	return p, history(ctx, s.db, scope.Unit(), &p)
}

// Phone reveals a telephone number; that it was looked at is audited.
func (s *Service) Phone(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (phone string, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		p, err := findPerson(ctx, tx, scope, id, s.today())
		if err != nil {
			return err
		}
		if phone, err = phoneOf(ctx, tx, scope.Unit(), id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "people.reveal", Object: "person", ObjectID: id,
			Summary: "查看" + p.Name + "的联系电话"})
	})
	return phone, err
}

// Pick finds people for a picker, at most 20.
func (s *Service) Pick(ctx context.Context, scope access.Scope, text string, branch uuid.UUID) ([]PersonOption, error) {
	return pickPeople(ctx, s.db, scope, strings.TrimSpace(text), branch, s.today(), 20)
}

// AddPerson puts a person on the roll with the first places.
func (s *Service) AddPerson(ctx context.Context, by access.Actor, scope access.Scope, in NewPerson) (PersonDetail, error) {
	var out PersonDetail
	if err := in.clean(s.today()); err != nil {
		return out, err
	}
	if in.From.IsZero() {
		in.From = s.today()
	}
	id := db.NewID()
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		place := access.Place{Unit: by.Unit, Branch: in.Branch, Group: in.Group, Department: in.Department}
		if !scope.Covers(place) {
			return fault.Missing("支部或部门")
		}
		if err := insertPerson(ctx, tx, by.Unit, id, in.PersonInput, s.now()); err != nil {
			return err
		}
		if err := checkFrom(in.From, s.today()); err != nil {
			return err
		}
		m := mover{tx: tx, unit: by.Unit, person: id, name: in.Name, status: in.PoliticalStatus}
		if in.Branch != uuid.Nil {
			if _, err := m.toBranch(ctx, in.Branch, in.Group, in.From); err != nil {
				return err
			}
		}
		if in.Department != uuid.Nil {
			if _, err := m.toDepartment(ctx, in.Department, in.From); err != nil {
				return err
			}
		}
		if title := strings.TrimSpace(in.Position); title != "" {
			p := NewPosition{Kind: PositionAdministrative, Title: title, From: in.From}
			if err := m.appoint(ctx, db.NewID(), p); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "people.create", Object: "person", ObjectID: id,
			Summary: "新增人员" + in.Name, Detail: map[string]any{"from": in.From, "branch": in.Branch, "department": in.Department}})
	})
	if err != nil {
		return out, err
	}
	return s.Person(ctx, scope, id)
}

// EditPerson changes what is not dated. version is the row_version that the form
// was filled from.
func (s *Service) EditPerson(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, in PersonInput) (PersonDetail, error) {
	if err := in.clean(s.today()); err != nil {
		return PersonDetail{}, err
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, _, _, err := lockPerson(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		was, err := findPerson(ctx, tx, scope, id, s.today())
		if err != nil {
			return err
		}
		if was.Branch != nil && !partyMember(in.PoliticalStatus) {
			return fault.New(fault.RuleBroken, "该人员还在党支部内，请先办理转出组织关系，再改政治面貌")
		}
		phone, err := phoneOf(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		if err := updatePerson(ctx, tx, by.Unit, id, version, in, s.now()); err != nil {
			return err
		}
		changes := was.changes(in, phone)
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "people.update", Object: "person", ObjectID: id,
			Summary: fmt.Sprintf("修改%s的资料：%s", in.Name, changedNames(changes)), Detail: changes})
	})
	if err != nil {
		return PersonDetail{}, err
	}
	return s.Person(ctx, scope, id)
}

// Export writes the roll as filtered. Telephones are in clear where the actor could
// reveal them one by one, else masked; that the roll was taken out is audited.
func (s *Service) Export(ctx context.Context, by access.Actor, scope access.Scope, f PersonFilter, w io.Writer) error {
	if err := f.clean(s.today()); err != nil {
		return err
	}
	reveal, err := s.policy.Decide(by, access.Need{Resource: "people", Action: "reveal"})
	if err != nil {
		reveal = access.Scope{} // no such permission: every number stays masked
	}
	var people []PersonDetail
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if people, err = exportPeople(ctx, tx, scope, reveal, f, s.today()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "people.export", Object: "people",
			Summary: fmt.Sprintf("导出人员花名册，共 %d 人", len(people))})
	})
	if err != nil {
		return err
	}
	return writeRoster(w, people)
}

// Change is one field from what to what, in the words that people read.
type Change struct {
	Field string `json:"field"`
	Name  string `json:"name"`
	From  string `json:"from"`
	To    string `json:"to"`
}

func changedNames(changes []Change) string {
	if len(changes) == 0 {
		return "没有变化"
	}
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Name
	}
	return strings.Join(names, "、")
}

// changes lists what an edit changes. Telephones stay masked, in the audit too;
// phone is the one stored.
func (p PersonDetail) changes(in PersonInput, phone string) []Change {
	var out []Change
	add := func(field, name, from, to string) {
		if from != to {
			out = append(out, Change{field, name, from, to})
		}
	}
	days := func(field, name string, from, to calendar.Date) { add(field, name, from.String(), to.String()) }
	add("name", "姓名", p.Name, in.Name)
	add("pinyin", "拼音", p.Pinyin, in.Pinyin)
	add("initials", "首字母", p.Initials, in.Initials)
	add("staff_no", "工号", p.StaffNo, in.StaffNo)
	add("sex", "性别", termName(Sexes(), p.Sex), termName(Sexes(), in.Sex))
	days("birth_on", "出生日期", p.BirthOn, in.BirthOn)
	add("nation", "民族", p.Nation, in.Nation)
	add("education", "学历", p.Education, in.Education)
	if in.Phone != nil && *in.Phone != phone {
		out = append(out, Change{"phone", "联系电话", p.Phone, MaskPhone(*in.Phone)})
	}
	add("political_status", "政治面貌", termName(Statuses(), p.PoliticalStatus), termName(Statuses(), in.PoliticalStatus))
	add("development_stage", "发展阶段", termName(Stages(), p.DevelopmentStage), termName(Stages(), in.DevelopmentStage))
	days("joined_party_on", "入党时间", p.JoinedPartyOn, in.JoinedPartyOn)
	days("full_member_on", "转正时间", p.FullMemberOn, in.FullMemberOn)
	days("started_work_on", "参加工作时间", p.StartedWorkOn, in.StartedWorkOn)
	add("note", "备注", p.Note, in.Note)
	return out
}
