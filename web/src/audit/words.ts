// What is done to what, as the audit log names it, in Chinese. A name that is not
// here is shown as it is, so that nothing in the log is ever hidden.
const objects: Record<string, string> = {
  account: '账号',
  appraisal: '抽调鉴定',
  activity: '活动记录',
  activity_kind: '活动类型',
  audit: '审计日志',
  entry: '积分分录',
  claim: '积分申报',
  department: '部门',
  branch: '党支部',
  group: '党小组',
  grant: '角色授权',
  import: '花名册导入',
  ledger: '积分台账',
  notice: '公示',
  objection: '异议',
  people: '人员',
  person: '人员',
  quarter: '季度',
  report: '报表',
  scheme: '积分办法',
  talk_plan: '谈话计划',
  honour: '荣誉',
  selection: '评选',
  pairing: '双导师结对',
  mentoring: '双导师结对',
  mentoring_log: '带教活动',
  mentoring_wish: '结对意愿',
  mentoring_assessment: '双导师评价',
  growth_plan: '成长计划',
  volunteer_action: '志愿服务活动',
  volunteer_certificate: '志愿服务证明',
  volunteer_import: '志愿时长导入',
  duty: '职责',
  duty_excuse: '未完成原因',
  duty_plan: '季度计划',
  talk: '谈话',
  talk_type: '谈话类型',
  talk_occasion: '谈话事由',
  talk_leader: '谈话领导',
  talk_morning: '晨会',
  followup: '转办事项',
  study: '每日学习',
  keys: '密钥',
  feed: '个人日历',
  desk: '今日提醒',
  taskforce: '行动党支部等',
  taskforce_kind: '行动党支部等的类型',
  taskforce_outcome_kind: '成果种类',
  unit: '单位',
}

export const objectName = (object: string) => objects[object] ?? object

/** The groups of actions that the list can be narrowed to; the value is a prefix of the action. */
export const actionGroups = [
  { value: 'session.', label: '登录、退出' },
  { value: 'account.', label: '账号' },
  { value: 'grant.', label: '角色授权' },
  { value: 'people.', label: '人员' },
  { value: 'people.import', label: '花名册导入' },
  { value: 'people.reveal', label: '查看完整号码' },
  { value: 'absence.', label: '请假外出' },
  { value: 'places.', label: '组织机构' },
  { value: 'activity', label: '活动记录' },
  { value: 'scheme.', label: '积分办法' },
  { value: 'ledger.', label: '积分入账、冲正、核验' },
  { value: 'claim.', label: '积分申报' },
  { value: 'quarter.', label: '季度开账' },
  { value: 'notice.', label: '公示和异议' },
  { value: 'taskforce.', label: '行动党支部等' },
  { value: 'taskforce.second', label: '抽调' },
  { value: 'taskforce_kind.', label: '行动党支部等的类型' },
  { value: 'appraisal.', label: '抽调鉴定' },
  { value: 'pairing.', label: '双导师结对的签订、变更、结束' },
  { value: 'mentor', label: '双导师：导师库、结对、计划、带教、评价' },
  { value: 'volunteer', label: '志愿服务' },
  { value: 'selection.', label: '评选' },
  { value: 'honour.', label: '荣誉' },
  { value: 'talk', label: '谈心谈话' },
  { value: 'followup.', label: '转办事项' },
  { value: 'study.', label: '每日学习' },
  { value: 'duty', label: '职责与计划' },
  { value: 'report.', label: '报表' },
  { value: 'settings.', label: '设置' },
  { value: 'holidays.', label: '节假日' },
  { value: 'feed.', label: '个人日历' },
  { value: 'desk.', label: '今日提醒' },
  { value: 'unit.', label: '启用系统' },
  { value: 'keys.', label: '密钥' },
  { value: 'audit.', label: '审计日志' },
]

/** Where a request came from; what ran on the server itself had no address. */
export const addressName = (address: string) => (address === 'command line' ? '服务器命令行' : address || '—')

const fields: Record<string, string> = {
  role: '角色',
  place: '范围',
  from: '从',
  to: '到',
  branch: '党支部',
  branches: '党支部',
  group: '党小组',
  groups: '党小组',
  department: '部门',
  departments: '部门',
  counts: '行数统计',
  new_places: '新建的组织',
  new: '新增',
  warnings: '提示',
  reason: '原因',
  quarter: '季度',
  rows: '行数',
  number: '编号',
  version: '版本',
  kind: '类型',
  title: '标题',
  state: '状态',
  points: '积分',
  created: '新增',
  changed: '变更',
  unchanged: '未变',
  bad: '有误',
}

/** One line of what an entry tells in detail. */
export interface DetailLine {
  name: string
  /** Missing where a value was not replaced but is simply told. */
  from?: string
  to: string
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return '（空）'
  if (value === true) return '是'
  if (value === false) return '否'
  if (Array.isArray(value)) return value.map(plain).join('、') || '（空）'
  if (isRecord(value)) return Object.entries(value).map(([key, one]) => `${fields[key] ?? key}：${plain(one)}`).join('；')
  return String(value)
}

/** The detail of an entry as lines: a list of changes from → to, or name and value. */
export function detailLines(detail: unknown): DetailLine[] {
  if (Array.isArray(detail)) {
    return detail.map((one, n) =>
      isRecord(one) && 'to' in one
        ? { name: String(one.name ?? one.field ?? n + 1), from: plain(one.from), to: plain(one.to) }
        : { name: String(n + 1), to: plain(one) },
    )
  }
  if (!isRecord(detail)) return []
  const empty = /^0{8}-0{4}-0{4}-0{4}-0{12}$/
  return Object.entries(detail)
    .filter(([, value]) => value !== '' && value !== null && !(typeof value === 'string' && empty.test(value)))
    .map(([key, value]) => ({ name: fields[key] ?? key, to: plain(value) }))
}
