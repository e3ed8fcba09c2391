import { api, ask } from '@/api/client'
import type { Kind } from './types'

/** Every kind of activity, those no longer offered too: old records have them. */
export async function loadKinds(): Promise<Kind[]> {
  const { items } = await ask(api.GET('/api/activity-kinds'))
  // Optional in the document only because a PUT names it in its path.
  return items.map((kind) => ({ ...kind, code: kind.code ?? '' }))
}
