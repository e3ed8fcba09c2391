package points

import (
	"slices"
	"strings"
	"testing"
)

// words are those of the records in these tests.
func words() FactTerms {
	return FactTerms{
		Categories: []Term{{threeMeetings, "三会一课"}, {partyDay, "主题党日"}, {study, "集中学习"}, {"volunteering", "志愿服务"}, {organisational, "组织生活"}},
		Kinds: []KindTerm{{Term{"branch_meeting", "党员大会"}, threeMeetings}, {Term{"party_lecture", "党课"}, threeMeetings},
			{Term{"seminar", "研讨"}, study}, {Term{"volunteering", "志愿服务"}, "volunteering"}},
	}
}

func startingText() SchemeText { return defaultScheme(noon, day("2026-01-01")).Text() }

func ruleAt(t *SchemeText, code string) *RuleText {
	return &t.Rules[slices.IndexFunc(t.Rules, func(r RuleText) bool { return r.Code == code })]
}

func TestCheckScheme(t *testing.T) {
	start := startingText()
	if bad := start.problems(words()); len(bad) > 0 {
		t.Fatalf("the scheme that offices start with: %+v", bad)
	}
	n := func(v int) *int { return &v }
	at := func(code, field string) string {
		return "rules[" + Format(100*slices.IndexFunc(start.Rules, func(r RuleText) bool { return r.Code == code })) + "]." + field
	}
	for name, c := range map[string]struct {
		change func(*SchemeText)
		field  string
		says   string
	}{
		"no name":            {func(s *SchemeText) { s.Name = "" }, "name", "名称"},
		"a long name":        {func(s *SchemeText) { s.Name = strings.Repeat("长", 61) }, "name", "60"},
		"NUL in the note":    {func(s *SchemeText) { s.Note = "a\x00b" }, "note", "无法保存"},
		"no day":             {func(s *SchemeText) { s.EffectiveFrom = day("1999-12-31") }, "effective_from", "施行日期"},
		"no base":            {func(s *SchemeText) { s.Rules = s.Rules[1:] }, "rules", "基础分"},
		"two bases":          {func(s *SchemeText) { s.Rules[1] = s.Rules[0]; s.Rules[1].Code = "base2" }, "rules[1].trigger", "只能有一条"},
		"a code twice":       {func(s *SchemeText) { s.Rules[2].Code = s.Rules[1].Code }, "rules[2].code", "重复"},
		"a code of Chinese":  {func(s *SchemeText) { s.Rules[2].Code = "条款" }, "rules[2].code", "小写"},
		"no title":           {func(s *SchemeText) { s.Rules[2].Title = "" }, "rules[2].title", "事项"},
		"no such trigger":    {func(s *SchemeText) { s.Rules[2].Trigger = "sign_in" }, "rules[2].trigger", "入账方式"},
		"no such dimension":  {func(s *SchemeText) { s.Rules[2].Dimension = "luck" }, "rules[2].dimension", "维度"},
		"base by attendance": {func(s *SchemeText) { s.Rules[2].Dimension = Base }, "rules[2].dimension", "基础分"},
		"attendance by hour": {func(s *SchemeText) { s.Rules[2].Per = PerHour }, "rules[2].per", "志愿服务"},
		"an open attendance": {func(s *SchemeText) { s.Rules[2].Per = PerAmount }, "rules[2].per", "视情况"},
		"no such per":        {func(s *SchemeText) { s.Rules[2].Per = "week" }, "rules[2].per", "计分方式"},
		"a gain of nothing":  {func(s *SchemeText) { s.Rules[1].Points = 0 }, "rules[1].points", "大于 0"},
		"coming costs":       {func(s *SchemeText) { s.Rules[1].Points = -100 }, "rules[1].points", "大于 0"},
		"absence gains":      {func(s *SchemeText) { ruleAt(s, "absent_study").Points = 100 }, at("absent_study", "points"), "扣分"},
		"a million points":   {func(s *SchemeText) { s.Rules[0].Points = 1 << 40 }, "rules[0].points", "之间"},
		"office of nothing": {func(s *SchemeText) {
			ruleAt(s, "other_deduction").Per, ruleAt(s, "other_deduction").Points = PerEvent, 0
		}, at("other_deduction", "points"), "视情况"},
		"veto that gains":        {func(s *SchemeText) { ruleAt(s, "violation").Points = 100 }, at("violation", "points"), "否决"},
		"veto by itself":         {func(s *SchemeText) { ruleAt(s, "absent_study").Veto = true }, at("absent_study", "veto"), "不自动"},
		"no such category":       {func(s *SchemeText) { s.Rules[1].Categories = []string{"gossip"} }, "rules[1].categories", "gossip"},
		"no such kind":           {func(s *SchemeText) { s.Rules[4].Kinds = []string{"gossip"} }, "rules[4].kinds", "gossip"},
		"kind beside categories": {func(s *SchemeText) { s.Rules[1].Kinds = []string{"seminar"} }, "rules[1].kinds", "永远不会入账"},
		"category of a claim":    {func(s *SchemeText) { ruleAt(s, "honour_city").Categories = []string{study} }, at("honour_city", "categories"), "活动记录"},
		"cap of a deduction":     {func(s *SchemeText) { ruleAt(s, "absent_study").CapMonth = n(100) }, at("absent_study", "cap_month"), "扣分"},
		"cap of the base":        {func(s *SchemeText) { s.Rules[0].CapYear = n(24000) }, "rules[0].cap_year", "基础分"},
		"a negative cap":         {func(s *SchemeText) { s.Rules[1].CapMonth = n(-1) }, "rules[1].cap_month", "大于 0"},
		"cap below one":          {func(s *SchemeText) { s.Rules[1].CapMonth = n(50) }, "rules[1].cap_month", "低于"},
		"year below quarter":     {func(s *SchemeText) { s.Rules[1].CapQuarter, s.Rules[1].CapYear = n(900), n(800) }, "rules[1].cap_year", "低于每季"},
		"beyond for the base":    {func(s *SchemeText) { s.Rules[0].Beyond = true }, "rules[0].beyond", "不必"},
		"evidence of coming":     {func(s *SchemeText) { s.Rules[1].NeedsEvidence = true }, "rules[1].needs_evidence", "申报"},
		"honour of coming":       {func(s *SchemeText) { s.Rules[1].HonourLevel = n(1) }, "rules[1].honour_level", "荣誉"},
		"honour of level 10":     {func(s *SchemeText) { ruleAt(s, "honour_city").HonourLevel = n(10) }, at("honour_city", "honour_level"), "1 到 9"},
		"a limit twice":          {func(s *SchemeText) { s.Limits[1].Dimension = Political }, "limits[1].dimension", "重复"},
		"a limit of the base":    {func(s *SchemeText) { s.Limits[1].Dimension = Base }, "limits[1].dimension", "四个维度"},
		"a negative limit":       {func(s *SchemeText) { s.Limits[1].MaxGain = -1 }, "limits[1].max_gain", "之间"},
		"too many rules":         {func(s *SchemeText) { s.Rules = slices.Repeat(s.Rules, 10) }, "rules", "最多 200"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startingText()
			s.Limits = slices.Clone(s.Limits)
			c.change(&s)
			bad := s.problems(words())
			if len(bad) == 0 || bad[0].Field != c.field || !strings.Contains(bad[0].Message, c.says) {
				t.Errorf("%+v, want %s at %s", bad, c.says, c.field)
			}
		})
	}
}

