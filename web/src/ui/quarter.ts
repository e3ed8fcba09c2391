import { today } from './dates'

/** A quarter as the API writes it: "2026Q3". */
export type Quarter = string

const shape = /^(\d{4})Q([1-4])$/

function split(quarter: Quarter): { year: number; number: number } | null {
  const match = shape.exec(quarter)
  return match ? { year: Number(match[1]), number: Number(match[2]) } : null
}

export function isQuarter(value: unknown): value is Quarter {
  return typeof value === 'string' && shape.test(value)
}

/** The quarter of a day ("2026-08-01" → "2026Q3"). */
export function quarterOf(day: string): Quarter {
  return `${day.slice(0, 4)}Q${Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1}`
}

/** The office's quarter at this moment. */
export function currentQuarter(now: Date = new Date()): Quarter {
  return quarterOf(today(now))
}

/** Moves by whole quarters, across years: ("2026Q1", -1) → "2025Q4". */
export function shiftQuarter(quarter: Quarter, by: number): Quarter {
  const at = split(quarter)
  if (!at) return quarter
  const index = at.year * 4 + at.number - 1 + by
  return `${Math.floor(index / 4)}Q${(index % 4) + 1}`
}

/** "2026Q3" → "2026年第三季度". What is no quarter is shown as it is. */
export function formatQuarter(quarter: Quarter): string {
  const at = split(quarter)
  return at ? `${at.year}年第${'一二三四'[at.number - 1]}季度` : quarter
}

/** First and last day of a quarter. */
export function quarterDays(quarter: Quarter): [first: string, last: string] {
  const at = split(quarter)
  if (!at) throw new RangeError(`not a quarter: ${quarter}`)
  const month = (at.number - 1) * 3 + 1
  const two = (n: number) => String(n).padStart(2, '0')
  const lastDay = [31, 30, 30, 31][at.number - 1]
  return [`${at.year}-${two(month)}-01`, `${at.year}-${two(month + 2)}-${lastDay}`]
}

/** The quarters from `from` to `to`, newest first. */
export function quartersBetween(from: Quarter, to: Quarter): Quarter[] {
  const list: Quarter[] = []
  for (let at = to; at >= from && list.length < 200; at = shiftQuarter(at, -1)) list.push(at)
  return list
}
