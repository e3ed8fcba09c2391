import { describe, expect, it } from 'vitest'
import { readFilters, writeFilters } from './listQuery'
import { nextPath } from './next'

const defaults = { q: '', state: 'confirmed' }

describe('filters in the address', () => {
  it('takes defaults for what is missing and ignores what it does not know', () => {
    expect(readFilters({ q: '党课', other: 'x' }, defaults)).toEqual({ q: '党课', state: 'confirmed' })
    expect(readFilters({ state: ['draft', 'x'], q: null }, defaults)).toEqual({ q: '', state: 'draft' })
  })

  it('writes only what differs, keeps keys of others, and starts at the first page', () => {
    const query = { cursor: 'abc', tab: 'list', q: 'old', sort: '-day' }
    expect(writeFilters(query, defaults, { q: '', state: 'draft' })).toEqual({ tab: 'list', sort: '-day', state: 'draft' })
  })

  it('can say "any" where the default narrows', () => {
    const query = writeFilters({}, defaults, { q: '', state: '' })
    expect(query).toEqual({ state: '' })
    expect(readFilters(query, defaults).state).toBe('')
  })
})

describe('nextPath', () => {
  it.each([
    ['/ledger?q=1', '/ledger?q=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['', '/'],
  ])('%j → %s', (next, path) => expect(nextPath({ next })).toBe(path))
})
