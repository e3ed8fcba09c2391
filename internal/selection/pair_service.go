package selection

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

func needScore() access.Need { return access.Need{Resource: "selection", Action: "score"} }

// OpenPairs begins the selection of a year's best pairs (rule 25), from December on,
// with its scoring sheet and how many pairs are chosen. Zero and none mean the standard
// ones: one pair, by StandardSheet.
func (s *Service) OpenPairs(ctx context.Context, by access.Actor, scope access.Scope, year, quota int, sheet []Criterion) (Detail, error) {
	sheet, err := checkSheet(sheet)
	if err != nil {
		return Detail{}, err
	}
	if quota == 0 {
		quota = 1
	}
	if quota < 1 || quota > mostPairs {
		return Detail{}, fault.Field("quota", fmt.Sprintf("评选名额为 1 至 %d 对", mostPairs))
	}
	if from := calendar.NewDate(year, firstOfScores, 1); s.today().Before(from) {
		return Detail{}, fault.Field("quarter", fmt.Sprintf("师徒最佳组合从当年 12 月起评选，%d 年度的请在 %s 以后发起", year, from))
	}
	q := calendar.Quarter{Year: year, Q: 4}
	sel := Selection{ID: db.NewID(), Kind: BestPair, Quarter: q, Title: periodTitle(BestPair, q) + KindName(BestPair) + "评选", Quota: quota, State: Open, OpenedAt: s.now()}
	return s.begin(ctx, by, scope, sel, sheet)
}

// computePairs is compute for pairs.
func (s *Service) computePairs(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection) (cs []Candidate, changed bool, err error) {
	sheet, err := readCriteria(ctx, tx, unit, sel.ID)
	if err != nil {
		return nil, false, err
	}
	pairs, err := s.pairs.BestPairs(ctx, tx, unit, sel.Quarter.Year)
	if err != nil {
		return nil, false, err
	}
	vetoes, err := yearVetoes(ctx, tx, unit, sel.Quarter.Year)
	if err != nil {
		return nil, false, err
	}
	old, err := allCandidates(ctx, tx, unit, sel.ID)
	if err != nil {
		return nil, false, err
	}
	had, judged, err := readScores(ctx, tx, unit, sel.ID)
	if err != nil {
		return nil, false, err
	}
	cs, _ = merge(sel.Kind, old, pairCandidates(pairs, vetoes, sheet))
	standing := peopleIn(cs)
	judged = slices.DeleteFunc(judged, func(j judgement) bool { return slices.Contains(standing, j.scorer) })
	rankPairs(sel.Quota, cs, judged)
	changed = differ(old, cs) || slices.ContainsFunc(cs, func(c Candidate) bool { return len(c.marks) > 0 && !slices.Equal(c.marks, had[c.ID]) })
	return cs, changed, nil
}

// save writes what was computed, the computed lines of the scoring sheet among it.
func (s *Service) save(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection, cs []Candidate) error {
	if err := saveComputed(ctx, tx, unit, sel.ID, cs); err != nil {
		return err
	}
	var rows []scoreRow
	for _, c := range cs {
		for _, m := range c.marks {
			rows = append(rows, scoreRow{c.ID, m.seq, m.points, m.basis})
		}
	}
	return saveScores(ctx, tx, unit, sel.ID, uuid.Nil, s.now(), rows)
}

// Given is what somebody gives a candidate on a judged line, in hundredths.
type Given struct {
	Candidate uuid.UUID `json:"candidate_id"`
	Seq       int       `json:"seq" minimum:"1" maximum:"12"`
	Points    int       `json:"points" minimum:"0" maximum:"10000"`
}

