import type { Duty, Owed, Period } from './types'

/** A cell of the duty calendar: a period over as many months as are shown of it. */
export interface Cell {
  period: Period
  span: number
}

/** Lays the periods of a duty under the months shown ("2026-01", oldest first). */
export function cellsOf(duty: Pick<Duty, 'periods'>, months: string[]): Cell[] {
  return duty.periods
    .map((period) => ({
      period,
      span: months.filter((month) => month >= period.first.slice(0, 7) && month <= period.last.slice(0, 7)).length,
    }))
    .filter((cell) => cell.span > 0)
}

/** What stands in a cell: readable without its colour. */
export function markOf(period: Pick<Period, 'state' | 'met' | 'owed'>): string {
  switch (period.state) {
    case 'met':
      return '✓'
    case 'partial':
      return `${period.met}/${period.owed}`
    case 'due':
      return '待办'
    case 'missed':
      return '缺'
    case 'none':
      return ''
  }
}

/** "2026-11" → "2026年11月", "2026Q4" → "2026年第四季度". */
export function periodName(period: string): string {
  const quarter = /^(\d{4})Q([1-4])$/.exec(period)
  if (quarter) return `${quarter[1]}年第${'一二三四'[Number(quarter[2]) - 1]}季度`
  return `${period.slice(0, 4)}年${Number(period.slice(5))}月`
}

const stateNames: Record<Period['state'], string> = {
  met: '已完成', partial: '部分完成', due: '进行中，还没有', missed: '没有记录', none: '不作要求',
}

/** A cell said in full, for pointer and screen reader. */
export function sayCell(duty: Pick<Duty, 'kind_name'>, period: Period): string {
  const groups = period.owed > 1 ? `，${period.owed} 个党小组中 ${period.met} 个已开` : ''
  return `${periodName(period.period)}${duty.kind_name}：${stateNames[period.state]}${groups}`
}

/** Where a duty that is owed is recorded: the form, with kind and organiser chosen. */
export function recordLink(owed: Pick<Owed, 'kind' | 'branch_id' | 'group_id'>) {
  const organiser = owed.group_id ? `group:${owed.group_id}` : `branch:${owed.branch_id}`
  return { path: '/activities/record', query: { kind: owed.kind, organiser } }
}
