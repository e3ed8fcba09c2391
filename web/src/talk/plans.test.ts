import { describe, expect, it } from 'vitest'
import { changes, monthsOf, type PlanPreview } from './plans'

const plan = {
  placed: 2, moved: [{}], dropped: [], unplaced: [{ was: '2026-03-02' }, {}],
  days: [{ day: '2026-03-02', talks: 2 }, { day: '2026-03-31', talks: 1 }, { day: '2026-05-06', talks: 4 }],
} as unknown as PlanPreview

describe('a plan', () => {
  it('is summed by month', () => expect(monthsOf(plan)).toEqual([['2026-03', 3], ['2026-05', 4]]))
  it('counts what it changes, a lost day among it', () => expect(changes(plan)).toBe(4))
})
