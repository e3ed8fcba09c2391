import { describe, expect, it } from 'vitest'
import { itemsFor, mentorsOn, planMark, progress, published, type Plan } from './growth'

const item = (seq: number, times: number, done: number, role?: 'political' | 'professional') => ({ seq, kind: 'lesson' as const, title: `第${seq}项`, times, done, role })
const plan = (state: Plan['state'], agreed = false) => ({ year: 2026, state, agreed, items: [item(1, 2, 3, 'professional'), item(2, 1, 0)] }) as Plan

describe('growth plans', () => {
  it('counts of an item no more than it asks for', () => {
    expect(progress(plan('published').items)).toEqual({ done: 2, planned: 3 })
  })
  it('tells a draft that all agreed to from others', () => {
    expect(planMark(plan('draft')).name).toBe('待三方同意')
    expect(planMark(plan('draft', true)).name).toBe('待公示')
    expect(planMark(plan('published')).name).toBe('已公布')
  })
  it('offers items of the year and the role, of plans that are no drafts', () => {
    expect(itemsFor([plan('published')], '2026-03-05', 'political')?.items.map((i) => i.seq)).toEqual([2])
    expect(itemsFor([plan('published')], '2026-03-05', 'professional')?.items).toHaveLength(2)
    expect(itemsFor([plan('published')], '2025-03-05')).toBeNull()
    expect(itemsFor([plan('draft')], '2026-03-05')).toBeNull()
  })
  it('offers the mentors of the day', () => {
    const terms = [{ id: 'a', from: '2026-01-01', to: '2026-07-31' }, { id: 'b', from: '2026-08-01', to: '2027-12-31' }]
    expect(mentorsOn(terms, '2026-07-31').map((m) => m.id)).toEqual(['a'])
    expect(mentorsOn(terms, '2025-07-31')).toEqual([])
  })
  it('says whether it was in time', () => {
    expect(published({ published_on: '2026-02-03', due_on: '2026-01-31', late: true })).toBe('2026年2月3日公示，逾期')
    expect(published({ due_on: '2026-01-31', late: false })).toBe('1月31日前公示')
  })
})
