package activity

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func votes(n int) *int { return &n }

// assembly is a meeting of so many full members and probationers, of whom the
// first so many came.
func assembly(voters, probationers, came int) (Record, roster) {
	r := Record{Starts: moment("2026-05-19 09:00"), Ends: moment("2026-05-19 10:00")}
	ro := roster{places: map[uuid.UUID]org.Placement{}}
	for i := range voters + probationers {
		p := org.Placement{Person: uuid.New(), Name: "某人", Party: true, Voter: i < voters}
		ro.expected = append(ro.expected, p)
		ro.places[p.Person] = p
		a := Attendance{Person: p.Person, Status: Present}
		if i >= came {
			a.Status, a.Absence = Absent, "official"
		}
		r.Attendance = append(r.Attendance, a)
	}
	return r, ro
}

func TestQuorumAndVotes(t *testing.T) {
	kind := func(circle string) Kind { return Kind{Expected: circle, Quorum: "half"} }
	for name, c := range map[string]struct {
		kind                       Kind
		voters, probationers, came int
		election                   bool
		pro                        int
		met, passed                bool
	}{
		"half of an even number":        {kind(org.CircleMembers), 30, 0, 15, false, 15, true, false},
		"one less than half":            {kind(org.CircleMembers), 30, 0, 14, false, 14, false, false},
		"half of an odd number":         {kind(org.CircleMembers), 7, 0, 4, false, 4, true, true},
		"less than half of odd":         {kind(org.CircleMembers), 7, 0, 3, false, 3, false, false},
		"probationers have no vote":     {kind(org.CircleMembers), 4, 6, 2, false, 2, true, false},
		"more than half of expected":    {kind(org.CircleMembers), 30, 0, 20, false, 16, true, true},
		"half of expected is too few":   {kind(org.CircleMembers), 30, 0, 20, false, 15, true, false},
		"election at four fifths":       {kind(org.CircleMembers), 30, 0, 24, true, 24, true, true},
		"election below four fifths":    {kind(org.CircleMembers), 30, 0, 23, true, 23, false, false},
		"election of 7 needs 6":         {kind(org.CircleMembers), 7, 0, 5, true, 5, false, false},
		"committee counts everybody":    {kind(org.CircleCommittee), 3, 2, 3, false, 3, true, true},
		"committee below half":          {kind(org.CircleCommittee), 5, 0, 2, false, 2, false, false},
		"nobody expected is no quorum":  {kind(org.CircleMembers), 0, 2, 2, false, 0, false, false},
		"one member alone is a quorum":  {kind(org.CircleMembers), 1, 0, 1, false, 1, true, true},
		"kind without a quorum":         {Kind{Expected: org.CircleMembers, Quorum: "none"}, 10, 0, 2, false, 2, true, false},
		"kind without a quorum, passed": {Kind{Expected: org.CircleMembers, Quorum: "none"}, 10, 0, 6, false, 6, true, true},
	} {
		r, ro := assembly(c.voters, c.probationers, c.came)
		r.Election, r.Resolutions = c.election, []Resolution{{Title: "决议", For: votes(c.pro)}}
		j := r.judge(c.kind, ro, org.DefaultSettings())
		if c.kind.quorate() != (j.quorumMet != nil) || j.quorumMet != nil && *j.quorumMet != c.met || j.counts[0] != c.passed {
			t.Errorf("%s: met %v, counts %v", name, j.quorumMet, j.counts)
		}
	}
	set := org.DefaultSettings()
	set.MeetingQuorumPercent = 67
	r, ro := assembly(30, 0, 20)
	if j := r.judge(kind(org.CircleMembers), ro, set); *j.quorumMet {
		t.Error("the office's own threshold is not asked")
	}
}

func TestLate(t *testing.T) {
	w := calendar.NewWorkdays(calendar.Official()...)
	for _, c := range []struct {
		ended, filed string
		days         int
		want         bool
	}{
		{"2026-05-19 17:00", "2026-05-22 23:59", 3, false}, // Tuesday to Friday
		{"2026-05-19 17:00", "2026-05-23 00:00", 3, true},
		{"2026-05-22 17:00", "2026-05-27 08:00", 3, false}, // over a weekend
		{"2026-05-22 17:00", "2026-05-28 08:00", 3, true},
		{"2026-09-30 17:00", "2026-10-10 22:00", 3, false}, // over the National Day holiday, to a worked Saturday
		{"2026-09-30 17:00", "2026-10-11 08:00", 3, true},
		{"2026-05-19 17:00", "2026-05-19 18:00", 0, false},
		{"2026-05-19 17:00", "2026-05-20 00:01", 0, true},
	} {
		if got := late(w, moment(c.ended), moment(c.filed), c.days); got != c.want {
			t.Errorf("%s filed %s: %v", c.ended, c.filed, got)
		}
	}
	// Filed on the last working day of grace it is in time, a day later it is not.
	rapid.Check(t, func(t *rapid.T) {
		ended := calendar.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 330).Draw(t, "day"))
		days := rapid.IntRange(0, 20).Draw(t, "grace")
		last := w.AddWorkdays(ended, days)
		if late(w, ended.In(), last.AddDays(1).In().Add(-time.Second), days) || !late(w, ended.In(), last.AddDays(1).In(), days) {
			t.Fatalf("%s + %d", ended, days)
		}
	})
}

