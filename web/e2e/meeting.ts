// A meeting of the first branch, recorded through the API for tests about what comes
// after the recording.

import type { Page } from '@playwright/test'
import { me, read, write, type Answer, type Schemas } from './office'

export interface Slot {
  /** The latest weekday before today. */
  day: string
  from: string
  to: string
  quarter: string
}

const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

const quarterOf = (day: string) => `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`

/** Twenty minutes in which nobody of the branch was anywhere: early, before the demo office starts its day. */
export async function freeSlot(page: Page): Promise<Slot> {
  const at = new Date(Date.now() + 8 * 3_600_000) // Shanghai's day, read as UTC
  do at.setUTCDate(at.getUTCDate() - 1)
  while ([0, 6].includes(at.getUTCDay()))
  const day = at.toISOString().slice(0, 10)
  const { items } = await read<Answer<'/api/activities'>>(page, `/api/activities?from=${day}&to=${day}&limit=200`)
  const taken = items.map((a) => [Date.parse(a.starts_at), Date.parse(a.ends_at)] as const)
  for (let start = 5 * 60; start < 22 * 60; start += 20) {
    const [from, to] = [clock(start), clock(start + 20)]
    const [begins, ends] = [Date.parse(`${day}T${from}:00+08:00`), Date.parse(`${day}T${to}:00+08:00`)]
    if (taken.every(([a, b]) => b <= begins || a >= ends)) {
      return { day, from, to, quarter: quarterOf(day) }
    }
  }
  throw new Error(`no free time left on ${day}`)
}

export interface Meeting extends Slot {
  id: string
  title: string
  people: Schemas['Expected'][]
}

/** A confirmed general meeting on a day gone by; `page` is the secretary's. The last two on the list were away. */
export async function recordMeeting(page: Page, title: string): Promise<Meeting> {
  return record(page, 'branch_meeting', title, await freeSlot(page), 2)
}

/** A confirmed meeting of the committee in the first minutes of today, with everybody there. */
export async function recordCommittee(page: Page, title: string): Promise<Meeting> {
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  return record(page, 'committee_meeting', title, { day, from: '00:00', to: '00:05', quarter: quarterOf(day) }, 0)
}

async function record(page: Page, kind: string, title: string, slot: Slot, absent: number): Promise<Meeting> {
  const { branch_id } = await me(page)
  const asked = new URLSearchParams({ kind, organiser_kind: 'branch', organiser_id: branch_id ?? '', date: slot.day })
  const s = await read<Schemas['Suggestion']>(page, `/api/activities/suggest?${asked}`)
  const away = s.expected.length - absent
  const saved = await write<Schemas['Saved']>(page, '/api/activities', {
    kind,
    title,
    organiser: { kind: 'branch', id: branch_id },
    starts_at: `${slot.day}T${slot.from}:00+08:00`,
    ends_at: `${slot.day}T${slot.to}:00+08:00`,
    place: s.place || '党员活动室',
    host_id: s.host?.id,
    recorder_id: s.recorder?.id,
    agenda: s.agenda || '学习讨论。',
    content: '学习讨论，表决一项。',
    outside_guests: '',
    election: false,
    overlap_answer: '',
    attendance: s.expected.map((p, i) => ({
      person_id: p.person_id,
      ...(i < away ? { status: 'present' } : { status: 'absent', absence: i === away ? 'sick' : 'unexcused' }),
    })),
    resolutions: [],
    confirm: true,
  })
  return { ...slot, id: saved.id, title, people: s.expected }
}
