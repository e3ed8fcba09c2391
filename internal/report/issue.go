package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// Issue is a report that was issued: a snapshot with a number. Its file never
// changes; what was wrong with it is put right by a later issue that names it.
type Issue struct {
	ID         uuid.UUID        `json:"id"`
	Number     string           `json:"number"`
	Kind       string           `json:"kind"`
	Name       string           `json:"name" doc:"Of the kind"`
	Quarter    calendar.Quarter `json:"quarter"`
	BranchID   *uuid.UUID       `json:"branch_id,omitempty"`
	BranchName string           `json:"branch_name,omitempty"`
	PersonID   *uuid.UUID       `json:"person_id,omitempty"`
	PersonName string           `json:"person_name,omitempty"`
	ScopeNote  string           `json:"scope_note"`
	Checksum   string           `json:"checksum" doc:"Of its rows, as the sheet prints it; of several sheets the SHA-256 over their checksums, each with a line end"`
	Heads      string           `json:"heads" doc:"Hash over the ledger heads included"`
	Rows       int              `json:"rows"`
	Size       int64            `json:"size" doc:"Bytes of the file"`
	Replaces   *IssueRef        `json:"replaces,omitempty" doc:"The issue that this one corrects"`
	ReplacedBy *IssueRef        `json:"replaced_by,omitempty" doc:"The issue that corrects this one"`
	IssuedBy   string           `json:"issued_by"`
	IssuedAt   time.Time        `json:"issued_at"`

	file uuid.UUID
}

// IssueRef names another issue.
type IssueRef struct {
	ID     uuid.UUID `json:"id"`
	Number string    `json:"number"`
}

// FileName is how the workbook is saved.
func (i Issue) FileName() string { return i.Number + ".xlsx" }

// IssueFilter narrows the list of issues. Kind and Quarter are optional.
type IssueFilter struct {
	Kind    string
	Quarter calendar.Quarter
	Cursor  string
	Limit   int
}

// subject is whose personal ledger the book is alone; zero for other books.
func (b book) subject() uuid.UUID {
	if b.person == uuid.Nil && len(b.pages) == 1 {
		return b.pages[0].person
	}
	return b.person
}

// names says whether an optional id is that one; both may be absent.
func names(a *uuid.UUID, id uuid.UUID) bool {
	if a == nil {
		return id == uuid.Nil
	}
	return *a == id
}

// seal is the checksum of an issue: its sheet's, or one over those of several.
func seal(sums []string) string {
	if len(sums) == 1 {
		return sums[0]
	}
	h := sha256.New()
	for _, s := range sums {
		_, _ = io.WriteString(h, s+"\n") // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// reaches are the scopes in which somebody may look at each kind of report; a kind
// that is absent is refused.
type reaches map[string]access.Scope
