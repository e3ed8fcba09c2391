package claim

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func TestHonourKey(t *testing.T) {
	same := []string{"2026年度全市优秀共产党员", " 2026 年度 “全市优秀共产党员” ", "２０２６年度全市优秀共产党员。", "2026年度·全市优秀共产党员（）"}
	for _, s := range same {
		if honourKey(s) != same[0] {
			t.Errorf("%q becomes %q", s, honourKey(s))
		}
	}
	for in, want := range map[string]string{"ＡＢＣ-1st": "abc1st", "“ ”——": "", "": "", "三八红旗手": "三八红旗手"} {
		if have := honourKey(in); have != want {
			t.Errorf("%q becomes %q, want %q", in, have, want)
		}
	}
	if honourKey("2025年度先进个人") == honourKey("2026年度先进个人") {
		t.Error("the honours of two years are one")
	}
}

func TestHonourWord(t *testing.T) {
	at := func(level int, s State) rival {
		return rival{ID: db.NewID(), Number: 7, Level: level, Title: "市级", State: s}
	}
	for name, k := range map[string]struct {
		level           int
		rivals          []rival
		refusal, advice string
	}{
		"alone":                          {2, nil, "", ""},
		"same, posted":                   {2, []rival{at(2, Posted)}, "不能重复", ""},
		"same, on its way":               {2, []rival{at(2, Submitted)}, "不能重复", ""},
		"same, verified":                 {2, []rival{at(2, Verified)}, "不能重复", ""},
		"same, on notice":                {2, []rival{at(2, Noticed)}, "不能重复", ""},
		"same, returned":                 {2, []rival{at(2, Returned)}, "不能重复", ""},
		"same, rejected":                 {2, []rival{at(2, Rejected)}, "", ""},
		"same, withdrawn":                {2, []rival{at(2, Withdrawn)}, "", ""},
		"higher, posted":                 {1, []rival{at(2, Posted)}, "只计最高", ""},
		"higher, on its way":             {1, []rival{at(2, Noticed)}, "", "不再计分"},
		"higher, rejected":               {1, []rival{at(2, Rejected)}, "", ""},
		"lower, posted":                  {3, []rival{at(2, Posted)}, "", "冲正"},
		"lower, on its way":              {3, []rival{at(2, Submitted)}, "", ""},
		"lower superseded, higher count": {2, []rival{at(2, Superseded), at(3, Posted)}, "只计最高", ""},
	} {
		refusal, advice := honourWord(k.level, k.rivals)
		if !strings.Contains(refusal, k.refusal) || (k.refusal == "") != (refusal == "") || !strings.Contains(advice, k.advice) || (k.advice == "") != (advice == "") {
			t.Errorf("%s: %q, %q", name, refusal, advice)
		}
	}
}

func TestVerifiable(t *testing.T) {
	for state, says := range map[State]string{Draft: "还没有提交", Returned: "还没有提交", Submitted: "", Verified: "已由他人核实",
		Noticed: "已由他人核实", Posted: "已由他人核实", Rejected: "已办结", Withdrawn: "已办结", Superseded: "已办结"} {
		have := Claim{State: state, Version: 3}.verifiable(3, nil)
		if !strings.Contains(have, says) || (says == "") != (have == "") {
			t.Errorf("%s: %q", state, have)
		}
	}
	if have := (Claim{State: Submitted, Version: 4}).verifiable(3, nil); !strings.Contains(have, "修改过") {
		t.Errorf("changed: %q", have)
	}
}

func TestInputCheck(t *testing.T) {
	good := Input{RuleCode: "r", FactOn: day("2026-05-20"), Matter: " 优化  流程 "}
	if err := good.check(day("2026-05-20")); err != nil || good.Matter != "优化 流程" {
		t.Errorf("%v %q", err, good.Matter)
	}
	for field, change := range map[string]func(*Input){
		"matter":    func(in *Input) { in.Matter = " 　" },
		"statement": func(in *Input) { in.Statement = strings.Repeat("说", maxStatement+1) },
		"honour":    func(in *Input) { in.Honour = strings.Repeat("奖", maxHonour+1) },
		"rule_code": func(in *Input) { in.RuleCode = "" },
		"fact_on":   func(in *Input) { in.FactOn = day("2026-05-21") },
	} {
		in := good
		change(&in)
		if err := in.check(day("2026-05-20")); !fault.Is(err, fault.Invalid) || fault.From(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := good
	in.Matter, in.FactOn = strings.Repeat("事", maxMatter+1), day("2026-06-01")
	if err := in.check(day("2026-05-20")); err == nil || len(fault.From(err).Details) != 2 {
		t.Errorf("two mistakes: %v", err)
	}
}

// Of one honour the highest level wins, whatever is posted already and whoever can
// gain nothing.
func TestRank(t *testing.T) {
	person := db.NewID()
	make1 := func(level int, state State) Claim {
		return Claim{ID: db.NewID(), Person: person, Level: &level, HonourKey: "k", State: state, RuleTitle: "级"}
	}
	plain := Claim{ID: db.NewID(), Person: person, State: Noticed}
	names := func(all []Claim) (out []int) {
		for _, c := range all {
			if c.Level == nil {
				out = append(out, 0)
			} else {
				out = append(out, *c.Level)
			}
		}
		return out
	}
	for name, k := range map[string]struct {
		there, standing       []Claim
		blocked               int // level that can gain nothing
		win, lose, superseded []int
	}{
		"no honour":               {[]Claim{plain}, nil, 0, []int{0}, nil, nil},
		"alone":                   {[]Claim{make1(1, Noticed)}, nil, 0, []int{1}, nil, nil},
		"two at once":             {[]Claim{make1(1, Noticed), make1(2, Noticed)}, nil, 0, []int{2}, []int{1}, nil},
		"higher after lower":      {[]Claim{make1(2, Noticed)}, []Claim{make1(1, Posted)}, 0, []int{2}, nil, []int{1}},
		"lower after higher":      {[]Claim{make1(1, Noticed)}, []Claim{make1(2, Posted)}, 0, nil, []int{1}, nil},
		"three, the middle first": {[]Claim{make1(1, Noticed), make1(3, Noticed)}, []Claim{make1(2, Posted)}, 0, []int{3}, []int{1}, []int{2}},
		"highest gains nothing":   {[]Claim{make1(1, Noticed), make1(3, Noticed)}, nil, 3, []int{1}, []int{3}, nil},
		"it, and a lower stands":  {[]Claim{make1(3, Noticed)}, []Claim{make1(1, Posted)}, 3, nil, []int{3}, nil},
	} {
		reasons := map[uuid.UUID]string{}
		for _, c := range k.there {
			if c.Level != nil && *c.Level == k.blocked {
				reasons[c.ID] = "没有台账"
			}
		}
		win, lose, superseded := rank(k.there, k.standing, reasons)
		for what, pair := range map[string][2][]int{"win": {names(win), k.win}, "lose": {names(lose), k.lose}, "superseded": {names(superseded), k.superseded}} {
			if len(pair[0]) != len(pair[1]) || len(pair[0]) > 0 && pair[0][0] != pair[1][0] {
				t.Errorf("%s: %s is %v, want %v", name, what, pair[0], pair[1])
			}
		}
		for _, c := range lose {
			if reasons[c.ID] == "" {
				t.Errorf("%s: a loser without a reason", name)
			}
		}
	}
}
