package selection

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Filter narrows the list of selections. Zero fields do not.
type Filter struct {
	Kind, State string
	Quarter     calendar.Quarter
	Cursor      string
	Limit       int

	after struct {
		quarter string
		id      uuid.UUID
	}
}

// CandidateFilter narrows the candidates of a selection.
type CandidateFilter struct {
	Branch, Group uuid.UUID
	Text          string // in the name, pinyin or initials
	Proposed      bool
	Standing      string // in, out; empty: both
	Cursor        string
	Limit         int

	after struct {
		ord int
		id  uuid.UUID
	}
}

// HonourFilter narrows the list of honours.
type HonourFilter struct {
	Kind    string
	Quarter calendar.Quarter
	Person  uuid.UUID
	Text    string // in name, pinyin, initials, number, branch or group
	Cursor  string
	Limit   int // 0: all, for an export

	after struct{ quarter, number string }
}

// Bounds of lists.
const (
	defaultLimit = 50
	maxLimit     = 200
)

func limited(n int) int {
	if n < 1 || n > maxLimit {
		return defaultLimit
	}
	return n
}

// cursorOf joins what the last row of a page is sorted by.
func cursorOf(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n")))
}

func badCursor() error { return fault.Field("cursor", "翻页参数不对，请回到第一页") }

// partsOf reads a cursor of n parts; none of an empty one.
func partsOf(cursor string, n int) ([]string, error) {
	if cursor == "" {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(text), "\n")
	if err != nil || len(parts) != n || slices.ContainsFunc(parts, hostile) {
		return nil, badCursor()
	}
	return parts, nil
}

func hostile(s string) bool {
	return strings.ContainsRune(s, 0) || !utf8.ValidString(s) || len(s) > 200
}

func (f *Filter) check() error {
	f.Limit = limited(f.Limit)
	parts, err := partsOf(f.Cursor, 2)
	if err != nil || parts == nil {
		return err
	}
	f.after.quarter = parts[0]
	if f.after.id, err = uuid.Parse(parts[1]); err != nil {
		return badCursor()
	}
	return nil
}

func (f *CandidateFilter) check() error {
	f.Limit, f.Text, f.after.ord = limited(f.Limit), strings.TrimSpace(f.Text), -1
	parts, err := partsOf(f.Cursor, 2)
	if err != nil || parts == nil {
		return err
	}
	if f.after.ord, err = strconv.Atoi(parts[0]); err != nil || f.after.ord < 0 || f.after.ord > 1<<30 {
		return badCursor()
	}
	if f.after.id, err = uuid.Parse(parts[1]); err != nil {
		return badCursor()
	}
	return nil
}

func (f *HonourFilter) check() error {
	f.Limit, f.Text = limited(f.Limit), strings.TrimSpace(f.Text)
	parts, err := partsOf(f.Cursor, 2)
	if err != nil || parts == nil {
		return err
	}
	f.after.quarter, f.after.number = parts[0], parts[1]
	return nil
}

// Selections is a stretch of the list of selections.
type Selections struct {
	Items []Selection `json:"items"`
	Next  string      `json:"next" doc:"Cursor of the next page, or empty"`
	Total int         `json:"total"`
}

// Candidates is a stretch of a selection's candidates.
type Candidates struct {
	Items []Candidate `json:"items"`
	Next  string      `json:"next" doc:"Cursor of the next page, or empty"`
	Total int         `json:"total"`
}
