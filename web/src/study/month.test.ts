import { expect, it } from 'vitest'
import { marked } from './month'

it('marks the days of a month', () => {
  const days = marked([['2026-10-31', '2026-11-01', '2026-11-02', '2026-11-03']], '2026-11', [{ day: '2026-11-01', note: '' }, { day: '2026-11-02', note: '读书' }], '2026-11-02', '2026-11-01')
  expect(days[0]).toEqual([
    { day: '2026-10-31', other: true, closed: true, done: false, noted: false },
    { day: '2026-11-01', other: false, closed: false, done: true, noted: false },
    { day: '2026-11-02', other: false, closed: false, done: true, noted: true },
    { day: '2026-11-03', other: false, closed: true, done: false, noted: false },
  ])
})
