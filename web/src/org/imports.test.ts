import { describe, expect, it } from 'vitest'
import { countsLine, fileFault, largestUpload, whereIn, whyNot } from './imports'

const counts = { rows: 30, new: 20, changed: 0, unchanged: 0, bad: 10, warnings: 1 }

describe('a roster on its way in', () => {
  it('refuses what is no workbook before sending it', () => {
    expect(fileFault({ name: '花名册.XLSX', size: 10 })).toBe('')
    expect(fileFault({ name: '花名册.xls', size: 10 })).toContain('另存为 .xlsx')
    expect(fileFault({ name: '花名册.xlsm', size: 10 })).toContain('宏')
    expect(fileFault({ name: '花名册.pdf', size: 10 })).toContain('.xlsx')
    expect(fileFault({ name: 'a.xlsx', size: 0 })).toContain('空')
    expect(fileFault({ name: 'a.xlsx', size: largestUpload + 1 })).toContain('23 MB')
  })

  it('counts in one line', () => {
    expect(countsLine(counts)).toBe('新增 20，有误 10（共 30 行）')
    expect(countsLine({ ...counts, rows: 0, new: 0, bad: 0 })).toBe('没有内容')
  })

  it('is confirmed with bad rows only if the good ones are asked for', () => {
    expect(whyNot(counts, false)).toContain('有 10 行有误')
    expect(whyNot(counts, true)).toBe('')
    expect(whyNot({ ...counts, new: 0, bad: 30 }, true)).toContain('没有一行')
    expect(whyNot({ ...counts, new: 0, unchanged: 20 }, true)).toContain('没有需要导入')
    expect(whyNot({ ...counts, new: 0, unchanged: 30, bad: 0 }, false)).toContain('完全一致')
  })

  it('says where in the file', () => {
    expect(whereIn({ row: 9, column: 'J', heading: '入党时间' })).toBe('第 9 行 J 列（入党时间）')
    expect(whereIn({ row: 25, column: '', heading: '' })).toBe('第 25 行')
  })
})
