package duty

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// GridFilter says what a grid shows.
type GridFilter struct {
	Owner  string
	From   string // a month, 2026-01; empty: the eleven before the running one
	Months int
	Branch uuid.UUID
	Code   string
	Text   string // in the owner's name
	Cursor string
	Limit  int

	first, last calendar.Date
	after       rowKey
}

const (
	defaultLimit  = 50
	maxLimit      = 200
	defaultMonths = 12
	maxMonths     = 24
)

func (f *GridFilter) check(today calendar.Date) error {
	if f.Owner == "" {
		f.Owner = OwnerBranch
	}
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if f.Months < 1 || f.Months > maxMonths {
		f.Months = defaultMonths
	}
	f.Text = strings.TrimSpace(f.Text)
	first := addMonths(today, 1-f.Months)
	if f.From != "" {
		t, err := time.Parse("2006-01", f.From)
		if err != nil || t.Year() < 1950 || t.Year() > today.Year+1 {
			return fault.Field("from", "月份应写作 2026-01 的样式")
		}
		first = calendar.NewDate(t.Year(), t.Month(), 1)
	}
	f.first, f.last = first, addMonths(first, f.Months).AddDays(-1)
	if f.Cursor != "" {
		b, err := base64.RawURLEncoding.DecodeString(f.Cursor)
		if err == nil {
			err = json.Unmarshal(b, &f.after)
		}
		if err != nil {
			return fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	return nil
}

// months lists the months of the grid, oldest first.
func (f GridFilter) months() []string {
	out := make([]string, f.Months)
	for i := range out {
		out[i] = monthOf(addMonths(f.first, i))
	}
	return out
}

// addMonths is the first day of the month n after that of a day.
func addMonths(d calendar.Date, n int) calendar.Date {
	t := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return calendar.NewDate(t.Year(), t.Month(), 1)
}

// rowKey is an owner's place in the order of a grid.
type rowKey struct {
	BranchOrd int       `json:"o"`
	Branch    string    `json:"b"`
	Ord       int       `json:"r"`
	Name      string    `json:"n"`
	ID        uuid.UUID `json:"i"`
}

func (k rowKey) String() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // numbers, strings and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// CellID names a cell.
type CellID struct {
	Code    string
	Owner   string
	OwnerID uuid.UUID
	First   calendar.Date
}

// askable says whether a reason may be given: it is owed, and not met.
func askable(c Cell) bool {
	return (c.State == Due || c.State == Missed) && (c.ReasonState == "" || c.ReasonState == "refused")
}
