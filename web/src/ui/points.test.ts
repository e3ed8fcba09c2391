import { describe, expect, it } from 'vitest'
import { formatPoints, parsePoints } from './points'

describe('formatPoints', () => {
  it.each([
    [0, '0'],
    [100, '1'],
    [150, '1.5'],
    [5, '0.05'],
    [6000, '60'],
    [-200, '-2'],
    [-50, '-0.5'],
    [123456, '1234.56'],
  ])('%i → %s', (hundredths, text) => expect(formatPoints(hundredths)).toBe(text))

  it('carries a plus for changes, none for nothing', () => {
    expect(formatPoints(50, true)).toBe('+0.5')
    expect(formatPoints(0, true)).toBe('0')
    expect(formatPoints(-300, true)).toBe('-3')
  })

  it('refuses what is no whole hundredth', () => expect(() => formatPoints(1.5)).toThrow(RangeError))
})

describe('parsePoints', () => {
  it.each([
    ['1', 100],
    ['1.5', 150],
    ['０．５', 50],
    ['＋2', 200],
    ['-3', -300],
    ['−3', -300],
    [' 12.34 ', 1234],
    ['-0', 0],
  ])('%s → %i', (typed, hundredths) => expect(parsePoints(typed)).toBe(hundredths))

  it.each(['', '一', '1.234', '1.', '.5', '1e3', '1,000', '99999999'])('refuses %j', (typed) =>
    expect(parsePoints(typed)).toBeNull(),
  )

  it('reads back what it wrote', () => {
    for (let points = -1050; points <= 1050; points += 7) expect(parsePoints(formatPoints(points))).toBe(points)
  })
})
