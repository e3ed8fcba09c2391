import { describe, expect, it } from 'vitest'
import type { Cell } from './types'
import { beginOf, changeDays, endDays, linesOf, markOf, periodName, recordLink, sayCell, sayField, sumUp } from './words'

const cell = (over: Partial<Cell>): Cell => ({
  code: 'party_day', name: '主题党日', kind: 'party_day', every: 'month', owner: 'branch', owner_id: 'b', owner_name: '第一党支部',
  period: '2026-11', first: '2026-11-01', last: '2026-11-30', owed: 1, held: 0, filed_late: 0, state: 'due', ...over,
})

describe('words of cells', () => {
  it('marks without colour', () => {
    expect(markOf('partial', 1, 3)).toBe('1/3')
    expect(markOf('partial', 7, 12, true)).toBe('◐')
    expect(markOf('due', 0, 1)).toBe('待办')
    expect(markOf('none', 0, 0)).toBe('')
  })

  it('names periods as people do', () => {
    expect(periodName(cell({ every: 'week', first: '2026-11-16', last: '2026-11-22' }))).toBe('2026年11月16日–11月22日')
    expect(periodName(cell({ every: 'quarter', first: '2026-10-01' }))).toBe('2026年第四季度')
    expect(periodName(cell({ every: 'year', first: '2026-01-01' }))).toBe('2026年')
    expect(sayCell(cell({ owed: 2, held: 1, state: 'partial' }))).toBe('第一党支部 2026年11月主题党日：部分完成，1/2')
  })

  it('sums up as the server does', () => {
    expect(sumUp(['met', 'met', 'late'])).toEqual({ state: 'late', met: 3, owed: 3 })
    expect(sumUp(['met', 'excused', 'none'])).toEqual({ state: 'met', met: 1, owed: 1 })
    expect(sumUp(['excused'])).toEqual({ state: 'excused', met: 0, owed: 0 })
    expect(sumUp(['missed', 'due'])).toEqual({ state: 'missed', met: 0, owed: 2 })
    expect(sumUp(['met', 'due'])).toEqual({ state: 'partial', met: 1, owed: 2 })
    expect(sumUp(['none'])).toEqual({ state: 'none', met: 0, owed: 0 })
  })
})

describe('the lines of an owner', () => {
  const months = ['2026-09', '2026-10', '2026-11']
  const today = '2026-11-18'

  it('lays periods under months', () => {
    const lines = linesOf(
      [
        cell({}),
        cell({ code: 'branch_meeting', name: '党员大会', every: 'quarter', first: '2026-07-01', last: '2026-09-30', state: 'met', held: 1 }),
        cell({ code: 'branch_meeting', name: '党员大会', every: 'quarter', first: '2026-10-01', last: '2026-12-31' }),
        cell({ code: 'consultation', name: '党小组会商', every: 'week', first: '2026-10-26', last: '2026-11-01', state: 'met', held: 1 }),
        cell({ code: 'consultation', name: '党小组会商', every: 'week', first: '2026-11-02', last: '2026-11-08', state: 'missed' }),
        cell({ code: 'consultation', name: '党小组会商', every: 'week', first: '2026-11-16', last: '2026-11-22' }),
        cell({ code: 'organisational_life', name: '组织生活会', every: 'year', first: '2026-01-01', last: '2026-12-31' }),
      ],
      months, today,
    )
    expect(lines.map((l) => [l.name, l.fields.map((f) => f.span)])).toEqual([
      ['主题党日', [1, 1, 1]], ['党员大会', [1, 2]], ['党小组会商', [1, 1, 1]], ['组织生活会', [3]],
    ])
    const weeks = lines[2]!.fields[2]!
    expect('cells' in weeks && [weeks.cells.length, weeks.state, weeks.met, weeks.owed]).toEqual([3, 'partial', 1, 3])
    expect('cells' in weeks && sayField(weeks)).toBe('第一党支部 党小组会商，3 周：部分完成，1/3')
  })

  it('leaves out what no month shows', () => {
    expect(linesOf([cell({ first: '2026-12-01', last: '2026-12-31' })], months, today)[0]!.fields.every((f) => !('cells' in f))).toBe(true)
  })
})

describe('days of change', () => {
  it('begins periods', () => {
    expect(beginOf('week', '2026-11-22')).toBe('2026-11-16')
    expect(beginOf('quarter', '2026-11-22')).toBe('2026-10-01')
    expect(beginOf('year', '2026-11-22')).toBe('2026-01-01')
  })

  it('offers days that begin a period of both', () => {
    expect(changeDays('month', 'month', '2026-11-22', 2)).toEqual(['2026-11-01', '2026-12-01'])
    expect(changeDays('month', 'quarter', '2026-11-22', 2)).toEqual(['2027-01-01', '2027-04-01'])
    expect(changeDays('quarter', 'month', '2026-11-22', 2)).toEqual(['2027-01-01', '2027-04-01'])
    expect(changeDays('week', 'month', '2026-11-22', 1)).toEqual(['2026-12-01'])
    expect(endDays('month', '2026-11-22', 2)).toEqual(['2026-10-31', '2026-11-30'])
  })
})

describe('where it is recorded', () => {
  it('names the organiser, and the day once the period is over', () => {
    expect(recordLink(cell({}), '2026-11-18')).toEqual({ path: '/activities/record', query: { kind: 'party_day', organiser: 'branch:b' } })
    expect(recordLink(cell({ owner: 'deputy', owner_id: 'd' }), '2026-12-18')?.query).toEqual({ kind: 'party_day', organiser: 'department:d', day: '2026-11-30' })
    expect(recordLink(cell({ owner: 'leader', kind: undefined }), '2026-11-18')).toBeUndefined()
  })
})
