// A month as a calendar shows it. Days and months are text ("2026-03-05",
// "2026-03") and never pass through a local Date.

/** "2026-03". */
export type Month = string

export function isMonth(value: unknown): value is Month {
  return typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value)
}

export const monthOf = (day: string): Month => day.slice(0, 7)

function utc(day: string): Date {
  return new Date(`${day}T00:00:00Z`)
}

/** Moves by whole days: ("2026-02-28", 1) → "2026-03-01". */
export function shiftDay(day: string, by: number): string {
  const at = utc(day)
  at.setUTCDate(at.getUTCDate() + by)
  return at.toISOString().slice(0, 10)
}

/** Moves by whole months: ("2026-01", -1) → "2025-12". */
export function shiftMonth(month: Month, by: number): Month {
  const at = utc(`${month}-01`)
  at.setUTCMonth(at.getUTCMonth() + by)
  return at.toISOString().slice(0, 7)
}

/** First and last day of a month. */
export function monthDays(month: Month): [first: string, last: string] {
  return [`${month}-01`, shiftDay(`${shiftMonth(month, 1)}-01`, -1)]
}

/** The weeks that a month touches, each of seven days from Monday. */
export function weeksOf(month: Month): string[][] {
  const [first, last] = monthDays(month)
  const weeks: string[][] = []
  let day = shiftDay(first, -((utc(first).getUTCDay() + 6) % 7))
  while (day <= last) {
    weeks.push(Array.from({ length: 7 }, (_, i) => shiftDay(day, i)))
    day = shiftDay(day, 7)
  }
  return weeks
}

/** "2026-03" → "2026年3月". */
export function formatMonth(month: Month): string {
  return `${month.slice(0, 4)}年${Number(month.slice(5))}月`
}
