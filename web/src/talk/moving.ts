import { shiftDay, shiftMonth } from '@/activity/month'
import { formatDay } from '@/ui/dates'
import type { Talk } from './types'
import { dayWords } from './words'

// Moving a talk without a mouse: arrow keys choose a day, Enter takes it, Escape leaves.

/** A talk under way to another day. */
export interface Moving {
  talk: Talk
  /** The day that is chosen at the moment. */
  day: string
}

const yearly = ['leader', 'committee', 'committee_member', 'member']

/** What a key does: goes to another day, takes the day, or leaves everything as it was. */
export type KeyStep = { go: string } | 'take' | 'leave' | null

/** The same day of another month, or that month's last. */
function inMonth(day: string, by: number): string {
  const month = shiftMonth(day.slice(0, 7), by)
  const last = shiftDay(`${shiftMonth(month, 1)}-01`, -1)
  const same = `${month}-${day.slice(8)}`
  return same > last ? last : same
}

export function keyStep(day: string, key: string): KeyStep {
  switch (key) {
    case 'ArrowLeft':
      return { go: shiftDay(day, -1) }
    case 'ArrowRight':
      return { go: shiftDay(day, 1) }
    case 'ArrowUp':
      return { go: shiftDay(day, -7) }
    case 'ArrowDown':
      return { go: shiftDay(day, 7) }
    case 'PageUp':
      return { go: inMonth(day, -1) }
    case 'PageDown':
      return { go: inMonth(day, 1) }
    case 'Enter':
    case ' ':
      return 'take'
    case 'Escape':
      return 'leave'
  }
  return null
}

/** What is known of a day that a talk might go to. */
export interface Target {
  /** Why nobody works; empty on a working day. */
  off: string
  /** Why the chosen talker is away; empty if not, or not known. */
  away: string
  talks: Talk[]
}

/** Why a talk cannot go to a day, as far as the page knows; the server decides the rest. Empty: it may. */
export function refusal(talk: Talk, day: string, target: Target, today: string): string {
  if (day === talk.planned_on) return '现在就在这一天'
  if (day < today) return '这一天已经过去'
  if (day < talk.not_before) return `${formatDay(talk.not_before, true)}起才到时候`
  if (target.off) return `${target.off}，不上班`
  // A talk of the year's plan keeps its last day; one that is late already may be made up.
  if (yearly.includes(talk.type) && today <= talk.due_on && day > talk.due_on) return `最迟 ${formatDay(talk.due_on, true)}`
  return ''
}

/** The day as it is read aloud while a talk is moved over it. */
export function announced(talk: Talk, day: string, target: Target, today: string): string {
  const words = [dayWords(day)]
  const no = refusal(talk, day, target, today)
  if (no) words.push(no)
  if (target.away) words.push(target.away)
  const same = target.talks.filter((t) => t.id !== talk.id && t.status !== 'cancelled' && [t.talker_id, t.partner_id].includes(talk.talker_id)).length
  if (same) words.push(`${talk.talker_name}这天已有 ${same} 次谈话`)
  if (!no && day > talk.due_on) words.push(`超过最后期限 ${formatDay(talk.due_on, true)}`)
  return words.join('，')
}

/** Whether its planned day can be changed at all. */
export const isOpen = (t: Talk) => t.status === 'unplanned' || t.status === 'planned' || t.status === 'due' || t.status === 'late'

/** Whether the signed-in person may give it another day. */
export const isMovable = (t: Talk) => isOpen(t) && (t.mine || t.may_plan)
