import { describe, expect, it } from 'vitest'
import { currentQuarter, formatQuarter, isQuarter, quarterDays, quarterOf, quartersBetween, shiftQuarter } from './quarter'

describe('quarters', () => {
  it('names the quarter of a day', () => {
    expect(quarterOf('2026-03-31')).toBe('2026Q1')
    expect(quarterOf('2026-04-01')).toBe('2026Q2')
    expect(quarterOf('2026-12-31')).toBe('2026Q4')
  })

  it('turns with midnight of the office, not of the browser', () => {
    expect(currentQuarter(new Date('2026-06-30T15:59:59Z'))).toBe('2026Q2')
    expect(currentQuarter(new Date('2026-06-30T16:00:00Z'))).toBe('2026Q3')
  })

  it('moves across years', () => {
    expect(shiftQuarter('2026Q1', -1)).toBe('2025Q4')
    expect(shiftQuarter('2026Q4', 1)).toBe('2027Q1')
    expect(shiftQuarter('2026Q2', -9)).toBe('2024Q1')
  })

  it('speaks Chinese', () => {
    expect(formatQuarter('2026Q3')).toBe('2026年第三季度')
    expect(formatQuarter('whatever')).toBe('whatever')
  })

  it('knows its days', () => {
    expect(quarterDays('2026Q1')).toEqual(['2026-01-01', '2026-03-31'])
    expect(quarterDays('2026Q2')).toEqual(['2026-04-01', '2026-06-30'])
    expect(quarterDays('2026Q4')).toEqual(['2026-10-01', '2026-12-31'])
    expect(() => quarterDays('2026Q5')).toThrow(RangeError)
  })

  it('lists newest first', () => {
    expect(quartersBetween('2025Q3', '2026Q1')).toEqual(['2026Q1', '2025Q4', '2025Q3'])
    expect(quartersBetween('2026Q2', '2026Q1')).toEqual([])
  })

  it('tells a quarter from other text', () => {
    expect(isQuarter('2026Q4')).toBe(true)
    for (const other of ['2026Q0', '2026q1', '26Q1', '', undefined, 3]) expect(isQuarter(other)).toBe(false)
  })
})
