// The record form: what it holds, what it says while it is filled in, what it
// sends. Numbers and times stay text until they are sent, so that what was typed
// wrong can be seen and corrected.

import { fromLocal } from '@/ui/dates'
import type { PersonOption } from '@/ui/person'
import { readCount, readTime } from './typed'

/** One person in the form. */
export interface PersonLine extends PersonOption {
  group?: string
  voter: boolean
  status: 'present' | 'absent' | 'guest'
  absence: string
  reason: string
  /** Of volunteering, as typed; empty: as long as everybody. */
  minutes: string
}

export interface ResolutionLine {
  title: string
  for: string
  against: string
  abstain: string
}

/** One person of a partner unit. */
export interface OutsiderLine {
  name: string
  partner: string
  /** Of volunteering, as typed; empty: as long as everybody. */
  minutes: string
}

export interface RecordForm {
  /** "branch:ID", "unit:". */
  organiser: string
  kind: string
  title: string
  day: string
  from: string
  /** The last day, for what lasts longer than one; else empty. */
  lastDay: string
  to: string
  place: string
  host: string
  recorder: string
  lecturer: string
  /** Of the three above, so that a form that was kept shows them. */
  names: Record<string, string>
  agenda: string
  content: string
  guests: string
  /** Whom volunteering was for. */
  served: string
  outsiders: OutsiderLine[]
  election: boolean
  overlapAnswer: string
  people: PersonLine[]
  /** Minutes of volunteering of those who have none of their own. */
  minutes: string
  resolutions: ResolutionLine[]
}

export function emptyForm(day: string): RecordForm {
  return {
    organiser: '', kind: '', title: '', day, from: '', lastDay: '', to: '', place: '', host: '', recorder: '', lecturer: '',
    names: {}, agenda: '', content: '', guests: '', served: '', outsiders: [], election: false, overlapAnswer: '', people: [], minutes: '', resolutions: [],
  }
}

/** "branch:ID" in its parts. */
export function organiserOf(key: string): { kind: string; id: string } {
  const at = key.indexOf(':')
  return at < 0 ? { kind: key, id: '' } : { kind: key.slice(0, at), id: key.slice(at + 1) }
}

export const organiserKey = (o: { kind: string; id?: string }) => `${o.kind}:${o.kind === 'unit' ? '' : (o.id ?? '')}`

export interface Tally {
  expected: number
  present: number
  absent: number
  guests: number
}

export function attendanceOf(people: PersonLine[]): Tally {
  const count = (status: string) => people.filter((p) => p.status === status).length
  const [present, absent] = [count('present'), count('absent')]
  return { expected: present + absent, present, absent, guests: count('guest') }
}

/** "缺席 3 人（公务 2、病假 1）": who is away, by reason. */
export function absencesOf(people: PersonLine[], names: Record<string, string>): string {
  const away = people.filter((p) => p.status === 'absent')
  if (!away.length) return '无人缺席'
  const parts = Object.entries(names)
    .map(([code, name]) => [name, away.filter((p) => p.absence === code).length] as const)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
  const open = away.filter((p) => !p.absence).length
  if (open) parts.push(`未选原因 ${open}`)
  return `缺席 ${away.length} 人（${parts.join('、')}）`
}

/**
 * Takes over a new list of expected people: who was marked before keeps the mark,
 * who is expected no longer goes, guests who are now expected become so.
 */
export function withExpected(people: PersonLine[], expected: PersonLine[]): PersonLine[] {
  const before = new Map(people.map((p) => [p.id, p]))
  const ids = new Set(expected.map((p) => p.id))
  const lines = expected.map((p) => {
    const old = before.get(p.id)
    if (!old || old.status === 'guest') return p
    return { ...p, status: old.status, absence: old.absence, reason: old.reason, minutes: old.minutes }
  })
  return [...lines, ...people.filter((p) => p.status === 'guest' && !ids.has(p.id))]
}

/** What the last record of the kind tells about the next one, in the form's words. */
export type Suggested = Partial<Pick<RecordForm, 'title' | 'from' | 'to' | 'place' | 'agenda' | 'host' | 'recorder'>>

/** Fills in what is empty or still as it was suggested `before`; what the recorder wrote stays. */
export function applySuggestion(form: RecordForm, suggested: Suggested, before: Suggested): void {
  for (const key of ['title', 'from', 'to', 'place', 'agenda', 'host', 'recorder'] as const) {
    if (!form[key] || form[key] === before[key]) form[key] = suggested[key] ?? ''
  }
}

/** How the votes stand at this moment (rule 5). `percent` is what the kind asks of those with a vote; 0: it asks nothing. */
export interface Quorum {
  expected: number
  present: number
  /** How many with a vote have to be there. */
  needed: number
  met: boolean
  /** How many have to be in favour. */
  majority: number
}

