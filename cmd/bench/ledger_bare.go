package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
)

// The two statements of a ledger page as one would write them by hand: no sign-in,
// no scope, no cursor.
const (
	bareHead = `SELECT p.name, b.name, g.name, q.state,
			array(SELECT t.quarter || ' ' || t.dimension FROM points_totals t WHERE t.unit_id = p.unit_id AND t.person_id = p.id AND t.quarter = $3 ORDER BY dimension),
			array(SELECT ARRAY[t.gained, t.deducted, t.entries] FROM points_totals t WHERE t.unit_id = p.unit_id AND t.person_id = p.id AND t.quarter = $3 ORDER BY dimension),
			array(SELECT l.dimension FROM points_limits l WHERE l.unit_id = p.unit_id ORDER BY dimension),
			array(SELECT l.max_gain FROM points_limits l WHERE l.unit_id = p.unit_id ORDER BY dimension)
		FROM org_people p
		JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_to IS NULL
		JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
		JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id
		JOIN points_quarters q ON q.unit_id = p.unit_id AND q.quarter = $3
		WHERE p.unit_id = $1 AND p.id = $2`

	bareLines = `SELECT e.id, e.seq, e.voucher, e.fact_on, e.fact_quarter, e.post_quarter, e.posted_at, e.dimension,
			r.code, r.title, r.clause, r.veto, e.reason, e.points, e.requested, e.cut_by, e.balance, e.source_kind, e.source_id, e.record_id,
			coalesce(poster.name, ''), coalesce(verifier.name, ''), e.reverses, original.voucher, undoing.id, undoing.voucher
		FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		LEFT JOIN org_people poster ON poster.unit_id = e.unit_id AND poster.id = e.posted_by
		LEFT JOIN org_people verifier ON verifier.unit_id = e.unit_id AND verifier.id = e.verified_by
		LEFT JOIN points_entries original ON original.unit_id = e.unit_id AND original.id = e.reverses
		LEFT JOIN points_entries undoing ON undoing.unit_id = e.unit_id AND undoing.reverses = e.id
		WHERE e.unit_id = $1 AND e.person_id = $2 AND e.post_quarter = $3 ORDER BY e.seq DESC LIMIT 50`
)

// bareLedger serves ledger pages with net/http and pgx alone: url, address, unit,
// quarter.
func bareLedger(ctx context.Context, args []string) error {
	unit, err := uuid.Parse(args[2])
	if err != nil {
		return err
	}
	quarter, err := calendar.ParseQuarter(args[3])
	if err != nil {
		return err
	}
	cfg, err := pgxpool.ParseConfig(args[0])
	if err != nil {
		return err
	}
	cfg.MaxConns = 16
	cfg.ConnConfig.RuntimeParams["timezone"] = "Asia/Shanghai"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{person}", func(w http.ResponseWriter, r *http.Request) {
		page, err := barePage(r.Context(), pool, unit, r.PathValue("person"), quarter)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(page)
	})
	s := &http.Server{Addr: args[1], Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	if err := s.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return nil
}

func barePage(ctx context.Context, pool *pgxpool.Pool, unit uuid.UUID, whose string, quarter calendar.Quarter) (*points.LedgerPage, error) {
	person, err := uuid.Parse(whose)
	if err != nil {
		return nil, err
	}
	p := &points.LedgerPage{Person: person, Quarter: quarter, Title: quarter.Chinese()}
	var names, limited []string
	var sums [][]int32
	var most []int32
	err = pool.QueryRow(ctx, bareHead, unit, person, quarter.String()).
		Scan(&p.Name, &p.Branch, &p.Group, &p.State, &names, &sums, &limited, &most)
	if err != nil {
		return nil, err
	}
	bareSums(p, names, sums, limited, most)
	rows, err := pool.Query(ctx, bareLines, unit, person, quarter.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	p.Entries.Items = make([]points.LedgerLine, 0, 50)
	for rows.Next() {
		p.Entries.Items = append(p.Entries.Items, points.LedgerLine{})
		l := &p.Entries.Items[len(p.Entries.Items)-1]
		var factOn time.Time
		var factQuarter, postQuarter string
		if err := rows.Scan(&l.ID, &l.Seq, &l.Voucher, &factOn, &factQuarter, &postQuarter, &l.PostedAt, &l.Dimension,
			&l.RuleCode, &l.Rule, &l.Clause, &l.Veto, &l.Reason, &l.Points, &l.Requested, &l.CutBy, &l.Balance, &l.Source, &l.SourceID, &l.RecordID,
			&l.PostedBy, &l.VerifiedBy, &l.Reverses, &l.ReversesVoucher, &l.ReversedBy, &l.ReversedVoucher); err != nil {
			return nil, err
		}
		l.FactOn, l.FactQuarter, l.PostQuarter = calendar.NewDate(factOn.Date()), quarter, quarter
	}
	return p, rows.Err()
}

// bareSums puts the sums by dimension in the order of the page.
func bareSums(p *points.LedgerPage, names []string, sums [][]int32, limited []string, most []int32) {
	for _, d := range points.Dimensions() {
		line := points.DimensionSum{Dimension: d, Title: d.Title()}
		for i, name := range names {
			if name == p.Quarter.String()+" "+string(d) {
				line.Gained, line.Deducted, line.Entries = int(sums[i][0]), int(sums[i][1]), int(sums[i][2])
				line.Net = line.Gained + line.Deducted
			}
		}
		for i, name := range limited {
			if name == string(d) {
				m := int(most[i])
				line.Most = &m
			}
		}
		p.Dimensions = append(p.Dimensions, line)
		p.Entries.Total += line.Entries
		p.Sum += line.Net
		if d != points.Base {
			p.Gained += line.Gained
			p.Deducted += line.Deducted
		}
	}
	p.Appraisal, p.YearSum = p.Sum, p.Sum
}
