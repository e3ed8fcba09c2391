// Package notice puts a list on public notice for some working days and takes
// objections to it (rule 13): one mechanism for claims, totals of a quarter and
// selections. Whose list it is hears in the same transaction what became of it.
package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The kinds of notices: whose subjects are on the list.
const (
	KindClaims    = "claims"
	KindTotals    = "totals"
	KindSelection = "selection"
	KindPlans     = "growth_plans"
	KindHours     = "volunteer_hours"
)

// The outcomes of an item; empty while it lies open.
const (
	Passed    = "passed"    // the days are over and no objection stands
	Upheld    = "upheld"    // an objection to it was upheld
	Withdrawn = "withdrawn" // its owner took it off
	Cancelled = "cancelled" // the whole notice was called off
)

// The states of a notice.
const (
	StateOpen      = "open"
	StateSettled   = "settled" // every item has its outcome
	StateCancelled = "cancelled"
)

// Publication is a list to put up. Branch zero is the whole office's.
type Publication struct {
	Kind, Title, Body string
	Branch            uuid.UUID
	Quarter           calendar.Quarter
	Columns           []string // headings of the printed list, without a number's
	Days              int      // working days, where the setting for all notices is not theirs; 0: that one
	Items             []Item
}

// Item is one line of a notice.
type Item struct {
	ID      uuid.UUID // set by Publish
	Subject uuid.UUID // what the owner put up: a claim, a total, a candidate
	Person  uuid.UUID // whom it is about; zero for a group
	Branch  uuid.UUID // whose committee decides about objections; zero: the Party office
	Title   string
	Cells   []string    // under the notice's columns
	Recused []uuid.UUID // who may not decide besides the person: claimant, verifier
	Outcome string
	Answer  string // of an upheld objection, as the owner is told
}

// Notice is a list that lies, or lay, open.
type Notice struct {
	ID                uuid.UUID
	Kind, Title, Body string
	Branch            uuid.UUID // zero: the whole office
	Quarter           calendar.Quarter
	Columns           []string
	WorkingDays       int
	PublishedBy       uuid.UUID
	PublishedAt       time.Time
	FirstDay, LastDay calendar.Date // the first, of publishing, is not counted; objections are taken to the end of the last
	State             string
	CancelReason      string
}

// Owner is told, in the transaction that settles, what became of its subjects: all
// of one notice and of one outcome each time. by is the system's actor (Unit alone)
// at the notice's end, the decider where an objection was upheld, and who cancelled
// a cancelled notice. Its error takes the settling back; the next Tick tries again.
type Owner interface {
	Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n Notice, items []Item) error
}

// Bounds on what is published and written.
const (
	maxItems   = 10000
	maxColumns = 12
	maxText    = 1000 // characters of a statement, an answer, a reason
)

// period gives the days of a notice: the day of publishing is not counted (Civil
// Code, art. 201), then come so many working days.
func period(w calendar.Workdays, published time.Time, days int) (first, last calendar.Date) {
	first = calendar.DateOf(published)
	return first, w.AddWorkdays(first, days)
}

// running says whether objections are taken on a day.
func (n Notice) running(day calendar.Date) bool {
	return n.State == StateOpen && !day.Before(n.FirstDay) && !day.After(n.LastDay)
}

// over says whether the days are over on a day.
func (n Notice) over(day calendar.Date) bool { return day.After(n.LastDay) }

// concerned lists who may not decide about an objection to the item.
func (i Item) concerned(objector uuid.UUID) []uuid.UUID {
	return slices.DeleteFunc(append(slices.Clone(i.Recused), i.Person, objector), func(id uuid.UUID) bool { return id == uuid.Nil })
}

// check refuses a list that could not be printed or opened. Its errors are for the
// programmer of the owner, but for an empty list, which a person can cause.
func (p Publication) check() error {
	switch {
	case len(p.Items) == 0:
		return fault.New(fault.RuleBroken, "没有可以公示的事项，请先选择")
	case len(p.Items) > maxItems:
		return fault.Newf(fault.RuleBroken, "一次最多公示 %d 项，请分几次公示", maxItems)
	case strings.TrimSpace(p.Title) == "" || utf8.RuneCountInString(p.Title) > 100:
		return fault.Field("title", "请填写公示标题，不超过 100 个字")
	case utf8.RuneCountInString(p.Body) > 5000:
		return fault.Field("body", "公示说明不能超过 5000 个字")
	case p.Kind == "" || len(p.Columns) == 0 || len(p.Columns) > maxColumns:
		return fmt.Errorf("notice: publication of kind %q with %d columns", p.Kind, len(p.Columns))
	}
	seen := make(map[uuid.UUID]bool, len(p.Items))
	for i, item := range p.Items {
		if item.Subject == uuid.Nil || item.Title == "" || len(item.Cells) != len(p.Columns) || seen[item.Subject] {
			return fmt.Errorf("notice: item %d of %q has no subject of its own, no title, or %d cells for %d columns", i, p.Title, len(item.Cells), len(p.Columns))
		}
		seen[item.Subject] = true
	}
	return nil
}

// written checks what a person has to put into words.
func written(field, text, what string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.Field(field, "请写明"+what)
	}
	if n := utf8.RuneCountInString(text); n > maxText {
		return "", fault.Field(field, fmt.Sprintf("%s不能超过 %d 个字，现在有 %d 个", what, maxText, n))
	}
	return text, nil
}
