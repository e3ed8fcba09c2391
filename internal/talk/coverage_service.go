package talk

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
)

// Coverage sums up how far a year's talks were held, of one branch or of all in reach;
// without a year, the running one. scope is that of talk.read.
func (s *Service) Coverage(ctx context.Context, scope access.Scope, year int, branch uuid.UUID) (Coverage, error) {
	if year == 0 {
		year = s.today().Year
	}
	return readCoverage(ctx, s.db, scope, year, branch, s.today())
}
