import { expect, it } from 'vitest'
import { counts, evidenceOf, explainCut, explainLate, filled, ruleOf } from './lines'

it('says why points were cut', () => {
  expect(explainCut({ points: 100, requested: 200, cut_by: '“参加三会一课”每月最多 4 分，此前已记 3 分' })).toBe(
    '应计 2 分，“参加三会一课”每月最多 4 分，此前已记 3 分，实计 1 分',
  )
  expect(explainCut({ points: 100, requested: 100 })).toBe('')
})

it('says which quarter a late fact belongs to', () => {
  expect(explainLate({ fact_quarter: '2026Q2', post_quarter: '2026Q3' })).toBe('事项属2026年第二季度，记入本季度')
  expect(explainLate({ fact_quarter: '2026Q3', post_quarter: '2026Q3' })).toBe('')
})

it('knows what counts', () => {
  expect(counts({})).toBe(true)
  expect(counts({ reversed_by: 'x' })).toBe(false)
  expect(counts({ reverses: 'x' })).toBe(false)
})

it('leads to the record or the claim behind a line', () => {
  expect(evidenceOf({ source: 'activity', record_id: 'a' })?.to).toBe('/activities/a')
  expect(evidenceOf({ source: 'claim', record_id: 'c' })?.to).toBe('/claims/c')
  expect(evidenceOf({ source: 'office', record_id: 'o' })).toBeUndefined()
})

it('names rules and fills bars', () => {
  expect(ruleOf({ rule: '讲党课', clause: '第六条' })).toBe('讲党课（第六条）')
  expect(ruleOf({ rule: '讲党课', clause: '' })).toBe('讲党课')
  expect(filled(300, 1200)).toBe(25)
  expect(filled(-100, 1200)).toBe(0)
  expect(filled(1500, 1200)).toBe(100)
  expect(filled(1500, undefined)).toBe(0)
})
