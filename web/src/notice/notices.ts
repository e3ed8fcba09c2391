import type { components } from '@/api/schema'
import { formatDay } from '@/ui/dates'

export type Notice = components['schemas']['NoticeSummary']
export type NoticePage = components['schemas']['NoticeDetail']
export type Line = components['schemas']['ItemLine']
export type Objection = components['schemas']['Objection']
export type MeetingChoices = components['schemas']['MeetingChoices']

type Tag = 'success' | 'warning' | 'info' | 'danger'
export interface Mark {
  text: string
  type: Tag
}

/** The kinds of notices, in the words of the filter. */
export const kindNames: Record<string, string> = { claims: '积分申报', totals: '季度积分', selection: '评选' }

/** What a notice's days make of it today. */
export function stateOf(n: Pick<Notice, 'state' | 'running' | 'days_left' | 'items'>): Mark {
  if (n.state === 'cancelled') return { text: '已撤销', type: 'danger' }
  if (n.state === 'settled') return { text: '已结束', type: 'info' }
  if (!n.running) return { text: '公示期满，异议办理中', type: 'warning' }
  if (n.days_left === 0) return { text: '今天截止', type: 'warning' }
  return { text: `公示中，还有 ${n.days_left} 个工作日`, type: 'success' }
}

/** What became of an item. Nothing special is said of one that lies open. */
export function outcomeOf(line: Pick<Line, 'outcome' | 'disputed'>): Mark | null {
  switch (line.outcome) {
    case 'passed':
      return { text: '无异议通过', type: 'success' }
    case 'upheld':
      return { text: '异议成立', type: 'danger' }
    case 'withdrawn':
      return { text: '已撤回', type: 'info' }
    case 'cancelled':
      return { text: '公示撤销', type: 'info' }
  }
  return line.disputed ? { text: '异议办理中', type: 'warning' } : null
}

export const objectionStates: Record<Objection['state'], Mark> = {
  open: { text: '待答复', type: 'warning' },
  upheld: { text: '异议成立', type: 'danger' },
  rejected: { text: '异议不成立', type: 'info' },
  withdrawn: { text: '已了结', type: 'info' },
}

/** "5月20日至5月27日": the days of a notice. */
export function periodOf(n: { first_day: string; last_day: string }): string {
  const sameYear = n.first_day.slice(0, 4) === n.last_day.slice(0, 4)
  return `${formatDay(n.first_day)}至${formatDay(n.last_day, sameYear)}`
}

/** The numbers under a notice that has ended: "通过 3 项，异议成立 1 项". */
export function tallyOf(items: Notice['items']): string {
  const parts: [number, string][] = [
    [items.open, '公示中'],
    [items.passed, '通过'],
    [items.upheld, '异议成立'],
    [items.withdrawn, '撤回'],
    [items.cancelled, '撤销'],
  ]
  const said = parts.filter(([n]) => n > 0)
  if (said.length === 1 && items.open > 0) return `共 ${items.all} 项`
  return `共 ${items.all} 项：${said.map(([n, word]) => `${word} ${n}`).join('，')}`
}
