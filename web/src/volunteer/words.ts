import type { components } from '@/api/schema'

export type Action = components['schemas']['Action']
export type ActionDetail = components['schemas']['ActionDetail']

/** What one reads of one's own sign-up; empty for who has none. */
export function ownWords(own: Action['own']): string {
  if (own?.state === 'placed') return '已报名'
  if (own?.state === 'waiting') return own.position ? `候补第 ${own.position} 位` : '候补'
  return ''
}

/** How many places there still are. */
export function placesWords(a: Pick<Action, 'places' | 'placed' | 'waiting'>): string {
  if (a.places == null) return `已报名 ${a.placed} 人，不限名额`
  const left = Math.max(0, a.places - a.placed)
  return left ? `还有 ${left} 个名额（共 ${a.places} 个）` : `名额已满（${a.places} 个）${a.waiting ? `，候补 ${a.waiting} 人` : ''}`
}

/** Where an action stands, and the colour of its mark. */
export function stateWords(a: Pick<Action, 'state' | 'ends_at'>, now: Date = new Date()): { name: string; tag: 'primary' | 'success' | 'info' | 'warning' } {
  if (a.state === 'cancelled') return { name: '已取消', tag: 'info' }
  if (a.state === 'recorded') return { name: '已登记', tag: 'success' }
  return new Date(a.ends_at) < now ? { name: '已结束，待登记', tag: 'warning' } : { name: '报名中', tag: 'primary' }
}