// Score writes down the actor's own points on the judged lines of the sheet; what they
// gave before is replaced. Who stands in any of the pairs does not score at all: they
// compete with the others.
func (s *Service) Score(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, items []Given) (Sheet, error) {
	err := s.within(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, sel Selection) error {
		if sel.Kind != BestPair {
			return fault.New(fault.RuleBroken, "只有师徒最佳组合需要评分")
		}
		if sel.State != Open {
			return fault.New(fault.Conflict, "评分已经结束，请刷新后查看")
		}
		sheet, err := readCriteria(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		cs, err := allCandidates(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, needScore(), peopleIn(cs)...); err != nil {
			return err
		}
		rows, err := cellsGiven(sheet, cs, items)
		if err != nil {
			return err
		}
		if err := saveScores(ctx, tx, by.Unit, id, by.Person, s.now(), rows); err != nil {
			return err
		}
		computed, judged, err := readScores(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		for i := range cs {
			cs[i].marks = computed[cs[i].ID]
		}
		rankPairs(sel.Quota, cs, judged)
		if err := saveComputed(ctx, tx, by.Unit, id, cs); err != nil {
			return err
		}
		if err := moveSelection(ctx, tx, by.Unit, id, step{}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.score", fmt.Sprintf("为%s评分 %d 项", sel.Title, len(rows)), map[string]any{"items": items})
	})
	if err != nil {
		return Sheet{}, err
	}
	reading, err := s.policy.Decide(by, needRead())
	if err != nil {
		return Sheet{}, err
	}
	return s.Sheet(ctx, by, reading, id)
}

// cellsGiven checks what somebody gave against the sheet.
func cellsGiven(sheet []Criterion, cs []Candidate, items []Given) ([]scoreRow, error) {
	rows, had := make([]scoreRow, 0, len(items)), map[scored]bool{}
	for _, g := range items {
		i := slices.IndexFunc(cs, func(c Candidate) bool { return c.ID == g.Candidate })
		k := slices.IndexFunc(sheet, func(c Criterion) bool { return c.Seq == g.Seq })
		switch at := (scored{g.Candidate, g.Seq}); {
		case i < 0:
			return nil, fault.Missing("候选")
		case cs[i].Excluded != "":
			return nil, fault.Newf(fault.RuleBroken, "%s不能参评：%s", cs[i].Name, cs[i].Excluded)
		case k < 0 || sheet[k].Measure != Judged:
			return nil, fault.Field("items", "只有评议项需要评分，其余由系统计算")
		case g.Points < 0 || g.Points > sheet[k].Most:
			return nil, fault.Field("items", fmt.Sprintf("“%s”的评分须在 0 至 %s 分之间", sheet[k].Title, points.Format(sheet[k].Most)))
		case had[at]:
			return nil, fault.Field("items", "同一组合的同一项只能评一次分")
		default:
			had[at] = true
		}
		rows = append(rows, scoreRow{Candidate: g.Candidate, Seq: g.Seq, Points: g.Points})
	}
	if len(rows) == 0 {
		return nil, fault.Field("items", "请至少评一项")
	}
	return rows, nil
}

// Sheet opens the scoring sheet to those who see the whole office. What others gave is
// seen as the mean alone.
func (s *Service) Sheet(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Sheet, err error) {
	if !scope.Whole() {
		return out, fault.Missing("评分表")
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		sel, err := readSelection(ctx, tx, scope, id)
		if err != nil {
			return missing(err, "评选")
		}
		if sel.Kind != BestPair {
			return fault.Missing("评分表")
		}
		if out.Criteria, err = readCriteria(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		cs, err := allCandidates(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		computed, judged, err := readScores(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		out.Judges = judges(out.Criteria, cs, judged)
		out.Rows = sheetRows(out.Criteria, sel, cs, computed, judged, by.Person)
		out.Barred = slices.Contains(peopleIn(cs), by.Person)
		score, err := s.reach(by, needScore())
		out.MayScore = score.Whole() && !out.Barred && sel.State == Open && slices.ContainsFunc(out.Criteria, func(c Criterion) bool { return c.Measure == Judged })
		return err
	})
	return out, err
}

func sheetRows(sheet []Criterion, sel Selection, cs []Candidate, computed map[uuid.UUID][]mark, judged []judgement, me uuid.UUID) []SheetRow {
	edge, given := contested(sel, cs), means(judged)
	out := make([]SheetRow, len(cs))
	for i, c := range cs {
		r := SheetRow{Candidate: c.ID, Name: c.Name, Branch: c.Branch, Place: c.Place, Excluded: c.Excluded, Proposed: c.Proposed,
			Contested: edge[c.ID] && sel.State == Open, Chosen: c.Nomination, ChosenBy: c.NominatedBy, Cells: make([]SheetCell, len(sheet))}
		if c.Score != nil {
			r.Score = *c.Score
		}
		for n, k := range sheet {
			cell := SheetCell{Seq: k.Seq}
			for _, m := range computed[c.ID] {
				if m.seq == k.Seq {
					cell.Points, cell.Basis = &m.points, m.basis
				}
			}
			if m, ok := given[scored{c.ID, k.Seq}]; ok {
				mean := m.points()
				cell.Points, cell.Count = &mean, m.count
			}
			for _, j := range judged {
				if j.candidate == c.ID && j.seq == k.Seq && j.scorer == me {
					cell.Own = &j.points
				}
			}
			r.Cells[n] = cell
		}
		out[i] = r
	}
	slices.SortStableFunc(out, func(a, b SheetRow) int { return cmp.Compare(placed(a), placed(b)) })
	return out
}

// placed puts who has no place behind all that do.
func placed(r SheetRow) int {
	if r.Place == nil {
		return 1 << 30
	}
	return *r.Place
}

// scoredOut refuses to put pairs on notice while somebody's sheet is unfinished.
func (s *Service) scoredOut(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection, cs []Candidate) error {
	if sel.Kind != BestPair {
		return nil
	}
	sheet, err := readCriteria(ctx, tx, unit, sel.ID)
	if err != nil {
		return err
	}
	_, judged, err := readScores(ctx, tx, unit, sel.ID)
	if err != nil {
		return err
	}
	return complete(sheet, judges(sheet, cs, judged))
}

// begin writes a selection with its candidates; a sheet is of pairs alone.
func (s *Service) begin(ctx context.Context, by access.Actor, scope access.Scope, sel Selection, sheet []Criterion) (Detail, error) {
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := insertSelection(ctx, tx, by.Unit, sel, by.Person); err != nil {
			return err
		}
		if len(sheet) > 0 {
			if err := insertCriteria(ctx, tx, by.Unit, sel.ID, sheet); err != nil {
				return err
			}
		}
		cs, _, err := s.compute(ctx, tx, by.Unit, sel)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, by.Unit, sel, cs); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, sel.OpenedAt, audit.Entry{Action: "selection.open", Object: "selection", ObjectID: sel.ID,
			Summary: fmt.Sprintf("发起%s，候选 %d 个", sel.Title, len(cs)), Detail: map[string]any{"kind": sel.Kind, "quarter": sel.Quarter, "criteria": sheet}})
	})
	if err != nil {
		return Detail{}, err
	}
	return s.Selection(ctx, by, scope, sel.ID)
}
