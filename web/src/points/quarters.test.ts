import { describe, expect, it } from 'vitest'
import { changedBranches, closingEffect, grouped, linksOf, noticeText, toClose } from './quarters'
import type { QuarterState } from './types'

const q = (quarter: string, state: 'open' | 'closed') => ({ quarter, state }) as QuarterState

describe('quarters', () => {
  it('opens with the earliest that waits to be closed', () => {
    const all = [q('2026Q4', 'open'), q('2026Q3', 'open'), q('2026Q2', 'open'), q('2026Q1', 'closed')]
    expect(toClose(all, '2026-11-23')).toBe('2026Q2')
    expect(toClose(all, '2026-06-30')).toBe('2026Q4')
    expect(toClose([q('2026Q1', 'closed')], '2026-11-23')).toBe('2026Q1')
    expect(toClose([], '2026-11-23')).toBeUndefined()
  })

  it('leads from a line to what it names', () => {
    expect(linksOf({ text: '', person_id: 'p', notice_id: 'n' }, '2026Q3').map((l) => l.to)).toEqual(['/points/p?quarter=2026Q3', '/notices/n'])
    expect(linksOf({ text: '', record_id: 'r' }, '2026Q3')).toEqual([{ to: '/activities/r', label: '看记录' }])
    expect(linksOf({ text: '', claim_id: 'c' }, '2026Q3')[0]?.to).toBe('/claims/c')
    expect(linksOf({ text: '', quarter: '2026Q2' }, '2026Q3')[0]?.to).toBe('/quarters?quarter=2026Q2')
    expect(linksOf({ text: '' }, '2026Q3')).toEqual([])
  })

  it('says how a notice stands', () => {
    const branch = { name: '第一党支部', people: 3 }
    expect(noticeText({ ...branch, state: 'missing' })).toBe('未公示')
    expect(noticeText({ ...branch, state: 'open', last_day: '2026-10-15' })).toBe('公示中，到 10月15日 为止')
    expect(noticeText({ ...branch, state: 'over', last_day: '2026-10-15' })).toBe('公示期满（10月15日）')
  })

  it('finds the branches to put on notice again', () => {
    const section = (kind: 'changed' | 'claim', branch_id?: string) => ({ kind, title: '', hint: '', blocking: false, total: 1, lines: [{ text: '', branch_id }] })
    expect([...changedBranches({ sections: [section('claim', 'a'), section('changed', 'b'), section('changed')] })]).toEqual(['b'])
  })

  it('names the effect and what stays open', () => {
    expect(closingEffect({ title: '2026年第三季度', open: 0 })).toContain('不能重新打开')
    expect(closingEffect({ title: '2026年第三季度', open: 3 })).toContain('3 项未了')
    expect(grouped('0123456789abcdef01')).toBe('01234567 89abcdef 01')
  })
})
