import { describe, expect, it } from 'vitest'
import type { Candidate } from './types'
import { arithmetic, division, grouped, lead, standing, stepAt } from './words'

const group = (over: Partial<Candidate> = {}): Candidate =>
  ({
    id: 'a', branch: '第一党支部', name: '第一党小组', headcount: 20, points: 187250, average: 9363, previous_count: 20, previous_points: 187000,
    previous_average: 9350, change: 13, deductions: 0, deducted: 0, vetoes: 0, duty_owed: 3, duty_met: 2, holds: false, proposed: false,
    noticed: false, heard: false, objected: false, ...over,
  }) as Candidate

describe('arithmetic', () => {
  it('is shown line by line', () => {
    expect(division(187250, 20, 9363)).toBe('总分 1,872.5 ÷ 20 人 ≈ 93.63')
    expect(division(12500, 2, 6250)).toBe('总分 125 ÷ 2 人 = 62.5')
    expect(division(0, 0, 0)).toBe('没有持积分台账的人员')
    const lines = arithmetic(group({ deductions: 2, deducted: -300 }))
    expect(lines.map((l) => l.text)).toContain('2 笔，合计 -3 分')
    expect(lines.map((l) => l.text)).toContain('应完成 3 次，已完成 2 次（67%）')
    expect(arithmetic(group({ previous_count: 0 })).map((l) => l.text)).toContain('上季没有积分台账，不作比较')
  })
  it('groups thousands', () => {
    expect([grouped(0), grouped(-123456789), grouped(100000)]).toEqual(['0', '-1,234,567.89', '1,000'])
  })
})

describe('the lead', () => {
  it('names the level that decided', () => {
    expect(lead(group(), undefined)).toContain('没有其他')
    expect(lead(group(), group({ points: 187249 }))).toBe('人均积分最高。')
    expect(lead(group(), group({ deductions: 1 }))).toContain('扣分笔数较少')
    expect(lead(group({ deductions: 1, deducted: -100 }), group({ deductions: 1, deducted: -200 }))).toContain('扣分合计较少')
    expect(lead(group(), group({ duty_met: 1 }))).toContain('职责完成更好')
    expect(lead(group({ duty_owed: 0, duty_met: 0 }), group())).toContain('职责完成更好')
    expect(lead(group({ holds: true }), group())).toContain('保旗')
    expect(lead(group({ nomination: '因为' }), group())).toContain('选定')
    expect(lead(group(), group())).toContain('并列')
  })
})

describe('states', () => {
  it('are steps', () => {
    expect(stepAt({ kind: 'pioneer_post', state: 'open' }, 0)).toBe(0)
    expect(stepAt({ kind: 'pennant', state: 'open' }, 0)).toBe(1)
    expect(stepAt({ kind: 'pioneer_post', state: 'heard' }, 1)).toBe(3)
    expect(stepAt({ kind: 'pennant', state: 'decided' }, 1)).toBe(4)
  })
  it('read in a word', () => {
    expect(standing(group({ proposed: true, holds: true }), 'pennant')).toBe('拟保旗')
    expect(standing(group({ proposed: true }), 'pioneer_post')).toBe('已推荐')
    expect(standing(group({ excluded: '本季有否决项' }), 'pennant')).toBe('不参评')
    expect(standing(group({ result: 'won', proposed: true }), 'pennant')).toBe('夺旗')
  })
})
