import { expect, it } from 'vitest'
import { laidUnder, recordLink, whose } from './duties'
import type { Cell } from './types'

const cell = (period: string, first: string, last: string, over: Partial<Cell> = {}): Cell => ({
  code: 'group_meeting', name: '党小组会', every: 'month', owner: 'branch', owner_id: 'b', owner_name: '第一党支部', period, first, last,
  owed: 1, held: 1, filed_late: 0, state: 'met', ...over,
})

it('lays quarters over the months that are shown of them, and leaves gaps', () => {
  const months = ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07']
  const cells = [
    cell('2026Q1', '2026-01-01', '2026-03-31'),
    cell('2026Q2', '2026-04-01', '2026-06-30'),
    cell('2026Q4', '2026-10-01', '2026-12-31'),
  ]
  expect(laidUnder({ cells }, months).map((l) => l && [l.cell.period, l.span])).toEqual([['2026Q1', 1], ['2026Q2', 3], null])
})

it('leads to the form with kind and organiser, or to the talks', () => {
  expect(recordLink({ kind: 'party_day', owner: 'branch', owner_id: 'b' })).toEqual({
    path: '/activities/record',
    query: { kind: 'party_day', organiser: 'branch:b' },
  })
  expect(recordLink({ kind: 'morning_meeting', owner: 'deputy', owner_id: 'd' }).query.organiser).toBe('department:d')
  expect(recordLink({ kind: 'review', owner: 'unit', owner_id: 'u' }).query.organiser).toBe('unit:')
  expect(recordLink({ owner: 'leader', owner_id: 'p' }).path).toBe('/talks')
  expect(whose({ owner: 'group', owner_name: '第一党小组', branch_name: '第一党支部' })).toBe('第一党支部第一党小组')
})
