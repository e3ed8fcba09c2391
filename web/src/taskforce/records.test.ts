import { describe, expect, it } from 'vitest'
import { claimFrom, formatQuantity, readQuantity, type Appraisal } from './records'

describe('quantities', () => {
  it('are told in their measure, money in yuan', () => {
    expect(formatQuantity({ quantity: 6, measure: '份', money: false })).toBe('6 份')
    expect(formatQuantity({ quantity: 41200050, measure: '元', money: true })).toBe('412000.5 元')
    expect(formatQuantity({})).toBe('0')
  })
  it('travel whole, money in fen', () => {
    expect(readQuantity(1.29, true)).toBe(129)
    expect(readQuantity(34, false)).toBe(34)
    expect(readQuantity(0, false)).toBeUndefined()
    expect(readQuantity(undefined, true)).toBeUndefined()
  })
})

describe('a claim from an appraisal', () => {
  it('names its source, whose it is, and the last day served', () => {
    const a = { id: 'a1', person: { id: 'p1', name: '叶知秋' }, served_to: '2026-05-20', grade: 'excellent', taskforce_name: '检卫行动党支部' } as Appraisal
    expect(claimFrom(a).query).toEqual({
      source: 'appraisal', source_id: 'a1', person: 'p1', day: '2026-05-20', matter: '参加“检卫行动党支部”，鉴定优秀',
    })
  })
})
