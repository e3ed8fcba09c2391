package taskforce

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// filesOf is an expression for the files of a row as a JSON list of Attachment; on
// says which of taskforce_files t they are.
func filesOf(on string) string {
	return `coalesce((SELECT json_agg(json_build_object('id', x.id, 'name', x.name, 'media_type', x.media_type, 'size', x.size, 'created_at', x.created_at,
			'caption', t.caption, 'outcome_id', coalesce(t.outcome_id, '00000000-0000-0000-0000-000000000000'),
			'note_id', coalesce(t.note_id, '00000000-0000-0000-0000-000000000000'),
			'added_by', json_build_object('id', t.added_by, 'name', w.name), 'added_at', t.added_at) ORDER BY t.added_at, t.file_id)
		FROM taskforce_files t JOIN file_files x ON x.unit_id = t.unit_id AND x.id = t.file_id
		JOIN org_people w ON w.unit_id = t.unit_id AND w.id = t.added_by WHERE ` + on + `), '[]')`
}

func files(ctx context.Context, on bun.IDB, unit, taskforce uuid.UUID) ([]Attachment, error) {
	var text []byte
	err := db.One(ctx, on, []any{&text}, `SELECT `+filesOf("t.unit_id = $1 AND t.taskforce_id = $2"), unit, taskforce)
	out := []Attachment{}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return nil, fmt.Errorf("files of %s: %w", taskforce, err)
	}
	return out, nil
}

// ownerOfFile finds what a file is to belong to, which has to stand: an outcome that
// was not voided, a note that was not taken back.
func ownerOfFile(ctx context.Context, on bun.IDB, unit, taskforce, outcome, note uuid.UUID) error {
	var there bool
	switch {
	case outcome != uuid.Nil:
		if err := db.One(ctx, on, []any{&there}, `SELECT EXISTS (SELECT FROM taskforce_outcomes WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 AND voided_at IS NULL)`,
			unit, taskforce, outcome); err != nil || !there {
			return errors.Join(err, fault.Missing("成果"))
		}
	case note != uuid.Nil:
		if err := db.One(ctx, on, []any{&there}, `SELECT EXISTS (SELECT FROM taskforce_notes WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 AND struck_at IS NULL)`,
			unit, taskforce, note); err != nil || !there {
			return errors.Join(err, fault.Missing("纪实"))
		}
	}
	return nil
}

// insertFile names a file, and says how many the taskforce has now.
func insertFile(ctx context.Context, tx bun.Tx, unit, taskforce uuid.UUID, a Attachment) (n int, err error) {
	if _, err := db.Exec(ctx, tx, `INSERT INTO taskforce_files (unit_id, taskforce_id, file_id, outcome_id, note_id, caption, added_by, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, unit, taskforce, a.ID, db.OrNull(a.Outcome), db.OrNull(a.Note), a.Caption, a.AddedBy.ID, a.AddedAt); err != nil {
		return 0, fmt.Errorf("insert file: %w", err)
	}
	err = db.One(ctx, tx, []any{&n}, `SELECT count(*) FROM taskforce_files WHERE unit_id = $1 AND taskforce_id = $2`, unit, taskforce)
	return n, err
}

func fileRow(ctx context.Context, on bun.IDB, unit, taskforce, id uuid.UUID) (name string, author uuid.UUID, err error) {
	err = db.One(ctx, on, []any{&name, &author}, `SELECT x.name, t.added_by FROM taskforce_files t
		JOIN file_files x ON x.unit_id = t.unit_id AND x.id = t.file_id WHERE t.unit_id = $1 AND t.taskforce_id = $2 AND t.file_id = $3`, unit, taskforce, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("附件")
	}
	return name, author, err
}

func deleteFile(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM taskforce_files WHERE unit_id = $1 AND taskforce_id = $2 AND file_id = $3`, unit, taskforce, id)
	if err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	return nil
}
