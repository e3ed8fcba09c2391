import type { components } from '@/api/schema'

export type Person = components['schemas']['Person']
export type PersonDetail = components['schemas']['PersonDetail']
export type PoliticalStatus = Person['political_status']
export type PositionKind = components['schemas']['Position']['kind']

interface Term<T> {
  value: T
  label: string
}

/** 政治面貌. */
export const statuses: Term<PoliticalStatus>[] = [
  { value: 'party_member', label: '中共党员' },
  { value: 'probationary_member', label: '中共预备党员' },
  { value: 'league_member', label: '共青团员' },
  { value: 'democratic_party', label: '民主党派' },
  { value: 'non_partisan', label: '无党派人士' },
  { value: 'masses', label: '群众' },
]

/** 发展阶段. Party members' follows from their status. */
export const stages: Term<Person['development_stage']>[] = [
  { value: 'none', label: '未申请' },
  { value: 'applicant', label: '入党申请人' },
  { value: 'activist', label: '入党积极分子' },
  { value: 'candidate', label: '发展对象' },
  { value: 'probationary', label: '预备党员' },
  { value: 'full', label: '正式党员' },
]

export const positionKinds: Term<PositionKind>[] = [
  { value: 'administrative', label: '行政职务' },
  { value: 'secretary', label: '支部书记' },
  { value: 'deputy_secretary', label: '支部副书记' },
  { value: 'committee_member', label: '支部委员' },
  { value: 'group_leader', label: '党小组长' },
]

/** The word for a code; a code that is not in the list is shown as it is. */
export function wordOf<T extends string>(list: Term<T>[], code: string): string {
  return list.find((term) => term.value === code)?.label ?? code
}

export const statusName = (code: string) => wordOf(statuses, code)

export const isParty = (status: string) => status === 'party_member' || status === 'probationary_member'

/** "2026-01-05 至今", "2026-01-05 至 2026-06-30". */
export function formatSpell(from: string, to?: string): string {
  return to ? `${from} 至 ${to}` : `${from} 至今`
}

/** Whole years from a day until another. */
export function yearsSince(day: string, until: string): number {
  const years = Number(until.slice(0, 4)) - Number(day.slice(0, 4))
  return until.slice(5) < day.slice(5) ? years - 1 : years
}
