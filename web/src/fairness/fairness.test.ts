import { describe, expect, it } from 'vitest'
import { cutLines, percent, spreadRows, verifierRows, type Fairness, type Spread } from './fairness'

const spread = (more: Partial<Spread>): Spread => ({
  branch: '', people: 6, points: 43_200, average: 7200, min: 6000, lower: 6650, median: 7175, upper: 7700, max: 8550, deviation: 512, few: false, ...more,
})
const page = (more: Partial<Fairness>): Fairness => ({
  quarter: '2026Q3', title: '2026年第三季度', whole: spread({}), branches: [], verifiers: [], cuts: [], few_people: 5, few_claims: 10, ...more,
})

describe('the fairness page', () => {
  it('writes shares as percent', () => {
    expect(percent(905)).toBe('90.5%')
    expect(percent(1000)).toBe('100%')
    expect(percent(0)).toBe('0%')
  })

  it('lists branches as they come, and everybody last', () => {
    const rows = spreadRows(page({ branches: [spread({ branch: '第一党支部', branch_id: 'a' }), spread({})] }))
    expect(rows.map((r) => r[0])).toEqual(['第一党支部', '未编入支部', '全部'])
    expect(rows[0]).toEqual(['第一党支部', '6', '72', '5.12', '60–85.5', '66.5–77', '71.75'])
    expect(spreadRows(page({ branches: [spread({ branch: '第一党支部' })] }))).toHaveLength(1)
  })

  it('counts what each verifier decided', () => {
    const verifiers = [{ person_id: 'p', name: '白一帆', verified: 9, returned: 1, share: 900, few: false }]
    expect(verifierRows(page({ verifiers }))).toEqual([['白一帆', '9', '1', '90%']])
  })

  it('puts rules below their dimension', () => {
    const lines = cutLines([
      {
        dimension: 'political', title: '政治', entries: 200, cut: 20, share: 100, lost: 1850, people: 7,
        rules: [{ code: 'a', title: '参加三会一课', clause: '第六条第一项', cut: 20, share: 100, lost: 1850, people: 7 }],
      },
      { dimension: 'conduct', title: '作风', entries: 9, cut: 0, share: 0, lost: 0, people: 0, rules: [] },
    ])
    expect(lines.map((l) => l.name)).toEqual(['政治', '第六条第一项 参加三会一课', '作风'])
    expect(lines[0]?.cells).toEqual(['政治', '200', '20', '10%', '18.5', '7'])
    expect(lines[1]?.rule).toBe('a')
  })
})
