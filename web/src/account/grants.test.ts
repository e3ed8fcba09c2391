import { describe, expect, it } from 'vitest'
import { formatTerm, notInForce } from './grants'

describe('the term of a grant', () => {
  it('reads as from when to when', () => {
    expect(formatTerm({ valid_from: '2026-01-05' })).toBe('2026-01-05 起')
    expect(formatTerm({ valid_from: '2026-01-05', valid_to: '2026-06-30' })).toBe('2026-01-05 至 2026-06-30')
  })

  it('says why it does not hold', () => {
    const day = '2026-03-05'
    expect(notInForce({ in_force: true, valid_from: '2026-01-05' }, day)).toBe('')
    expect(notInForce({ in_force: false, valid_from: '2026-04-01' }, day)).toBe('尚未开始')
    expect(notInForce({ in_force: false, valid_from: '2026-01-05', valid_to: '2026-03-04' }, day)).toBe('已到期')
  })
})
