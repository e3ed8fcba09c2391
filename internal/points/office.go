package points

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// OfficePosting is an entry that the Party office posts by hand: a deduction, a
// veto, a correction that no record causes.
type OfficePosting struct {
	Person     uuid.UUID
	Rule       uuid.UUID
	Amount     int // hundredths; only where the rule leaves it to the office
	FactOn     calendar.Date
	Reason     string
	VerifiedBy uuid.UUID
}

// longestReason bounds what is printed in the 事项 column.
const longestReason = 200

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return "", fault.Field("reason", "请写明事由，它会印在本人台账上")
	}
	if utf8.RuneCountInString(reason) > longestReason {
		return "", fault.Field("reason", fmt.Sprintf("事由最多 %d 字", longestReason))
	}
	return reason, nil
}

// check refuses what no scheme could allow.
func (p *OfficePosting) check(today calendar.Date) (err error) {
	if p.Reason, err = checkReason(p.Reason); err != nil {
		return err
	}
	if !p.FactOn.Valid() || p.FactOn.After(today) {
		return fault.Field("fact_on", "请填写事项发生的日期，不能晚于今天")
	}
	if p.VerifiedBy == uuid.Nil {
		return fault.Field("verified_by", "请选择核实人")
	}
	if p.VerifiedBy == p.Person {
		return fault.New(fault.RuleBroken, "核实人不能是本人，请另选核实人")
	}
	return nil
}

// asks gives the rule and the points that are asked for under the scheme of the day.
func (p OfficePosting) asks(s *Scheme) (*Rule, int, error) {
	if s == nil {
		return nil, 0, fault.Field("fact_on", "那一天还没有生效的积分办法，请改正日期")
	}
	r := s.rule(p.Rule)
	if r == nil || r.Trigger != TriggerOffice {
		return nil, 0, fault.Field("rule_id", "请选择那一天有效的办法中由机关党委直接办理的条款")
	}
	if r.Per != PerAmount {
		if p.Amount != 0 && p.Amount != r.Points {
			return nil, 0, fault.Field("amount", "该条款的分值由办法规定，不能另填")
		}
		return r, r.Points, nil
	}
	if !r.amountFits(p.Amount) {
		switch {
		case r.Points < 0:
			return nil, 0, fault.Field("amount", "请填写扣分，一次最多扣 "+Format(-r.Points)+" 分")
		case r.Points > 0:
			return nil, 0, fault.Field("amount", "请填写加分，一次最多加 "+Format(r.Points)+" 分")
		}
		return nil, 0, fault.Field("amount", "请填写分值，加分为正，扣分为负，一次不超过 "+Format(mostByHand)+" 分")
	}
	return r, p.Amount, nil
}
