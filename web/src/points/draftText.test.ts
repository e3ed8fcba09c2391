import { describe, expect, it } from 'vitest'
import { faultsOf, fitted, limitFault, moved, newRule } from './draftText'

describe('a draft', () => {
  it('sends nothing that its trigger does not know', () => {
    const rule = { ...newRule('political'), honour_level: 2, cap_year: 400, beyond: true }
    expect(fitted(rule)).toMatchObject({ honour_level: 2, cap_year: 400, needs_evidence: true, beyond: true })
    const absence = fitted({ ...rule, trigger: 'absence', points: -200, per: 'amount', categories: ['study'] })
    expect(absence).toMatchObject({ per: 'event', categories: ['study'], needs_evidence: false, beyond: false })
    expect([absence.honour_level, absence.cap_year]).toEqual([undefined, undefined])
    expect(fitted({ ...rule, trigger: 'quarter', categories: ['study'] })).toMatchObject({ dimension: 'base', categories: [] })
  })

  it('finds the complaints about a rule and a limit', () => {
    const errors = { 'rules[3].points': '大于 0', 'rules[13].points': '别的', 'document.rules[3].title': '填写有误', 'limits[1].max_gain': '之间' }
    expect(faultsOf(errors, 3)).toEqual({ points: '大于 0', title: '填写有误' })
    expect(faultsOf(errors, 1)).toEqual({})
    expect(limitFault(errors, 1)).toBe('之间')
    expect(limitFault(errors, 0)).toBe('')
  })

  it('moves rules within the list', () => {
    expect(moved([1, 2, 3], 0, 1)).toEqual([2, 1, 3])
    expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3])
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3])
  })
})
