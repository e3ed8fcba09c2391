import type { paths } from '@/api/schema'
import { formatDay } from '@/ui/dates'

type Answer<P extends keyof paths, M extends keyof paths[P], S extends number = 200> = paths[P][M] extends {
  responses: Record<S, { content: { 'application/json': infer T } }>
}
  ? T
  : never
type Asked<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  requestBody: { content: { 'application/json': infer T } }
}
  ? T
  : never

/** The year's growth plan of a pairing. */
export type Plan = Answer<'/api/pairings/{id}/plans', 'get'>['items'][number]
export type PlanItem = Plan['items'][number]
export type PlanInput = Asked<'/api/pairings/{id}/plans/{year}', 'put'>
/** A pairing's plan in the office's list of a year. */
export type PlanLine = Answer<'/api/growth-plans', 'get'>['items'][number]
export type PlanPage = Answer<'/api/growth-plans', 'get'>
/** What a mentor and the mentee did together. */
export type Log = Answer<'/api/pairings/{id}/logs', 'get'>['items'][number]
export type LogPage = Answer<'/api/pairings/{id}/logs', 'get'>
export type LogInput = Asked<'/api/pairings/{id}/logs', 'post'>
/** Half of a year, with what the three said of it. */
export type Stage = Answer<'/api/pairings/{id}/assessments', 'get'>['stages'][number]
export type Assessment = Stage['assessments'][number]
export type Grade = NonNullable<Assessment['grade']>
export type Kind = Log['kind']
type Mark = { name: string; type: 'success' | 'warning' | 'info' | 'danger' | 'primary' }

export const kindNames: Record<Kind, string> = {
  lesson: '授课辅导',
  case_review: '案件评析',
  talk: '交流谈心',
  reading: '读书研讨',
  practice: '实务带教',
  other: '其他',
}
export const roleNames = { mentee: '学员', political: '政治导师', professional: '业务导师' } as const
export const gradeNames: Record<Grade, string> = { excellent: '优秀', good: '良好', fair: '一般', poor: '较差' }
export const stageNames = { mid: '年中评价', final: '年终评价' } as const

export const logMarks: Record<Log['state'], Mark> = {
  reported: { name: '待确认', type: 'warning' },
  confirmed: { name: '已确认', type: 'success' },
  declined: { name: '已退回', type: 'danger' },
  withdrawn: { name: '已撤回', type: 'info' },
}
export const lineMarks: Record<PlanLine['state'], Mark> = {
  none: { name: '未制定', type: 'danger' },
  draft: { name: '待三方同意', type: 'warning' },
  agreed: { name: '待公示', type: 'primary' },
  noticed: { name: '公示中', type: 'primary' },
  published: { name: '已公布', type: 'success' },
}

export function planMark(p: Plan): Mark {
  return lineMarks[p.state === 'draft' && p.agreed ? 'agreed' : p.state]
}

/** By when an item is to be done. */
export const until = (month?: number) => (month ? `${month}月底前` : '全年')

/** How much of a plan is done: of each item no more than it asks for. */
export function progress(items: PlanItem[]): { done: number; planned: number } {
  return items.reduce((sum, i) => ({ done: sum.done + Math.min(i.times, i.done ?? 0), planned: sum.planned + i.times }), { done: 0, planned: 0 })
}

/** The mentors that a log of a day can be of. */
export function mentorsOn<M extends { from: string; to: string }>(mentors: M[], day: string): M[] {
  return mentors.filter((m) => m.from <= day && day <= m.to)
}

/** The items of a plan that a log of this mentor's can fulfil; of a day in another year none. */
export function itemsFor(plans: Plan[], day: string, role?: string): { plan: Plan; items: PlanItem[] } | null {
  const plan = plans.find((p) => String(p.year) === day.slice(0, 4) && p.state !== 'draft')
  if (!plan) return null
  const items = plan.items.filter((i) => !i.role || !role || i.role === role)
  return items.length ? { plan, items } : null
}

/** When a plan was published, or until when it should be. */
export function published(p: { published_on?: string; due_on: string; late: boolean }): string {
  if (p.published_on) return `${formatDay(p.published_on)}公示${p.late ? '，逾期' : ''}`
  return p.late ? `应在${formatDay(p.due_on, true)}前公示，已逾期` : `${formatDay(p.due_on, true)}前公示`
}