func TestParseMoment(t *testing.T) {
	want := time.Date(2026, 3, 5, 14, 30, 0, 0, calendar.Shanghai)
	for _, s := range []string{"2026-03-05T14:30", "2026-03-05 14:30", "2026-03-05T14:30:00+08:00", "2026-03-05T06:30:00Z", "2026-03-05T06:30:00.000Z",
		"2026/3/5 14:30", "2026.3.5 14:30", "2026年3月5日 14:30", "2026年3月5日14时30分", "2026-03-05\uff14", " 2026-03-05 14\uff1a30 ",
		"\uff12\uff10\uff12\uff16-\uff10\uff13-\uff10\uff15 \uff11\uff14:\uff13\uff10", "2026-03-05 14:30:00"} {
		got, err := ParseMoment("starts_at", s)
		if s == "2026-03-05\uff14" {
			if err == nil {
				t.Errorf("%q was read as %s", s, got)
			}
			continue
		}
		if err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "tomorrow", "2026-02-30 10:00", "2026-03-05 25:00", "99999999999999999", "'; DROP TABLE x"} {
		if _, err := ParseMoment("ends_at", s); !fault.Is(err, fault.Invalid) || fault.From(err).Field != "ends_at" {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"2026-03-05T14:30", "2026年3月5日14时30分", "2026-03-05T06:30:00.000Z", "", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := ParseMoment("x", s); err == nil && m.IsZero() && !strings.Contains(s, "1") {
			t.Errorf("%q reads as no time at all", s)
		}
	})
}

func TestCheckDraft(t *testing.T) {
	k := Kind{Code: "branch_meeting", Name: "党员大会", Expected: org.CircleMembers, Organisers: []string{"branch"}, Quorum: "half"}
	now := moment("2026-05-20 12:00")
	id := uuid.New()
	for name, c := range map[string]struct {
		change func(*Record)
		field  string
	}{
		"as it should be":         {func(*Record) {}, ""},
		"no title":                {func(r *Record) { r.Title = "  " }, "title"},
		"title too long":          {func(r *Record) { r.Title = strings.Repeat("长", 101) }, "title"},
		"a character without use": {func(r *Record) { r.Content = "a\x00b" }, "content"},
		"end before start":        {func(r *Record) { r.Ends = r.Starts.Add(-time.Hour) }, "ends_at"},
		"end at start":            {func(r *Record) { r.Ends = r.Starts }, "ends_at"},
		"sixteen days":            {func(r *Record) { r.Ends = r.Starts.Add(16 * 24 * time.Hour) }, "ends_at"},
		"year 206":                {func(r *Record) { r.Starts = r.Starts.AddDate(-1820, 0, 0); r.Ends = r.Starts.Add(time.Hour) }, "starts_at"},
		"year 2062":               {func(r *Record) { r.Starts = r.Starts.AddDate(36, 0, 0); r.Ends = r.Starts.Add(time.Hour) }, "starts_at"},
		"a plan":                  {func(r *Record) { r.Starts = r.Starts.AddDate(0, 2, 0); r.Ends = r.Starts.Add(time.Hour) }, ""},
		"wrong organiser":         {func(r *Record) { r.Organiser.Kind = "group" }, "organiser"},
		"no organiser":            {func(r *Record) { r.Organiser.ID = uuid.Nil }, "organiser"},
		"nobody chosen":           {func(r *Record) { r.Attendance = []Attendance{{Status: Present}} }, "attendance[0].person_id"},
		"somebody twice": {func(r *Record) {
			r.Attendance = []Attendance{{Person: id, Status: Present}, {Person: id, Status: Guest}}
		}, "attendance[1].person_id"},
		"unknown status":       {func(r *Record) { r.Attendance = []Attendance{{Person: id, Status: "late"}} }, "attendance[0].status"},
		"unknown absence":      {func(r *Record) { r.Attendance = []Attendance{{Person: id, Status: Absent, Absence: "lazy"}} }, "attendance[0].absence"},
		"absence not yet said": {func(r *Record) { r.Attendance = []Attendance{{Person: id, Status: Absent}} }, ""},
		"resolution unnamed":   {func(r *Record) { r.Resolutions = []Resolution{{For: votes(1)}} }, "resolutions[0].title"},
		"negative votes":       {func(r *Record) { r.Resolutions = []Resolution{{Title: "x", For: votes(-1)}} }, "resolutions[0].votes_for"},
		"too many resolutions": {func(r *Record) {
			r.Resolutions = make([]Resolution, maxResolutions+1)
			for i := range r.Resolutions {
				r.Resolutions[i].Title = "x"
			}
		}, "resolutions"},
		"too many people": {func(r *Record) { r.Attendance = make([]Attendance, maxPeople+1) }, "attendance"},
	} {
		r := Record{Title: "党员大会", Starts: moment("2026-05-19 09:00"), Ends: moment("2026-05-19 10:00"), Organiser: OrganiserRef{"branch", id}}
		c.change(&r)
		r.tidy(k)
		switch err := r.checkDraft(k, now); {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!fault.Is(err, fault.Invalid) || fault.From(err).Field != c.field):
			t.Errorf("%s: %v at %q, want %q", name, err, fault.From(err).Field, c.field)
		}
	}
}

