import type { components } from '@/api/schema'
import { formatPoints } from '@/ui/points'

export type Preview = components['schemas']['Preview']
export type Column = components['schemas']['PreviewColumn']
export type Issue = components['schemas']['Issue']
export type OfferedKind = components['schemas']['OfferedKind']

/** A cell as the sheet shows it: points and hours travel as hundredths and minutes. */
export function cellText(kind: Column['kind'], value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value !== 'number') return String(value)
  if (kind === 'points') return formatPoints(value)
  if (kind === 'hours') return String(Math.round((value / 60) * 100) / 100)
  return String(value)
}

/** Where a cell's text stands: numbers to the right, days and running numbers in the middle. */
export function cellAlign(column: Pick<Column, 'kind' | 'key'>): 'left' | 'center' | 'right' {
  if (column.kind === 'points' || column.kind === 'hours') return 'right'
  if (column.kind === 'text') return 'left'
  return 'center'
}

// Characters that a column takes where its definition says nothing.
const usual: Record<Column['kind'], number> = { date: 13, int: 9, points: 9, hours: 9, text: 16 }

/** Each column's share of the sheet's width, in percent. */
export function shares(columns: Pick<Column, 'kind' | 'width'>[]): number[] {
  const widths = columns.map((c) => c.width || usual[c.kind])
  const all = widths.reduce((sum, w) => sum + w, 0)
  return widths.map((w) => Math.round((w / all) * 10_000) / 100)
}

/** A heading over one or several columns, or over both rows of headings. */
export interface Heading {
  title: string
  cols: number
  rows: number
}

/** The rows of headings: two where neighbours share a group, as in the workbook. */
export function headings(columns: Pick<Column, 'title' | 'group'>[]): Heading[][] {
  if (!columns.some((c) => c.group)) return [columns.map((c) => ({ title: c.title, cols: 1, rows: 1 }))]
  const above: Heading[] = []
  const below: Heading[] = []
  columns.forEach((c, n) => {
    if (!c.group) above.push({ title: c.title, cols: 1, rows: 2 })
    else {
      const before = above[above.length - 1]
      if (before && columns[n - 1]?.group === c.group) before.cols++
      else above.push({ title: c.group, cols: 1, rows: 1 })
      below.push({ title: c.title, cols: 1, rows: 1 })
    }
  })
  return [above, below]
}

/** The total row: its word in the first column that has no total, sums where there are some. */
export function totalRow(columns: Pick<Column, 'key' | 'kind' | 'total'>[], totals: Record<string, number>): string[] {
  const word = columns.findIndex((c) => !c.total)
  return columns.map((c, n) => {
    if (c.total) return cellText(c.kind, totals[c.key])
    return n === word ? '合计' : ''
  })
}

/** Which column opens down to where the row comes from: its name, matter, group or activity (rule 17). */
export function openerColumn(columns: Pick<Column, 'key' | 'kind'>[]): number {
  const told = columns.findIndex((c) => ['name', 'matter', 'group'].includes(c.key))
  return told < 0 ? columns.findIndex((c) => c.kind === 'text') : told
}

/** The page that a row opens; an entry opens beside the sheet instead. */
export function opens(row: Pick<Preview['rows'][number], 'person_id' | 'entry_id' | 'branch_id' | 'group_id' | 'record_id'>, quarter: string): string {
  if (row.entry_id) return ''
  if (row.record_id) return `/activities/${row.record_id}`
  if (row.person_id) return `/ledger/${row.person_id}?quarter=${quarter}`
  if (row.group_id) return `/points?quarter=${quarter}&group=${row.group_id}`
  if (row.branch_id) return `/duties?branch_id=${row.branch_id}&year=${quarter.slice(0, 4)}`
  return ''
}

/** A long hash as people compare it: groups of four. */
export const formatHash = (hash: string) => hash.replace(/(.{4})(?=.)/g, '$1 ')

/** Issues that a new one of the same kind and quarter may correct: those not corrected yet. */
export function correctable(issues: Issue[], of: { branch: string; person: string }): Issue[] {
  const same = (i: Issue) => (i.branch_id ?? '') === of.branch && (i.person_id ?? '') === of.person
  return issues.filter((i) => !i.replaced_by && same(i))
}
