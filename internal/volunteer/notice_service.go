package volunteer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// PutOnNotice puts everybody's hours of a period on public notice, as far as the
// scope reaches and no notice has passed them (rule 31). It lies open for as many
// working days as the office set for hours.
func (s *Service) PutOnNotice(ctx context.Context, by access.Actor, scope access.Scope, p Period, branch uuid.UUID) (out Noticed, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f := HoursFilter{Period: p, Branch: branch}
		set, err := s.understood(ctx, tx, by.Unit, &f)
		if err != nil {
			return err
		}
		if f.From.After(s.today()) {
			return fault.Field("from", "起始日期还没有到，请选择已经过去的日期")
		}
		if own := scope.Branches(); f.Branch == uuid.Nil && !scope.Whole() && len(own) == 1 {
			f.Branch = own[0]
		}
		if (f.Branch != uuid.Nil || !scope.Whole()) && !scope.Covers(access.Place{Unit: by.Unit, Branch: f.Branch}) {
			return fault.Missing("党支部")
		}
		rows, err := unnoticed(ctx, tx, scope, set, f)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.New(fault.RuleBroken, "这段时间没有待公示的志愿时长：都已公示，或正在公示")
		}
		items, minutes := noticeItems(rows, db.NewID)
		n, err := notice.Publish(ctx, tx, by, s.now(), notice.Publication{Kind: notice.KindHours, Title: "志愿服务时长公示（" + f.String() + "）",
			Body: "以下人员的志愿服务时长予以公示。对记录的参加人员、时长有异议的，请在公示期内提出。", Branch: f.Branch,
			Columns: []string{"姓名", "党支部", "参加次数", "时长（小时）"}, Days: set.HoursNoticeDays, Items: items})
		if err != nil {
			return err
		}
		if err := insertNoticed(ctx, tx, by.Unit, n.ID, rows); err != nil {
			return err
		}
		out = Noticed{NoticeID: n.ID, People: len(items), Participations: len(rows), Minutes: minutes, LastDay: n.LastDay}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "volunteer_hours.notice", Object: "notice", ObjectID: n.ID,
			Summary: fmt.Sprintf("公示%s的志愿时长：%d 人，%d 人次，%s 小时", f.Period, out.People, out.Participations, hours(minutes)), Detail: out})
	})
	return out, err
}

// HoursNotices owns the notices of hours; see notice.Owner.
type HoursNotices struct{}

// Settled writes what became of people's hours. Upheld objections leave all hours of
// that line without notice: once the record is right they are put up once more.
func (HoursNotices) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	if len(items) == 0 {
		return nil
	}
	outcome, err := outcomeOf(items[0].Outcome)
	if err != nil {
		return err
	}
	people := make([]uuid.UUID, len(items))
	for i, item := range items {
		people[i] = item.Person
	}
	settled, err := settleNoticed(ctx, tx, by.Unit, n.ID, people, outcome)
	if err != nil || settled == 0 {
		return err
	}
	said := map[string]string{"passed": "期满，时长可以开具证明", "failed": "异议成立，请更正记录后重新公示", "cancelled": "已撤销"}[outcome]
	return audit.Record(ctx, tx, by, now, audit.Entry{Action: "volunteer_hours.settle", Object: "notice", ObjectID: n.ID,
		Summary: fmt.Sprintf("公示“%s”%s：%d 人，%d 人次", n.Title, said, len(items), settled), Detail: map[string]any{"outcome": outcome, "people": people}})
}
