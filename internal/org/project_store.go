package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// OpenProject opens a project. Whoever owns what it is for calls it within their own
// transaction and writes the audit row.
func OpenProject(ctx context.Context, tx bun.Tx, unit uuid.UUID, p Project) error {
	p.Name = strings.TrimSpace(p.Name)
	if err := p.check(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO org_projects (unit_id, id, name, party, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)`,
		unit, p.ID, p.Name, p.Party, p.From, p.To)
	if err != nil {
		return fmt.Errorf("open project: %w", err)
	}
	return nil
}

// RenameProject gives a project another name; what it held is found under it.
func RenameProject(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, name string) error {
	name = strings.TrimSpace(name)
	if err := checkProjectName(name); err != nil {
		return err
	}
	done, err := db.Exec(ctx, tx, `UPDATE org_projects SET name = $3 WHERE unit_id = $1 AND id = $2`, unit, id, name)
	if err != nil {
		return fmt.Errorf("rename project: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.Missing("项目")
}

// EndProject ends a project with its last day, and with it everybody's time in it. Who
// has not begun by then would never have been there: they are named, and have to be
// settled first.
func EndProject(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last calendar.Date) error {
	p, err := lockProject(ctx, tx, unit, id)
	if err != nil {
		return err
	}
	return p.end(ctx, tx, unit, last)
}

func (p Project) end(ctx context.Context, tx bun.Tx, unit uuid.UUID, last calendar.Date) error {
	switch {
	case last.Before(p.From):
		return fault.Field("last", "“"+p.Name+"”自 "+p.From.Chinese()+"起，结束日期不能早于这一天")
	case !p.To.IsZero() && !p.To.After(last):
		return fault.New(fault.Conflict, "“"+p.Name+"”已于 "+p.To.Chinese()+"结束，请刷新后查看")
	}
	rows, err := Secondments(ctx, tx, unit, p.ID)
	if err != nil {
		return err
	}
	for _, s := range rows {
		if s.From.After(last) {
			return fault.New(fault.RuleBroken, s.Name+"自 "+s.From.Chinese()+"起才在其中，晚于结束日期；请改在那一天或以后结束")
		}
	}
	if _, err := db.Exec(ctx, tx, `UPDATE org_secondments SET valid_to = $3 WHERE unit_id = $1 AND project_id = $2
		AND (valid_to IS NULL OR valid_to > $3)`, unit, p.ID, last); err != nil {
		return fmt.Errorf("end secondments: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `UPDATE org_projects SET valid_to = $3 WHERE unit_id = $1 AND id = $2`, unit, p.ID, last); err != nil {
		return fmt.Errorf("end project: %w", err)
	}
	return nil
}

// lockProject holds a project against another change of its dates or people.
func lockProject(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Project, error) {
	return readProject(ctx, tx, ` FOR UPDATE`, unit, id)
}

// ProjectByID reads a project.
func ProjectByID(ctx context.Context, on bun.IDB, unit, id uuid.UUID) (Project, error) {
	return readProject(ctx, on, "", unit, id)
}

func readProject(ctx context.Context, on bun.IDB, lock string, unit, id uuid.UUID) (Project, error) {
	rows, err := db.Query(ctx, on, `SELECT id, name, party, valid_from, valid_to FROM org_projects WHERE unit_id = $1 AND id = $2`+lock, unit, id)
	if err != nil {
		return Project{}, fmt.Errorf("project: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return Project{}, fmt.Errorf("project: %w", db.Translate(err))
		}
		return Project{}, fault.Missing("项目")
	}
	var p Project
	if err := rows.Scan(&p.ID, &p.Name, &p.Party, &p.From, &p.To); err != nil {
		return Project{}, fmt.Errorf("project: %w", err)
	}
	return p, db.Translate(rows.Err())
}

// Second puts somebody into a project from a day on; without a last day it lasts as
// long as the project. Who is in it already is refused: another office is for Appoint.
func Second(ctx context.Context, tx bun.Tx, unit uuid.UUID, s Secondment) error {
	s.Title = strings.TrimSpace(s.Title)
	if err := s.check(); err != nil {
		return err
	}
	p, err := lockProject(ctx, tx, unit, s.Project)
	if err != nil {
		return err
	}
	if !p.To.IsZero() && s.From.After(p.To) {
		return fault.New(fault.RuleBroken, "“"+p.Name+"”已于 "+p.To.Chinese()+"结束，抽调的起止日期须在成立与结项之间")
	}
	if s.To.IsZero() {
		s.To = p.To
	}
	return insertSecondment(ctx, tx, unit, s)
}

func insertSecondment(ctx context.Context, tx bun.Tx, unit uuid.UUID, s Secondment) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO org_secondments (unit_id, id, project_id, person_id, office, title, valid_from, valid_to)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, unit, s.ID, s.Project, s.Person, s.Office, s.Title, s.From, s.To)
	if err != nil {
		return fmt.Errorf("second: %w", err)
	}
	return nil
}

// EndSecondment ends somebody's time in a project with its last day.
func EndSecondment(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last calendar.Date) error {
	s, err := lockSecondment(ctx, tx, unit, id)
	if err != nil {
		return err
	}
	switch {
	case last.Before(s.From):
		return fault.Field("last", s.Name+"自 "+s.From.Chinese()+"起任现职，结束日期不能早于这一天；改任其他职务的，请从次日起任职")
	case !s.To.IsZero() && !s.To.After(last):
		return fault.New(fault.Conflict, s.Name+"已于 "+s.To.Chinese()+"结束抽调，请刷新后查看")
	}
	return endSecondment(ctx, tx, unit, id, last)
}

func endSecondment(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last calendar.Date) error {
	if _, err := db.Exec(ctx, tx, `UPDATE org_secondments SET valid_to = $3 WHERE unit_id = $1 AND id = $2`, unit, id, last); err != nil {
		return fmt.Errorf("end secondment: %w", err)
	}
	return nil
}

// Appoint gives somebody another office from a day on: their time so far ends the day
// before, and the rest of it is in the new office. It gives the id of the new
// secondment. Who gives way to a new secretary is appointed first.
func Appoint(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, office, title string, from calendar.Date) (uuid.UUID, error) {
	s, err := lockSecondment(ctx, tx, unit, id)
	if err != nil {
		return uuid.Nil, err
	}
	next := s
	next.ID, next.Office, next.Title, next.From = db.NewID(), office, strings.TrimSpace(title), from
	switch {
	case !from.After(s.From):
		return uuid.Nil, fault.Field("from", s.Name+"自 "+s.From.Chinese()+"起任现职，请从次日起任职")
	case !s.On(from):
		return uuid.Nil, fault.New(fault.Conflict, s.Name+"那一天已不在其中，请刷新后查看")
	case next.Office == s.Office && next.Title == s.Title:
		return uuid.Nil, fault.Field("office", s.Name+"现在就是这一职务")
	}
	if err := next.check(); err != nil {
		return uuid.Nil, err
	}
	if err := endSecondment(ctx, tx, unit, id, from.AddDays(-1)); err != nil {
		return uuid.Nil, err
	}
	return next.ID, insertSecondment(ctx, tx, unit, next)
}

const secondmentColumns = `SELECT s.id, s.project_id, s.person_id, p.name, s.office, s.title, s.valid_from, s.valid_to`

// lockSecondment holds a secondment and its project.
func lockSecondment(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Secondment, error) {
	rows, err := db.Query(ctx, tx, secondmentColumns+` FROM org_secondments s
		JOIN org_projects o ON o.unit_id = s.unit_id AND o.id = s.project_id
		JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
		WHERE s.unit_id = $1 AND s.id = $2 FOR UPDATE OF s, o`, unit, id)
	if err != nil {
		return Secondment{}, fmt.Errorf("secondment: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return Secondment{}, fmt.Errorf("secondment: %w", db.Translate(err))
		}
		return Secondment{}, fault.Missing("抽调")
	}
	var s Secondment
	if err := rows.Scan(s.columns()...); err != nil {
		return Secondment{}, fmt.Errorf("secondment: %w", err)
	}
	return s, db.Translate(rows.Err())
}

// columns are where secondmentColumns go.
func (s *Secondment) columns() []any {
	return []any{&s.ID, &s.Project, &s.Person, &s.Name, &s.Office, &s.Title, &s.From, &s.To}
}

// Secondments lists everybody's time in a project, what is over too, by day and name.
// Where each belongs is of the last day of their time, or of today.
func Secondments(ctx context.Context, on bun.IDB, unit, project uuid.UUID) ([]Secondment, error) {
	day := `least(s.valid_to, (now() AT TIME ZONE 'Asia/Shanghai')::date)`
	rows, err := db.Query(ctx, on, secondmentColumns+`, m.branch_id, m.group_id, coalesce(b.name, ''), coalesce(g.name, ''),
			`+strings.ReplaceAll(partyThatDay+`, `+voterThatDay, "$2::date", "h.day")+`
		FROM org_secondments s
		JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
		CROSS JOIN LATERAL (SELECT greatest(s.valid_from, `+day+`) AS day) h
		LEFT JOIN org_party_memberships m ON m.unit_id = s.unit_id AND m.person_id = s.person_id
			AND m.valid_from <= h.day AND (m.valid_to IS NULL OR m.valid_to >= h.day)
		LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
		LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id
		WHERE s.unit_id = $1 AND s.project_id = $2 ORDER BY s.valid_from, p.pinyin, p.name, s.id`, unit, project)
	if err != nil {
		return nil, fmt.Errorf("secondments: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	out := []Secondment{}
	for rows.Next() {
		var s Secondment
		if err := rows.Scan(append(s.columns(), &s.Branch, &s.Group, &s.BranchName, &s.GroupName, &s.Party, &s.Voter)...); err != nil {
			return nil, fmt.Errorf("secondments: %w", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("secondments: %w", db.Translate(err))
	}
	return out, nil
}
