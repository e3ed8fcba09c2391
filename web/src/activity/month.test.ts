import { expect, it } from 'vitest'
import { formatMonth, isMonth, monthDays, shiftDay, shiftMonth, weeksOf } from './month'

it('knows the days of a month', () => {
  expect(monthDays('2028-02')).toEqual(['2028-02-01', '2028-02-29'])
  expect(monthDays('2026-12')).toEqual(['2026-12-01', '2026-12-31'])
  expect(shiftMonth('2026-01', -1)).toBe('2025-12')
  expect(shiftDay('2026-02-28', 1)).toBe('2026-03-01')
  expect(formatMonth('2026-03')).toBe('2026年3月')
})

it('lays a month out in weeks from Monday', () => {
  const weeks = weeksOf('2026-11')
  expect(weeks[0]?.[0]).toBe('2026-10-26')
  expect(weeks.at(-1)?.[6]).toBe('2026-12-06')
  // February 2027 begins on a Monday and fills four weeks exactly.
  expect(weeksOf('2027-02')).toHaveLength(4)
})

it('takes nothing else for a month', () => {
  expect(isMonth('2026-13')).toBe(false)
  expect(isMonth('2026-3')).toBe(false)
  expect(isMonth('2026-03')).toBe(true)
})
