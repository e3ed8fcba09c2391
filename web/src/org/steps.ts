import { api, ask } from '@/api/client'
import { isParty, type PersonDetail, type PositionKind } from './terms'

/** What can be arranged for a person from a day on. */
export type Arrangement = 'branch' | 'department' | 'position' | 'exemption'

/** What an arrangement's form holds; which fields count depends on the arrangement. */
export interface Arranged {
  from: string
  to: string
  branch: string
  group: string
  department: string
  kind: PositionKind
  title: string
  reason: string
}

export const arrangements: Record<Arrangement, { title: string; hint: string }> = {
  branch: {
    title: '调整组织关系',
    hint: '原组织关系到起始日前一天为止，历史保留：过去的记录和积分仍记在原支部。',
  },
  department: { title: '调整部门', hint: '原部门到起始日前一天为止，历史保留。' },
  position: { title: '任职', hint: '党内职务在本人所在的支部、小组内任职。角色权限由安全管理员另行授予。' },
  exemption: { title: '免记积分', hint: '期间没有积分台账，页面和报表都注明原因（退休、长期病休、借调在外等）。' },
}

/** Whether the form says enough to be sent. */
export function isArranged(what: Arrangement, form: Arranged): boolean {
  if (!form.from) return false
  switch (what) {
    case 'exemption':
      return form.reason.trim() !== ''
    case 'position':
      return form.kind !== 'administrative' || form.title.trim() !== ''
    default:
      return true
  }
}

/** Positions that can be given: those of the Party only to its members in a branch. */
export function positionsFor(person: PersonDetail): PositionKind[] {
  if (!isParty(person.political_status) || !person.branch) return ['administrative']
  const posts: PositionKind[] = ['administrative', 'secretary', 'deputy_secretary', 'committee_member']
  return person.group ? [...posts, 'group_leader'] : posts
}

/** Sends an arrangement; answers with the person as it is then. */
export function arrange(what: Arrangement, id: string, form: Arranged): Promise<PersonDetail> {
  const params = { path: { id } }
  const { from } = form
  switch (what) {
    case 'branch':
      return ask(
        api.POST('/api/people/{id}/branch', {
          params,
          body: { from, branch_id: form.branch || undefined, group_id: (form.branch && form.group) || undefined },
        }),
      )
    case 'department':
      return ask(
        api.POST('/api/people/{id}/department', { params, body: { from, department_id: form.department || undefined } }),
      )
    case 'position':
      return ask(
        api.POST('/api/people/{id}/positions', {
          params,
          body: { from, kind: form.kind, title: form.title.trim() || undefined },
        }),
      )
    case 'exemption':
      return ask(
        api.POST('/api/people/{id}/exemptions', {
          params,
          body: { from, reason: form.reason.trim(), to: form.to || undefined },
        }),
      )
  }
}
