package selection

import (
	"sync"
	"testing"
)

// Judges write at once, each their own column, and one of them twice: nothing of anybody
// is lost, and the standing is that of all points.
func TestJudgesAtOnce(t *testing.T) {
	o := newOffice(t)
	o.now = december
	o.pair("member1", "secretary1", "leader1", 9000, 10, 10, 12)
	o.pair("deputy", "secretary2", "leader2", 9000, 10, 10, 12)
	d := o.openPairs(1)
	rows := o.sheet("chief", d.ID).Rows
	a, b := rows[0].Candidate, rows[1].Candidate
	for round := range 8 {
		errs := make([]error, 4)
		var wait sync.WaitGroup
		for i, who := range []string{"chief", "office"} {
			wait.Go(func() {
				errs[i] = o.score(who, d.ID, Given{a, 4, 1000 + i*100 + round}, Given{b, 4, 500 + i*100 + round})
			})
			// The other way round at the same time: whoever locks in another order would deadlock.
			wait.Go(func() {
				errs[2+i] = o.score(who, d.ID, Given{b, 4, 500 + i*100 + round}, Given{a, 4, 1000 + i*100 + round})
			})
		}
		wait.Wait()
		for i, err := range errs {
			if err != nil {
				t.Fatalf("round %d, %d: %v", round, i, err)
			}
		}
		var n int
		o.scan(&n, `SELECT count(*) FROM selection_scores WHERE selection_id = ? AND scorer_id IS NOT NULL`, d.ID)
		if n != 4 {
			t.Fatalf("%d scores of two judges for two pairs", n)
		}
		for i, who := range []string{"chief", "office"} {
			s := o.sheet(who, d.ID)
			first, second := s.Rows[0], s.Rows[1]
			if first.Candidate != a || *first.Cells[3].Own != 1000+i*100+round || *second.Cells[3].Own != 500+i*100+round ||
				*first.Cells[3].Points != 1050+round || first.Cells[3].Count != 2 || *second.Cells[3].Points != 550+round ||
				!first.Proposed || second.Proposed || first.Score-second.Score != 500 || len(s.Judges) != 2 || s.Judges[0].Left+s.Judges[1].Left != 0 {
				t.Fatalf("round %d, %s reads %+v", round, who, s)
			}
		}
	}
	o.must(o.publish(d.ID))
}
