package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/org"
)

// ownTalks reads somebody's talks that may ask for something in the days around today:
// planned up to some days ahead or near their last day, and reported by the other one.
func ownTalks(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) ([]OwnTalk, error) {
	const ahead = 15 // the longest holiday lies in between
	out := []OwnTalk{}
	err := db.Each(ctx, on, `SELECT t.id, y.name, o.name, t.talker_id = $2, coalesce(t.done_on, t.planned_on), coalesce(to_char(t.planned_at, 'HH24:MI'), ''),
			t.due_on, t.state, t.state = 'reported', (t.reported_at AT TIME ZONE 'Asia/Shanghai')::date, t.row_version
		FROM talk_talks t
		JOIN talk_types y ON y.unit_id = t.unit_id AND y.code = t.type
		JOIN org_people o ON o.unit_id = t.unit_id AND o.id = CASE WHEN t.talker_id = $2 THEN t.partner_id ELSE t.talker_id END
		WHERE t.unit_id = $1 AND (t.talker_id = $2 OR t.partner_id = $2)
			AND (t.state = 'reported' AND t.reported_by <> $2 OR t.state = 'planned' AND (t.planned_on <= $3 OR t.due_on <= $3))
		ORDER BY coalesce(t.planned_on, t.due_on), t.planned_at NULLS LAST, t.id`, []any{unit, person, today.AddDays(ahead)}, func(rows *sql.Rows) error {
		var t OwnTalk
		if err := rows.Scan(&t.ID, &t.TypeName, &t.OtherName, &t.Talker, &t.Day, &t.At, &t.DueOn, &t.State, &t.ToConfirm, &t.ReportedOn, &t.Version); err != nil {
			return err
		}
		t.judge(today)
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("own talks: %w", err)
	}
	return out, nil
}

// look is how many days back a period that ended may still be told of: the first
// working day after it is never further.
const look = 15

// ownDuties reads the duties that somebody answers for and that are not met: of the
// periods that run, and of those that ended lately.
func ownDuties(ctx context.Context, on bun.IDB, policy *access.Policy, by access.Actor, today calendar.Date) ([]duty.Cell, error) {
	return duty.Mine(ctx, on, policy, by, duty.Filter{From: today.AddDays(-look), To: today, States: []string{duty.Due, duty.Missed}}, today)
}

// unfiledPlans reads the branches among those given that have not filed the plan of a
// quarter.
func unfiledPlans(ctx context.Context, on bun.IDB, unit uuid.UUID, branches []uuid.UUID, q calendar.Quarter, due calendar.Date) ([]planFact, error) {
	var out []planFact
	if len(branches) == 0 {
		return out, nil
	}
	err := db.Each(ctx, on, `SELECT b.id, b.name FROM org_branches b
		WHERE b.unit_id = $1 AND b.id = ANY($2::uuid[]) AND b.valid_from <= $4::date AND (b.valid_to IS NULL OR b.valid_to >= $4::date)
			AND NOT EXISTS (SELECT FROM duty_plans p WHERE p.unit_id = b.unit_id AND p.branch_id = b.id AND p.quarter = $3 AND p.filed_at IS NOT NULL)
		ORDER BY b.ord, b.name`, []any{unit, branches, q.String(), due}, func(rows *sql.Rows) error {
		p := planFact{Quarter: q, DueOn: due}
		err := rows.Scan(&p.Branch, &p.BranchName)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plans of %s: %w", q, err)
	}
	return out, nil
}

// ownFollowups reads what somebody has to do out of a talk and that is due. Which talk
// it was is not asked, and would not be told (rule 24).
func ownFollowups(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) ([]followupFact, error) {
	var out []followupFact
	err := db.Each(ctx, on, `SELECT id, matter, due_on FROM talk_followups WHERE unit_id = $1 AND owner_id = $2 AND state = 'open' AND due_on <= $3 ORDER BY due_on, id`,
		[]any{unit, person, today.AddDays(look)}, func(rows *sql.Rows) error {
			var f followupFact
			err := rows.Scan(&f.ID, &f.Matter, &f.DueOn)
			out = append(out, f)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("follow-ups: %w", err)
	}
	return out, nil
}

// decidedExcuses reads what was lately decided of the excuses that somebody asked for.
func decidedExcuses(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) ([]excuseFact, error) {
	var out []excuseFact
	err := db.Each(ctx, on, `SELECT e.code, coalesce((SELECT d.name FROM duty_duties d WHERE d.unit_id = e.unit_id AND d.code = e.code
				AND d.valid_from <= e.period_first ORDER BY d.valid_from DESC LIMIT 1), e.code),
			e.owner, e.owner_id, e.period_first, e.state = 'approved', (e.decided_at AT TIME ZONE 'Asia/Shanghai')::date
		FROM duty_excuses e WHERE e.unit_id = $1 AND e.asked_by = $2 AND e.state IN ('approved', 'refused') AND e.decided_at >= $3
		ORDER BY e.decided_at`, []any{unit, person, today.AddDays(-look).In()}, func(rows *sql.Rows) error {
		var e excuseFact
		err := rows.Scan(&e.Code, &e.Name, &e.Owner, &e.OwnerID, &e.First, &e.Approved, &e.DecidedOn)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("excuses: %w", err)
	}
	return out, nil
}

// seenOn is the day on which somebody last put the digest aside; zero for never.
func seenOn(ctx context.Context, on bun.IDB, unit, person uuid.UUID) (calendar.Date, error) {
	var day calendar.Date
	err := db.One(ctx, on, []any{&day}, `SELECT seen_on FROM desk_digests WHERE unit_id = $1 AND person_id = $2`, unit, person)
	if errors.Is(err, sql.ErrNoRows) {
		return day, nil
	}
	if err != nil {
		return day, fmt.Errorf("digest: %w", err)
	}
	return day, nil
}

func putAside(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, day calendar.Date) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO desk_digests (unit_id, person_id, seen_on) VALUES ($1, $2, $3)
		ON CONFLICT (unit_id, person_id) DO UPDATE SET seen_on = EXCLUDED.seen_on`, unit, person, day)
	return err
}

// gather reads what the digest of a day is made of, and whether it was put aside.
func gather(ctx context.Context, on bun.IDB, policy *access.Policy, by access.Actor, set org.UnitSettings, w calendar.Workdays, talks []OwnTalk, today calendar.Date) (d Digest, err error) {
	d.Items = []Reminder{}
	seen, err := seenOn(ctx, on, by.Unit, by.Person)
	if err != nil {
		return d, err
	}
	d.Seen = seen == today
	if !w.IsWorkday(today) {
		return d, nil
	}
	f := facts{talks: talks}
	if f.cells, err = ownDuties(ctx, on, policy, by, today); err != nil {
		return d, err
	}
	posts, err := duty.Posts(policy, by, access.Need{Resource: "duty_plan", Action: "write"})
	if err != nil {
		return d, err
	}
	// That of the next quarter too: its day may come right after a holiday.
	running := calendar.QuarterOf(today)
	for _, q := range []calendar.Quarter{running, running.Next()} {
		plans, err := unfiledPlans(ctx, on, by.Unit, posts[duty.OwnerBranch], q, duty.PlanDueOn(q, set.QuarterPlanDay, w))
		if err != nil {
			return d, err
		}
		f.plans = append(f.plans, plans...)
	}
	if f.followups, err = ownFollowups(ctx, on, by.Unit, by.Person, today); err != nil {
		return d, err
	}
	if f.excuses, err = decidedExcuses(ctx, on, by.Unit, by.Person, today); err != nil {
		return d, err
	}
	d.Items = remind(today, w, f)
	return d, nil
}
