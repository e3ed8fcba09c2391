package points

import (
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// ClaimPreview is what a claim would come to if it were posted now: shown before
// it is submitted, so that a cap surprises nobody later (rule 11).
type ClaimPreview struct {
	Rule      Rule             `json:"rule"`
	Scheme    string           `json:"scheme" doc:"In force on the day of the fact"`
	Holds     bool             `json:"holds" doc:"Whether the person has a ledger on the day of the fact"`
	Refusal   string           `json:"refusal,omitempty" doc:"Why not, in Chinese"`
	Requested int              `json:"requested" doc:"Hundredths"`
	Granted   int              `json:"granted" doc:"Hundredths, after caps"`
	CutBy     string           `json:"cut_by,omitempty" doc:"Which cap makes the difference"`
	Quarter   calendar.Quarter `json:"quarter" doc:"Where it would be posted"`
	Late      bool             `json:"late" doc:"The quarter of the fact is closed, so a later one takes it (rule 14)"`
}

// claimRules are the rules that can be claimed.
func (s *Scheme) claimRules() []Rule {
	var out []Rule
	for _, r := range s.Rules {
		if r.Trigger == TriggerClaim {
			out = append(out, r)
		}
	}
	return out
}

// claimRule finds a rule that can be claimed under the scheme of a day.
func (s *Scheme) claimRule(code string) (*Rule, error) {
	if s == nil {
		return nil, fault.Field("fact_on", "那一天还没有生效的积分办法，请改正日期")
	}
	for i := range s.Rules {
		if r := &s.Rules[i]; r.Code == code && r.Trigger == TriggerClaim {
			return r, nil
		}
	}
	return nil, fault.Field("rule_code", "请选择事项发生当天有效的办法中可以申报的条款")
}

// claimed is what a claim under the rule asks for.
func (r Rule) claimed(amount int) (int, error) {
	if r.Per != PerAmount {
		if amount != 0 && amount != r.Points {
			return 0, fault.Field("amount", "该条款的分值由办法规定，不能另填")
		}
		return r.Points, nil
	}
	if amount <= 0 || !r.amountFits(amount) {
		most := r.Points
		if most == 0 {
			most = mostByHand
		}
		return 0, fault.Field("amount", "请填写申报分值，最多 "+Format(most)+" 分")
	}
	return amount, nil
}
