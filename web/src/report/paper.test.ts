import { describe, expect, it } from 'vitest'
import { cellText, correctable, formatHash, headings, openerColumn, opens, shares, totalRow, type Issue } from './paper'

describe('a sheet on the page', () => {
  it('shows a cell as the sheet does', () => {
    expect(cellText('points', 150)).toBe('1.5')
    expect(cellText('points', 0)).toBe('0')
    expect(cellText('hours', 90)).toBe('1.5')
    expect(cellText('int', 12)).toBe('12')
    expect(cellText('date', '2026-03-05')).toBe('2026-03-05')
    expect(cellText('points', null)).toBe('')
  })

  it('shares the width by characters', () => {
    expect(shares([{ kind: 'text', width: 0 }, { kind: 'int', width: 4 }])).toEqual([80, 20])
  })

  it('puts the word of the total where no sum stands', () => {
    const columns = [
      { key: 'no', kind: 'int', total: false },
      { key: 'name', kind: 'text', total: false },
      { key: 'sum', kind: 'points', total: true },
    ] as const
    expect(totalRow([...columns], { sum: 12_050 })).toEqual(['合计', '', '120.5'])
  })

  it('leaves out an average of nobody', () => {
    const columns = [{ key: 'name', kind: 'text', total: false }, { key: 'average', kind: 'points', total: true }] as const
    expect(totalRow([...columns], {})).toEqual(['合计', ''])
  })

  it('opens down: a person, a group, and an entry beside the sheet', () => {
    expect(opens({ person_id: 'p' }, '2026Q3')).toBe('/ledger/p?quarter=2026Q3')
    expect(opens({ branch_id: 'b', group_id: 'g' }, '2026Q3')).toBe('/points?quarter=2026Q3&group=g')
    expect(opens({ person_id: 'p', entry_id: 'e' }, '2026Q3')).toBe('')
    expect(opens({ person_id: 'p', record_id: 'r' }, '2026Q3')).toBe('/activities/r')
    expect(openerColumn([{ key: 'no', kind: 'int' }, { key: 'on', kind: 'text' }, { key: 'matter', kind: 'text' }])).toBe(2)
    expect(openerColumn([{ key: 'group', kind: 'text' }, { key: 'average', kind: 'points' }])).toBe(0)
  })

  it('groups a hash', () => {
    expect(formatHash('abcdef0123')).toBe('abcd ef01 23')
  })

  it('corrects only what covers the same, and was not corrected yet', () => {
    const issue = (more: Partial<Issue>) => ({ id: '1', number: 'n', ...more }) as Issue
    const old = issue({ id: 'a', branch_id: 'b1' })
    const done = issue({ id: 'b', branch_id: 'b1', replaced_by: { id: 'c', number: 'n2' } })
    const other = issue({ id: 'c' })
    expect(correctable([old, done, other], { branch: 'b1', person: '' })).toEqual([old])
    expect(correctable([old, done, other], { branch: '', person: '' })).toEqual([other])
  })

  it('puts a heading over neighbours of one group', () => {
    const columns = [{ title: '支部' }, { title: '应', group: '党课' }, { title: '实', group: '党课' }, { title: '应', group: '主题党日' }]
    expect(headings(columns)).toEqual([
      [{ title: '支部', cols: 1, rows: 2 }, { title: '党课', cols: 2, rows: 1 }, { title: '主题党日', cols: 1, rows: 1 }],
      [{ title: '应', cols: 1, rows: 1 }, { title: '实', cols: 1, rows: 1 }, { title: '应', cols: 1, rows: 1 }],
    ])
    expect(headings([{ title: '姓名' }])).toEqual([[{ title: '姓名', cols: 1, rows: 1 }]])
  })
})
