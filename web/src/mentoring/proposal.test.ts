import { describe, expect, it } from 'vitest'
import type { Mentor } from './pairing'
import { confirmation, faults, given, options, proposed, type Proposal } from './proposal'

const mentor = (id: string, more: Partial<Mentor> = {}): Mentor => ({
  person_id: id, name: id.toUpperCase(), pinyin: id, initials: id, department_name: '', line: '', political: true, professional: true,
  strengths: '', here: true, full_member: true, party_years: 10, work_years: 10, mentees: 0, room: 2, ...more,
})
const pair = (mentee: string, political?: string, professional?: string) => {
  const of = (id: string) => ({ mentor_id: id, mentor_name: id.toUpperCase(), department_name: '', reasons: [`因为${id}`], locked: false })
  return {
    mentee_id: mentee, mentee_name: mentee, department_name: '', line: '', why: '28 岁',
    political: political ? of(political) : undefined, professional: professional ? of(professional) : undefined, missing: professional ? [] : ['业务导师：…'],
  }
}
const proposal = (over: Partial<Proposal> = {}): Proposal => ({
  digest: '', from: '2026-01-01', to: '2027-12-31', limit: 2, unable: [], exclusions: [{ mentee_id: 'x', mentor_id: 'd' }],
  mentors: [mentor('a'), mentor('b', { mentees: 1, room: 1 }), mentor('c', { political: false }), mentor('d'), mentor('e', { full_member: false })],
  pairs: [pair('x', 'a', 'b'), pair('y', 'a', 'c'), pair('z', 'd')], ...over,
})

describe('a proposal', () => {
  it('starts as proposed, and leaves out who has not both', () => {
    expect(proposed(proposal()).map((c) => [c.political, c.professional, c.out])).toEqual([['a', 'b', false], ['a', 'c', false], ['d', '', true]])
  })

  it('counts each mentee of a mentor once, those left out not', () => {
    expect(Object.fromEntries(given(proposed(proposal())))).toEqual({ a: 2, b: 1, c: 1 })
  })

  it('says of each choice what speaks against it', () => {
    const p = proposal()
    const all = proposed(p)
    const [x, y, z] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]]
    const why = (of: typeof x, role: 'political' | 'professional') =>
      Object.fromEntries(options(p, all, of, role).map((o) => [o.mentor.person_id, o.why]))
    expect(why(x, 'political')).toEqual({ a: '', b: '已是其业务导师', d: '须回避', e: '不是正式党员' })
    expect(why(y, 'professional')).toMatchObject({ a: '已是其政治导师', b: '已满 2 人', c: '', d: '' })
    expect(why(z, 'political')).toMatchObject({ a: '已满 2 人', d: '' })
    expect(options(p, all, z, 'professional')[0]?.why).toBe('')
  })

  it('finds what cannot be confirmed', () => {
    const p = proposal()
    const all = proposed(p)
    expect(all.flatMap((c) => faults(p, all, c))).toEqual([])
    const three = all.map((c) => (c.mentee === 'z' ? { ...c, political: 'a', professional: '', out: false } : c))
    expect(faults(p, three, three[2] as (typeof all)[0])).toEqual(['A已满 2 人', '还没有业务导师'])
  })

  it('keeps the reasons of what was proposed, and says who was chosen by hand', () => {
    const p = proposal()
    const all = proposed(p).map((c) => (c.mentee === 'x' ? { ...c, professional: 'c' } : c))
    expect(confirmation(p, all)[0]).toEqual({ mentee_id: 'x', political_id: 'a', professional_id: 'c', political_reasons: ['因为a'], professional_reasons: ['人工调整'] })
    expect(confirmation(p, all)).toHaveLength(2)
  })
})
