// Talks made through the API, for tests about what comes after.

import type { Page } from '@playwright/test'
import { dayAfter, me, read, today, write, type Answer, type Schemas } from './office'

export type Talk = Schemas['Talk']

/** The year that the tests plan: the next, so that the demo's own stays as it is. */
export const planned = Number(today().slice(0, 4)) + 1

/** Talks that a question to the list answers. */
export const talks = async (page: Page, query: Record<string, string>) =>
  (await read<Answer<'/api/talks'>>(page, `/api/talks?${new URLSearchParams({ limit: '200', ...query })}`)).items

/** One's own talks of the year that the tests plan, as talker and open, by day; `office` plans it if nobody has. */
export async function ownPlanned(office: Page, page: Page): Promise<Talk[]> {
  const { person } = await me(page)
  const own = async () =>
    (await talks(page, { talker_id: person.id, year: String(planned), status: 'planned' })).sort((a, b) => (a.planned_on ?? '').localeCompare(b.planned_on ?? ''))
  const found = await own()
  if (found.length) return found
  const shown = await write<Schemas['TalkPreview']>(office, '/api/talk-plans/preview', { year: planned })
  await write(office, '/api/talk-plans', { year: planned, digest: shown.digest })
  return own()
}

/** A talk of two who held none that day: registered by the person of `page`, confirmed by that of `other`. */
export async function heldTalk(page: Page, other: Page): Promise<Talk> {
  const [{ person }, { person: partner }] = [await me(page), await me(other)]
  const held = (await talks(page, { mine: 'true', from: dayAfter(today(), -60), to: today() })).filter((t) => [t.talker_id, t.partner_id].includes(partner.id))
  let day = today()
  while (held.some((t) => t.done_on === day && t.talker_id === person.id)) day = dayAfter(day, -1)
  const talk = await write<Talk>(page, '/api/talks', { partner_id: partner.id, done_on: day })
  return write<Talk>(other, `/api/talks/${talk.id}/confirm`, { version: talk.version })
}

/** Writes what was said, after a version that was there. */
export const writeRecord = (page: Page, talk: string, text: string, after: number) =>
  write<Schemas['TalkRecord']>(page, `/api/talks/${talk}/record`, { text, after_version: after })
