// How policy names read in Chinese. A name that is not here is shown as it is,
// so that a new line of the policy is never hidden.
const resources: Record<string, string> = {
  session: '本人会话',
  desk: '首页',
  people: '人员',
  places: '组织机构',
  settings: '系统设置',
  activity: '活动记录',
  activity_kind: '活动类型',
  ledger: '积分台账',
  scheme: '积分办法',
  quarter: '季度账',
  fairness: '公平性分析',
  claim: '积分申报',
  notice: '公示',
  selection: '评选',
  honour: '荣誉证书',
  taskforce: '行动党支部等',
  taskforce_kind: '行动党支部等的类型',
  appraisal: '抽调鉴定',
  mentoring: '双导师',
  volunteer: '志愿服务活动',
  volunteer_hours: '志愿时长',
  volunteer_certificate: '志愿服务证明',
  volunteer_service: '志愿服务统计表',
  mentor_pairs: '双导师情况表',
  taskforce_register: '行动党支部情况表',
  absence: '请假外出',
  talk: '谈心谈话安排',
  talk_type: '谈话设置',
  talk_text: '谈话内容',
  followup: '谈话转办事项',
  duty: '职责落实',
  duty_plan: '支部季度计划',
  study: '学习笔记',
  feed: '个人日历订阅',
  meeting_statistics: '三会一课统计',
  talk_coverage: '谈心谈话情况表',
  annual_summary: '年度积分汇总',
  pennant: '流动红旗评选表',
  quarter_summary: '季度积分汇总',
  member_ledger: '个人积分台账',
  report: '报表存档',
  account: '账号',
  grant: '角色授权',
  audit: '审计日志',
}

const actions: Record<string, string> = {
  use: '使用',
  read: '查看',
  write: '维护',
  record: '记录',
  confirm: '确认',
  export: '导出',
  import: '导入',
  reveal: '查看完整号码',
  post: '入账',
  reverse: '冲正',
  verify: '核验',
  issue: '出具',
  sessions: '结束会话',
  review: '审阅',
  draft: '起草',
  publish: '发布',
  check: '核对清单',
  notice: '公示',
  close: '结账',
  submit: '提交',
  propose: '提议',
  staff: '抽调与任命',
  log: '登记成果纪实',
  work: '分派任务',
  conclude: '结项',
  archive: '归档',
  receive: '接收',
  pair: '结对',
  sign: '报名',
  organise: '组织',
  score: '评分',
  object: '提出异议',
  decide: '裁定',
  cancel: '撤销',
  open: '发起',
  nominate: '推荐',
  plan: '编排',
  excuse: '说明原因',
  approve: '批准',
  note: '记录',
}

/** One permission of the session ("activity.read") in its parts. */
export interface Permission {
  resource: string
  action: string
}

export function readPermission(name: string): Permission {
  const at = name.indexOf('.')
  return at < 0 ? { resource: name, action: '' } : { resource: name.slice(0, at), action: name.slice(at + 1) }
}

export const resourceName = (resource: string) => resources[resource] ?? resource
export const actionName = (action: string) => actions[action] ?? action
export const permissionName = (name: string) => {
  const { resource, action } = readPermission(name)
  return `${actionName(action)}${resourceName(resource)}`
}

/** Permissions grouped by what they are about, for reading. */
export function groupPermissions(names: string[]): { resource: string; actions: string[] }[] {
  const groups = new Map<string, string[]>()
  for (const { resource, action } of names.map(readPermission)) {
    groups.set(resource, [...(groups.get(resource) ?? []), action])
  }
  return [...groups].map(([resource, actions]) => ({ resource, actions }))
}
