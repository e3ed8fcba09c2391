package notice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func on(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPeriod(t *testing.T) {
	w := calendar.NewWorkdays(calendar.Official()...)
	for name, c := range map[string]struct {
		published string // RFC 3339
		days      int
		last      string
	}{
		"an ordinary week":                          {"2026-05-20T12:00:00+08:00", 5, "2026-05-27"},
		"one day":                                   {"2026-05-20T12:00:00+08:00", 1, "2026-05-21"},
		"a minute before midnight":                  {"2026-05-20T23:59:00+08:00", 1, "2026-05-21"},
		"a minute after midnight":                   {"2026-05-21T00:00:00+08:00", 1, "2026-05-22"},
		"the machine's clock in UTC":                {"2026-05-20T16:00:00Z", 1, "2026-05-22"},
		"on a Friday":                               {"2026-05-22T09:00:00+08:00", 5, "2026-05-29"},
		"on a Saturday":                             {"2026-05-23T09:00:00+08:00", 5, "2026-05-29"},
		"before National Day":                       {"2026-09-30T09:00:00+08:00", 5, "2026-10-13"},
		"over a make-up Sunday before National Day": {"2026-09-18T09:00:00+08:00", 5, "2026-09-24"},
		"over the new year, its notice known":       {"2025-12-30T09:00:00+08:00", 2, "2026-01-04"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.published)
			if err != nil {
				t.Fatal(err)
			}
			first, last := period(w, at, c.days)
			if first != calendar.DateOf(at) || last != on(t, c.last) {
				t.Errorf("%s to %s, want to %s", first, last, c.last)
			}
			n := Notice{State: StateOpen, FirstDay: first, LastDay: last}
			for day, want := range map[calendar.Date]bool{first.AddDays(-1): false, first: true, last: true, last.AddDays(1): false} {
				if n.running(day) != want || n.over(day) != day.After(last) {
					t.Errorf("on %s: running %v, over %v", day, n.running(day), n.over(day))
				}
			}
		})
	}
}

func TestUnfit(t *testing.T) {
	branch, filed := uuid.New(), on(t, "2026-05-21")
	good := Meeting{Kind: CommitteeMeeting, Branch: branch, Day: filed, Confirmed: true, Quorate: true}
	for name, c := range map[string]struct {
		change    func(*Meeting)
		committee bool
		want      string
	}{
		"of the day of filing":               {func(*Meeting) {}, true, ""},
		"later":                              {func(m *Meeting) { m.Day = m.Day.AddDays(9) }, true, ""},
		"before the filing":                  {func(m *Meeting) { m.Day = m.Day.AddDays(-1) }, true, "早于"},
		"another branch's":                   {func(m *Meeting) { m.Branch = uuid.New() }, true, "不是该支部"},
		"no branch's":                        {func(m *Meeting) { m.Branch = uuid.Nil }, true, "不是该支部"},
		"a lecture":                          {func(m *Meeting) { m.Kind = "party_lecture" }, true, "不是该支部"},
		"members, where there's a committee": {func(m *Meeting) { m.Kind = BranchMeeting }, true, "支委会讨论"},
		"members, where there's none":        {func(m *Meeting) { m.Kind = BranchMeeting }, false, ""},
		"a committee that is none":           {func(*Meeting) {}, false, "党员大会讨论"},
		"a draft":                            {func(m *Meeting) { m.Confirmed = false }, true, "还没有确认"},
		"below the quorum":                   {func(m *Meeting) { m.Quorate = false }, true, "法定人数"},
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			c.change(&m)
			got := m.unfit(branch, filed, c.committee)
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestConcerned(t *testing.T) {
	a, b, c, d := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	got := Item{Person: a, Recused: []uuid.UUID{b, c}}.concerned(d)
	for _, id := range []uuid.UUID{a, b, c, d} {
		if !slices.Contains(got, id) {
			t.Errorf("%s is not among them", id)
		}
	}
	if got := (Item{}).concerned(d); len(got) != 1 { // of a group: no person
		t.Errorf("%v", got)
	}
}

func TestTakes(t *testing.T) {
	n := Notice{State: StateOpen, FirstDay: on(t, "2026-05-20"), LastDay: on(t, "2026-05-27")}
	for name, c := range map[string]struct {
		state, outcome, day, want string
	}{
		"first day":                     {StateOpen, "", "2026-05-20", ""},
		"last day":                      {StateOpen, "", "2026-05-27", ""},
		"a day late":                    {StateOpen, "", "2026-05-28", "公示已经结束"},
		"clock before the publishing":   {StateOpen, "", "2026-05-19", "系统时间"},
		"settled, the clock moved back": {StateSettled, Passed, "2026-05-22", "公示已经结束"},
		"passed, others still open":     {StateOpen, Passed, "2026-05-22", "公示已经结束"},
		"taken off":                     {StateOpen, Withdrawn, "2026-05-22", "不在公示中"},
		"upheld already":                {StateOpen, Upheld, "2026-05-22", "不在公示中"},
		"called off":                    {StateCancelled, Cancelled, "2026-05-22", "已经撤销"},
	} {
		t.Run(name, func(t *testing.T) {
			m := n
			m.State = c.state
			err := m.takes(Item{Outcome: c.outcome}, on(t, c.day))
			if (c.want == "") != (err == nil) || err != nil && (!fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestPosition(t *testing.T) {
	p := position{true, time.Date(2026, 5, 20, 12, 0, 0, 123456000, time.UTC), uuid.New()}
	got, err := parsePosition(p.String())
	if err != nil || got != p {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"x", "====", "MTIz", strings.Repeat("A", 80)} {
		if _, err := parsePosition(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestPostedSheet(t *testing.T) {
	d := Detail{Columns: []string{"姓名", "事项"}, Summary: Summary{Title: "公示", State: StateOpen, WorkingDays: 5,
		FirstDay: on(t, "2026-05-20"), LastDay: on(t, "2026-05-27")}, Office: office("第一党支部")}
	items := []ItemLine{{Cells: []string{"叶知秋", "区级表彰=1+1"}}}
	s := posted("滨河区人民检察院", time.Now(), org.DefaultSettings(), d, items)
	if len(s.Columns) != 3 || s.Frame.Number != "" || !s.Frame.Unnumbered || !strings.Contains(s.Frame.ScopeNote, "异议受理：第一党支部支委会") ||
		!strings.Contains(s.Frame.Range, "2026年5月20日至2026年5月27日") {
		t.Errorf("%+v", s.Frame)
	}
	items[0].Outcome = Passed
	if s := posted("", time.Now(), org.DefaultSettings(), d, items); len(s.Columns) != 4 {
		t.Error("no column for outcomes")
	}
	if w := columnWidth("姓名", 0, []ItemLine{{Cells: []string{strings.Repeat("长", 100)}}}); w != 40 {
		t.Errorf("width %v", w)
	}
}
