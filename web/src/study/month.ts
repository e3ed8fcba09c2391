import { monthOf } from '@/activity/month'

/** How a day stands on the calendar of one's own study. */
export interface Day {
  day: string
  other: boolean
  /** Not yet, or too long ago to be noted. */
  closed: boolean
  done: boolean
  noted: boolean
}

/** Weeks of days with what is noted of them. A note may be made up for one year. */
export function marked(weeks: string[][], month: string, notes: { day: string; note: string }[], today: string, oldest: string): Day[][] {
  const by = new Map(notes.map((n) => [n.day, n.note]))
  return weeks.map((week) =>
    week.map((day) => ({ day, other: monthOf(day) !== month, closed: day > today || day < oldest, done: by.has(day), noted: !!by.get(day) })),
  )
}
