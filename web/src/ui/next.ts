import type { LocationQuery } from 'vue-router'

/**
 * Where to go on after sign-in. Only a path of our own: an address handed in from
 * outside must not lead people away.
 */
export function nextPath(query: LocationQuery): string {
  const wanted = [query.next].flat()[0] ?? ''
  return /^\/(?![/\\])/.test(wanted) ? wanted : '/'
}
