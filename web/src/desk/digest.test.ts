import { describe, expect, it } from 'vitest'
import { digestLine, nearDay } from './digest'
import type { Reminder } from './types'

const today = '2026-11-20'
const line = (r: Partial<Reminder>) => digestLine({ name: '', ...r } as Reminder, today)

describe('digest', () => {
  it('says how near a day is', () => {
    expect(nearDay('2026-11-20', today)).toBe('今天')
    expect(nearDay('2026-11-21', today)).toBe('明天')
    expect(nearDay('2026-11-23', today)).toBe('11月23日周一')
  })

  it('says a talk with its hour and leads to it', () => {
    const got = line({ kind: 'talk_soon', name: '领导谈话', who: '叶知秋', day: '2026-11-20', at: '09:30', talk_id: 't1' })
    expect(got).toEqual({ text: '今天 09:30 与叶知秋谈心谈话', hint: '领导谈话', to: '/talks/t1' })
    expect(line({ kind: 'talk_soon', name: '领导谈话', who: '叶知秋', day: '2026-11-23' }).text).toBe('11月23日周一与叶知秋谈心谈话')
  })

  it('counts talks that are late', () => {
    expect(line({ kind: 'talk_late', count: 3, day: '2026-11-01' }).text).toBe('3 次谈话已过最后期限')
    expect(line({ kind: 'talk_late', count: 1, who: '罗海宁', talk_id: 't2', day: '2026-11-01' }).to).toBe('/talks/t2')
  })

  it('leads a duty to the calendar of duties, a plan to the plan', () => {
    const got = line({ kind: 'duty_due', name: '主题党日', who: '第一党支部', day: '2026-11-30', code: 'party_day', owner: 'branch', owner_id: 'b', first: '2026-11-01' })
    expect(got.text).toBe('第一党支部的主题党日还没有完成')
    expect(got.to).toEqual({ path: '/duties', query: { owner: 'branch', code: 'party_day' } })
    expect(line({ kind: 'plan_due', name: '2026年第四季度', who: '第一党支部', branch_id: 'b', quarter: '2026Q4', day: '2026-11-19' })).toEqual({
      text: '第一党支部2026年第四季度的工作计划还没有报备', hint: '应在11月19日前报备', to: '/duty-plans/b/2026Q4',
    })
  })
})
