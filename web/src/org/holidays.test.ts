import { describe, expect, it } from 'vitest'
import { spellDays, spellsOf, type Holiday } from './holidays'

const day = (date: string, name: string, kind: Holiday['kind'] = 'holiday'): Holiday => ({ date, kind, name })

describe('holidays in spells', () => {
  it('puts following days of one name together, make-up days in between or not', () => {
    const spells = spellsOf([
      day('2026-02-14', '春节', 'workday'),
      day('2026-02-27', '春节'),
      day('2026-02-28', '春节'),
      day('2026-03-01', '春节'),
      day('2026-03-02', '元宵'),
      day('2026-03-04', '元宵'),
    ])
    expect(spells.map((s) => [s.name, s.days])).toEqual([
      ['春节', 1],
      ['春节', 3],
      ['元宵', 1],
      ['元宵', 1],
    ])
    expect(spellDays(spells[1]!)).toBe('2月27日（周五）至3月1日（周日）')
    expect(spellDays(spells[2]!)).toBe('3月2日（周一）')
  })
})
