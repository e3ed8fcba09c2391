import type { Talk } from './types'

// What of one's own talks is shown first.

/** How many that ask for something, and how many beside them, are shown. */
const nowRoom = 4
const nextRoom = 2

const urgency: Record<string, number> = { reported: 0, late: 1, due: 2, unplanned: 3 }

/**
 * One's own talks: `now` ask for something (to confirm first, then late, due, without
 * a day), `next` are those planned next, `more` is how many are left out. What waits
 * for the other one asks for nothing.
 */
export function waiting(talks: Talk[], me: string): { now: Talk[]; next: Talk[]; more: number } {
  const own = talks.filter((t) => t.mine && !(t.status === 'reported' && t.reported_by === me))
  const day = (t: Talk) => `${t.planned_on ?? t.due_on} ${t.planned_at || '24:00'}`
  const now = own
    .filter((t) => urgency[t.status] !== undefined)
    .sort((a, b) => (urgency[a.status] ?? 9) - (urgency[b.status] ?? 9) || day(a).localeCompare(day(b)) || a.id.localeCompare(b.id))
  const next = own.filter((t) => t.status === 'planned').sort((a, b) => day(a).localeCompare(day(b)))
  const shown = { now: now.slice(0, nowRoom), next: next.slice(0, nextRoom) }
  return { ...shown, more: now.length + next.length - shown.now.length - shown.next.length }
}
