package mentoring

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Assessments lays out the stages of a pairing with what was said. scope is that of
// mentoring.read.
func (s *Service) Assessments(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID) (out []Stage, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, false)
		if err != nil {
			return err
		}
		written, err := listAssessments(ctx, tx, by.Unit, pairing)
		out = t.stages(written, by.Person, s.today())
		return err
	})
	return out, err
}

// Assess writes the actor's part of a stage, in their own role; what somebody wrote who
// was replaced since stays theirs. scope is that of mentoring.write.
func (s *Service) Assess(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID, year int, stage string, in AssessmentInput) (out []Stage, err error) {
	if stage != Mid && stage != Final {
		return nil, fault.Missing("评价阶段")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, true)
		if err != nil {
			return err
		}
		role, err := t.mayAssess(by.Person, year, stage, s.today())
		if err != nil {
			return err
		}
		if err := in.check(stage, role); err != nil {
			return err
		}
		written, err := listAssessments(ctx, tx, by.Unit, pairing)
		if err != nil {
			return err
		}
		var was *Assessment
		version := 0
		for i, a := range written {
			if a.Year == year && a.Stage == stage && a.Role == role {
				was, version = &written[i], a.Version
			}
		}
		switch {
		case was != nil && was.ByPerson != by.Person:
			return fault.New(fault.RuleBroken, fmt.Sprintf("这份评价已由%s填写，保留原样", was.ByName))
		case version != in.Version:
			return fault.New(fault.Conflict, "这份评价刚在别处改动，请刷新后再试")
		}
		id, err := saveAssessment(ctx, tx, by, s.now(), pairing, was, year, stage, role, in)
		if err != nil {
			return err
		}
		if written, err = listAssessments(ctx, tx, by.Unit, pairing); err != nil {
			return err
		}
		out = t.stages(written, by.Person, s.today())
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentoring.assess", Object: "mentoring_assessment", ObjectID: id,
			Summary: fmt.Sprintf("填写%s %d 年%s", t.MenteeName, year, stageName(stage)),
			Detail:  map[string]any{"pairing": pairing, "role": role, "grade": in.Grade, "score": in.Score, "remark": in.Remark}})
	})
	return out, err
}
