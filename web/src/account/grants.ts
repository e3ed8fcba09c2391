import type { components } from '@/api/schema'
import { today } from '@/ui/dates'

export type Grant = components['schemas']['Grant']
export type RoleInfo = components['schemas']['RoleInfo']

/** What each role is for, in a sentence; what it may do in detail comes from the policy. */
const purposes: Record<string, string> = {
  leading_group: '看全院的记录、台账和报表，不看谈心谈话和关怀的内容。',
  party_office: '管花名册、组织机构、导入、直接入账、冲正和报表。',
  deputy_leader: '看所分管部门的人员和活动，起草并确认部门的记录。',
  department_head: '看本部门的人员和活动，起草并确认部门的记录。',
  branch_secretary: '管本支部：记录、到会、核验、报表。',
  committee_member: '看本支部的人员、记录和台账，参与支部的决定。',
  group_leader: '管本党小组：记录、到会。',
  member: '看自己的台账和本支部的活动。',
  taskforce_secretary: '行动党支部等的负责人：记录活动、分派任务、办理结项。抽调期间自动具有，不单独授予。',
  taskforce_member: '行动党支部等的成员：看它的活动、任务和成果。抽调期间自动具有，不单独授予。',
  system_admin: '管配置、账号和备份，不看业务数据。',
  security_admin: '管角色授权，结束会话，不看业务数据。',
  security_auditor: '查看、导出审计日志。不得同时是系统管理员或安全管理员。',
}

export const purposeOf = (role: string) => purposes[role] ?? ''

const placeKinds: Record<string, string> = { unit: '全院', department: '部门', branch: '党支部', group: '党小组', project: '行动党支部等' }

/** What a role is granted at: 全院, a department, a branch, a group. */
export const placeKindName = (kind: string) => placeKinds[kind] ?? kind

/** From when to when a grant holds, in words. */
export function formatTerm(grant: Pick<Grant, 'valid_from' | 'valid_to'>): string {
  return grant.valid_to ? `${grant.valid_from} 至 ${grant.valid_to}` : `${grant.valid_from} 起`
}

/** Why a grant does not hold today; empty if it does. */
export function notInForce(grant: Pick<Grant, 'in_force' | 'valid_from' | 'valid_to'>, day = today()): string {
  if (grant.in_force) return ''
  return grant.valid_from > day ? '尚未开始' : '已到期'
}
