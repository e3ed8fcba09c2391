import { describe, expect, it } from 'vitest'
import { fileFault } from './verify'

describe('a file to verify', () => {
  it('is a workbook of a size that we issue', () => {
    expect(fileFault({ name: '积分汇总-2026Q3-0001.XLSX', size: 9000 })).toBe('')
    expect(fileFault({ name: '汇总.xls', size: 9000 })).toContain('不是 .xlsx')
    expect(fileFault({ name: '汇总.xlsx', size: 25 * 1024 * 1024 })).toContain('超过 24 MB')
  })
})
