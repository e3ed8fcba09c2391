import { expect, it } from 'vitest'
import { actionBody, emptyAction, formOfAction, wrongInAction } from './actionForm'
import { cameBody, outcomeOf, outsidersBody, wrongInOutcome } from './outcome'

const filled = () => ({
  ...emptyAction('p1'), title: ' 普法宣传 ', organiser: 'branch:b1', day: '2026-03-05', from: '９点', to: '1130', place: '广场', served: '居民', places: '１０',
})

it('an action says what is missing', () => {
  expect(Object.keys(wrongInAction(emptyAction(''))).sort()).toEqual(['ends_at', 'leader_id', 'organiser', 'place', 'served', 'starts_at', 'title'])
  expect(wrongInAction(filled())).toEqual({})
  expect(wrongInAction({ ...filled(), to: '8:00' })).toHaveProperty('ends_at')
  expect(wrongInAction({ ...filled(), lastDay: '2026-03-06', to: '8:00' })).toEqual({})
  expect(wrongInAction({ ...filled(), lastDay: '2026-03-04' })).toHaveProperty('ends_at')
  for (const places of ['0', '许多', '-1']) expect(wrongInAction({ ...filled(), places }), places).toHaveProperty('places')
})

it('an action is sent in the words of the server', () => {
  expect(actionBody(filled())).toEqual({
    title: '普法宣传', starts_at: '2026-03-05T09:00', ends_at: '2026-03-05T11:30', place: '广场', served: '居民', organiser: { kind: 'branch', id: 'b1' }, leader_id: 'p1', places: 10,
  })
  expect(actionBody({ ...filled(), organiser: 'unit:' }).organiser).toEqual({ kind: 'unit' })
})

it('an action that is changed keeps what it had', () => {
  const stored = {
    title: '巡河', starts_at: '2026-03-05T01:00:00Z', ends_at: '2026-03-06T03:30:00Z', closes_at: '2026-03-05T01:00:00Z', place: '绿道', served: '居民', content: '',
    organiser: { kind: 'unit' }, leader_id: 'p1',
  }
  expect(actionBody(formOfAction(stored as never))).toEqual({
    title: '巡河', starts_at: '2026-03-05T09:00', ends_at: '2026-03-06T11:30', place: '绿道', served: '居民', organiser: { kind: 'unit' }, leader_id: 'p1',
  })
})

it('who came and how long', () => {
  const people = outcomeOf([{ person_id: 'a', name: '甲', state: 'placed', signed_at: '' }, { person_id: 'b', name: '乙', state: 'waiting', signed_at: '' }])
  expect(people.map((p) => p.id)).toEqual(['a'])
  const form = { day: '2026-03-05', from: '9:00', lastDay: '', to: '11:00', minutes: '120', people: [...people, { ...people[0]!, id: 'c', minutes: '６０' }], outsiders: [{ name: ' 丙 ', partner: '街道', minutes: '' }, { name: '', partner: '', minutes: '' }] }
  expect(cameBody(form)).toEqual([{ person_id: 'a', minutes: 120 }, { person_id: 'c', minutes: 60 }])
  expect(outsidersBody(form)).toEqual([{ name: '丙', partner: '街道', minutes: 120 }])
  expect(wrongInOutcome(form)).toEqual({})
  expect(wrongInOutcome({ ...form, people: [] })).toHaveProperty('came')
  expect(wrongInOutcome({ ...form, minutes: '' })).toHaveProperty('came')
  expect(wrongInOutcome({ ...form, to: '8:00' })).toHaveProperty('ends_at')
  expect(wrongInOutcome({ ...form, outsiders: [{ name: '丙', partner: '', minutes: '' }] })).toHaveProperty('outsiders')
})
