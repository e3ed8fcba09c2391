package points

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

func person(n byte) uuid.UUID { return uuid.UUID{15: n} }

// said writes wants as "person code points", in order.
func said(wants []want) string {
	var out []string
	for _, w := range wants {
		out = append(out, fmt.Sprintf("%d %s %s", w.Person[15], w.Rule.Code, Format(w.Requested)))
	}
	return strings.Join(out, ", ")
}

func TestWhatFactsAskFor(t *testing.T) {
	s, set := defaultScheme(noon, day("2026-01-01")), org.DefaultSettings()
	fact := func(n byte, trigger, kind, category string, minutes ...int) Fact {
		f := Fact{Person: person(n), Trigger: trigger, Kind: kind, Category: category}
		if len(minutes) > 0 {
			f.Minutes = minutes[0]
		}
		return f
	}
	for name, c := range map[string]struct {
		facts []Fact
		want  string
	}{
		"nothing":               {nil, ""},
		"a meeting":             {[]Fact{fact(1, TriggerAttendance, "branch_meeting", threeMeetings)}, "1 attend_meetings 1"},
		"a party day":           {[]Fact{fact(1, TriggerAttendance, "party_day", partyDay)}, "1 attend_party_day 1"},
		"study":                 {[]Fact{fact(1, TriggerAttendance, "seminar", study)}, "1 attend_study 1"},
		"work counts nothing":   {[]Fact{fact(1, TriggerAttendance, "morning_meeting", "work"), fact(1, TriggerHosting, "morning_meeting", "work")}, ""},
		"said twice, once paid": {[]Fact{fact(1, TriggerAttendance, "branch_meeting", threeMeetings), fact(1, TriggerAttendance, "branch_meeting", threeMeetings)}, "1 attend_meetings 1"},
		"a lecture given": {[]Fact{fact(1, TriggerAttendance, "party_lecture", threeMeetings), fact(1, TriggerLecturing, "party_lecture", threeMeetings)},
			"1 attend_meetings 1, 1 lecture 3"},
		"a lecture of another kind": {[]Fact{fact(1, TriggerLecturing, "lecture", "other")}, ""},
		"host and recorder":         {[]Fact{fact(2, TriggerRecording, "branch_meeting", threeMeetings), fact(1, TriggerHosting, "branch_meeting", threeMeetings)}, "1 host 0.5, 2 record 0.5"},
		"two hours":                 {[]Fact{fact(1, TriggerVolunteering, "volunteering", "volunteering", 120)}, "1 volunteer 1"},
		"hours round down":          {[]Fact{fact(1, TriggerVolunteering, "volunteering", "volunteering", 119)}, "1 volunteer 0.75"},
		"too short to count":        {[]Fact{fact(1, TriggerVolunteering, "volunteering", "volunteering", 29)}, ""},
		"hours add up":              {[]Fact{fact(1, TriggerVolunteering, "volunteering", "volunteering", 40), fact(1, TriggerVolunteering, "volunteering", "volunteering", 80)}, "1 volunteer 1"},
		"absent from study":         {[]Fact{fact(1, TriggerAbsence, "seminar", study)}, "1 absent_study -3"},
		"absent from a meeting":     {[]Fact{fact(1, TriggerAbsence, "party_lecture", threeMeetings)}, "1 absent_meetings -2"},
		"one absence, one deduction": {[]Fact{fact(1, TriggerAbsence, "party_lecture", threeMeetings), fact(1, TriggerAbsence, "party_lecture", study), fact(2, TriggerAbsence, "x", threeMeetings)},
			"1 absent_study -3, 2 absent_meetings -2"},
		"absent from a party day": {[]Fact{fact(1, TriggerAbsence, "party_day", partyDay)}, ""},
		"a claim names its rule":  {[]Fact{{Person: person(1), Trigger: TriggerClaim, Code: "honour_city"}}, "1 honour_city 4"},
		"a claim of no rule":      {[]Fact{fact(1, TriggerClaim, "", "")}, ""},
	} {
		if got := said(asked(s, set, c.facts)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestCaps(t *testing.T) {
	s := defaultScheme(noon, day("2026-01-01"))
	rule := func(code string) *Rule {
		for i := range s.Rules {
			if s.Rules[i].Code == code {
				return &s.Rules[i]
			}
		}
		t.Fatalf("no rule %s", code)
		return nil
	}
	beyond := *rule("host")
	beyond.Beyond, beyond.CapMonth = true, nil
	who, record := person(1), db.NewID()
	for name, c := range map[string]struct {
		rule      *Rule
		requested int
		used      map[string]int // "cap period"
		granted   int
		by        string
	}{
		"free":                   {rule("attend_meetings"), 100, nil, 100, ""},
		"month full":             {rule("attend_meetings"), 100, map[string]int{"rule:attend_meetings 2026-05": 400}, 0, "“参加三会一课”每月最多 4 分，此前已记 4 分"},
		"month nearly full":      {rule("attend_meetings"), 100, map[string]int{"rule:attend_meetings 2026-05": 350}, 50, "“参加三会一课”每月最多 4 分，此前已记 3.5 分"},
		"another month":          {rule("attend_meetings"), 100, map[string]int{"rule:attend_meetings 2026-04": 400}, 100, ""},
		"dimension full":         {rule("attend_meetings"), 100, map[string]int{"dimension:political 2026Q2": 1150}, 50, "政治维度每季度最多 12 分，此前已记 11.5 分"},
		"the tighter one speaks": {rule("attend_meetings"), 100, map[string]int{"dimension:political 2026Q2": 1180, "rule:attend_meetings 2026-05": 350}, 20, "政治维度每季度最多 12 分，此前已记 11.8 分"},
		"an event's own":         {rule("volunteer"), 500, nil, 400, "“志愿服务”每次最多 4 分，此前已记 0 分"},
		"deductions are not cut": {rule("absent_study"), -300, map[string]int{"dimension:discipline 2026Q2": 800}, -300, ""},
		"beyond the dimension":   {&beyond, 50, map[string]int{"dimension:professional 2026Q2": 1200}, 50, ""},
		"base has no maximum":    {rule("base"), 6000, nil, 6000, ""},
		"more used than allowed": {rule("attend_meetings"), 100, map[string]int{"rule:attend_meetings 2026-05": 900}, 0, "“参加三会一课”每月最多 4 分，此前已记 9 分"},
	} {
		used := map[capKey]int{}
		for k, n := range c.used {
			name, period, _ := strings.Cut(k, " ")
			used[capKey{who, name, period}] = n
		}
		granted, by := cut(c.requested, s.ceilings(c.rule, who, record, day("2026-05-11")), used)
		if granted != c.granted || by != c.by {
			t.Errorf("%s: %d %q, want %d %q", name, granted, by, c.granted, c.by)
		}
	}
}

func TestTakingQuarter(t *testing.T) {
	q := func(s string) calendar.Quarter { q, _ := calendar.ParseQuarter(s); return q }
	states := quarterStates{q("2025Q4"): QuarterClosed, q("2026Q1"): QuarterClosed, q("2026Q2"): QuarterOpen}
	for fact, want := range map[string]string{"2026Q2": "2026Q2", "2026Q1": "2026Q2", "2025Q4": "2026Q2", "2025Q3": "2026Q2", "2026Q3": "2026Q3"} {
		if got := states.taking(q(fact)); got != q(want) {
			t.Errorf("%s goes to %s, want %s", fact, got, want)
		}
	}
}

func TestReconcile(t *testing.T) {
	host, record := &Rule{ID: db.NewID(), Code: "host"}, &Rule{ID: db.NewID(), Code: "record"}
	v1, v2 := db.NewID(), db.NewID()
	stand := func(r *Rule, requested int, version uuid.UUID, reversedBy string) standing {
		return standing{Entry: Entry{ID: db.NewID(), Person: person(1), Rule: r.ID, Requested: requested, FactOn: day("2026-05-11"), SourceID: version}, ReversedBy: reversedBy}
	}
	wants := func(w ...want) []want { return w }
	for name, c := range map[string]struct {
		version         uuid.UUID
		on              string
		wants           []want
		stands          []standing
		missing, undone int
		broken          bool
	}{
		"first":                         {v1, "2026-05-11", wants(want{person(1), host, 50}), nil, 1, 0, false},
		"again":                         {v1, "2026-05-11", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, "")}, 0, 0, false},
		"unchanged by a new version":    {v2, "2026-05-11", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, "")}, 0, 0, false},
		"more":                          {v2, "2026-05-11", wants(want{person(1), host, 50}, want{person(1), record, 50}), []standing{stand(host, 50, v1, "")}, 1, 0, false},
		"other points":                  {v2, "2026-05-11", wants(want{person(1), host, 70}), []standing{stand(host, 50, v1, "")}, 1, 1, false},
		"other day":                     {v2, "2026-05-12", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, "")}, 1, 1, false},
		"withdrawn":                     {v1, "2026-05-11", nil, []standing{stand(host, 50, v1, ""), stand(record, 50, v1, "")}, 0, 2, false},
		"withdrawn again":               {v1, "2026-05-11", nil, []standing{stand(host, 50, v1, SourceReversal)}, 0, 0, false},
		"replayed after a later one":    {v1, "2026-05-11", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, SourceReversal)}, 0, 0, false},
		"back in a third version":       {v2, "2026-05-11", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, SourceReversal)}, 1, 0, false},
		"the office said no":            {v2, "2026-05-11", wants(want{person(1), host, 50}), []standing{stand(host, 50, v1, SourceOffice)}, 0, 0, false},
		"a version cannot change words": {v1, "2026-05-11", wants(want{person(1), host, 70}), []standing{stand(host, 50, v1, "")}, 0, 0, true},
	} {
		missing, undone, err := reconcile(Posting{SourceID: c.version, FactOn: day(c.on)}, c.wants, c.stands)
		if len(missing) != c.missing || len(undone) != c.undone || (err != nil) != c.broken {
			t.Errorf("%s: %d missing, %d undone, %v", name, len(missing), len(undone), err)
		}
	}
}

