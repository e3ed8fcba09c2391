import { describe, expect, it } from 'vitest'
import { changes, effects, monthsOf, type PlanPreview } from './plans'

const plan = {
  placed: 2, moved: [{}], dropped: [], unplaced: [{ was: '2026-03-02' }, {}],
  days: [{ day: '2026-03-02', talks: 2 }, { day: '2026-03-31', talks: 1 }, { day: '2026-05-06', talks: 4 }],
} as unknown as PlanPreview

describe('a plan', () => {
  it('is summed by month', () => expect(monthsOf(plan)).toEqual([['2026-03', 3], ['2026-05', 4]]))
  it('says what it does to talks that stand', () => {
    expect(effects(plan)).toBe('改期或换人 1 次，1 次失去原定日期')
    const handed = { moved: [{ from_talker: '王立民' }, {}], dropped: [{}, {}], unplaced: [] } as unknown as PlanPreview
    expect(effects(handed)).toBe('取消 2 次，改期或换人 2 次（其中换谈话人 1 次，原来的一次取消）')
    expect(effects({ moved: [], dropped: [], unplaced: [] } as unknown as PlanPreview)).toBe('')
  })
  it('counts what it changes, a lost day among it', () => expect(changes(plan)).toBe(4))
})
