import { describe, expect, it } from 'vitest'
import { outcomeOf, periodOf, stateOf, tallyOf } from './notices'

const none = { all: 3, open: 0, passed: 0, upheld: 0, withdrawn: 0, cancelled: 0 }

describe('a notice in words', () => {
  it('says how long it still runs', () => {
    const running = { state: 'open' as const, running: true, items: { ...none, open: 3 } }
    expect(stateOf({ ...running, days_left: 3 }).text).toBe('公示中，还有 3 个工作日')
    expect(stateOf({ ...running, days_left: 0 }).text).toBe('今天截止')
    expect(stateOf({ ...running, running: false, days_left: 0 }).text).toBe('公示期满，异议办理中')
    expect(stateOf({ ...running, state: 'settled', running: false, days_left: 0 }).text).toBe('已结束')
    expect(stateOf({ ...running, state: 'cancelled', running: false, days_left: 0 }).text).toBe('已撤销')
  })
  it('says its days, and the year twice only where it changes', () => {
    expect(periodOf({ first_day: '2026-05-20', last_day: '2026-05-27' })).toBe('2026年5月20日至5月27日')
    expect(periodOf({ first_day: '2026-12-30', last_day: '2027-01-07' })).toBe('2026年12月30日至2027年1月7日')
  })
  it('counts its items', () => {
    expect(tallyOf({ ...none, open: 3 })).toBe('共 3 项')
    expect(tallyOf({ ...none, passed: 2, upheld: 1 })).toBe('共 3 项：通过 2，异议成立 1')
    expect(tallyOf({ ...none, passed: 3 })).toBe('共 3 项：通过 3')
  })
  it('marks what is not simply open', () => {
    expect(outcomeOf({ outcome: '', disputed: false })).toBeNull()
    expect(outcomeOf({ outcome: '', disputed: true })?.text).toBe('异议办理中')
    expect(outcomeOf({ outcome: 'upheld', disputed: false })?.type).toBe('danger')
  })
})
