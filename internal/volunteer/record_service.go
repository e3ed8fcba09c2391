package volunteer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// kindVolunteering is the kind of activity that an action becomes.
const kindVolunteering = "volunteering"

// Came is one who came, and for how long.
type Came struct {
	PersonID uuid.UUID `json:"person_id" format:"uuid"`
	Minutes  int       `json:"minutes" minimum:"1" maximum:"21600"`
}

// Outcome is what became of an action, as its organiser says. Who came need not have
// signed up.
type Outcome struct {
	Came          []Came
	Outsiders     []activity.Outsider
	Starts, Ends  time.Time
	Content       string
	OverlapAnswer string // rule 7
}

// RecordAction makes the one record of an action (rule 31): the activity, confirmed,
// with its points, and the action closed, all or nothing. From then on a correction is an
// amendment of the record. scope is that of volunteer.organise; the activity asks for its
// own permissions.
func (s *Service) RecordAction(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, out Outcome) (d ActionDetail, err error) {
	if len(out.Came) == 0 {
		return d, fault.Field("came", "请选出到场的人员；没有人到场的，请取消活动")
	}
	l, err := s.look(by)
	if err != nil {
		return d, err
	}
	l.organise = scope
	enter, err := s.policy.Decide(by, need("activity", "record"))
	if err != nil {
		return d, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.organised(ctx, tx, l, id)
		if err != nil {
			return err
		}
		if err := stale(version, a); err != nil {
			return err
		}
		saved, err := s.activities.Enter(ctx, tx, by, enter, a.activity(by, out), true)
		if err != nil {
			return err
		}
		if err := settleAction(ctx, tx, by.Unit, id, Recorded, "", saved.ID); err != nil {
			return err
		}
		then := by
		then.Key = "" // reserved with the record
		if err := s.record(ctx, tx, then, "volunteer.record", a, "登记志愿服务活动“"+a.Title+"”，到场 "+count(len(out.Came))+" 人",
			map[string]any{"record_id": saved.ID, "outsiders": len(out.Outsiders)}); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, l, id)
		return err
	})
	return d, err
}

// activity is the record that an action becomes. Who leads it hosts it, if they came.
func (a Action) activity(by access.Actor, out Outcome) activity.Record {
	r := activity.Record{Kind: kindVolunteering, Title: a.Title, Starts: out.Starts, Ends: out.Ends, Place: a.Place, Served: a.Served,
		Organiser: a.Organiser, Recorder: by.Person, Content: strings.TrimSpace(out.Content), OverlapAnswer: out.OverlapAnswer, Outsiders: out.Outsiders}
	for _, c := range out.Came {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: c.PersonID, Status: activity.Present, Minutes: c.Minutes})
	}
	if slices.ContainsFunc(out.Came, func(c Came) bool { return c.PersonID == a.LeaderID }) {
		r.Host = a.LeaderID
	}
	return r
}
