package claim

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// SourceAppraisal is a source: what a taskforce said of a member when it ended.
const SourceAppraisal = "appraisal"

// Source names what a claim rests on besides its evidence. One is claimed once.
type Source struct {
	Kind string
	ID   uuid.UUID
}

// Attested is what a source says, and of whom.
type Attested struct {
	Person  uuid.UUID     `json:"-"`
	Number  string        `json:"number" doc:"鉴定编号"`
	Title   string        `json:"title" doc:"The taskforce's name"`
	Grade   string        `json:"grade" doc:"In Chinese"`
	Text    string        `json:"text"`
	Day     calendar.Date `json:"day" doc:"The last day served"`
	Written string        `json:"written_by"`
}

// SourceLine is a claim's source as its page shows it.
type SourceLine struct {
	Kind string    `json:"kind" enum:"appraisal"`
	ID   uuid.UUID `json:"id"`
	Attested
}

// Sources finds what claims rest on, at whoever keeps it.
type Sources interface {
	Appraisal(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Attested, error)
}

// attested finds what a source says. Somebody else's is as good as none.
func (s *Service) attested(ctx context.Context, tx bun.Tx, unit uuid.UUID, source Source, person uuid.UUID) (Attested, error) {
	if source.Kind == "" {
		return Attested{}, nil
	}
	a, err := s.sources.Appraisal(ctx, tx, unit, source.ID)
	if fault.Is(err, fault.NotFound) || err == nil && a.Person != person {
		return Attested{}, fault.Field("source_id", "没有这份鉴定，或它不是申报对象本人的，请从鉴定页面重新申报")
	}
	return a, err
}
