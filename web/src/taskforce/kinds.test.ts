import { describe, expect, it } from 'vitest'
import { nextOrd, traits } from './kinds'

const none = { party: false, approval: false, outsiders: false, groups: false, posts: false, appraisal: false, head: '社长' }

describe('a kind', () => {
  it('says how it differs, and nothing where it does not', () => {
    expect(traits(none)).toEqual([])
    expect(traits({ ...none, party: true, head: '书记' })[0]).toContain('3 人须有书记')
    expect(traits({ ...none, approval: true, appraisal: true })).toHaveLength(2)
  })
  it('goes after the others, before what stands last', () => {
    expect(nextOrd([])).toBe(1)
    expect(nextOrd([{ ord: 1 }, { ord: 6 }, { ord: 99 }])).toBe(7)
  })
})
