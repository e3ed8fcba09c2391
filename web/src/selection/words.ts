import { formatPoints } from '@/ui/points'
import type { Candidate, Kind, Measure, Selection, State } from './types'

export const kindNames: Record<Kind, string> = { pennant: '流动红旗', pioneer_post: '先锋岗', best_pair: '师徒最佳组合' }

export const stateNames: Record<State, string> = {
  open: '推荐审核中',
  noticed: '公示中',
  heard: '待审定',
  decided: '已审定',
  cancelled: '已撤销',
}

/** The tag colour of a state. */
export const stateTypes: Record<State, 'warning' | 'success' | 'info' | 'primary'> = {
  open: 'warning',
  noticed: 'primary',
  heard: 'warning',
  decided: 'success',
  cancelled: 'info',
}

export const resultNames: Record<string, string> = { kept: '保旗', won: '夺旗', awarded: '授予', not_awarded: '未授予' }
export const opinionNames: Record<string, string> = { agree: '同意', disagree: '不同意' }

/** The steps of a kind, as the page draws them. */
export function stepsOf(kind: Kind): string[] {
  if (kind === 'best_pair') return ['计算', '评分', '公示', '审定']
  return kind === 'pennant' ? ['计算', '支委会意见', '公示', '审定'] : ['党小组推荐', '支委会意见', '公示', '审定']
}

/** Which step a selection is at, as far as its reader sees it; four when it is done. */
export function stepAt(s: Pick<Selection, 'kind' | 'state'>, proposed: number): number {
  switch (s.state) {
    case 'open':
      return s.kind !== 'pioneer_post' || proposed > 0 ? 1 : 0
    case 'noticed':
      return 2
    case 'heard':
      return 3
    default:
      return 4
  }
}

/** How a line of the scoring sheet gets its points. */
export const measureNames: Record<Measure, string> = {
  year_score: '双方导师年终分折算',
  plan_done: '年度计划完成率折算',
  log_count: '已确认活动次数，每月一次即满分',
  judged: '评分人评分的平均',
}

/** The scoring sheet that an office begins with, in points. */
export function standardSheet(): { title: string; most: number; measure: Measure }[] {
  return [
    { title: '年终分', most: 40, measure: 'year_score' },
    { title: '计划完成率', most: 30, measure: 'plan_done' },
    { title: '活动次数', most: 10, measure: 'log_count' },
    { title: '评议', most: 20, measure: 'judged' },
  ]
}

/** What is wrong with a sheet as it is typed; empty where nothing is. */
export function sheetFault(sheet: { title: string; most: number }[]): string {
  if (sheet.some((c) => !c.title.trim())) return '每个评分项都要有名称'
  const sum = sheet.reduce((all, c) => all + Math.round((c.most || 0) * 100), 0)
  return sum === 10000 ? '' : `各项满分之和须为 100 分，现在是 ${formatPoints(sum)} 分`
}

/** Points with thousands apart: 187250 → "1,872.5". */
export function grouped(hundredths: number): string {
  const [whole = '', fraction] = formatPoints(hundredths).split('.')
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction ? `${spaced}.${fraction}` : spaced
}

/** A sum over heads in one line: "总分 1,872.5 ÷ 20 人 = 93.63". */
export function division(points: number, heads: number, average: number): string {
  if (!heads) return '没有持积分台账的人员'
  const exact = (points * 1000) % (heads * 1000) === 0
  return `总分 ${grouped(points)} ÷ ${heads} 人 ${exact ? '=' : '≈'} ${grouped(average)}`
}

/** The arithmetic of a group, line by line, as it can be checked by hand. */
export function arithmetic(c: Candidate): { label: string; text: string }[] {
  const lines = [{ label: '本季人均', text: division(c.points, c.headcount, c.average) }]
  if (c.previous_count) {
    lines.push({ label: '上季人均', text: division(c.previous_points, c.previous_count, c.previous_average) })
    if (c.change !== undefined) lines.push({ label: '较上季', text: `${formatPoints(c.change, true)} 分` })
  } else lines.push({ label: '上季人均', text: '上季没有积分台账，不作比较' })
  lines.push({ label: '扣分', text: c.deductions ? `${c.deductions} 笔，合计 ${formatPoints(c.deducted)} 分` : '没有扣分' })
  lines.push({ label: '职责完成', text: duty(c) })
  lines.push({ label: '否决项', text: c.vetoes ? `${c.vetoes} 项，不参评` : '没有' })
  lines.push({ label: '上季红旗', text: c.holds ? '本组持有' : '不在本组' })
  return lines
}

/** "应完成 3 次，已完成 2 次（67%）". */
export function duty(c: Pick<Candidate, 'duty_owed' | 'duty_met'>): string {
  if (!c.duty_owed) return '本季没有应完成的党小组会'
  return `应完成 ${c.duty_owed} 次，已完成 ${c.duty_met} 次（${Math.round((c.duty_met / c.duty_owed) * 100)}%）`
}

/** Why sums are not shown: of a person whose ledger is closed to the reader. */
export const hiddenHint = '他人的个人积分只有本人所在党支部的支委会和机关党委、党组能看。推荐请看实际表现；能否参评由系统按台账判断。'

/** How a candidate stands, in a word or two. */
export function standing(c: Candidate, kind: Kind): string {
  if (c.result) return resultNames[c.result] ?? c.result
  if (c.objected) return '异议成立'
  if (c.excluded) return '不参评'
  if (c.heard) return '公示期满'
  if (c.noticed) return '公示中'
  if (!c.proposed) return ''
  return kind === 'pennant' ? (c.holds ? '拟保旗' : '拟夺旗') : '已推荐'
}

/** By what the first of a ranking is ahead of the next, for the sentence above the table. */
export function lead(first: Candidate, next: Candidate | undefined): string {
  if (!next) return '没有其他可参评的党小组。'
  // Compared as fractions: what is rounded alike may still differ.
  const byAverage = first.points * next.headcount - next.points * first.headcount
  if (byAverage !== 0) return '人均积分最高。'
  if (first.deductions !== next.deductions) return `与${next.branch}${next.name}人均相同，扣分笔数较少。`
  if (first.deducted !== next.deducted) return `与${next.branch}${next.name}人均和扣分笔数相同，扣分合计较少。`
  const share = (c: Candidate) => (c.duty_owed ? [c.duty_met, c.duty_owed] : [1, 1]) as [number, number]
  const [a, b] = [share(first), share(next)]
  if (a[0] * b[1] !== b[0] * a[1]) return `与${next.branch}${next.name}人均、扣分相同，职责完成更好。`
  if (first.holds) return `与${next.branch}${next.name}各项相同，上季持旗，保旗。`
  return first.nomination ? `与${next.branch}${next.name}各项相同，由机关党委选定。` : `与${next.branch}${next.name}并列。`
}
