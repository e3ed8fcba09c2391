import { api, ask } from '@/api/client'
import type { Kind } from './types'

/** Every kind of activity, those no longer offered too: old records have them. */
export async function loadKinds(): Promise<Kind[]> {
  const { items } = await ask(api.GET('/api/activity-kinds'))
  // Optional in the document only because a PUT names it in its path.
  return items.map((kind) => ({ ...kind, code: kind.code ?? '' }))
}

/** Whether people are expected at this kind of activity, or whoever comes is there. */
export function expectsPeople(kinds: Kind[] | undefined, code: string): boolean {
  const kind = kinds?.find((k) => k.code === code)
  return !!kind && kind.expected !== 'nobody'
}
