package activity

import (
	"bytes"
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
	"xianfeng/internal/file"
	"xianfeng/internal/org"
)

// Service is the use cases of activities.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	files  *file.Service
	now    calendar.Clock
}

// NewService makes the service. The policy is asked for the second scope where a
// page shows both what one may read and what one may draft.
func NewService(d *bun.DB, p *access.Policy, f *file.Service, now calendar.Clock) *Service {
	return &Service{d, p, f, now}
}

func needRead() access.Need    { return access.Need{Resource: "activity", Action: "read"} }
func needRecord() access.Need  { return access.Need{Resource: "activity", Action: "record"} }
func needConfirm() access.Need { return access.Need{Resource: "activity", Action: "confirm"} }
func needLedger() access.Need  { return access.Need{Resource: "ledger", Action: "read"} }

// reach is how far the actor gets with another permission than the route's own;
// nowhere where they do not have it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

// at is where an organiser stands, for Scope.Covers.
func at(unit uuid.UUID, o org.Organiser) access.Place {
	return access.Place{Unit: unit, Department: o.Department, Branch: o.Branch, Group: o.Group, Project: o.Project}
}

// apart is the record with lists of its own: a transaction may be tried again, and what
// is put right in them is not the caller's.
func (r Record) apart() Record {
	r.Attendance, r.Resolutions, r.Outsiders = slices.Clone(r.Attendance), slices.Clone(r.Resolutions), slices.Clone(r.Outsiders)
	return r
}

// prepared is a record checked against its kind, with everybody on their place of
// the day.
type prepared struct {
	record    Record
	organiser org.Organiser
	kind      Kind
	roster    roster
	settings  org.UnitSettings
}

// prepare checks what a form sent, and that its organiser is the actor's to record
// for.
func (s *Service) prepare(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, r Record) (p prepared, err error) {
	if p.kind, err = findKind(ctx, tx, by.Unit, r.Kind); err != nil {
		return p, err
	}
	r.tidy(p.kind)
	if err := r.checkDraft(p.kind, s.now()); err != nil {
		return p, err
	}
	if p.organiser, err = findOrganiser(ctx, tx, by.Unit, r.Organiser); err != nil {
		return p, err
	}
	if !scope.Covers(at(by.Unit, p.organiser)) {
		return p, fault.Missing("组织者")
	}
	if p.settings, err = org.Settings(ctx, tx, by.Unit); err != nil {
		return p, err
	}
	p.record = r
	_, err = s.settle(ctx, tx, by.Unit, &p)
	return p, err
}

// settle finds who is expected that day, puts everybody on their place and counts
// votes. changed says whether that differs from what the record holds.
func (s *Service) settle(ctx context.Context, tx bun.Tx, unit uuid.UUID, p *prepared) (changed bool, err error) {
	r := &p.record
	if err := running(ctx, tx, unit, p.organiser, r.day()); err != nil {
		return false, err
	}
	expected, err := org.Expected(ctx, tx, unit, r.day(), p.organiser, p.kind.Expected)
	if err != nil {
		return false, err
	}
	p.roster = roster{expected, make(map[uuid.UUID]org.Placement, len(expected))}
	for _, e := range expected {
		p.roster.places[e.Person] = e
	}
	var others []uuid.UUID
	for _, id := range r.people() {
		if _, known := p.roster.places[id]; !known {
			others = append(others, id)
		}
	}
	places, err := org.Placements(ctx, tx, unit, r.day(), others)
	if err != nil {
		return false, err
	}
	for _, id := range others {
		place, known := places[id]
		if !known {
			return false, fault.Field("attendance", "有人员不在名册中，请重新选择")
		}
		p.roster.places[id] = place
	}
	changed = r.place(p.kind, p.roster)
	for i, counts := range r.judge(p.kind, p.roster, p.settings).counts {
		changed = changed || r.Resolutions[i].Counts != counts
		r.Resolutions[i].Counts = counts
	}
	return changed, nil
}

// people lists everybody a record names, each at least once.
func (r Record) people() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(r.Attendance)+3)
	for _, a := range r.Attendance {
		ids = append(ids, a.Person)
	}
	for _, id := range []uuid.UUID{r.Host, r.Recorder, r.Lecturer} {
		if id != uuid.Nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// present lists, each once and in order, who was there: everybody named but those
// marked absent.
func (r Record) present() []uuid.UUID {
	absent := map[uuid.UUID]bool{}
	for _, a := range r.Attendance {
		if a.Status == Absent {
			absent[a.Person] = true
		}
	}
	ids := slices.DeleteFunc(r.people(), func(id uuid.UUID) bool { return absent[id] })
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// meetsLike says whether the same people were there at the same time.
func (r Record) meetsLike(o Record) bool {
	return r.Starts.Equal(o.Starts) && r.Ends.Equal(o.Ends) && slices.Equal(r.present(), o.present())
}

// Create saves a first draft, or records and confirms at once, which is the one
// click of the form. scope is that of activity.record.
func (s *Service) Create(ctx context.Context, by access.Actor, scope access.Scope, r Record, confirm bool) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.Enter(ctx, tx, by, scope, r, confirm)
		return err
	})
	return out, err
}

