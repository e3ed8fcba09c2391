package account

import (
	"fmt"
	"strings"

	"xianfeng/internal/access"
)

// Why answers 为什么我能/不能: the policy lines that matched, in words.
type Why struct {
	Allowed bool     `json:"allowed"`
	Need    string   `json:"need"`
	Reasons []string `json:"reasons"`
}

// RoleInfo explains a role: where it is granted and what each of its lines allows.
type RoleInfo struct {
	Role    string   `json:"role"`
	Name    string   `json:"name"`
	Place   string   `json:"place" enum:"unit,department,branch,group,project"`
	Permits []string `json:"permits"`
}

// reaches and permits put policy lines into words; a permission without words is
// shown by its name.
var (
	reaches = map[string]string{"self": "本人", "named": "涉及本人的", "group": "本党小组", "department": "所分管部门",
		"branch": "本党支部", "project": "所在项目", "unit": "全院"}
	permits = map[string]string{
		"session.use": "登录使用", "desk.read": "查看工作台", "people.read": "查看人员", "people.name": "记录活动时查找全院人员的姓名", "people.reveal": "查看完整电话号码",
		"people.export": "导出人员", "people.write": "维护人员", "people.import": "导入花名册", "places.read": "查看组织机构",
		"places.write": "维护组织机构", "settings.read": "查看设置", "settings.write": "修改设置",
		"activity.read": "查看活动记录", "activity.record": "起草活动记录", "activity.confirm": "确认、更正、撤回活动记录",
		"activity.export": "导出活动记录", "activity_kind.write": "维护活动类别", "ledger.read": "查看积分台账",
		"ledger.post": "直接入账", "ledger.reverse": "冲正分录", "ledger.verify": "核验台账", "scheme.read": "查看积分办法",
		"scheme.review": "审阅积分办法草案、比较与试算", "scheme.draft": "起草、导入积分办法", "scheme.publish": "发布积分办法",
		"quarter.check": "查看结账清单", "quarter.notice": "公示季度积分合计", "quarter.close": "季度结账", "fairness.read": "查看公平性分析",
		"claim.read": "查看积分申报", "claim.submit": "申报加分", "claim.verify": "核实、退回申报", "claim.notice": "将核实的申报公示",
		"notice.read": "查看公示", "notice.object": "提出异议", "notice.decide": "答复、裁定异议", "notice.cancel": "撤销公示",
		"selection.read": "查看评选", "selection.open": "发起评选、公示候选", "selection.nominate": "推荐人选", "selection.review": "填写支委会意见",
		"selection.decide": "审定评选结果", "honour.read": "查看荣誉与证书",
		"absence.read": "查看请假外出", "absence.write": "登记请假外出", "talk.read": "查看谈话安排（不含内容）", "talk.record": "登记自己参加的谈话",
		"talk.plan": "编排谈话计划", "talk_type.write": "设置谈话类型、谈话领导与晨会", "talk_text.read": "查看涉及本人的谈话内容", "talk_text.write": "记录自己参加的谈话",
		"followup.read": "查看谈话转办事项", "followup.write": "转办、办结谈话事项", "duty.read": "查看职责落实情况", "duty.write": "维护职责清单",
		"duty.excuse": "说明未完成的原因", "duty.approve": "批准未完成的原因", "duty_plan.read": "查看支部季度计划", "duty_plan.write": "编制、报备支部季度计划",
		"study.note": "记自己的学习（仅自己可见）", "feed.use": "订阅自己的日历",
		"taskforce.read": "查看行动党支部等", "taskforce.propose": "提议成立行动党支部等", "taskforce.approve": "审批成立行动党支部等", "taskforce.staff": "抽调人员、任命负责人",
		"taskforce.log": "登记成果、纪实与本人任务", "taskforce.work": "分派任务、管理成果", "taskforce.conclude": "办理结项", "taskforce.archive": "归档",
		"taskforce_kind.write": "设置行动党支部等的类型与成果种类", "appraisal.read": "查看抽调鉴定", "appraisal.write": "撰写抽调鉴定", "appraisal.receive": "接收抽调鉴定",
		"mentoring.read": "查看双导师结对", "mentoring.write": "填写自己结对的计划、活动与评价", "mentoring.pair": "维护导师、确定与调整结对", "mentoring.publish": "公示年度成长计划",
		"volunteer.read": "查看志愿服务活动", "volunteer.sign": "报名志愿服务", "volunteer.organise": "组织、登记志愿服务", "volunteer_hours.read": "查看志愿时长",
		"volunteer_hours.notice": "公示志愿时长", "volunteer_hours.import": "导入志愿时长", "volunteer_certificate.read": "查看志愿服务证明", "volunteer_certificate.issue": "开具志愿服务证明",
		"selection.score": "为候选组合评分", "volunteer_service.read": "预览志愿服务统计表", "volunteer_service.issue": "出具、下载志愿服务统计表",
		"mentor_pairs.read": "预览双导师情况表", "mentor_pairs.issue": "出具、下载双导师情况表",
		"taskforce_register.read": "预览行动党支部情况表", "taskforce_register.issue": "出具、下载行动党支部情况表",
		"annual_summary.read": "预览年度积分汇总", "annual_summary.issue": "出具、下载年度积分汇总",
		"pennant.read": "预览流动红旗评选表", "pennant.issue": "出具、下载流动红旗评选表",
		"quarter_summary.read": "预览季度积分汇总", "quarter_summary.issue": "出具、下载季度积分汇总",
		"member_ledger.read": "预览个人积分台账", "member_ledger.issue": "出具、下载个人积分台账",
		"report.read": "查看、下载权限内已出具的报表", "account.read": "查看账号", "account.write": "建立、停用、重置账号", "account.sessions": "强制下线",
		"grant.read": "查看授权", "grant.write": "授予、收回角色", "audit.read": "查看审计记录", "audit.export": "导出审计记录",
	}
)

