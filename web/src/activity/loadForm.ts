import { toLocal } from '@/ui/dates'
import { emptyForm, organiserKey, type PersonLine, type RecordForm, type Suggested } from './form'
import type { ActivityDetail, Suggestion } from './types'

const count = (votes: number | undefined) => (votes === undefined ? '' : String(votes))

/** A stored version as the form shows it. */
export function formOf(a: ActivityDetail): RecordForm {
  const [from, to] = [toLocal(a.starts_at), toLocal(a.ends_at)]
  const form = emptyForm(from.slice(0, 10))
  const names: Record<string, string> = {}
  for (const one of [a.host, a.recorder, a.lecturer]) if (one) names[one.id] = one.name
  const people = a.attendance.map(
    (p): PersonLine => ({
      id: p.person_id, name: p.name, group: p.group_name, voter: p.voter, status: p.status, absence: p.absence ?? '',
      reason: p.reason ?? '', minutes: p.minutes ? String(p.minutes) : '',
    }),
  )
  // Where all served as long as one another it is one value for all.
  const served = new Set(people.filter((p) => p.status === 'present').map((p) => p.minutes))
  const minutes = served.size === 1 ? ([...served][0] ?? '') : ''
  if (minutes) for (const p of people) p.minutes = ''
  return {
    ...form, organiser: organiserKey(a.organiser), kind: a.kind, title: a.title, from: from.slice(11, 16), to: to.slice(11, 16),
    lastDay: to.slice(0, 10) === from.slice(0, 10) ? '' : to.slice(0, 10), place: a.place, host: a.host?.id ?? '',
    recorder: a.recorder?.id ?? '', lecturer: a.lecturer?.id ?? '', names, agenda: a.agenda, content: a.content,
    guests: a.outside_guests, served: a.served ?? '',
    outsiders: (a.outside_people ?? []).map((o) => ({ name: o.name, partner: o.partner, minutes: o.minutes ? String(o.minutes) : '' })), election: a.election, overlapAnswer: a.overlap_answer ?? '', people, minutes,
    resolutions: a.resolutions.map((r) => ({
      title: r.title, for: count(r.votes_for), against: count(r.votes_against), abstain: count(r.votes_abstain),
    })),
  }
}

/** What the server suggests, in the form's words. */
export function suggestedOf(s: Suggestion): Suggested {
  return {
    title: s.title, from: toLocal(s.starts_at).slice(11, 16), to: toLocal(s.ends_at).slice(11, 16), place: s.place,
    agenda: s.agenda, host: s.host?.id ?? '', recorder: s.recorder?.id ?? '',
  }
}

/** Who is expected: there, unless the roll says why not. */
export function expectedOf(s: Suggestion): PersonLine[] {
  return s.expected.map((p) => ({
    id: p.person_id, name: p.name, group: p.group_name, voter: p.voter, status: p.status, absence: p.absence ?? '',
    reason: p.reason ?? '', minutes: '',
  }))
}
