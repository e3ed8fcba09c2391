import { describe, expect, it } from 'vitest'
import { formatSpell, isParty, statusName, yearsSince } from './terms'

describe('words of the roll', () => {
  it('names what it knows, and shows what it does not', () => {
    expect(statusName('probationary_member')).toBe('中共预备党员')
    expect(statusName('other')).toBe('other')
    expect(isParty('probationary_member')).toBe(true)
    expect(isParty('league_member')).toBe(false)
  })

  it('tells a spell that lasts from one that ended', () => {
    expect(formatSpell('2026-01-05')).toBe('2026-01-05 至今')
    expect(formatSpell('2026-01-05', '2026-06-30')).toBe('2026-01-05 至 2026-06-30')
  })

  it('counts whole years only', () => {
    expect(yearsSince('1990-03-06', '2026-03-05')).toBe(35)
    expect(yearsSince('1990-03-05', '2026-03-05')).toBe(36)
  })
})
