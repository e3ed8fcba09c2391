import { expect, it } from 'vitest'
import { schemeOn } from './scheme'

it('finds the scheme of a day', () => {
  const schemes = [
    { id: 'draft', state: 'draft', effective_from: '2026-01-01' },
    { id: 'old', state: 'published', effective_from: '2025-01-01' },
    { id: 'new', state: 'published', effective_from: '2026-07-01' },
  ]
  expect(schemeOn(schemes, '2026-06-30')?.id).toBe('old')
  expect(schemeOn(schemes, '2026-07-01')?.id).toBe('new')
  expect(schemeOn(schemes, '2024-12-31')).toBeUndefined()
})
