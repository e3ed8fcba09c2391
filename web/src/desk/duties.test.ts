import { expect, it } from 'vitest'
import { cellsOf, markOf, periodName, recordLink, sayCell } from './duties'
import type { Period } from './types'

const period = (name: string, first: string, last: string, over: Partial<Period> = {}): Period => ({
  period: name, first, last, owed: 1, met: 1, state: 'met', ...over,
})

it('lays quarters over the months that are shown of them', () => {
  const months = ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07']
  const quarters = [
    period('2026Q1', '2026-01-01', '2026-03-31'),
    period('2026Q2', '2026-04-01', '2026-06-30'),
    period('2026Q3', '2026-07-01', '2026-09-30'),
    period('2026Q4', '2026-10-01', '2026-12-31'),
  ]
  expect(cellsOf({ periods: quarters }, months).map((c) => [c.period.period, c.span])).toEqual([
    ['2026Q1', 1],
    ['2026Q2', 3],
    ['2026Q3', 1],
  ])
})

it('says each cell without its colour', () => {
  expect(markOf({ state: 'partial', met: 2, owed: 3 })).toBe('2/3')
  expect(markOf({ state: 'none', met: 0, owed: 0 })).toBe('')
  const cell = period('2026-11', '2026-11-01', '2026-11-30', { owed: 3, met: 2, state: 'partial' })
  expect(sayCell({ kind_name: '党小组会' }, cell)).toBe('2026年11月党小组会：部分完成，3 个党小组中 2 个已开')
  expect(periodName('2026Q4')).toBe('2026年第四季度')
})

it('leads to the form with kind and organiser', () => {
  expect(recordLink({ kind: 'party_day', branch_id: 'b' })).toEqual({
    path: '/activities/record',
    query: { kind: 'party_day', organiser: 'branch:b' },
  })
  expect(recordLink({ kind: 'group_meeting', branch_id: 'b', group_id: 'g' }).query.organiser).toBe('group:g')
})
