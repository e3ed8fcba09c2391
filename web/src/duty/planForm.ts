import type { Plan, PlanItem } from './types'

/** An item as the form holds it. `key` names the row; an id is there once it was saved. */
export interface PlanRow {
  key: string
  id?: string
  code: string
  group: string
  day: string
  title: string
  person: string
  personName: string
}

export function rowsOf(items: PlanItem[]): PlanRow[] {
  return items.map((it) => ({
    key: it.id, id: it.id, code: it.code, group: it.group_id ?? '', day: it.planned_on, title: it.title, person: it.person_id ?? '', personName: it.person_name ?? '',
  }))
}

/** What the server is sent; the order of the rows is the order of the plan. */
export function changesOf(rows: PlanRow[]) {
  return rows.map((r) => ({
    planned_on: r.day, title: r.title.trim(), ...(r.id ? { id: r.id } : {}), ...(r.code ? { code: r.code } : {}),
    ...(r.group ? { group_id: r.group } : {}), ...(r.person ? { person_id: r.person } : {}),
  }))
}

/** What is wrong with a row, or nothing. */
export function flawOf(row: PlanRow, plan: Pick<Plan, 'duties'>, [first, last]: [string, string]): string {
  if (!row.title.trim()) return '请填写事项'
  if (!row.day) return '请选择日期'
  if (row.day < first || row.day > last) return '日期要在本季度内'
  const duty = plan.duties.find((d) => d.code === row.code)
  if (duty?.owner === 'group' && !row.group) return '请选择党小组'
  return ''
}

/** Rows in the order of their days; those of one day keep theirs. */
export function byDay(rows: PlanRow[]): PlanRow[] {
  return [...rows].sort((a, b) => a.day.localeCompare(b.day))
}

/** Moves a row by one place; out of the list it stays. */
export function moved(rows: PlanRow[], key: string, by: -1 | 1): PlanRow[] {
  const from = rows.findIndex((r) => r.key === key)
  const to = from + by
  if (from < 0 || to < 0 || to >= rows.length) return rows
  const out = [...rows]
  ;[out[from], out[to]] = [out[to]!, out[from]!]
  return out
}

/** The items of a plan by month, for reading: in the branch's own order within the month. */
export function byMonth(items: PlanItem[]): [month: string, items: PlanItem[]][] {
  const by = new Map<string, PlanItem[]>()
  for (const it of items) by.set(it.planned_on.slice(0, 7), [...(by.get(it.planned_on.slice(0, 7)) ?? []), it])
  return [...by].sort(([a], [b]) => a.localeCompare(b))
}

/** How many items of duties are met, for the line above the plan. */
export function tallyOf(items: PlanItem[]): string {
  const owed = items.filter((it) => it.state !== 'none')
  const met = owed.filter((it) => it.met).length
  const missed = owed.filter((it) => it.state === 'missed').length
  return `共 ${items.length} 项，职责 ${owed.length} 项中已落实 ${met} 项${missed ? `，未落实 ${missed} 项` : ''}`
}
