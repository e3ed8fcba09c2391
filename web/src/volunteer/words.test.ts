import { expect, it } from 'vitest'
import { ownWords, placesWords } from './words'

it('says what is left', () => {
  expect(placesWords({ places: 10, placed: 7, waiting: 0 })).toBe('还有 3 个名额（共 10 个）')
  expect(placesWords({ places: 10, placed: 10, waiting: 2 })).toBe('名额已满（10 个），候补 2 人')
  expect(placesWords({ placed: 4, waiting: 0 })).toBe('已报名 4 人，不限名额')
})

it('says how one stands', () => {
  expect(ownWords({ state: 'placed' } as never)).toBe('已报名')
  expect(ownWords({ state: 'waiting', position: 2 } as never)).toBe('候补第 2 位')
  expect(ownWords(undefined)).toBe('')
})
