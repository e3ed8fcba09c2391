package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/points"
	"xianfeng/internal/sheet"
)

// Service previews and issues reports.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	files  *file.Service
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, files *file.Service, now calendar.Clock) *Service {
	return &Service{d, policy, files, now}
}

// Offer is what an actor may choose from.
type Offer struct {
	Kinds    []OfferedKind      `json:"kinds"`
	Quarters []calendar.Quarter `json:"quarters" doc:"Newest first, with the one that runs"`
}

// OfferedKind is a report that the actor may look at.
type OfferedKind struct {
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	CanIssue bool     `json:"can_issue"`
	Whole    bool     `json:"whole" doc:"Reaches the whole unit"`
	Branches []Branch `json:"branches" doc:"To narrow it to one"`
}

// Offered lists the reports that the actor may look at, each with its own reach.
func (s *Service) Offered(ctx context.Context, by access.Actor) (Offer, error) {
	o := Offer{Kinds: []OfferedKind{}}
	today := calendar.DateOf(s.now())
	for _, d := range Definitions() {
		scope, err := s.policy.Decide(by, d.Read())
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return o, err
		}
		_, err = s.policy.Decide(by, d.Issue())
		k := OfferedKind{Kind: d.Kind, Name: d.Name, CanIssue: err == nil, Whole: scope.Whole()}
		if k.Branches, err = branches(ctx, s.db, scope, today); err != nil {
			return o, err
		}
		o.Kinds = append(o.Kinds, k)
	}
	quarters, err := openedQuarters(ctx, s.db, by.Unit)
	if now := calendar.QuarterOf(today); !slices.Contains(quarters, now) {
		quarters = append([]calendar.Quarter{now}, quarters...)
	}
	o.Quarters = quarters
	return o, err
}

// book is a report with all its rows, as one snapshot of the database saw them.
type book struct {
	Definition
	ask
	pages []page
	heads string // hash over the ledger heads behind the rows (rule 18)
	seal  string // of the quarter, once it is closed
}

// load reads a report in one snapshot: rows, sums and heads belong together.
func (s *Service) load(ctx context.Context, by access.Actor, scope access.Scope, r Request) (book, error) {
	d, ok := definition(r.Kind)
	if !ok {
		return book{}, fault.Missing("报表")
	}
	b := book{Definition: d}
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if b.ask, err = understand(ctx, tx, by, scope, calendar.DateOf(s.now()), d.annual, r); err != nil {
			return err
		}
		if b.pages, err = d.read(ctx, tx, b.ask); err != nil {
			return err
		}
		if d.apart {
			return nil
		}
		var people []uuid.UUID
		for _, p := range b.pages {
			people = append(people, p.people...)
		}
		if b.heads, err = points.Heads(ctx, tx, b.unit, people); err != nil {
			return err
		}
		b.seal, err = quarterSeal(ctx, tx, b.unit, b.quarter)
		return err
	})
	return b, err
}

// Preview is a report as it would print now.
type Preview struct {
	Kind       string           `json:"kind"`
	Title      string           `json:"title"`
	Unit       string           `json:"unit" doc:"填报单位"`
	Range      string           `json:"range" doc:"统计区间"`
	Filled     calendar.Date    `json:"filled" doc:"填报日期"`
	ScopeNote  string           `json:"scope_note" doc:"Which rows these are; row 2 of the sheet says so"`
	Columns    []PreviewColumn  `json:"columns"`
	Rows       []PreviewRow     `json:"rows"`
	Totals     map[string]int64 `json:"totals" doc:"By column, over all rows"`
	RowsCount  int              `json:"rows_count" doc:"All rows of this sheet"`
	Checksum   string           `json:"checksum" doc:"Of all rows of this sheet"`
	Heads      string           `json:"heads" doc:"Hash over the ledger heads behind the report"`
	Seal       string           `json:"seal,omitempty" doc:"Of the quarter's books, once they are closed"`
	Signatures []string         `json:"signatures"`
	Sheets     []PreviewSheet   `json:"sheets" doc:"Worksheets of the workbook; ask with person_id for another than the first"`
	Next       string           `json:"next" doc:"Cursor of the next rows; empty at the end"`
}

// PreviewColumn is a column as the page shows it.
type PreviewColumn struct {
	Key   string  `json:"key"`
	Title string  `json:"title"`
	Group string  `json:"group,omitempty" doc:"Heading above, shared by neighbours with the same"`
	Kind  string  `json:"kind" enum:"text,int,points,hours,date" doc:"points are hundredths, hours minutes"`
	Width float64 `json:"width" doc:"In characters; 0: by kind"`
	Total bool    `json:"total" doc:"Has a sum, or an average of sums, in the total row"`
}

// PreviewRow is a row with what it opens down to (rule 17).
type PreviewRow struct {
	Cells    []any      `json:"cells" doc:"One for each column, as its kind says; null where empty"`
	PersonID *uuid.UUID `json:"person_id,omitempty"`
	EntryID  *uuid.UUID `json:"entry_id,omitempty"`
	BranchID *uuid.UUID `json:"branch_id,omitempty"`
	GroupID  *uuid.UUID `json:"group_id,omitempty"`
	RecordID *uuid.UUID `json:"record_id,omitempty" doc:"Of an activity"`
}

