import { describe, expect, it } from 'vitest'
import { formatDay, formatMinutes, formatMoment, formatSpan, fromLocal, toLocal, today, weekday } from './dates'

describe('days and moments of the office', () => {
  it('shows moments on the office clock', () => {
    expect(formatMoment('2026-03-05T06:30:00Z')).toBe('2026-03-05 14:30')
    expect(formatMoment('2026-03-05T14:30:00+08:00')).toBe('2026-03-05 14:30')
    expect(formatMoment('2026-12-31T16:00:00Z')).toBe('2027-01-01 00:00')
  })

  it('knows the office day', () => {
    expect(today(new Date('2026-02-28T15:59:00Z'))).toBe('2026-02-28')
    expect(today(new Date('2026-02-28T16:00:00Z'))).toBe('2026-03-01')
  })

  it('brings a field to the API and back', () => {
    const moment = fromLocal('2026-03-05 14:30:00')
    expect(moment).toBe('2026-03-05T14:30:00+08:00')
    expect(toLocal(moment)).toBe('2026-03-05T14:30:00')
  })

  it('says the day of a span once', () => {
    expect(formatSpan('2026-03-05T06:30:00Z', '2026-03-05T08:00:00Z')).toBe('2026-03-05 14:30–16:00')
    expect(formatSpan('2026-03-05T15:00:00Z', '2026-03-05T17:00:00Z')).toBe('2026-03-05 23:00 – 2026-03-06 01:00')
  })

  it('writes days in words', () => {
    expect(formatDay('2026-03-05')).toBe('2026年3月5日')
    expect(formatDay('2026-11-15', true)).toBe('11月15日')
    expect(formatDay('')).toBe('')
    expect(weekday('2026-03-05')).toBe('周四')
    expect(weekday('2026-03-08')).toBe('周日')
  })

  it.each([
    [45, '45分钟'],
    [60, '1小时'],
    [90, '1小时30分'],
    [0, '0分钟'],
  ])('%i minutes → %s', (minutes, text) => expect(formatMinutes(minutes)).toBe(text))
})
