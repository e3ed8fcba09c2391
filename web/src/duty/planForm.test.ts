import { describe, expect, it } from 'vitest'
import { byDay, byMonth, changesOf, flawOf, moved, rowsOf, tallyOf, type PlanRow } from './planForm'
import type { PlanItem } from './types'

const item = (over: Partial<PlanItem>): PlanItem => ({
  id: 'i', code: 'party_day', duty_name: '主题党日', planned_on: '2026-11-10', title: '主题党日', met: false, state: 'due', ...over,
})
const row = (over: Partial<PlanRow>): PlanRow => ({ key: 'k', code: '', group: '', day: '2026-11-10', title: '走访', person: '', personName: '', ...over })

describe('the form of a plan', () => {
  it('goes there and back', () => {
    const rows = rowsOf([item({ group_id: 'g', person_id: 'p', person_name: '白一帆' })])
    expect(rows[0]).toMatchObject({ key: 'i', group: 'g', person: 'p', personName: '白一帆' })
    expect(changesOf(rows)).toEqual([{ id: 'i', code: 'party_day', group_id: 'g', person_id: 'p', planned_on: '2026-11-10', title: '主题党日' }])
    expect(changesOf([row({ title: ' 走访 ' })])).toEqual([{ planned_on: '2026-11-10', title: '走访' }])
  })

  it('names flaws', () => {
    const plan = { duties: [{ code: 'group_meeting', name: '党小组会', owner: 'group' as const }] }
    const days: [string, string] = ['2026-10-01', '2026-12-31']
    expect(flawOf(row({}), plan, days)).toBe('')
    expect(flawOf(row({ title: ' ' }), plan, days)).toBe('请填写事项')
    expect(flawOf(row({ day: '2027-01-01' }), plan, days)).toBe('日期要在本季度内')
    expect(flawOf(row({ code: 'group_meeting' }), plan, days)).toBe('请选择党小组')
    expect(flawOf(row({ code: 'group_meeting', group: 'g' }), plan, days)).toBe('')
  })

  it('orders and moves', () => {
    const rows = [row({ key: 'a', day: '2026-12-01' }), row({ key: 'b', day: '2026-11-01' }), row({ key: 'c', day: '2026-11-01' })]
    expect(byDay(rows).map((r) => r.key)).toEqual(['b', 'c', 'a'])
    expect(moved(rows, 'b', -1).map((r) => r.key)).toEqual(['b', 'a', 'c'])
    expect(moved(rows, 'c', 1)).toBe(rows)
  })

  it('reads by month and counts', () => {
    const items = [item({ id: '1', planned_on: '2026-12-02' }), item({ id: '2', met: true, state: 'met' }), item({ id: '3', state: 'none', code: '' }), item({ id: '4', state: 'missed' })]
    expect(byMonth(items).map(([m, list]) => [m, list.length])).toEqual([['2026-11', 3], ['2026-12', 1]])
    expect(tallyOf(items)).toBe('共 4 项，职责 3 项中已落实 1 项，未落实 1 项')
  })
})