func TestFormat(t *testing.T) {
	for n, want := range map[int]string{0: "0", 100: "1", 150: "1.5", -50: "-0.5", 75: "0.75", -20005: "-200.05", 10000: "100"} {
		if got := Format(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// What the hash does not cover could be changed unseen.
func TestChainCoversEveryField(t *testing.T) {
	unit := db.NewID()
	e := Entry{ID: db.NewID(), Person: person(1), Seq: 3, Voucher: 17, FactOn: day("2026-05-11"), PostedAt: noon, Reason: "党员大会"}
	e.seal(unit, []byte("head"))
	if ok, err := e.intact(unit); !ok || err != nil {
		t.Fatalf("a sealed entry is not intact: %v", err)
	}
	if ok, _ := e.intact(db.NewID()); ok {
		t.Error("the unit is not covered")
	}
	for i := range reflect.TypeFor[Entry]().NumField() {
		field := reflect.TypeFor[Entry]().Field(i)
		if field.Name == "Hash" {
			continue
		}
		changed := e
		v := reflect.ValueOf(&changed).Elem().Field(i)
		switch x := v.Addr().Interface().(type) {
		case *uuid.UUID:
			x[3] ^= 1
		case *[]byte:
			*x = append(bytes.Clone(*x), 0)
		case *calendar.Date:
			*x = x.AddDays(1)
		case *calendar.Quarter:
			*x = calendar.Quarter{Year: 2026, Q: 2}
		case *time.Time:
			*x = x.Add(time.Microsecond)
		default:
			switch v.Kind() {
			case reflect.String:
				v.SetString(v.String() + "x")
			case reflect.Int, reflect.Int64:
				v.SetInt(v.Int() + 1)
			default:
				t.Fatalf("no way to change %s", field.Name)
			}
		}
		if ok, _ := changed.intact(unit); ok {
			t.Errorf("%s is not covered", field.Name)
		}
	}
}

// Neighbouring values cannot be shifted into each other.
func TestCanonicalIsUnambiguous(t *testing.T) {
	a, b := Entry{CutBy: "ab", Reason: "c"}, Entry{CutBy: "a", Reason: "bc"}
	if bytes.Equal(a.canonical(uuid.Nil), b.canonical(uuid.Nil)) {
		t.Error("two entries read the same")
	}
}

func TestTiersAndAppraisal(t *testing.T) {
	var s Sums
	s.add(Base, total{Gained: 6000})
	s.add(Political, total{Gained: 1200})
	s.add(Discipline, total{Gained: 100, Deducted: -300})
	if s.Sum != 7000 || s.Gained != 1300 || s.Deducted != -300 || s.Appraisal != 7000 || s.tier() != "70–89分" {
		t.Errorf("%+v %s", s, s.tier())
	}
	s.add(Conduct, total{Vetoes: 1})
	if s.Sum != 7000 || s.Appraisal != 0 || s.tier() != "60分以下" {
		t.Errorf("with a veto: %+v %s", s, s.tier())
	}
}
