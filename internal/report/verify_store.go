package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// everywhere reaches every issue of the unit: whether one of them has a file's bytes
// or number is not a matter of scope, what is told of it is.
func everywhere(unit uuid.UUID) reaches {
	r := reaches{}
	for _, d := range Definitions() {
		r[d.Kind] = access.System(unit)
	}
	return r
}

// issueOfBytes finds the issue whose file has that SHA-256.
func issueOfBytes(ctx context.Context, on bun.IDB, unit uuid.UUID, sum [32]byte) (Issue, bool, error) {
	return anyIssue(ctx, on, unit, "f.sha256 = ?", sum[:])
}

// issueOfNumber finds an issue by its number.
func issueOfNumber(ctx context.Context, on bun.IDB, unit uuid.UUID, number string) (Issue, bool, error) {
	return anyIssue(ctx, on, unit, "i.number = ?", number)
}

func anyIssue(ctx context.Context, on bun.IDB, unit uuid.UUID, where string, arg any) (Issue, bool, error) {
	var rows []listedIssue
	if err := selectIssues(on, everywhere(unit), &rows).Where(where, arg).Limit(1).Scan(ctx); err != nil {
		return Issue{}, false, db.Translate(fmt.Errorf("issue of a file: %w", err))
	}
	if len(rows) == 0 {
		return Issue{}, false, nil
	}
	return rows[0].issue(), true, nil
}
