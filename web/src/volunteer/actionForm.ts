import { minutesBetween, readCount, readTime } from '@/activity/typed'
import { organiserKey, organiserOf } from '@/activity/form'
import type { components } from '@/api/schema'
import { toLocal } from '@/ui/dates'

type Body = components['schemas']['ActionBody']
type Detail = components['schemas']['ActionDetail']

/** An action while it is written: days and times as typed, in the office's own zone. */
export interface ActionForm {
  title: string
  organiser: string
  day: string
  from: string
  /** The last day of what lasts longer than one; else empty. */
  lastDay: string
  to: string
  place: string
  served: string
  content: string
  leader: string
  places: string
  /** "2026-03-05T14:30"; empty: when it begins. */
  closes: string
}

export function emptyAction(leader: string): ActionForm {
  return { title: '', organiser: '', day: '', from: '', lastDay: '', to: '', place: '', served: '', content: '', leader, places: '', closes: '' }
}

export function formOfAction(a: Detail): ActionForm {
  const [starts, ends, closes] = [toLocal(a.starts_at), toLocal(a.ends_at), toLocal(a.closes_at)]
  const day = starts.slice(0, 10)
  return {
    title: a.title, organiser: organiserKey(a.organiser), day, from: starts.slice(11, 16), lastDay: ends.slice(0, 10) === day ? '' : ends.slice(0, 10), to: ends.slice(11, 16),
    place: a.place, served: a.served, content: a.content, leader: a.leader_id, places: a.places == null ? '' : String(a.places),
    closes: a.closes_at === a.starts_at ? '' : closes.slice(0, 16),
  }
}

/** What is missing or cannot be, by field of the server; empty when it can be sent. */
export function wrongInAction(f: ActionForm): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (!f.title.trim()) wrong.title = '请填写活动名称'
  if (!f.organiser) wrong.organiser = '请选择组织者'
  if (!f.day) wrong.starts_at = '请选择日期'
  const [from, to] = [readTime(f.from), readTime(f.to)]
  if (f.day && !from) wrong.starts_at = '请填写开始时间，如 14:30'
  if (!to) wrong.ends_at = '请填写结束时间，如 16:30'
  else if (from && (!f.lastDay || f.lastDay === f.day) && minutesBetween(from, to) <= 0) wrong.ends_at = '结束时间须晚于开始时间'
  else if (f.lastDay && f.day && f.lastDay < f.day) wrong.ends_at = '结束日期早于开始日期'
  if (!f.place.trim()) wrong.place = '请填写地点'
  if (!f.served.trim()) wrong.served = '请填写服务对象，如“社区居民”'
  if (!f.leader) wrong.leader_id = '请选择负责人'
  const places = readCount(f.places)
  if (places !== null && !(places > 0)) wrong.places = '请填写大于零的数，不限名额的不填'
  return wrong
}

/** What is sent; of a form in which nothing is wrong. */
export function actionBody(f: ActionForm): Body {
  const { kind, id } = organiserOf(f.organiser)
  const places = readCount(f.places)
  return {
    title: f.title.trim(), starts_at: `${f.day}T${readTime(f.from)}`, ends_at: `${f.lastDay || f.day}T${readTime(f.to)}`, place: f.place.trim(), served: f.served.trim(),
    organiser: (id ? { kind, id } : { kind }) as Body['organiser'], leader_id: f.leader,
    ...(f.content.trim() ? { content: f.content.trim() } : {}), ...(places ? { places } : {}), ...(f.closes ? { closes_at: f.closes } : {}),
  }
}
