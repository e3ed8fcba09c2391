import { formatPoints } from '@/ui/points'
import { formatQuarter } from '@/ui/quarter'
import type { Dimension, LedgerLine } from './types'

export const dimensionNames: Record<Dimension, string> = {
  base: '基础分',
  political: '政治',
  professional: '业务',
  discipline: '纪律',
  conduct: '作风',
}

export const sourceNames: Record<LedgerLine['source'], string> = {
  quarter: '季度开账',
  activity: '活动记录',
  claim: '申报核实',
  office: '机关党委办理',
  reversal: '随记录冲正',
}

/** Rule 11: why 2 became 1, in a sentence; empty where nothing was cut. */
export function explainCut(line: Pick<LedgerLine, 'points' | 'requested' | 'cut_by'>): string {
  if (!line.cut_by) return ''
  return `应计 ${formatPoints(line.requested)} 分，${line.cut_by}，实计 ${formatPoints(line.points)} 分`
}

/** Rule 14: a fact of another quarter than the one it was posted in. */
export function explainLate(line: Pick<LedgerLine, 'fact_quarter' | 'post_quarter'>): string {
  return line.fact_quarter === line.post_quarter ? '' : `事项属${formatQuarter(line.fact_quarter)}，记入本季度`
}

/** Whether the line still counts: it is no reversal and was not reversed. */
export const counts = (line: Pick<LedgerLine, 'reverses' | 'reversed_by'>) => !line.reverses && !line.reversed_by

/** What the line rests on, where a page shows it: the record of an activity, the claim with its evidence (rule 17). */
export function evidenceOf(line: Pick<LedgerLine, 'source' | 'record_id'>): { to: string; label: string } | undefined {
  if (line.source === 'activity') return { to: `/activities/${line.record_id}`, label: '查看活动记录' }
  if (line.source === 'claim') return { to: `/claims/${line.record_id}`, label: '查看申报与佐证' }
  return undefined
}

/** The rule and its clause: "参加三会一课（第六条第一项）". */
export const ruleOf = (line: Pick<LedgerLine, 'rule' | 'clause'>) => (line.clause ? `${line.rule}（${line.clause}）` : line.rule)

/** How much of a maximum is gained, in percent from 0 to 100. */
export function filled(gained: number, most: number | undefined): number {
  return most ? Math.max(0, Math.min(100, Math.round((gained / most) * 100))) : 0
}
