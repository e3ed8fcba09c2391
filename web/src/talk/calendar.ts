import { shiftDay, weeksOf, type Month } from '@/activity/month'
import type { SpecialDay } from '@/activity/types'
import type { Talk } from './types'

// How talks lie on the days of a calendar. Days are text ("2026-03-05").

const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/** The seven days from Monday around a day. */
export function weekOf(day: string): string[] {
  const monday = shiftDay(day, -weekdayOf(day))
  return Array.from({ length: 7 }, (_, i) => shiftDay(monday, i))
}

/** The weeks that a calendar shows: those of the month, or the one of the day. */
export const weeksShown = (view: { month: Month } | { day: string }) => ('month' in view ? weeksOf(view.month) : [weekOf(view.day)])

/** "2026-02-31" is no day. */
export function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) && shiftDay(value, 0) === value
}

/** Why nobody works on a day: the holiday's name or 周末; empty on a working day. */
export function offOn(day: string, specials: ReadonlyMap<string, SpecialDay>): string {
  const special = specials.get(day)
  if (special) return special.kind === 'holiday' ? special.name : ''
  return weekdayOf(day) > 4 ? '周末' : ''
}

/** The day a talk stands on: when it was held, else when it is planned. */
export const dayOf = (t: Talk) => t.done_on ?? t.planned_on ?? ''

/** The talks of each day, by time; those without a time come after. */
export function byDay(talks: Talk[]): Map<string, Talk[]> {
  const days = new Map<string, Talk[]>()
  const sorted = [...talks].sort(
    (a, b) =>
      (a.planned_at || '99').localeCompare(b.planned_at || '99') ||
      a.talker_name.localeCompare(b.talker_name, 'zh-CN') || a.partner_name.localeCompare(b.partner_name, 'zh-CN') || a.id.localeCompare(b.id),
  )
  for (const one of sorted) {
    const day = dayOf(one)
    if (day) days.set(day, [...(days.get(day) ?? []), one])
  }
  return days
}

/** What a cell of so many lines shows, and how many it leaves out: the line that says so counts. */
export function fold<T>(items: T[], room: number): { shown: T[]; more: number } {
  if (items.length <= room) return { shown: items, more: 0 }
  const shown = items.slice(0, Math.max(room - 1, 0))
  return { shown, more: items.length - shown.length }
}

/** Somebody's days away. */
export interface Away {
  kind: string
  from: string
  to: string
}

/** Each day of the stretches, with its word. */
export function awayDays(stretches: Away[], words: Record<string, string>, first: string, last: string): Map<string, string> {
  const days = new Map<string, string>()
  for (const one of stretches) {
    for (let day = one.from > first ? one.from : first; day <= one.to && day <= last; day = shiftDay(day, 1)) {
      days.set(day, words[one.kind] ?? '不在')
    }
  }
  return days
}
