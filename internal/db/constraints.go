package db

import (
	"errors"
	"io"
	"net"

	"xianfeng/internal/fault"
)

type complaint struct {
	code    fault.Code
	message string
}

// constraints says what a person reads when a constraint of that name refuses.
var constraints = map[string]complaint{
	"idempotency_keys_pkey": {fault.Conflict, "这次提交已经处理过，请刷新页面查看结果"},

	"org_departments_name":            {fault.Conflict, "已有同名部门"},
	"org_branches_name":               {fault.Conflict, "已有同名党支部"},
	"org_groups_name":                 {fault.Conflict, "该支部已有同名党小组"},
	"org_people_staff_no":             {fault.Conflict, "该工号已被使用"},
	"org_people_party_after_birth":    {fault.Invalid, "入党时间不能早于出生日期"},
	"org_people_full_after_joined":    {fault.Invalid, "转正时间不能早于入党时间"},
	"org_party_memberships_once":      {fault.Conflict, "该人员在这段时间已有党支部，请先结束原来的"},
	"org_department_memberships_once": {fault.Conflict, "该人员在这段时间已有部门，请先结束原来的"},
	"org_exemptions_once":             {fault.Conflict, "该人员在这段时间已免记积分"},

	"access_grants_not_own":       {fault.RuleBroken, "不能给自己授权，请由另一位安全管理员办理"},
	"access_grants_auditor_apart": {fault.RuleBroken, "审计员不能同时担任系统管理员或安全管理员"},
	"access_grants_once":          {fault.Conflict, "该人员在这段时间已有相同的授权"},
	"account_accounts_login":      {fault.Conflict, "该登录名已被使用，请换一个"},
	"account_accounts_person":     {fault.Conflict, "该人员已有账号，请启用、重置或解锁原来的账号"},

	"activity_one_draft":        {fault.Conflict, "该记录已有一份修改稿，请先完成或删除它"},
	"activity_one_confirmed":    {fault.Conflict, "该记录刚被别人确认或撤回，请刷新后查看"},
	"activity_ends_after_start": {fault.Invalid, "结束时间须晚于开始时间，且不超过 15 天"},
	"activity_frozen":           {fault.RuleBroken, "已确认的记录不能直接修改，请使用“更正”"},

	"points_scheme_frozen":                {fault.RuleBroken, "积分办法发布后不能修改，请起草新版本"},
	"points_schemes_effective":            {fault.Conflict, "已有同一天生效的积分办法"},
	"points_entries_source":               {fault.Conflict, "这一项已经入账，请刷新后查看"},
	"points_entries_reversed_once":        {fault.Conflict, "该分录已冲正，不能再次冲正"},
	"points_entries_not_own":              {fault.RuleBroken, "不能给自己入账或核实，请由他人办理"},
	"points_quarter_open":                 {fault.Conflict, "该季度已结账，请刷新后重试"},
	"points_quarters_unit_id_quarter_key": {fault.Conflict, "该季度已开账"},

	"notice_objection_in_time":  {fault.RuleBroken, "公示已经结束，不能再提异议；如有情况请向机关党委反映"},
	"notice_objection_decided":  {fault.Conflict, "该异议已有结论，请刷新后查看"},
	"notice_objections_once":    {fault.Conflict, "您对这一项已有一份未答复的异议"},
	"notice_objections_not_own": {fault.RuleBroken, "涉及本人或由本人经办的事项须回避，请由其他委员裁定"},
	"notice_objections_met":     {fault.RuleBroken, "裁定异议须引用支部会议的记录，请先选择会议"},
	"notice_objections_decider": {fault.RuleBroken, "异议只能由该支部的支部委员会裁定，请由该支部办理"},
	"notice_items_open":         {fault.Conflict, "其中有的事项正在公示，请刷新后查看"},
	"notice_item_settled":       {fault.Conflict, "该事项的公示已有结果，请刷新后查看"},

	"claim_claims_not_own":        {fault.RuleBroken, "申报人、受益人不能核实、冲正自己的申报，请由他人办理"},
	"claim_claims_honour_once":    {fault.Conflict, "这项荣誉已按同一级别申报过，不能重复申报"},
	"claim_claims_honour_highest": {fault.Conflict, "这项荣誉刚刚按另一级别入账，请刷新后重试"},
	"claim_frozen":                {fault.RuleBroken, "已核实的申报不能再改动；如有错误，请退回或撤回后重新申报"},

	"selection_selections_once":     {fault.Conflict, "该季度已发起过这项评选，请刷新后查看"},
	"selection_candidates_not_own":  {fault.RuleBroken, "不能推荐或评议本人，请由他人办理"},
	"selection_honours_not_own":     {fault.RuleBroken, "不能审定本人参评的结果，请由他人办理"},
	"selection_settled":             {fault.Conflict, "该评选已有结论，请刷新后查看"},
	"selection_honours_one_pennant": {fault.Conflict, "该季度的流动红旗已经授予"},

	"org_absences_once": {fault.Conflict, "这段时间已登记过请假外出，请先删除原来的一条"},

	"keyring_wraps_key": {fault.RuleBroken, "这个密钥还封存着内容，请先运行 xianfeng keys rotate 换用新的密钥"},

	"talk_leaders_once":                        {fault.Conflict, "该领导的谈话范围在这段时间已经登记"},
	"talk_mornings_once":                       {fault.Conflict, "该部门的晨会安排在这段时间已经登记"},
	"talk_talks_once":                          {fault.Conflict, "这两位同志今年已有同类谈话，请刷新后查看"},
	"talk_talks_occasion":                      {fault.Conflict, "这件事的谈话已经安排，请刷新后查看"},
	"talk_two_people":                          {fault.Invalid, "谈话人与谈话对象不能是同一人"},
	"talk_reported_by_party":                   {fault.RuleBroken, "谈话只能由谈话双方登记"},
	"talk_confirmed_by_other":                  {fault.RuleBroken, "登记的谈话须由对方确认"},
	"talk_cancel_not_own":                      {fault.RuleBroken, "不能取消本人参加的谈话，请由机关党委或另一位编排谈话的同志取消"},
	"talk_occasions_not_own":                   {fault.RuleBroken, "涉及本人的谈话事由不能由本人撤销，请由机关党委或另一位编排谈话的同志办理"},
	"talk_settled":                             {fault.Conflict, "这次谈话已有结果，请刷新后查看"},
	"talk_consents_both":                       {fault.RuleBroken, "须由谈话的另一方同意"},
	"talk_consents_third":                      {fault.Invalid, "请选择谈话双方之外的领导"},
	"talk_consents_parties":                    {fault.RuleBroken, "只有谈话双方可以同意他人查看"},
	"talk_consents_settled":                    {fault.Conflict, "这项同意已有结果，请刷新后查看"},
	"talk_consents_once":                       {fault.Conflict, "已请求过同意这位领导查看"},
	"talk_records_other":                       {fault.RuleBroken, "记录须由谈话的另一方确认"},
	"talk_records_unit_id_talk_id_version_key": {fault.Conflict, "对方刚刚保存了新的记录，请刷新后再写；您写的内容还在页面上"},
	"talk_followups_result":                    {fault.Invalid, "请填写办理结果"},

	"duty_duties_whole_periods": {fault.Invalid, "起始日期须是周期的第一天"},
	"duty_duties_once":          {fault.Conflict, "这项职责在这段时间已有规定，请刷新后查看"},
	"duty_excuses_not_own":      {fault.RuleBroken, "不能批准自己提出的原因，请由他人办理"},
	"duty_excuses_once":         {fault.Conflict, "这一期已提出过原因，请刷新后查看"},
	"duty_excuse_decided":       {fault.Conflict, "这项原因已有结论，请刷新后查看"},
	"duty_plans_once":           {fault.Conflict, "该支部本季度的计划已经建立，请刷新后查看"},
	"study_notes_once":          {fault.Conflict, "这一天已经记过，请刷新后查看"},
	"feed_feeds_one":            {fault.Conflict, "已有一个日历地址，请刷新后查看"},

	"report_issues_replaced_once": {fault.Conflict, "该报表已被后来的一份更正，请更正最新的那一份"},

	"org_projects_name":              {fault.Conflict, "这段时间已有同名的行动党支部等，请换一个名称"},
	"org_secondments_once":           {fault.Conflict, "该人员这段时间已在其中，请先结束原来的抽调"},
	"org_secondments_secretary":      {fault.Conflict, "这段时间已有负责人，请先免去原来的"},
	"org_secondments_within":         {fault.RuleBroken, "抽调的起止日期须在成立与结项之间"},
	"org_secondments_full_member":    {fault.RuleBroken, "行动党支部的书记、副书记须由正式党员担任"},
	"activity_outsiders_once":        {fault.Conflict, "同一外单位人员只能登记一次"},
	"activity_project_elects_nobody": {fault.RuleBroken, "行动党支部等临时组织不进行选举"},

	"mentoring_two_people":            {fault.RuleBroken, "导师与学员不能是同一人"},
	"mentoring_wishes_once":           {fault.Conflict, "这两人之间已登记过意向或回避，请先删除原来的"},
	"mentoring_wishes_lock":           {fault.Conflict, "该学员的这一类导师已有锁定意向，请先删除原来的"},
	"mentoring_pairings_once":         {fault.Conflict, "该学员这段时间已有结对，请先结束原来的"},
	"mentoring_pairings_not_own":      {fault.RuleBroken, "本人的结对须由他人确定"},
	"mentoring_terms_not_own":         {fault.RuleBroken, "本人参加的结对须由他人确定"},
	"mentoring_terms_one_role":        {fault.Conflict, "该学员这段时间已有这一类导师"},
	"mentoring_terms_two_mentors":     {fault.RuleBroken, "政治导师与业务导师须是两个人"},
	"mentoring_terms_within":          {fault.RuleBroken, "导师的起止日期须在结对期限之内"},
	"mentoring_mentor_on_roll":        {fault.RuleBroken, "导师须是在册人员"},
	"mentoring_mentee_on_roll":        {fault.RuleBroken, "学员须是在册人员"},
	"mentoring_political_full_member": {fault.RuleBroken, "政治导师须是正式党员"},
	"mentoring_limit":                 {fault.RuleBroken, "该导师带教的学员已达上限，请换一位导师"},
	"mentoring_mentee_young":          {fault.RuleBroken, "该人员不在青年干警范围内（年龄与参加工作年限见系统设置；缺出生日期或参加工作时间的请先补上）"},
	"mentoring_plans_once":            {fault.Conflict, "该年度的成长计划已经建立，请刷新后查看"},
	"mentoring_logs_other":            {fault.RuleBroken, "活动须由结对的另一方确认"},
	"mentoring_assessments_once":      {fault.Conflict, "这一阶段的评价已经填写，请刷新后修改"},

	"selection_candidates_not_of_pair": {fault.RuleBroken, "涉及本人的评选须回避，请由他人办理"},
	"selection_honours_not_of_pair":    {fault.RuleBroken, "不能审定本人参评的评选"},
	"selection_scores_not_own":         {fault.RuleBroken, "本人所在组合参评，不能参与评分"},
	"selection_scores_most":            {fault.Invalid, "评分超过了该项的满分"},
	"selection_scores_open":            {fault.Conflict, "评分已经结束，请刷新后查看"},

	"taskforce_not_own":            {fault.RuleBroken, "不能审批自己提议的事项，请由他人审批"},
	"taskforce_approval_no":        {fault.Conflict, "该批准文号已被使用，请核对"},
	"taskforce_forwards":           {fault.Conflict, "状态刚有变化，请刷新后再办理"},
	"taskforce_archived":           {fault.RuleBroken, "已归档的不能再修改"},
	"taskforce_needs_approval":     {fault.Invalid, "请填写批准文号和日期"},
	"taskforce_needs_secretary":    {fault.RuleBroken, "正式党员达到 3 人的，须先任命书记"},
	"taskforce_outsiders_once":     {fault.Conflict, "该外单位人员这段时间已在其中"},
	"taskforce_appraisals_once":    {fault.Conflict, "该成员的鉴定已经写过，请刷新后查看"},
	"taskforce_appraisals_not_own": {fault.RuleBroken, "不能为自己写鉴定，请由他人填写"},
	"claim_claims_source":          {fault.Conflict, "这份鉴定已经申报过，不能重复申报"},

	"volunteer_closed":       {fault.Conflict, "该活动已登记或取消，不能再报名"},
	"volunteer_full":         {fault.Conflict, "名额已满，已有人先报上，请刷新后排队候补"},
	"volunteer_noticed_open": {fault.Conflict, "其中有时长正在公示，请刷新后查看"},
}

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
