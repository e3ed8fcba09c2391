import type { components } from '@/api/schema'
import { formatPoints } from '@/ui/points'

type Schemas = components['schemas']

export type Fairness = Schemas['Fairness']
export type Spread = Schemas['Spread']
export type DimensionCuts = Schemas['DimensionCuts']
export type CutEntry = Schemas['CutEntry']
export type Decision = Schemas['Decision']

/** Thousandths as percent: 905 → "90.5%". */
export const percent = (thousandths: number) => `${Math.round(thousandths) / 10}%`

/** The rows of the table of branches; the last is everybody. */
export function spreadRows(page: Fairness): string[][] {
  const row = (s: Spread, name: string) => [
    name,
    String(s.people),
    formatPoints(s.average),
    formatPoints(s.deviation),
    `${formatPoints(s.min)}–${formatPoints(s.max)}`,
    `${formatPoints(s.lower)}–${formatPoints(s.upper)}`,
    formatPoints(s.median),
  ]
  const rows = page.branches.map((s) => row(s, spreadName(s)))
  return page.branches.length > 1 ? [...rows, row(page.whole, '全部')] : rows
}

export const spreadName = (s: Spread) => s.branch || '未编入支部'

/** The rows of the table of verifiers. */
export function verifierRows(page: Fairness): string[][] {
  return page.verifiers.map((v) => [v.name, String(v.verified), String(v.returned), percent(v.share)])
}

/** A line of the table of cuts: a dimension, or one of its rules. */
export interface CutLine {
  dimension: string
  rule?: string
  name: string
  cut: number
  cells: string[]
}

/** Dimensions with their rules below them, as far as anything was cut or posted. */
export function cutLines(cuts: DimensionCuts[]): CutLine[] {
  return cuts.flatMap((d) => [
    {
      dimension: d.dimension, name: d.title, cut: d.cut,
      cells: [d.title, String(d.entries), String(d.cut), percent(d.share), formatPoints(d.lost), String(d.people)],
    },
    ...d.rules.map((r) => {
      const name = [r.clause, r.title].filter(Boolean).join(' ')
      return {
        dimension: d.dimension, rule: r.code, name, cut: r.cut,
        cells: [name, '', String(r.cut), percent(r.share), formatPoints(r.lost), String(r.people)],
      }
    }),
  ])
}
