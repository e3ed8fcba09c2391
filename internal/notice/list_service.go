package notice

import (
	"context"
	"io"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// List pages through the notices within the scope: those that run first, then the
// latest.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (Listed, error) {
	f.tidy()
	out := Listed{}
	decide, err := s.reach(by, needDecide())
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		w, err := org.Workdays(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		if out.Items, out.Total, err = listNotices(ctx, tx, by, scope, decide, f); err != nil {
			return err
		}
		for i := range out.Items {
			out.Items[i].show(w, calendar.DateOf(s.now()))
		}
		return nil
	})
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = position{last.State == StateOpen, last.PublishedAt, last.ID}.String()
	}
	return out, err
}

// Read reads one notice with a page of its items.
func (s *Service) Read(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f ItemFilter) (Detail, error) {
	f.Limit = limited(f.Limit, maxItemLimit)
	after := 0
	if f.Cursor != "" {
		var err error
		if after, err = strconv.Atoi(f.Cursor); err != nil || after < 0 {
			return Detail{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	reach, err := s.reaches(by)
	if err != nil {
		return Detail{}, err
	}
	var d page
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if d, err = readDetail(ctx, tx, by, scope, reach, id); err != nil {
			return err
		}
		w, err := org.Workdays(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		today := calendar.DateOf(s.now())
		d.show(w, today)
		d.Unsure = d.State == StateOpen && (!w.Covers(d.FirstDay.Year) || !w.Covers(d.LastDay.Year))
		if d.Lines, d.Total, err = listItems(ctx, tx, by, id, f.Text, after, f.Limit); err != nil {
			return err
		}
		for i := range d.Lines {
			l := &d.Lines[i]
			l.MayObject = l.MayObject && d.MayObject && d.Running && l.Outcome == ""
			l.Disputed = l.Disputed && today.After(d.LastDay)
		}
		seenHere, err := seenObjections(ctx, tx, by, reach.decide, seen{notice: id})
		if err != nil {
			return err
		}
		if err := s.nameMeetings(ctx, tx, by.Unit, seenHere); err != nil {
			return err
		}
		d.Mine, d.Others = []Objection{}, []Objection{}
		for _, o := range seenHere {
			if o.Mine {
				d.Mine = append(d.Mine, o)
			} else {
				d.Others = append(d.Others, o)
			}
		}
		return nil
	})
	if len(d.Lines) > f.Limit {
		d.Lines = d.Lines[:f.Limit]
		d.Next = strconv.Itoa(d.Lines[f.Limit-1].Ord)
	}
	return d.Detail, err
}

// Sheet writes the whole notice as the workbook to be printed and posted.
func (s *Service) Sheet(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, w io.Writer) error {
	var d page
	var items []ItemLine
	var set org.UnitSettings
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if d, err = readDetail(ctx, tx, by, scope, reaches{}, id); err != nil {
			return err
		}
		if items, _, err = listItems(ctx, tx, by, id, "", 0, maxItems); err != nil {
			return err
		}
		set, err = org.Settings(ctx, tx, by.Unit)
		return err
	})
	if err != nil {
		return err
	}
	return writeSheet(w, posted(by.UnitName, s.now(), set, d.Detail, items))
}

// reaches is how far the actor gets with what a notice's page offers.
type reaches struct{ object, decide, cancel access.Scope }

func (s *Service) reaches(by access.Actor) (r reaches, err error) {
	if r.object, err = s.reach(by, needObject()); err != nil {
		return r, err
	}
	if r.decide, err = s.reach(by, needDecide()); err != nil {
		return r, err
	}
	r.cancel, err = s.reach(by, needCancel())
	return r, err
}

// page is a Detail on its way.
type page struct {
	Detail
	MayObject bool // to its items, as far as the scope goes
}
