import { describe, expect, it } from 'vitest'
import { loginFault, loginFrom, stateOf } from './accounts'

describe('an account', () => {
  it('shows the state that keeps the person out first', () => {
    const good = { locked: false, must_change: false }
    expect(stateOf(good)).toBe('good')
    expect(stateOf({ ...good, must_change: true })).toBe('first')
    expect(stateOf({ ...good, must_change: true, locked: true })).toBe('locked')
    expect(stateOf({ ...good, locked: true, disabled_at: '2026-03-05T01:00:00Z' })).toBe('disabled')
  })

  it('proposes a login that the server takes', () => {
    expect(loginFrom('yuguodong')).toBe('yuguodong')
    expect(loginFrom('Li Ming')).toBe('liming')
    expect(loginFrom('')).toBe('')
    expect(loginFault('li.ming-2')).toBe('')
    for (const bad of ['', 'a', 'Li', '李明', '-li', 'a'.repeat(41)]) expect(loginFault(bad)).not.toBe('')
  })
})
