import type { components } from '@/api/schema'

export type Action = components['schemas']['Action']

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
