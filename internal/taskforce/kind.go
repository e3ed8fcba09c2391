package taskforce

import (
	"fmt"
	"regexp"
	"strings"

	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// codes are what a kind may be called in the database: typed once, by who adds it.
var codes = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

func wrongCode(code string) bool { return !codes.MatchString(code) }

// check puts a kind right, or says what to write.
func (k *Kind) check() error {
	k.Name, k.Head = sheet.Clean(k.Name), sheet.Clean(k.Head)
	var bad []fault.Detail
	if wrongCode(k.Code) {
		bad = append(bad, fault.Detail{Field: "code", Message: "代号请用小写字母开头，由小写字母、数字、下划线组成，2 至 40 个字符"})
	}
	if !worded(k.Name, 20) {
		bad = append(bad, fault.Detail{Field: "name", Message: "请填写类型名称，不超过 20 个字"})
	}
	if !worded(k.Head, 10) {
		bad = append(bad, fault.Detail{Field: "head", Message: "请填写负责人的称呼，如“书记”“社长”，不超过 10 个字"})
	}
	if k.Ord < 0 || k.Ord > 9999 {
		bad = append(bad, fault.Detail{Field: "ord", Message: "排序请填 0 至 9999"})
	}
	return fault.Fields(bad)
}

// changes says in words how a kind that is in use became another.
func (k Kind) changes(was Kind) []string {
	var out []string
	flag := func(what string, was, is bool) {
		if was != is {
			out = append(out, fmt.Sprintf("%s：%s→%s", what, yes(was), yes(is)))
		}
	}
	if was.Name != k.Name {
		out = append(out, "名称："+was.Name+"→"+k.Name)
	}
	if was.Head != k.Head {
		out = append(out, "负责人称呼："+was.Head+"→"+k.Head)
	}
	flag("临时党支部", was.Party, k.Party)
	flag("须批准文号", was.Approval, k.Approval)
	flag("外单位人员", was.Outsiders, k.Outsiders)
	flag("由党小组组成", was.Groups, k.Groups)
	flag("派驻地点", was.Posts, k.Posts)
	flag("结项鉴定", was.Appraisal, k.Appraisal)
	flag("可新建", was.Active, k.Active)
	return out
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// fixed refuses to turn a kind into another thing under those that are of it.
func (k Kind) fixed(was Kind, used bool) error {
	if !used {
		return nil
	}
	var bad []string
	for _, f := range []struct {
		what    string
		was, is bool
	}{{"临时党支部", was.Party, k.Party}, {"由党小组组成", was.Groups, k.Groups}, {"派驻地点", was.Posts, k.Posts}} {
		if f.was != f.is {
			bad = append(bad, "“"+f.what+"”")
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.New(fault.RuleBroken, "已有“"+was.Name+"”在用，不能再改"+strings.Join(bad, "、")+"；请停用它，另建一种类型")
}

func (k *OutcomeKind) check() error {
	k.Name, k.Measure = sheet.Clean(k.Name), sheet.Clean(k.Measure)
	var bad []fault.Detail
	if wrongCode(k.Code) {
		bad = append(bad, fault.Detail{Field: "code", Message: "代号请用小写字母开头，由小写字母、数字、下划线组成，2 至 40 个字符"})
	}
	if !worded(k.Name, 20) {
		bad = append(bad, fault.Detail{Field: "name", Message: "请填写成果名称，不超过 20 个字"})
	}
	switch {
	case !worded(k.Measure, 6):
		bad = append(bad, fault.Detail{Field: "measure", Message: "请填写计量单位，如“份”“篇”，不超过 6 个字"})
	case k.Money && k.Measure != "元":
		bad = append(bad, fault.Detail{Field: "measure", Message: "金额的计量单位应为“元”"})
	}
	if k.Ord < 0 || k.Ord > 9999 {
		bad = append(bad, fault.Detail{Field: "ord", Message: "排序请填 0 至 9999"})
	}
	return fault.Fields(bad)
}
