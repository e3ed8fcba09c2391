import { describe, expect, it } from 'vitest'
import { pageOf } from './paging'

const rows = [3, 1, 2, 10].map((n) => ({ n, name: `第${n}党支部` }))
const order = { n: (row: { n: number }) => row.n, name: (row: { name: string }) => row.name }

describe('pageOf', () => {
  it('keeps the order of the server where nothing is sorted', () => {
    expect(pageOf(rows, { limit: 2 })).toEqual({ items: [rows[0], rows[1]], next: '2', total: 4 })
    expect(pageOf(rows, { limit: 2, cursor: '2' })).toEqual({ items: [rows[2], rows[3]], next: '', total: 4 })
  })

  it('sorts numbers as numbers, inside names as well', () => {
    expect(pageOf(rows, { limit: 9, sort: 'n' }, order).items.map((r) => r.n)).toEqual([1, 2, 3, 10])
    expect(pageOf(rows, { limit: 9, sort: '-name' }, order).items.map((r) => r.n)).toEqual([10, 3, 2, 1])
  })

  it('takes a cursor or column it cannot read for none', () => {
    expect(pageOf(rows, { limit: 9, cursor: 'x', sort: 'other' }, order).items).toEqual(rows)
  })
})
