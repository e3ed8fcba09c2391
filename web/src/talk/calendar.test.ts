import { expect, it } from 'vitest'
import type { SpecialDay } from '@/activity/types'
import { awayDays, byDay, dayOf, fold, isDay, offOn, weekOf, weeksShown } from './calendar'
import type { Talk } from './types'

const talk = (id: string, more: Partial<Talk> = {}): Talk => ({
  id, year: 2026, type: 'leader', type_name: '领导谈话', talker_id: 'a', talker_name: '王立民', partner_id: 'b', partner_name: '赵晓梅',
  not_before: '2026-01-01', due_on: '2026-12-31', planned_on: '2026-11-26', planned_at: '', pinned: false, status: 'planned', version: 1,
  mine: false, may_plan: true, ...more,
})

it('shows the week of a day, from Monday', () => {
  expect(weekOf('2026-11-29')).toEqual(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'])
  expect(weekOf('2026-11-23')[0]).toBe('2026-11-23')
  expect(weeksShown({ day: '2026-01-01' })).toHaveLength(1)
  expect(weeksShown({ month: '2026-11' })[0]?.[0]).toBe('2026-10-26')
})

it('takes nothing else for a day', () => {
  expect(isDay('2026-02-28')).toBe(true)
  expect(isDay('2026-02-31')).toBe(false)
  expect(isDay('2026-2-3')).toBe(false)
  expect(isDay(undefined)).toBe(false)
})

it('knows the days that nobody works on', () => {
  const special = new Map<string, SpecialDay>([
    ['2026-10-01', { date: '2026-10-01', kind: 'holiday', name: '国庆节' }],
    ['2026-10-10', { date: '2026-10-10', kind: 'workday', name: '国庆节' }],
  ])
  expect(offOn('2026-10-01', special)).toBe('国庆节')
  expect(offOn('2026-10-10', special)).toBe('')
  expect(offOn('2026-10-11', special)).toBe('周末')
  expect(offOn('2026-10-12', special)).toBe('')
})

it('lays talks on their days: held ones on the day they were held, by time', () => {
  const days = byDay([
    talk('late'), talk('ten', { planned_at: '10:00' }), talk('nine', { planned_at: '09:00' }), talk('held', { done_on: '2026-11-20', status: 'confirmed' }),
    talk('none', { planned_on: undefined, status: 'unplanned' }),
  ])
  expect(days.get('2026-11-26')?.map((t) => t.id)).toEqual(['nine', 'ten', 'late'])
  expect(days.get('2026-11-20')?.map((t) => t.id)).toEqual(['held'])
  expect([...days.keys()]).toHaveLength(2)
  expect(dayOf(talk('none', { planned_on: undefined }))).toBe('')
})

it('folds a full cell, counting the line that says so', () => {
  expect(fold([1, 2, 3, 4], 4)).toEqual({ shown: [1, 2, 3, 4], more: 0 })
  expect(fold([1, 2, 3, 4, 5], 4)).toEqual({ shown: [1, 2, 3], more: 2 })
})

it('marks each day of an absence within what is shown', () => {
  const days = awayDays([{ kind: 'leave', from: '2026-10-30', to: '2026-11-02' }], { leave: '请假' }, '2026-11-01', '2026-11-30')
  expect([...days]).toEqual([['2026-11-01', '请假'], ['2026-11-02', '请假']])
})
