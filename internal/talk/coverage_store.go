package talk

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// readCoverage sums a year up in one statement, so that its parts belong together.
func readCoverage(ctx context.Context, on bun.IDB, scope access.Scope, year int, branch uuid.UUID, today calendar.Date) (Coverage, error) {
	out := Coverage{Year: year, Talkers: []Covering{}, Types: []CoveredType{}}
	q := reached(on, scope, columns()).
		ColumnExpr(`t.id, t.type, y.name AS type_name, y.ord, t.talker_id, a.name AS talker_name, a.pinyin, p.name AS partner_name,
			p.pinyin AS partner_pinyin, t.planned_on, t.done_on, t.state`).
		ColumnExpr(statusSQL+" AS status", statusArgs(today)...).
		Where("t.year = ?", year).Where("t.state <> ?", Cancelled).Where("t.type <> ?", TypeAdHoc)
	if branch != uuid.Nil {
		q.Where("t.branch_id = ?", branch)
	}
	var text []byte
	err := on.NewSelect().With("c", q).ColumnExpr(`json_build_object(
		'talkers', coalesce((SELECT json_agg(to_json(r) ORDER BY r.due - r.done DESC, r.pinyin, r.talker_id) FROM (
			SELECT talker_id, talker_name, pinyin, count(*) AS due, count(done_on) AS done, count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
				count(*) FILTER (WHERE status = 'late') AS late, max(done_on) AS latest_on,
				coalesce(json_agg(json_build_object('talk_id', id, 'partner_name', partner_name, 'type_name', type_name, 'status', status, 'planned_on', planned_on)
					ORDER BY planned_on NULLS LAST, partner_pinyin, id) FILTER (WHERE state = 'planned'), '[]') AS remaining
			FROM c GROUP BY talker_id, talker_name, pinyin) r), '[]'),
		'types', coalesce((SELECT json_agg(to_json(r) ORDER BY r.ord, r.type) FROM (
			SELECT type, type_name, ord, count(*) AS due, count(done_on) AS done FROM c GROUP BY type, type_name, ord) r), '[]'),
		'total', (SELECT json_build_object('due', count(*), 'done', count(done_on), 'confirmed', count(*) FILTER (WHERE state = 'confirmed')) FROM c))`).
		Scan(ctx, &text)
	if err != nil {
		return out, fmt.Errorf("coverage of %d: %w", year, db.Translate(err))
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return out, fmt.Errorf("coverage of %d: %w", year, err)
	}
	return out, nil
}
