import { expect, it } from 'vitest'
import { kindNames, linkOf } from './lines'

it('opens what has a page, and nothing else', () => {
  expect(linkOf({ kind: 'activity', ref_id: 'a' })).toBe('/activities/a')
  expect(linkOf({ kind: 'mentoring', ref_id: 'p' })).toBe('/pairings/p')
  expect(linkOf({ kind: 'talk', ref_id: 't' })).toBeUndefined()
  expect(linkOf({ kind: 'move', ref_id: 'm' })).toBeUndefined()
})

it('names every kind', () => {
  expect(Object.keys(kindNames)).toEqual(['activity', 'points', 'honour', 'secondment', 'appraisal', 'mentoring', 'talk', 'move'])
})
