import { expect, it } from 'vitest'
import { matchesPerson } from './person'

const person = { id: '1', name: '单小红', pinyin: 'shan xiao hong', initials: 'sxh' }

it.each(['单', '小红', 'shanx', 'SXH', 'sx', ' shan xiao', ''])('%j finds 单小红', (typed) =>
  expect(matchesPerson(typed, person)).toBe(true),
)
it.each(['dan', '红小', 'xh', '王'])('%j does not', (typed) => expect(matchesPerson(typed, person)).toBe(false))
it('does without pinyin', () => expect(matchesPerson('a', { id: '2', name: '李明' })).toBe(false))
