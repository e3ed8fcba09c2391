package taskforce

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// standing is where a taskforce stands, with how its kind differs and who proposed it.
type standing struct {
	stage
	Of         Kind
	ProposedBy uuid.UUID
	PlannedTo  calendar.Date
}

// serving refuses what is done only while it works, or is about to.
func (f standing) serving() error {
	switch f.State {
	case Approved, Active:
		return nil
	case Proposed:
		return fault.New(fault.RuleBroken, "“"+f.Name+"”还没有批准，请先审批")
	}
	return fault.New(fault.RuleBroken, "“"+f.Name+"”"+f.State.Title()+"，不能再改动")
}

// find is findStage with what else the rules of its life ask.
func find(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, lock string) (f standing, err error) {
	if f.stage, err = findStage(ctx, on, scope, id, lock); err != nil {
		return f, err
	}
	err = db.One(ctx, on, append(f.Of.columns(), &f.ProposedBy, &f.PlannedTo), `SELECT `+kindColumns+`, f.proposed_by, f.planned_to
		FROM taskforce_taskforces f JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind
		WHERE f.unit_id = $1 AND f.id = $2`, scope.Unit(), id)
	if err != nil {
		return f, fmt.Errorf("taskforce %s: %w", id, err)
	}
	return f, nil
}

// change writes what set says, and that the taskforce changed.
func change(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, set string, args ...any) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_taskforces SET row_version = row_version + 1, `+set+` WHERE unit_id = $1 AND id = $2`,
		append([]any{unit, id}, args...)...)
	if err != nil {
		return fmt.Errorf("taskforce %s: %w", id, db.Translate(err))
	}
	return nil
}
