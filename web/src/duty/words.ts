import type { Cell, Duty, Every, Month, Owner, PlanItem, State } from './types'

/** Who owes a duty, as the page's tabs name them. */
export const ownerNames: Record<Owner, string> = { branch: '党支部', group: '党小组', deputy: '分管部门', leader: '谈话领导', unit: '全院' }

export const stateNames: Record<State, string> = {
  met: '已完成', late: '已完成，补录偏晚', partial: '部分完成', due: '进行中，还没有完成', missed: '没有完成', excused: '未完成，原因已批准', none: '不作要求',
}

/** The short names of the legend. */
export const legend: { state: Exclude<State, 'none'>; mark: string; text: string }[] = [
  { state: 'met', mark: '✓', text: '已完成' },
  { state: 'late', mark: '迟', text: '完成，记录偏晚' },
  { state: 'partial', mark: '1/2', text: '部分完成' },
  { state: 'due', mark: '待办', text: '本期还没有' },
  { state: 'missed', mark: '缺', text: '没有完成' },
  { state: 'excused', mark: '免', text: '原因已批准' },
]

/** What stands in a cell, readable without its colour. `short` is for a phone's column. */
export function markOf(state: State, met: number, owed: number, short = false): string {
  switch (state) {
    case 'met':
      return '✓'
    case 'late':
      return '迟'
    case 'partial':
      return short && owed > 9 ? '◐' : `${met}/${owed}`
    case 'due':
      return short ? '○' : '待办'
    case 'missed':
      return '缺'
    case 'excused':
      return '免'
    case 'none':
      return ''
  }
}

const quarterName = (n: string) => `第${'一二三四'[Number(n) - 1]}季度`
const shortDay = (day: string) => `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`

/** A period in words: the week by its days, since nobody knows weeks by number. */
export function periodName(cell: Pick<Cell, 'every' | 'first' | 'last'>): string {
  const { every, first, last } = cell
  switch (every) {
    case 'week':
      return `${first.slice(0, 4)}年${shortDay(first)}–${shortDay(last)}`
    case 'month':
      return `${first.slice(0, 4)}年${Number(first.slice(5, 7))}月`
    case 'quarter':
      return `${first.slice(0, 4)}年${quarterName(String((Number(first.slice(5, 7)) + 2) / 3))}`
    default:
      return `${first.slice(0, 4)}年`
  }
}

/** A cell in full, for pointer and screen reader. */
export function sayCell(cell: Cell): string {
  const count = cell.owed > 1 ? `，${cell.held}/${cell.owed}` : ''
  return `${cell.owner_name} ${periodName(cell)}${cell.name}：${stateNames[cell.state]}${count}`
}

/** The cells of one duty within one stretch of months, as one field of the grid. */
export interface Field {
  key: string
  cells: Cell[]
  /** Months that it reaches over. */
  span: number
  state: State
  met: number
  owed: number
}

export interface DutyLine {
  code: string
  name: string
  fields: (Field | { key: string; span: number })[]
}

/** The month of a cell: that of its end, or the running one as long as it runs. */
function monthOf(cell: Cell, today: string): string {
  return (cell.last < today ? cell.last : today).slice(0, 7)
}

/** One state out of several, by the server's own rule for a month. */
export function sumUp(states: State[]): { state: State; met: number; owed: number } {
  const owed = states.filter((s) => s !== 'none')
  const count = (...of: State[]) => owed.filter((s) => of.includes(s)).length
  const met = count('met', 'late')
  const asked = owed.length - count('excused')
  const result = (state: State) => ({ state, met, owed: asked })
  if (!owed.length) return result('none')
  if (!asked) return result('excused')
  if (met === asked) return result(count('late') ? 'late' : 'met')
  if (met) return result('partial')
  if (count('partial')) return result('partial')
  return result(count('missed') ? 'missed' : 'due')
}

/**
 * Lays an owner's cells under the months of the grid: a line for each duty, the weeks
 * of a month as one field, a quarter over three months, a year over all that are shown.
 */
export function linesOf(cells: Cell[], months: string[], today: string): DutyLine[] {
  const by = new Map<string, Cell[]>()
  for (const cell of cells) by.set(cell.code, [...(by.get(cell.code) ?? []), cell])
  return [...by].map(([code, own]) => {
    const taken = new Map<number, Field>()
    for (const cell of own) {
      const weekly = cell.every === 'week'
      const first = weekly ? monthOf(cell, today) : cell.first.slice(0, 7)
      const last = weekly ? first : cell.last.slice(0, 7)
      const under = months.map((m, i) => (m >= first && m <= last ? i : -1)).filter((i) => i >= 0)
      if (!under.length) continue
      const at = under[0]!
      const field = taken.get(at) ?? { key: `${code} ${months[at]}`, cells: [], span: under.length, state: 'none', met: 0, owed: 0 }
      field.cells.push(cell)
      field.span = Math.max(field.span, under.length)
      taken.set(at, field)
    }
    const fields: DutyLine['fields'] = []
    for (let i = 0; i < months.length; ) {
      const field = taken.get(i)
      if (field) fields.push(judged(field))
      else fields.push({ key: `${code} ${months[i]}`, span: 1 })
      i += field?.span ?? 1
    }
    return { code, name: own[0]!.name, fields }
  })
}

