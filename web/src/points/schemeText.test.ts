import { describe, expect, it } from 'vitest'
import { capsText, pointsText, remarks } from './schemeText'

const plain = { per: 'event', trigger: 'attendance', veto: false } as const

describe('a rule in words', () => {
  it('says what it gives or takes', () => {
    expect(pointsText({ ...plain, points: 100 })).toBe('每次 +1 分')
    expect(pointsText({ ...plain, points: -300 })).toBe('每次扣 3 分')
    expect(pointsText({ ...plain, points: 50, per: 'hour' })).toBe('每小时 +0.5 分')
    expect(pointsText({ ...plain, points: 6000, trigger: 'quarter' })).toBe('每季 60 分')
    expect(pointsText({ ...plain, points: -800, per: 'amount', trigger: 'office' })).toBe('视情节，至多扣 8 分')
    expect(pointsText({ ...plain, points: 0, per: 'amount', trigger: 'office' })).toBe('按实际更正')
    expect(pointsText({ ...plain, points: 0, veto: true })).toContain('一票否决')
  })

  it('names its caps, a cap of nothing as well', () => {
    expect(capsText({ cap_month: 400, cap_quarter: 600 })).toBe('每月至多 4 分，每季至多 6 分')
    expect(capsText({ cap_year: 0 })).toBe('每年至多 0 分')
    expect(capsText({})).toBe('')
  })

  it('says what it is about', () => {
    const kindName = (code: string) => ({ party_lecture: '党课' })[code] ?? code
    const rule = { categories: ['three_meetings'], kinds: ['party_lecture'], needs_evidence: true, beyond: false }
    expect(remarks(rule, kindName)).toBe('适用于三会一课、党课；须附证明材料')
    expect(remarks({ needs_evidence: true, honour_level: 2 }, kindName)).toBe('须附证明材料；同一荣誉只按最高级别记一次，本条为第 2 级')
    expect(remarks({ ...rule, categories: [], kinds: [], needs_evidence: false }, kindName)).toBe('')
  })
})
