import type { RouteLocationRaw } from 'vue-router'
import { formatDay, weekday } from '@/ui/dates'
import type { Reminder } from './types'

/** A reminder in words, and where it leads. */
export interface DigestLine {
  text: string
  /** When; empty where the text says it. */
  hint: string
  to: RouteLocationRaw
}

/** How near a day is, as people say it: 今天, 明天, 11月25日周三. */
export function nearDay(day: string, today: string): string {
  const days = (Date.parse(day) - Date.parse(today)) / 86_400_000
  if (days === 0) return '今天'
  if (days === 1) return '明天'
  return `${formatDay(day, true)}${weekday(day)}`
}

/** Puts a reminder in words. */
export function digestLine(r: Reminder, today: string): DigestLine {
  const talk: RouteLocationRaw = r.talk_id ? `/talks/${r.talk_id}` : { path: '/talks', query: { mine: 'true', status: 'late', view: 'list' } }
  const cell: RouteLocationRaw = { path: '/duties', query: { owner: r.owner, code: r.code } }
  const place = r.who ? `${r.who}的` : ''
  const last = r.day ? formatDay(r.day, true) : ''
  switch (r.kind) {
    case 'talk_soon':
      return { text: `${r.day ? nearDay(r.day, today) : ''}${r.at ? ` ${r.at} ` : ''}与${r.who}谈心谈话`, hint: r.name, to: talk }
    case 'talk_confirm':
      return { text: `${r.who}登记了与您的谈话，请确认`, hint: `${r.name} · ${last}`, to: talk }
    case 'talk_late':
      return { text: (r.count ?? 1) > 1 ? `${r.count} 次谈话已过最后期限` : `与${r.who}的谈话已过最后期限`, hint: `最早的一次应在${last}前完成`, to: talk }
    case 'duty_due':
      return { text: `${place}${r.name}还没有完成`, hint: `${last}到期`, to: cell }
    case 'duty_missed':
      return { text: `${place}${r.name}到期没有完成`, hint: `${last}已到期，可以补记，或说明原因`, to: cell }
    case 'plan_due':
      return {
        text: `${r.who ?? ''}${r.name}的工作计划还没有报备`,
        hint: r.day && r.day < today ? `应在${last}前报备` : `${last}前报备`,
        to: `/duty-plans/${r.branch_id}/${r.quarter}`,
      }
    case 'followup_due':
      return { text: `办理事项：${r.name}`, hint: r.day && r.day < today ? `${last}已到期` : `${last}到期`, to: { path: '/followups', query: { mine: 'owner' } } }
    case 'excuse_decided':
      return { text: `${r.name}的未完成说明${r.approved ? '已获批准' : '未获批准'}`, hint: '', to: '/duties/excuses' }
  }
}

/** The heading's word for how much there is. */
export const digestTitle = (count: number) => `今日提醒 ${count} 项`