func TestCodesOfNewRules(t *testing.T) {
	base := defaultScheme(noon, day("2026-01-01"))
	s := base.Text()
	s.Rules = append(s.Rules, RuleText{Title: "调研", Trigger: TriggerClaim}, RuleText{Title: "创新", Trigger: TriggerClaim}, RuleText{Code: "rule_1", Title: "占用", Trigger: TriggerClaim})
	ruleAt(&s, "host").Code = "" // the same rule, sent without its code
	s.tidy(base)
	codes := map[string]string{}
	for _, r := range s.Rules {
		codes[r.Title] = r.Code
	}
	if codes["主持党内活动"] != "host" || codes["调研"] != "rule_2" || codes["创新"] != "rule_3" {
		t.Errorf("%v", codes)
	}
}

func TestWarnings(t *testing.T) {
	s := defaultScheme(noon, day("2026-07-01"))
	s.Note = "为什么"
	if w := s.warnings(day("2026-05-20")); len(w) > 0 {
		t.Errorf("%v", w)
	}
	s.EffectiveFrom, s.Note, s.Limits[0].MaxGain = day("2026-07-15"), "", 0
	for i := range s.Rules {
		if s.Rules[i].Code == "honour_city" {
			s.Rules[i].Points = 900
		}
	}
	got := strings.Join(s.warnings(day("2026-05-20")), "|")
	for _, want := range []string{"季度的第一天", "修订说明", "级别较高", "每季上限为 0"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
	if w := s.warnings(day("2026-07-15")); !strings.Contains(w[0], "已到") {
		t.Errorf("%v", w)
	}
}

func TestCompareSchemes(t *testing.T) {
	old := defaultScheme(noon, day("2026-01-01"))
	text := old.Text()
	text.Rules[1].Points, text.Rules[1].CapMonth = 200, nil
	text.Rules[1].Categories = []string{partyDay, threeMeetings}
	text.Rules = append(slices.DeleteFunc(text.Rules, func(r RuleText) bool { return r.Code == "record" }),
		RuleText{Code: "research", Title: "调研成果", Clause: "第七条第六项", Dimension: Professional, Trigger: TriggerClaim, Points: 300, Per: PerEvent, NeedsEvidence: true})
	text.Limits = []Limit{{Political, 1500}, {Professional, 1200}, {Discipline, 800}}
	now := Scheme{Version: 2}
	now.put(text)
	now.EffectiveFrom = day("2026-07-01")
	c := compare(&old, now, words())
	if len(c.Rules) != 3 || c.Unchanged != len(old.Rules)-2 || len(c.Head) != 1 || c.Head[0].After != "2026年7月1日" {
		t.Fatalf("%+v", c)
	}
	changed, added, removed := c.Rules[0], c.Rules[1], c.Rules[2]
	want := []FieldChange{{"categories", "活动类别", "三会一课", "三会一课、主题党日"}, {"points", "分值", "1 分", "2 分"}, {"cap_month", "每月上限", "4 分", "不设"}}
	if changed.Code != "attend_meetings" || changed.Change != RuleChanged || !slices.Equal(changed.Fields, want) {
		t.Errorf("%+v", changed)
	}
	if added.Code != "research" || added.Change != RuleAdded || added.Fields[0] != (FieldChange{"title", "事项", "—", "调研成果"}) || len(added.Fields) != 7 {
		t.Errorf("%+v", added)
	}
	if removed.Code != "record" || removed.Change != RuleRemoved || removed.Fields[0] != (FieldChange{"title", "事项", "记录党内活动", "—"}) {
		t.Errorf("%+v", removed)
	}
	if len(c.Limits) != 2 || c.Limits[0].Before != "每季至多 12 分" || c.Limits[0].After != "每季至多 15 分" || c.Limits[1].After != "不设上限" {
		t.Errorf("%+v", c.Limits)
	}
	if same := compare(&old, old, words()); len(same.Rules)+len(same.Limits)+len(same.Head) > 0 {
		t.Errorf("%+v", same)
	}
}
