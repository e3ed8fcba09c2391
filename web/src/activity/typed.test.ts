import { expect, it } from 'vitest'
import { addMinutes, minutesBetween, plainDay, readCount, readTime } from './typed'

it.each([
  ['14:30', '14:30'],
  ['14：30', '14:30'],
  ['１４：３０', '14:30'],
  ['1430', '14:30'],
  ['900', '09:00'],
  ['9', '09:00'],
  ['９点', '09:00'],
  ['9点半', '09:30'],
  ['9:5', '09:05'],
  ['14时05分', '14:05'],
  ['下午2点半', '14:30'],
  ['24:00', null],
  ['12:60', null],
  ['会后', null],
  ['', null],
])('reads %s as %s', (typed, time) => expect(readTime(typed)).toBe(time))

it('makes a typed day readable', () => {
  expect(plainDay('２０２６年３月５日')).toBe('2026-3-5')
  expect(plainDay('2026.3.5')).toBe('2026-3-5')
  expect(plainDay('明天')).toBe('明天')
})

it('reads counts and says what is none', () => {
  expect(readCount('１２')).toBe(12)
  expect(readCount(' ')).toBeNull()
  expect(readCount('-1')).toBeNaN()
  expect(readCount('两票')).toBeNaN()
})

it('reckons with the times of a day', () => {
  expect(minutesBetween('14:30', '16:00')).toBe(90)
  expect(minutesBetween('16:00', '14:30')).toBe(-90)
  expect(addMinutes('14:30', 90)).toBe('16:00')
  expect(addMinutes('23:30', 90)).toBe('23:59')
})
