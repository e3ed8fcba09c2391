package points

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// shelf keeps the records that these tests post, as the keeper of activities does.
type shelf struct{ postings []Posting }

func (s *shelf) Postings(_ context.Context, _ bun.IDB, _ uuid.UUID, q calendar.Quarter) ([]Posting, error) {
	var out []Posting
	for _, p := range s.postings {
		if calendar.QuarterOf(p.FactOn) == q {
			p.Facts = slices.Clone(p.Facts)
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *shelf) Terms(context.Context, bun.IDB, uuid.UUID) (FactTerms, error) { return words(), nil }

// drafting is an office whose records are on a shelf.
type drafting struct {
	*office
	shelf *shelf
	first Scheme // the version the office started with
}

func newDrafting(t testing.TB) *drafting {
	o := &drafting{office: newOffice(t), shelf: &shelf{}}
	o.svc.facts = o.shelf
	all, err := o.svc.Schemes(context.Background(), o.Actor("office"), o.whole())
	if err != nil {
		t.Fatal(err)
	}
	if o.first, err = o.svc.Scheme(context.Background(), o.Actor("office"), o.whole(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *drafting) whole() access.Scope { return access.System(o.Unit) }

// record posts and keeps.
func (o *drafting) record(p Posting) {
	o.t.Helper()
	o.mustPost(p)
	o.shelf.postings = append(o.shelf.postings, p)
}

// draft starts one from the first version, changed.
func (o *drafting) draft(change func(*SchemeText)) Scheme {
	o.t.Helper()
	text := o.first.Text()
	text.EffectiveFrom, text.Note = day("2026-07-01"), "为什么修订"
	change(&text)
	s, err := o.svc.Draft(context.Background(), o.Actor("office"), o.whole(), NewDraft{BasedOn: o.first.ID, Text: &text})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func none(*SchemeText) {}

func TestDraftIsACopy(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	s, err := o.svc.Draft(ctx, o.Actor("office"), o.whole(), NewDraft{BasedOn: o.first.ID})
	if err != nil {
		t.Fatal(err)
	}
	if s.State != SchemeDraft || s.Version != 2 || s.InForce || s.DraftedBy != "柳青禾" || *s.BasedOn != o.first.ID || s.EffectiveFrom != day("2026-07-01") {
		t.Errorf("%+v", s)
	}
	if c := compare(&o.first, s, words()); len(c.Rules)+len(c.Limits) > 0 {
		t.Errorf("the copy says something else: %+v", c)
	}
	if s.Rules[0].ID == o.first.Rules[0].ID {
		t.Error("a rule belongs to two versions")
	}
	if level := s.Rules[slices.IndexFunc(s.Rules, func(r Rule) bool { return r.Code == "honour_city" })].HonourLevel; level == nil || *level != 2 {
		t.Errorf("honour level %v", level)
	}
	// A draft of a draft rests on what is published, so that the draft can go.
	third, err := o.svc.Draft(ctx, o.Actor("office"), o.whole(), NewDraft{BasedOn: s.ID})
	if err != nil || *third.BasedOn != o.first.ID || third.Version != 3 {
		t.Errorf("%+v, %v", third, err)
	}
	if err := o.svc.DeleteDraft(ctx, o.Actor("office"), o.whole(), s.ID, s.RowVersion); err != nil {
		t.Error(err)
	}
	if _, err := o.svc.Scheme(ctx, o.Actor("office"), o.whole(), s.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := o.svc.Draft(ctx, o.Actor("office"), o.whole(), NewDraft{BasedOn: s.ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("draft of nothing: %v", err)
	}
}

func TestTwoEditors(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	s := o.draft(none)
	save := func(points int) error {
		text := s.Text()
		text.Rules[1].Points = points
		_, err := o.svc.SaveDraft(ctx, o.Actor("office"), o.whole(), s.ID, s.RowVersion, text)
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() { errs[i] = save(200 + i*50) })
	}
	wg.Wait()
	lost := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if lost < 0 || errs[1-lost] != nil || !fault.Is(errs[lost], fault.Conflict) || !strings.Contains(errs[lost].Error(), "没有保存") {
		t.Fatalf("%v", errs)
	}
	now, err := o.svc.Scheme(ctx, o.Actor("office"), o.whole(), s.ID)
	if err != nil || now.RowVersion != 2 || now.Rules[1].Points != 200+(1-lost)*50 {
		t.Errorf("%+v, %v", now, err)
	}
	if err := o.svc.DeleteDraft(ctx, o.Actor("office"), o.whole(), s.ID, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("deleted what somebody just changed: %v", err)
	}
	text := now.Text()
	text.Rules[1].Points = 0
	if _, err := o.svc.SaveDraft(ctx, o.Actor("office"), o.whole(), s.ID, 2, text); fault.From(err).Field != "rules[1].points" {
		t.Errorf("%v", err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action IN ('scheme.draft', 'scheme.edit')`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
}

func TestPublish(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	chief := o.Actor("chief")
	s := o.draft(func(t *SchemeText) { t.Rules[1].Points = 200 })
	if _, err := o.svc.Publish(ctx, chief, o.whole(), s.ID, s.RowVersion+1); !fault.Is(err, fault.Conflict) {
		t.Errorf("published what was not read: %v", err)
	}
	for _, d := range []string{"2026-05-20", "2026-05-19"} {
		past := o.draft(func(t *SchemeText) { t.EffectiveFrom = day(d) })
		if _, err := o.svc.Publish(ctx, chief, o.whole(), past.ID, 1); fault.From(err).Field != "effective_from" {
			t.Errorf("in force from %s: %v", d, err)
		}
	}
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = o.svc.Publish(ctx, chief, o.whole(), s.ID, s.RowVersion) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "已经发布") {
			t.Errorf("%v", err)
		}
	}
	if done != 1 || o.count(`SELECT count(*) FROM audit_entries WHERE action = 'scheme.publish'`) != 1 {
		t.Fatalf("published %d times: %v", done, errs)
	}
	now, err := o.svc.Scheme(ctx, o.Actor("member1"), o.whole(), s.ID)
	if err != nil || now.State != SchemePublished || now.PublishedBy != "江远山" || now.InForce || now.PublishedAt == nil || now.Note != "为什么修订" {
		t.Errorf("%+v, %v", now, err)
	}
	same := o.draft(none)
	if _, err := o.svc.Publish(ctx, chief, o.whole(), same.ID, 1); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "第 2 版") {
		t.Errorf("two in force from one day: %v", err)
	}
	// Facts of a day go by the version of the day.
	o.mustPost(o.meeting("2026-05-06", "member1"))
	o.now = day("2026-07-02").In()
	o.mustPost(o.meeting("2026-07-01", "member1"))
	o.mustPost(o.meeting("2026-06-30", "member1"))
	if q2, q3 := o.sum(o.Person("member1"), "2026Q2"), o.sum(o.Person("member1"), "2026Q3"); q2 != 6200 || q3 != 6200 {
		t.Errorf("%d, %d", q2, q3)
	}
}

func TestPublishedIsFrozen(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	text := o.first.Text()
	for name, err := range map[string]error{
		"saved": func() error {
			_, err := o.svc.SaveDraft(ctx, o.Actor("office"), o.whole(), o.first.ID, 1, text)
			return err
		}(),
		"deleted": o.svc.DeleteDraft(ctx, o.Actor("office"), o.whole(), o.first.ID, 1),
		"published": func() error {
			_, err := o.svc.Publish(ctx, o.Actor("chief"), o.whole(), o.first.ID, 1)
			return err
		}(),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, sql := range []string{
		`UPDATE points_rules SET points = points + 1 WHERE scheme_id = ?`,
		`UPDATE points_rules SET honour_level = 9 WHERE trigger = 'claim' AND scheme_id = ?`,
		`DELETE FROM points_rules WHERE scheme_id = ?`,
		`UPDATE points_limits SET max_gain = 0 WHERE scheme_id = ?`,
		`UPDATE points_schemes SET state = 'draft', published_at = NULL WHERE id = ?`,
		`UPDATE points_schemes SET effective_from = '2025-01-01' WHERE id = ?`,
		`DELETE FROM points_schemes WHERE id = ?`,
	} {
		if _, err := o.db.ExecContext(ctx, sql, o.first.ID); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

func TestDraftsAreForReviewers(t *testing.T) {
	ctx, c := context.Background(), newClient(t)
	o := &drafting{office: c.office, shelf: &shelf{}}
	o.svc.facts = o.shelf
	all, err := o.svc.Schemes(ctx, o.Actor("office"), o.whole())
	if err != nil {
		t.Fatal(err)
	}
	o.first = all[0]
	if o.first, err = o.svc.Scheme(ctx, o.Actor("office"), o.whole(), o.first.ID); err != nil {
		t.Fatal(err)
	}
	s := o.draft(none)
	for as, sees := range map[string]bool{"office": true, "chief": true, "member1": false, "secretary1": false, "leader1": false} {
		want, listed := 404, 1
		if sees {
			want, listed = 200, 2
		}
		for _, tail := range []string{"", "/sheet.xlsx"} {
			c.do(as, "GET", "/api/schemes/"+s.ID.String()+tail, "", "", want, nil)
			c.do(as, "GET", "/api/schemes/"+o.first.ID.String()+tail, "", "", 200, nil)
		}
		var list struct{ Items []Scheme }
		c.do(as, "GET", "/api/schemes", "", "", 200, &list)
		if len(list.Items) != listed {
			t.Errorf("%s lists %d", as, len(list.Items))
		}
		if want = 403; sees {
			want = 200
		}
		c.do(as, "GET", "/api/schemes/"+s.ID.String()+"/comparison", "", "", want, nil)
		c.do(as, "GET", "/api/schemes/"+s.ID.String()+"/trial", "", "", want, nil)
		c.do(as, "GET", "/api/schemes/"+s.ID.String()+"/trial/sheet.xlsx", "", "", want, nil)
	}
	body := `{"row_version":1}`
	c.do("office", "POST", "/api/schemes/"+s.ID.String()+"/publication", body, "", 403, nil)
	c.do("chief", "DELETE", "/api/schemes/"+s.ID.String()+"?row_version=1", "", "", 403, nil)
	c.do("office", "DELETE", "/api/schemes/"+s.ID.String(), "", "", 422, nil)
	c.do("chief", "POST", "/api/schemes/"+db.NewID().String()+"/publication", body, "", 404, nil)
	c.do("chief", "POST", "/api/schemes/"+s.ID.String()+"/publication", body, "", 200, nil)
	c.do("chief", "POST", "/api/schemes/"+s.ID.String()+"/publication", body, "", 409, nil)
	c.do("member1", "GET", "/api/schemes/"+s.ID.String(), "", "", 200, nil)
}
