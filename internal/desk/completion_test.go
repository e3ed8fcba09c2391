package desk

import (
	"context"
	"testing"

	"xianfeng/internal/calendar"
)

func TestCompletionOfGroups(t *testing.T) {
	o := newOffice(t) // keeps records since 10 September 2026; today is 20 November
	g := o.Groups
	o.add(record{kind: "group_meeting", on: "2026-10-08", branch: 0, group: 0})
	o.add(record{kind: "group_meeting", on: "2026-10-20", branch: 0, group: 0})                // twice in a month: once
	o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 0, group: 0})                // of the running month
	o.add(record{kind: "group_meeting", on: "2026-10-09", branch: 0, group: 1, draft: true})   // not confirmed
	o.add(record{kind: "group_meeting", on: "2026-10-09", branch: 1, group: 0, quorum: false}) // below its quorum
	o.add(record{kind: "branch_meeting", on: "2026-10-09", branch: 1, group: -1})              // the branch's own duty
	o.add(record{kind: "group_meeting", on: "2026-09-15", branch: 1, group: 1})
	o.exec("UPDATE org_groups SET valid_from = '2026-11-01' WHERE id = ?", g[1][1].ID)

	q4, q3 := calendar.Quarter{Year: 2026, Q: 4}, calendar.Quarter{Year: 2026, Q: 3}
	got, err := Completion(context.Background(), o.db, o.Unit, q4, calendar.DateOf(o.now))
	if err != nil {
		t.Fatal(err)
	}
	// Of October each owes one; November is owed only by who met it already.
	if got[g[0][0].ID] != (Share{2, 2}) || got[g[0][1].ID] != (Share{1, 0}) || got[g[1][0].ID] != (Share{1, 0}) || got[g[1][1].ID] != (Share{0, 0}) {
		t.Errorf("running quarter: %v", got)
	}
	got, err = Completion(context.Background(), o.db, o.Unit, q4, calendar.NewDate(2027, 1, 5))
	if err != nil || got[g[0][0].ID] != (Share{3, 2}) || got[g[0][1].ID] != (Share{3, 0}) || got[g[1][1].ID] != (Share{2, 0}) {
		t.Errorf("once it is over: %v %v", got, err)
	}
	// Nothing is missed before the office kept records; that group did not exist yet.
	got, err = Completion(context.Background(), o.db, o.Unit, q3, calendar.DateOf(o.now))
	if err != nil || got[g[0][0].ID] != (Share{}) || len(got) != 3 {
		t.Errorf("the quarter before: %v %v", got, err)
	}
}