function judged(field: Field): Field {
  const only = field.cells.length === 1 ? field.cells[0]! : undefined
  if (only) return { ...field, state: only.state, met: Math.min(only.held, only.owed), owed: only.owed }
  return { ...field, ...sumUp(field.cells.map((c) => c.state)) }
}

/** What a field says in full. */
export function sayField(field: Field): string {
  const only = field.cells.length === 1 ? field.cells[0]! : undefined
  if (only) return sayCell(only)
  const first = field.cells[0]!
  return `${first.owner_name} ${first.name}，${field.cells.length} 周：${stateNames[field.state]}，${field.met}/${field.owed}`
}

/** What a month's sum says in full. */
export function sayMonth(name: string, month: Month): string {
  const where = `${name} ${month.month.slice(0, 4)}年${Number(month.month.slice(5))}月`
  if (month.state === 'none') return `${where}：不作要求`
  const parts = [`${month.owed} 项，完成 ${month.met}`]
  if (month.late) parts.push(`其中补录偏晚 ${month.late}`)
  if (month.due) parts.push(`进行中 ${month.due}`)
  if (month.missed) parts.push(`没有完成 ${month.missed}`)
  if (month.excused) parts.push(`原因已批准 ${month.excused}`)
  return `${where}：${parts.join('，')}`
}

export const everyNames: Record<Every, string> = { day: '每天', week: '每周', month: '每月', quarter: '每季度', year: '每年' }

/** "每月 1 次". */
export function frequency(duty: Pick<Duty, 'period' | 'times'>): string {
  return `${everyNames[duty.period]} ${duty.times} 次`
}

/** Who owes a line of the list. */
export function owedBy(duty: Pick<Duty, 'owner' | 'committee'>): string {
  if (duty.owner === 'member') return '党员本人'
  if (duty.owner === 'deputy') return '分管院领导'
  if (duty.owner === 'branch' && duty.committee) return '设支委会的党支部'
  return ownerNames[duty.owner]
}

/** Why a record in a cell does not count. */
export function whyNot(reason: string | undefined): string {
  switch (reason) {
    case 'quorum':
      return '到会人数不足，不计入'
    case 'draft':
      return '还是草稿，确认后计入'
    case 'withdrawn':
      return '已撤回，不计入'
    default:
      return '不计入'
  }
}

/** Where what is missing is recorded: the form with kind and organiser chosen; talks have no such form. */
export function recordLink(cell: Pick<Cell, 'kind' | 'owner' | 'owner_id' | 'first' | 'last'>, today: string) {
  if (!cell.kind || cell.owner === 'leader') return undefined
  const place = { branch: 'branch', group: 'group', deputy: 'department', unit: 'unit' }[cell.owner]
  const organiser = cell.owner === 'unit' ? 'unit:' : `${place}:${cell.owner_id}`
  const query: Record<string, string> = { kind: cell.kind, organiser }
  if (cell.last < today) query.day = cell.last
  return { path: '/activities/record', query }
}

/** First and last days of periods. Days are text and never pass through a local Date. */
export function beginOf(every: Every, day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  if (every === 'week') at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7))
  if (every === 'month' || every === 'quarter' || every === 'year') at.setUTCDate(1)
  if (every === 'quarter') at.setUTCMonth(Math.floor(at.getUTCMonth() / 3) * 3)
  if (every === 'year') at.setUTCMonth(0)
  return at.toISOString().slice(0, 10)
}

function shift(day: string, by: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + by)
  return at.toISOString().slice(0, 10)
}

/**
 * The days from which a duty's terms may change, the running period's first day first:
 * those that begin a period of the old and of the new terms. Weeks meet no other period,
 * so there the new one's own first days serve.
 */
export function changeDays(old: Every, now: Every, today: string, most = 5): string[] {
  const [a, b] = [beginOf(old, today), beginOf(now, today)]
  const earliest = a > b ? a : b
  const free = old === 'week' || now === 'week'
  const out: string[] = []
  for (let day = earliest, n = 0; out.length < most && n < 2000; day = shift(day, 1), n++) {
    if (beginOf(now, day) === day && (free || beginOf(old, day) === day)) out.push(day)
  }
  return out
}

/** The last days with which a duty may end: of the period before the running one, and of the next ones. */
export function endDays(every: Every, today: string, most = 5): string[] {
  return changeDays(every, every, today, most).map((day) => shift(day, -1))
}

export const planStates: Record<PlanItem['state'], { text: string; type: 'success' | 'info' | 'danger' | 'warning' }> = {
  met: { text: '已落实', type: 'success' },
  due: { text: '待落实', type: 'info' },
  missed: { text: '未落实', type: 'danger' },
  excused: { text: '原因已批准', type: 'warning' },
  none: { text: '', type: 'info' },
}
