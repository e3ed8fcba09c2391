import { describe, expect, it } from 'vitest'
import { emptyForm, requestOf, sameContent, unreadable } from './form'
import type { ClaimRule } from './types'
import { capWords, ruleLabel } from './words'

const rule = (over: Partial<ClaimRule> = {}) =>
  ({ code: 'r', title: '获市级表彰', clause: '第七条第四项', points: 400, per: 'event', ...over }) as ClaimRule

describe('the form of a claim', () => {
  it('sends only what its rule asks for', () => {
    const form = { ...emptyForm('p', '2026-05-12'), rule: 'r', honour: '优秀公诉人', amount: 200, matter: '获评' }
    expect(requestOf(form, rule())).toMatchObject({ honour: undefined, amount: undefined })
    expect(requestOf(form, rule({ honour_level: 2 })).honour).toBe('优秀公诉人')
    expect(requestOf(form, rule({ per: 'amount' })).amount).toBe(200)
  })
  it('names what is missing', () => {
    expect(Object.keys(unreadable(emptyForm('', ''), undefined))).toEqual(['person_id', 'fact_on', 'rule_code', 'matter'])
    const form = { ...emptyForm('p', '2026-05-12'), matter: '获评' }
    expect(Object.keys(unreadable(form, rule({ honour_level: 1 })))).toEqual(['honour'])
    expect(Object.keys(unreadable(form, rule({ per: 'amount' })))).toEqual(['amount'])
    expect(unreadable(form, rule())).toEqual({})
  })
  it('knows its own copy again', () => {
    const form = emptyForm('p', '2026-05-12')
    expect(sameContent(form, { ...form })).toBe(true)
    expect(sameContent(form, { ...form, matter: '改' })).toBe(false)
  })
})

describe('rules in words', () => {
  it('say their points and caps', () => {
    expect(ruleLabel(rule())).toBe('获市级表彰（第七条第四项，4 分）')
    expect(ruleLabel(rule({ per: 'amount', clause: '' }))).toBe('获市级表彰（最多 4 分）')
    expect(capWords(rule())).toBe('')
    expect(capWords(rule({ cap_quarter: 400, cap_year: 850 }))).toBe('每季度最多 4 分，每年最多 8.5 分')
  })
})
