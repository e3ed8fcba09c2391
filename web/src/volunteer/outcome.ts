import type { OutsiderLine, PersonLine } from '@/activity/form'
import { lengthOf } from '@/activity/form'
import { readCount, readTime } from '@/activity/typed'
import type { components } from '@/api/schema'

/** What became of an action while it is written. Minutes and times stay text until they are sent. */
export interface OutcomeForm {
  day: string
  from: string
  /** The last day of what lasted longer than one; else empty. */
  lastDay: string
  to: string
  /** Minutes of those who have none of their own. */
  minutes: string
  people: PersonLine[]
  outsiders: OutsiderLine[]
}

/** Those with a place, as the list begins. */
export function outcomeOf(signups: components['schemas']['Signup'][]): PersonLine[] {
  return signups
    .filter((s) => s.state === 'placed')
    .map((s) => ({ id: s.person_id, name: s.name, ...(s.branch_name ? { hint: s.branch_name } : {}), voter: false, status: 'present', absence: '', reason: '', minutes: '' }))
}

/** Minutes of a line: its own, else everybody's; 0 while they cannot be read. */
const minutesOf = (own: string, all: string): number => (readCount(own) ?? readCount(all)) || 0

export function cameBody(f: Pick<OutcomeForm, 'people' | 'minutes'>) {
  return f.people.map((p) => ({ person_id: p.id, minutes: minutesOf(p.minutes, f.minutes) }))
}

export function outsidersBody(f: Pick<OutcomeForm, 'outsiders' | 'minutes'>) {
  return f.outsiders
    .filter((o) => o.name.trim() || o.partner.trim())
    .map((o) => ({ name: o.name.trim(), partner: o.partner.trim(), minutes: minutesOf(o.minutes, f.minutes) }))
}

/** What cannot be sent, by field of the server. Everything else the server judges. */
export function wrongInOutcome(f: OutcomeForm): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (!f.day) wrong.starts_at = '请选择日期'
  else if (!readTime(f.from)) wrong.starts_at = '请填写开始时间，如 14:30'
  else if (!readTime(f.to)) wrong.ends_at = '请填写结束时间，如 16:00'
  else if ((lengthOf(f) ?? 0) <= 0) wrong.ends_at = '结束时间须晚于开始时间'
  if (!f.people.length) wrong.came = '请选出到场的人员；没有人到场的，请取消活动'
  else if (cameBody(f).some((p) => p.minutes <= 0)) wrong.came = '每个人都要有服务分钟数，如 120'
  const outside = outsidersBody(f)
  if (outside.some((o) => !o.name || !o.partner)) wrong.outsiders = '请填写每位的姓名和单位，多余的行请删去'
  else if (outside.some((o) => o.minutes <= 0)) wrong.outsiders = '服务分钟数请填写大于零的数字，如 120'
  return wrong
}
