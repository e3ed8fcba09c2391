import { computed, type ComputedRef } from 'vue'
import { useSession } from '@/account/session'
import { monthOf } from '@/activity/month'
import type { SpecialDay } from '@/activity/types'
import { api, ask } from '@/api/client'
import { useLoad } from '@/api/load'
import { awayDays, byDay, offOn } from './calendar'
import type { Morning, Talk } from './types'

/** What narrows a calendar, as the address holds it. */
export interface CalendarFilters {
  q: string
  type: string
  status: string
  branch_id: string
  talker_id: string
  mine: string
}

/** Why somebody is away, as a calendar says it. */
const awayNames: Record<string, string> = { leave: '请假', business: '出差', training: '学习培训', other: '不在' }

// A month of a large office comes in several pages; what goes beyond is said, not dropped silently.
const pageSize = 200
const most = 2000

async function readAll(query: Record<string, string | boolean | number>): Promise<{ items: Talk[]; cut: boolean }> {
  const items: Talk[] = []
  let cursor = ''
  do {
    const page = await ask(api.GET('/api/talks', { params: { query: { ...query, limit: pageSize, ...(cursor && { cursor }) } as never } }))
    items.push(...page.items)
    cursor = page.next ?? ''
  } while (cursor && items.length < most)
  return { items, cut: cursor !== '' }
}

/** Everything that a calendar of talks shows between two days. */
export function useTalkCalendar(range: ComputedRef<{ from: string; to: string; year: number }>, filters: ComputedRef<CalendarFilters>) {
  const session = useSession()
  // Not the year that a list is narrowed to: the days in view say which talks these are.
  const given = computed(() => Object.fromEntries(Object.entries({ ...filters.value, year: '' }).filter(([, value]) => value)))
  const asked = computed(() => JSON.stringify([range.value, given.value]))

  const talks = useLoad(() => readAll({ ...given.value, from: range.value.from, to: range.value.to }), asked)
  const unplaced = useLoad(async () => {
    if (filters.value.status && filters.value.status !== 'unplanned') return { items: [], total: 0 }
    const query = { ...given.value, status: undefined, unplanned: true, year: range.value.year, limit: 24 }
    const page = await ask(api.GET('/api/talks', { params: { query: query as never } }))
    return { items: page.items, total: page.total ?? page.items.length }
  }, asked)

  const days = computed(() => `${range.value.from} ${range.value.to}`)
  const mornings = useLoad(async () => (await ask(api.GET('/api/mornings', { params: { query: { from: range.value.from, to: range.value.to } } }))).items, days)

  const known = new Map<string, Promise<SpecialDay[]>>()
  const special = useLoad(async () => {
    if (!session.may('activity.read')) return new Map<string, SpecialDay>()
    const months = new Set([range.value.from, range.value.to, ...inside(range.value.from, range.value.to)].map(monthOf))
    const found: SpecialDay[] = []
    for (const month of months) {
      // The days stay as they are; a request that failed is made again.
      const asking = known.get(month) ?? ask(api.GET('/api/activities/calendar', { params: { query: { month, kind: 'morning_meeting' } } })).then((m) => m.days)
      known.set(month, asking)
      asking.catch(() => known.delete(month))
      found.push(...(await asking))
    }
    return new Map(found.map((d) => [d.date, d]))
  }, days)

  /** Whose days of absence are shown: the talker who was chosen, or oneself. */
  const person = computed(() => filters.value.talker_id || (filters.value.mine ? (session.current?.person.id ?? '') : ''))
  const away = useLoad(async () => {
    const { from, to } = range.value
    if (!person.value || !session.may('absence.read')) return new Map<string, string>()
    const { items } = await ask(api.GET('/api/absences', { params: { query: { from, to, person_id: person.value } } }))
    return awayDays(items, awayNames, from, to)
  }, () => `${days.value} ${person.value}`)

  const shownMornings = computed(() => {
    const { q, type, status, branch_id } = filters.value
    const by = new Map<string, Morning[]>()
    if (q || type || status || branch_id) return by
    for (const m of mornings.data.value ?? []) {
      if (!person.value || m.deputy_id === person.value) by.set(m.day, [...(by.get(m.day) ?? []), m])
    }
    return by
  })

  return {
    talks,
    unplaced,
    days: computed(() => byDay((talks.data.value?.items ?? []).filter((t) => t.status !== 'cancelled' || filters.value.status === 'cancelled'))),
    mornings: shownMornings,
    away: computed(() => away.data.value ?? new Map<string, string>()),
    off: (day: string) => offOn(day, special.data.value ?? new Map<string, SpecialDay>()),
    special: computed(() => special.data.value ?? new Map<string, SpecialDay>()),
    reload: () => Promise.all([talks.reload(), unplaced.reload()]),
  }
}

// One day of each month between the two, so that every month is asked for.
function inside(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = new Date(`${from.slice(0, 7)}-15T00:00:00Z`); at.toISOString().slice(0, 10) < to; at.setUTCMonth(at.getUTCMonth() + 1)) {
    days.push(at.toISOString().slice(0, 10))
  }
  return days
}
