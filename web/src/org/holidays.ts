import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'
import { formatDay, weekday } from '@/ui/dates'

export type YearCalendar = components['schemas']['YearCalendar']
export type Holiday = components['schemas']['Holiday']
export type HolidayPreview = components['schemas']['HolidayPreview']

/** Days of one name and kind that follow one another, as a notice tells them. */
export interface Spell {
  name: string
  kind: Holiday['kind']
  from: string
  to: string
  days: number
}

/** Puts single days together: "春节 2月15日至2月23日，9天". */
export function spellsOf(days: Holiday[]): Spell[] {
  const out: Spell[] = []
  for (const { name, kind, date } of days) {
    const spell = out.find((s) => s.kind === kind && s.name === name && next(s.to) === date)
    if (spell) {
      spell.to = date
      spell.days++
    } else out.push({ name, kind, from: date, to: date, days: 1 })
  }
  return out
}

function next(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + 1)
  return date.toISOString().slice(0, 10)
}

export function spellDays(s: Spell): string {
  const day = (d: string) => `${formatDay(d, true)}（${weekday(d)}）`
  return s.days === 1 ? day(s.from) : `${day(s.from)}至${day(s.to)}`
}

function formOf(file: File, plan: string): FormData {
  const form = new FormData()
  form.set('file', file, file.name)
  if (plan) form.set('plan', plan)
  return form
}

/** What importing the file would change; nothing is written. */
export function preview(year: number, file: File): Promise<HolidayPreview> {
  const params = { path: { year } }
  return ask(api.POST('/api/holidays/{year}/preview', { params, body: {}, bodySerializer: () => formOf(file, '') }))
}

/** Imports the file whose preview was shown. */
export function confirmImport(year: number, file: File, plan: string): Promise<YearCalendar> {
  const params = { path: { year } }
  return ask(api.PUT('/api/holidays/{year}', { params, body: {}, bodySerializer: () => formOf(file, plan) }))
}
