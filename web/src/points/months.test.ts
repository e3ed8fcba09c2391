import { describe, expect, it } from 'vitest'
import { formatMonth, isMonth, monthWithin } from './months'

describe('months', () => {
  it('knows a month and writes it', () => {
    expect(['2026-10', '2026-13', '2026-1', '2026Q3', undefined].map(isMonth)).toEqual([true, false, false, false, false])
    expect(formatMonth('2026-03')).toBe('2026年3月')
  })

  it('stays within the quarter', () => {
    expect(monthWithin('2026-12-31', '2026-11-23')).toBe('2026-11')
    expect(monthWithin('2026-09-30', '2026-11-23')).toBe('2026-09')
  })
})