export function quorumOf(people: PersonLine[], percent: number): Quorum {
  const voters = people.filter((p) => p.status !== 'guest' && (p.voter || percent === 0))
  const expected = voters.length
  const present = voters.filter((p) => p.status === 'present').length
  const needed = Math.ceil((expected * percent) / 100)
  return { expected, present, needed, met: present >= needed && (expected > 0 || percent === 0), majority: Math.floor(expected / 2) + 1 }
}

/** Minutes from start to end; null while they cannot be read. */
export function lengthOf(form: Pick<RecordForm, 'day' | 'from' | 'lastDay' | 'to'>): number | null {
  const [from, to] = [readTime(form.from), readTime(form.to)]
  if (!form.day || !from || !to) return null
  const at = (day: string, time: string) => Date.parse(`${day}T${time}:00Z`)
  return (at(form.lastDay || form.day, to) - at(form.day, from)) / 60_000
}

/** Whether a line for a resolution was opened and left empty: it is not sent. */
export const isBlank = (r: ResolutionLine) => !(r.title.trim() || r.for || r.against || r.abstain)

/** What cannot be sent because it cannot be read, by the API's field names. Everything else the server judges. */
export function unreadable(form: RecordForm): Record<string, string> {
  const bad: Record<string, string> = {}
  if (!form.organiser) bad.organiser = '请选择组织者'
  if (!form.kind) bad.kind = '请选择活动类型'
  if (!form.title.trim()) bad.title = '请填写活动名称'
  if (!form.day) bad.starts_at = '请选择日期'
  else if (!readTime(form.from)) bad.starts_at = '请填写开始时间，如 14:30'
  if (!readTime(form.to)) bad.ends_at = '请填写结束时间，如 16:00'
  else if (!bad.starts_at && (lengthOf(form) ?? 0) <= 0) bad.ends_at = '结束时间须晚于开始时间'
  form.resolutions.forEach((r, i) => {
    if ([r.for, r.against, r.abstain].some((n) => Number.isNaN(readCount(n)))) {
      bad[`resolutions[${i}].votes_for`] = '票数请填写数字'
    }
  })
  if (Number.isNaN(readCount(form.minutes)) || [...form.people, ...form.outsiders].some((p) => Number.isNaN(readCount(p.minutes)))) {
    bad.attendance = '服务分钟数请填写数字，如 120'
  }
  return bad
}

/** What the form sends. Call it only when nothing is {@link unreadable}. */
export function requestOf(form: RecordForm, volunteering: boolean) {
  const organiser = organiserOf(form.organiser)
  const optional = (text: string) => text || undefined
  const common = readCount(form.minutes) ?? 0
  return {
    kind: form.kind,
    title: form.title.trim(),
    starts_at: fromLocal(`${form.day}T${readTime(form.from)}:00`),
    ends_at: fromLocal(`${form.lastDay || form.day}T${readTime(form.to)}:00`),
    place: form.place.trim(),
    organiser: { kind: organiser.kind as 'unit' | 'department' | 'branch' | 'group' | 'project', ...(organiser.id ? { id: organiser.id } : {}) },
    host_id: optional(form.host),
    recorder_id: optional(form.recorder),
    lecturer_id: optional(form.lecturer),
    agenda: form.agenda.trim(),
    content: form.content.trim(),
    outside_guests: form.guests.trim(),
    served: form.served.trim(),
    outside_people: form.outsiders
      .filter((o) => o.name.trim() || o.partner.trim())
      .map((o) => ({ name: o.name.trim(), partner: o.partner.trim(), ...(volunteering ? { minutes: readCount(o.minutes) ?? common } : {}) })),
    election: form.election,
    overlap_answer: form.overlapAnswer.trim(),
    attendance: form.people.map((p) => ({
      person_id: p.id,
      status: p.status,
      ...(p.status === 'absent' && p.absence ? { absence: p.absence as 'official' | 'sick' | 'personal' | 'other' | 'unexcused' } : {}),
      ...(p.reason.trim() ? { reason: p.reason.trim() } : {}),
      ...(volunteering && p.status === 'present' ? { minutes: readCount(p.minutes) ?? common } : {}),
    })),
    resolutions: form.resolutions.map((r) => ({
      title: r.title.trim(),
      votes_for: readCount(r.for) ?? undefined,
      votes_against: readCount(r.against) ?? undefined,
      votes_abstain: readCount(r.abstain) ?? undefined,
    })),
  }
}

/** Whether two forms would send the same. */
export function sameContent(a: RecordForm, b: RecordForm): boolean {
  return JSON.stringify(requestOf(a, true)) === JSON.stringify(requestOf(b, true))
}