// PreviewSheet is one worksheet of the workbook.
type PreviewSheet struct {
	Name      string     `json:"name"`
	PersonID  *uuid.UUID `json:"person_id,omitempty"`
	RowsCount int        `json:"rows_count"`
}

// Page of a preview: which worksheet, and which rows of it. Sheet is the person of
// a personal ledger; zero is the first.
type Page struct {
	Sheet  uuid.UUID
	Cursor string
	Limit  int
}

const (
	defaultRows = 100
	maxRows     = 1000
)

// Preview shows the report as it would print now.
func (s *Service) Preview(ctx context.Context, by access.Actor, scope access.Scope, r Request, at Page) (Preview, error) {
	b, err := s.load(ctx, by, scope, r)
	if err != nil {
		return Preview{}, err
	}
	p := b.pages[0]
	if at.Sheet != uuid.Nil {
		i := slices.IndexFunc(b.pages, func(p page) bool { return p.person == at.Sheet })
		if i < 0 {
			return Preview{}, fault.Missing("人员")
		}
		p = b.pages[i]
	}
	from, seen, err := readCursor(at.Cursor)
	if err != nil {
		return Preview{}, err
	}
	if at.Limit < 1 || at.Limit > maxRows {
		at.Limit = defaultRows
	}
	out := b.present(p)
	digest := sheet.NewDigest(p.columns)
	i := 0
	for l := range p.lines() {
		if err := digest.Row(l.cells); err != nil {
			return Preview{}, err
		}
		out.add(p.columns, l)
		if i >= from && i < from+at.Limit {
			out.Rows = append(out.Rows, PreviewRow{Cells: slices.Clone(l.cells), PersonID: pointer(l.opens.person),
				EntryID: pointer(l.opens.entry), BranchID: pointer(l.opens.branch), GroupID: pointer(l.opens.group), RecordID: pointer(l.opens.record)})
		}
		i++
	}
	out.Checksum = digest.Sum()
	out.average(p.columns)
	if seen != "" && !strings.HasPrefix(out.Checksum, seen) {
		return Preview{}, fault.New(fault.Conflict, "翻页期间台账有了新的分录，请从第一页重新查看")
	}
	if from+at.Limit < p.count {
		out.Next = fmt.Sprintf("%d-%s", from+at.Limit, out.Checksum[:cursorSum])
	}
	return out, nil
}

// present is a page's frame without its rows.
func (b book) present(p page) Preview {
	f := b.frame(p)
	out := Preview{
		Kind: b.Kind, Title: f.Title, Unit: f.Unit, Range: f.Range, Filled: f.Filled, ScopeNote: f.ScopeNote,
		Rows: []PreviewRow{}, Totals: map[string]int64{}, RowsCount: p.count, Heads: b.heads, Seal: b.seal, Signatures: sheet.DefaultSignatures(),
	}
	for _, c := range p.columns {
		out.Columns = append(out.Columns, PreviewColumn{c.Key, c.Title, c.Group, kinds[c.Kind], c.Width, c.Total || c.Mean != nil || c.Overall != nil})
		if c.Total {
			out.Totals[c.Key] = 0
		}
		if c.Overall != nil {
			out.Totals[c.Key] = *c.Overall
		}
	}
	for _, o := range b.pages {
		out.Sheets = append(out.Sheets, PreviewSheet{o.name, pointer(o.person), o.count})
	}
	return out
}

// kinds are what the page calls a column's kind.
var kinds = map[sheet.Kind]string{sheet.Text: "text", sheet.Int: "int", sheet.Points: "points", sheet.Hours: "hours", sheet.Date: "date"}

func (out *Preview) add(columns []sheet.Column, l line) {
	for i, c := range columns {
		if !c.Total {
			continue
		}
		switch v := l.cells[i].(type) {
		case int:
			out.Totals[c.Key] += int64(v)
		case int64:
			out.Totals[c.Key] += v
		}
	}
}

// average fills the totals that are one column's sum by another's.
func (out *Preview) average(columns []sheet.Column) {
	for _, c := range columns {
		if c.Mean == nil {
			continue
		}
		if n, ok := c.Mean.Share(out.Totals[c.Mean.Of], out.Totals[c.Mean.By]); ok {
			out.Totals[c.Key] = n
		}
	}
}

// cursorSum is how many digits of the checksum a cursor carries, so that pages of
// different states are never put together.
const cursorSum = 12

func readCursor(c string) (from int, sum string, err error) {
	if c == "" {
		return 0, "", nil
	}
	number, sum, ok := strings.Cut(c, "-")
	from, err = strconv.Atoi(number)
	if !ok || err != nil || from < 0 || len(sum) != cursorSum {
		return 0, "", fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return from, sum, nil
}

// pointer is how an absent id is left out of an answer.
func pointer(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
