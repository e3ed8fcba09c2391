package points

import (
	"context"
	"database/sql"
	"errors"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

// Voucher opens the entry of a voucher number as it is printed on reports (rule 17).
func (s *Service) Voucher(ctx context.Context, scope access.Scope, number int64) (EntryDetail, error) {
	id, err := entryOfVoucher(ctx, s.db, scope.Unit(), number)
	if errors.Is(err, sql.ErrNoRows) {
		return EntryDetail{}, missingVoucher(number)
	}
	if err != nil {
		return EntryDetail{}, err
	}
	d, err := s.Entry(ctx, scope, id)
	if fault.Is(err, fault.NotFound) {
		return EntryDetail{}, missingVoucher(number)
	}
	return d, err
}

// missingVoucher says the same of a number that was never given and of one that the
// reader may not open.
func missingVoucher(number int64) error {
	return fault.Newf(fault.NotFound, "没有找到第 %d 号凭证，或者不在您可以查看的范围内；请核对号码", number)
}
