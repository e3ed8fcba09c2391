import { describe, expect, it } from 'vitest'
import { announced, isMovable, keyStep, refusal, type Target } from './moving'
import type { Talk } from './types'

const talk = (more: Partial<Talk> = {}): Talk => ({
  id: 't', year: 2026, type: 'leader', type_name: '领导谈话', talker_id: 'a', talker_name: '王立民', partner_id: 'b', partner_name: '赵晓梅',
  not_before: '2026-01-01', due_on: '2026-12-15', planned_on: '2026-11-26', planned_at: '', pinned: false, status: 'planned', version: 1,
  mine: false, may_plan: true, ...more,
})
const free: Target = { off: '', away: '', talks: [] }
const today = '2026-11-23'

describe('keys', () => {
  it('go from day to day, week to week and month to month', () => {
    expect(keyStep('2026-11-30', 'ArrowRight')).toEqual({ go: '2026-12-01' })
    expect(keyStep('2026-11-30', 'ArrowLeft')).toEqual({ go: '2026-11-29' })
    expect(keyStep('2026-11-30', 'ArrowDown')).toEqual({ go: '2026-12-07' })
    expect(keyStep('2026-11-30', 'ArrowUp')).toEqual({ go: '2026-11-23' })
    expect(keyStep('2026-01-31', 'PageDown')).toEqual({ go: '2026-02-28' })
    expect(keyStep('2026-01-15', 'PageUp')).toEqual({ go: '2025-12-15' })
  })
  it('take or leave, and let everything else pass', () => {
    expect(keyStep('2026-11-30', 'Enter')).toBe('take')
    expect(keyStep('2026-11-30', 'Escape')).toBe('leave')
    expect(keyStep('2026-11-30', 'Tab')).toBeNull()
  })
})

describe('a day', () => {
  it('is refused where the page knows it cannot be', () => {
    expect(refusal(talk(), '2026-11-27', free, today)).toBe('')
    expect(refusal(talk(), '2026-11-26', free, today)).toBe('现在就在这一天')
    expect(refusal(talk(), '2026-11-20', free, today)).toBe('这一天已经过去')
    expect(refusal(talk({ not_before: '2026-12-01' }), '2026-11-27', free, today)).toBe('12月1日起才到时候')
    expect(refusal(talk(), '2026-11-28', { ...free, off: '周末' }, today)).toBe('周末，不上班')
  })
  it('after the last day is refused to the plan, not to what is late, nor to an occasion', () => {
    expect(refusal(talk(), '2026-12-16', free, today)).toBe('最迟 12月15日')
    expect(refusal(talk({ due_on: '2026-11-20', status: 'late' }), '2026-12-16', free, today)).toBe('')
    expect(refusal(talk({ type: 'hardship' }), '2026-12-16', free, today)).toBe('')
    expect(announced(talk({ type: 'hardship' }), '2026-12-16', free, today)).toBe('12月16日 周三，超过最后期限 12月15日')
  })
  it('is told with what speaks against it', () => {
    expect(announced(talk(), '2026-11-27', free, today)).toBe('11月27日 周五')
    const target = { off: '', away: '请假', talks: [talk({ id: 'u' }), talk({ id: 'v', status: 'cancelled' }), talk()] }
    expect(announced(talk(), '2026-11-27', target, today)).toBe('11月27日 周五，请假，王立民这天已有 1 次谈话')
  })
})

it('only what is still to be held moves, and only by whom it concerns', () => {
  expect(isMovable(talk())).toBe(true)
  expect(isMovable(talk({ may_plan: false }))).toBe(false)
  expect(isMovable(talk({ may_plan: false, mine: true, status: 'late' }))).toBe(true)
  expect(isMovable(talk({ mine: true, status: 'reported' }))).toBe(false)
})
