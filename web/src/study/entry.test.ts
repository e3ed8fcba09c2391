import { expect, it } from 'vitest'
import { useEntry } from './entry'

it('keeps what was typed when the month arrives late', () => {
  const e = useEntry()
  e.begin(undefined)
  e.text.value = '刚写的'
  e.arrive(undefined)
  e.arrive('')
  expect([e.text.value, e.dirty.value]).toEqual(['刚写的', true])
  e.arrive('')
  expect(e.text.value).toBe('刚写的')
  e.arrive('刚写的') // saved, and read again
  expect([e.text.value, e.dirty.value]).toEqual(['刚写的', false])
})

it('loses neither the note that was there nor what was typed before it was known', () => {
  const e = useEntry()
  e.begin(undefined)
  e.text.value = '刚写的'
  e.arrive('早上的')
  expect([e.text.value, e.dirty.value]).toEqual(['早上的\n刚写的', true])
})

it('shows what is kept where nothing was typed, and begins anew with another day', () => {
  const e = useEntry()
  e.begin(undefined)
  e.arrive('早上的')
  expect([e.text.value, e.dirty.value]).toEqual(['早上的', false])
  e.text.value = '改一改'
  e.begin('')
  expect([e.text.value, e.dirty.value]).toEqual(['', false])
})