func TestCheckConfirm(t *testing.T) {
	k := Kind{Code: "branch_meeting", Name: "党员大会", Expected: org.CircleMembers, Quorum: "half", Needs: []string{"host", "agenda"}}
	now := moment("2026-05-20 12:00")
	for name, c := range map[string]struct {
		change func(*Record, *Kind)
		field  string
	}{
		"as it should be":      {func(*Record, *Kind) {}, ""},
		"not over yet":         {func(r *Record, _ *Kind) { r.Ends = now.Add(time.Minute) }, "ends_at"},
		"no host":              {func(r *Record, _ *Kind) { r.Host = uuid.Nil }, "host_id"},
		"no agenda":            {func(r *Record, _ *Kind) { r.Agenda = "" }, "agenda"},
		"host away":            {func(r *Record, _ *Kind) { r.Host = r.Attendance[3].Person }, "host_id"},
		"somebody not marked":  {func(r *Record, _ *Kind) { r.Attendance = r.Attendance[1:] }, "attendance"},
		"expected as a guest":  {func(r *Record, _ *Kind) { r.Attendance[1].Status = Guest }, "attendance"},
		"no reason for away":   {func(r *Record, _ *Kind) { r.Attendance[3].Absence = "" }, "attendance"},
		"other without words":  {func(r *Record, _ *Kind) { r.Attendance[3].Absence = "other" }, "attendance"},
		"other with words":     {func(r *Record, _ *Kind) { r.Attendance[3].Absence, r.Attendance[3].Reason = "other", "值班" }, ""},
		"votes not counted":    {func(r *Record, _ *Kind) { r.Resolutions = []Resolution{{Title: "x"}} }, "resolutions[0].votes_for"},
		"more votes than came": {func(r *Record, _ *Kind) { r.Resolutions = []Resolution{{Title: "x", For: votes(2), Abstain: votes(2)}} }, "resolutions[0].votes_for"},
		"decided without votes": {func(r *Record, k *Kind) {
			k.Quorum, r.Resolutions = "none", []Resolution{{Title: "x"}}
		}, ""},
		"only against": {func(r *Record, k *Kind) {
			k.Quorum, r.Resolutions = "none", []Resolution{{Title: "x", Against: votes(1)}}
		}, "resolutions[0].votes_for"},
		"stranger among the expected": {func(r *Record, _ *Kind) {
			r.Attendance = append(r.Attendance, Attendance{Person: uuid.New(), Status: Present})
		}, "attendance"},
		"stranger as a guest": {func(r *Record, _ *Kind) {
			r.Attendance = append(r.Attendance, Attendance{Person: uuid.New(), Status: Guest})
		}, ""},
		"nobody came": {func(r *Record, k *Kind) { k.Expected, r.Attendance = org.CircleNobody, nil }, "attendance"},
		"no hours":    {func(_ *Record, k *Kind) { k.Category = categoryVolunteering }, "attendance"},
	} {
		r, ro := assembly(4, 0, 3)
		r.Host, r.Agenda = r.Attendance[0].Person, "议程"
		kind := k
		c.change(&r, &kind)
		if kind.open() {
			ro.expected = nil
		}
		switch err := r.checkConfirm(kind, ro, now); {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!fault.Is(err, fault.Invalid) || fault.From(err).Field != c.field):
			t.Errorf("%s: %v at %q, want %q", name, err, fault.From(err).Field, c.field)
		}
	}
}