// Enter is Create within the caller's transaction: what another capability knows
// becomes a record in the same moment, or neither is. scope is that of
// activity.record; activity.confirm is asked here.
func (s *Service) Enter(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, r Record, confirm bool) (Saved, error) {
	var sure access.Scope
	if confirm {
		var err error
		if sure, err = s.policy.Decide(by, needConfirm()); err != nil {
			return Saved{}, err
		}
	}
	r = r.apart()
	p, err := s.prepare(ctx, tx, by, scope, r)
	if err != nil {
		return Saved{}, err
	}
	if confirm && !sure.Covers(at(by.Unit, p.organiser)) {
		return Saved{}, fault.Missing("组织者")
	}
	if !p.kind.Active {
		return Saved{}, fault.Field("kind", "“"+p.kind.Name+"”已停用，请换一种类型")
	}
	v := version{ID: db.NewID(), RecordID: db.NewID(), Version: 1, RowVersion: 1, State: Draft,
		Record: p.record, organiser: p.organiser, kind: p.kind}
	if err := insertDraft(ctx, tx, by.Unit, by.Person, s.now(), v); err != nil {
		return Saved{}, err
	}
	if confirm {
		return s.confirm(ctx, tx, by, &v, nil, p)
	}
	return v.saved(), s.record(ctx, tx, by, "activity.draft", v, "起草活动“"+v.Title+"”", nil)
}

// Save replaces a draft, whole. rowVersion is the one the form was filled from: two
// people who edit at once do not undo each other's work unseen.
func (s *Service) Save(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int, r Record) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		v, _, err := lockDraft(ctx, tx, scope, id, rowVersion)
		if err != nil {
			return err
		}
		if _, err := s.rewrite(ctx, tx, by, scope, v, r); err != nil {
			return err
		}
		out = v.saved()
		return s.record(ctx, tx, by, "activity.draft", *v, "修改活动草稿“"+v.Title+"”", nil)
	})
	return out, err
}

// rewrite gives a locked draft new content.
func (s *Service) rewrite(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, v *version, r Record) (prepared, error) {
	p, err := s.prepare(ctx, tx, by, scope, r)
	if err != nil {
		return p, err
	}
	v.Record, v.organiser, v.kind = p.record, p.organiser, p.kind
	v.RowVersion++
	return p, updateDraft(ctx, tx, by.Unit, s.now(), *v)
}

// Discard deletes a draft: the record, where it was never confirmed, else the
// amendment alone.
func (s *Service) Discard(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		v, _, err := lockDraft(ctx, tx, scope, id, rowVersion)
		if err != nil {
			return err
		}
		orphans, err := deleteDraft(ctx, tx, by.Unit, v.ID)
		if err != nil {
			return err
		}
		if err := s.files.Remove(ctx, tx, by.Unit, orphans...); err != nil {
			return err
		}
		summary := "删除活动草稿“" + v.Title + "”"
		if v.Version > 1 {
			summary = "放弃更正活动“" + v.Title + "”"
		}
		return s.record(ctx, tx, by, "activity.discard", *v, summary, nil)
	})
}

// lockDraft locks a record's draft that is still the one the actor saw.
func lockDraft(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID, rowVersion int) (draft, standing *version, err error) {
	draft, standing, err = lockRecord(ctx, tx, scope, id)
	switch {
	case err != nil:
		return nil, nil, err
	case draft == nil && standing.State == Withdrawn:
		return nil, nil, fault.New(fault.Conflict, "该记录已撤回，请刷新后查看")
	case draft == nil:
		return nil, nil, fault.New(fault.Conflict, "该记录已经确认，请刷新后查看；如需修改，请使用“更正”")
	case draft.RowVersion != rowVersion:
		return nil, nil, fault.New(fault.Conflict, "这份记录刚被别人修改过（两个人同时修改），请刷新后在最新内容上再改")
	}
	return draft, standing, nil
}

func (v version) saved() Saved {
	return Saved{ID: v.RecordID, Version: v.Version, RowVersion: v.RowVersion, State: v.State, Late: v.Late}
}

// record writes the audit row of a change.
func (s *Service) record(ctx context.Context, tx bun.Tx, by access.Actor, action string, v version, summary string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["version"], detail["kind"], detail["day"], detail["organiser"] = v.Version, v.Kind, v.day(), v.organiser.Kind
	if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "activity", ObjectID: v.RecordID,
		Summary: summary, Detail: detail}); err != nil {
		return fmt.Errorf("%s %s: %w", action, v.RecordID, err)
	}
	return nil
}
