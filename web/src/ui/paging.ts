import type { Page } from './listQuery'

/**
 * Pages and sorts a list that the server answers whole (accounts, grants, places),
 * so that it looks and behaves like the lists that page by cursor. The cursor is
 * the number of rows before the page; `order` gives what each sortable column
 * compares by.
 */
export function pageOf<T>(
  rows: T[],
  params: { limit: number; cursor?: string; sort?: string },
  order: Record<string, (row: T) => string | number> = {},
): Page<T> {
  const key = order[(params.sort ?? '').replace(/^-/, '')]
  const turn = params.sort?.startsWith('-') ? -1 : 1
  const sorted = key ? [...rows].sort((a, b) => turn * compare(key(a), key(b))) : rows
  const from = Math.max(0, Number.parseInt(params.cursor ?? '', 10) || 0)
  const to = from + params.limit
  return { items: sorted.slice(from, to), next: to < rows.length ? String(to) : '', total: rows.length }
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'zh-CN', { numeric: true })
}