func inWords(need string) string {
	if w, ok := permits[need]; ok {
		return w
	}
	return need
}

func (s *Service) why(a access.Actor, n access.Need) (Why, error) {
	w := Why{Need: inWords(n.String()), Reasons: []string{}}
	lines, err := s.policy.Why(a, n)
	if err != nil {
		return w, err
	}
	for _, l := range lines {
		name := "所有已登录人员"
		if r, ok := access.RoleByCode(l.Role); ok {
			name = r.Name
		}
		w.Reasons = append(w.Reasons, fmt.Sprintf("%s可以%s，范围：%s(策略：%s)", name, w.Need, reaches[l.Reach],
			strings.Join([]string{l.Role, l.Resource, l.Action, l.Reach}, ", ")))
	}
	w.Allowed = len(lines) > 0
	if !w.Allowed {
		var holders []string
		for _, l := range s.policy.Lines() {
			if l.Resource == n.Resource && l.Action == n.Action && l.Reach != "conflict" {
				if r, ok := access.RoleByCode(l.Role); ok {
					holders = append(holders, r.Name)
				}
			}
		}
		if len(holders) == 0 {
			w.Reasons = append(w.Reasons, "没有任何角色具有该权限")
		} else {
			w.Reasons = append(w.Reasons, "您的角色没有该权限；具有该权限的角色："+strings.Join(holders, "、")+"。如工作需要，请联系安全管理员")
		}
	}
	return w, nil
}

func (s *Service) roles() ([]RoleInfo, error) {
	out := []RoleInfo{}
	for _, r := range append(access.Roles(), access.Seconded()...) {
		info := RoleInfo{Role: r.Code, Name: r.Name, Place: r.Place, Permits: []string{}}
		for _, l := range s.policy.Lines() {
			if l.Role == r.Code {
				info.Permits = append(info.Permits, inWords(l.Resource+"."+l.Action)+"("+reaches[l.Reach]+")")
			}
		}
		out = append(out, info)
	}
	return out, nil
}
