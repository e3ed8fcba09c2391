import { expect, it } from 'vitest'
import {
  absencesOf, applySuggestion, attendanceOf, emptyForm, lengthOf, organiserKey, organiserOf, quorumOf, requestOf, unreadable,
  withExpected, type PersonLine, type RecordForm,
} from './form'
import { absenceNames } from './words'

const person = (id: string, over: Partial<PersonLine> = {}): PersonLine => ({
  id, name: id, voter: true, status: 'present', absence: '', reason: '', minutes: '', ...over,
})
const filled = (over: Partial<RecordForm> = {}): RecordForm => ({
  ...emptyForm('2026-03-05'), organiser: 'branch:b1', kind: 'branch_meeting', title: ' 三月党员大会 ', from: '14:30', to: '16:00', ...over,
})

it('keeps the marks when the list of expected people changes', () => {
  const before = [person('a', { status: 'absent', absence: 'sick' }), person('b'), person('c', { status: 'guest' }), person('d', { status: 'guest' })]
  const after = withExpected(before, [person('a'), person('c'), person('e', { status: 'absent', absence: 'other', reason: '长期病休' })])
  expect(after.map((p) => [p.id, p.status, p.absence])).toEqual([
    ['a', 'absent', 'sick'],
    ['c', 'present', ''],
    ['e', 'absent', 'other'],
    ['d', 'guest', ''],
  ])
})

it('counts who came and says why the others did not', () => {
  const people = [
    person('a'), person('b', { status: 'absent', absence: 'sick' }), person('c', { status: 'absent' }), person('d', { status: 'guest' }),
  ]
  expect(attendanceOf(people)).toEqual({ expected: 3, present: 1, absent: 2, guests: 1 })
  expect(absencesOf(people, absenceNames)).toBe('缺席 2 人（病假 1、未选原因 1）')
  expect(absencesOf([person('a')], absenceNames)).toBe('无人缺席')
})

it('says how the votes stand', () => {
  const people = [
    person('a'), person('b'), person('c', { status: 'absent' }), person('d', { status: 'absent' }), person('e', { status: 'absent' }),
    person('probationary', { voter: false }), person('guest', { status: 'guest' }),
  ]
  expect(quorumOf(people, 50)).toEqual({ expected: 5, present: 2, needed: 3, met: false, majority: 3 })
  expect(quorumOf(people.slice(0, 4), 50)).toMatchObject({ expected: 4, needed: 2, met: true, majority: 3 })
  expect(quorumOf([], 50).met).toBe(false)
})

it('fills in what the recorder has not written', () => {
  const form = filled({ title: '', place: '旧地点', agenda: '自己写的议程' })
  applySuggestion(form, { title: '三月党员大会', place: '三楼会议室', agenda: '一、学习' }, { place: '旧地点' })
  expect([form.title, form.place, form.agenda]).toEqual(['三月党员大会', '三楼会议室', '自己写的议程'])
})

it('names organisers by kind and id', () => {
  expect(organiserOf('branch:b1')).toEqual({ kind: 'branch', id: 'b1' })
  expect(organiserOf('unit:')).toEqual({ kind: 'unit', id: '' })
  expect(organiserKey({ kind: 'unit', id: '00000000-0000-0000-0000-000000000000' })).toBe('unit:')
})

it('says what cannot be read and nothing else', () => {
  expect(unreadable(filled())).toEqual({})
  expect(Object.keys(unreadable({ ...emptyForm(''), to: '晚点' }))).toEqual(['organiser', 'kind', 'title', 'starts_at', 'ends_at'])
  expect(unreadable(filled({ to: '14:30' }))).toHaveProperty('ends_at')
  expect(unreadable(filled({ to: '9:00', lastDay: '2026-03-06' }))).toEqual({})
  expect(unreadable(filled({ resolutions: [{ title: '一', for: '两票', against: '', abstain: '' }] }))).toHaveProperty('resolutions[0].votes_for')
  expect(unreadable(filled({ minutes: '两小时' }))).toHaveProperty('attendance')
})

it('sends what was meant', () => {
  const body = requestOf(
    filled({
      from: '１４３０', minutes: '１２０', people: [person('a'), person('b', { minutes: '60' }), person('c', { status: 'absent', absence: 'official' })],
      resolutions: [{ title: '通过预算', for: '１２', against: '0', abstain: '' }],
    }),
    true,
  )
  expect(body).toMatchObject({
    title: '三月党员大会', starts_at: '2026-03-05T14:30:00+08:00', ends_at: '2026-03-05T16:00:00+08:00',
    organiser: { kind: 'branch', id: 'b1' }, host_id: undefined,
    attendance: [
      { person_id: 'a', status: 'present', minutes: 120 },
      { person_id: 'b', status: 'present', minutes: 60 },
      { person_id: 'c', status: 'absent', absence: 'official' },
    ],
    resolutions: [{ title: '通过预算', votes_for: 12, votes_against: 0, votes_abstain: undefined }],
  })
  expect(requestOf(filled({ organiser: 'unit:', people: [person('a')], minutes: '90' }), false)).toMatchObject({
    organiser: { kind: 'unit' }, attendance: [{ person_id: 'a', status: 'present' }],
  })
})

it('knows how long it lasted', () => {
  expect(lengthOf(filled())).toBe(90)
  expect(lengthOf(filled({ lastDay: '2026-03-06', to: '9:30' }))).toBe(19 * 60)
  expect(lengthOf(filled({ to: '' }))).toBeNull()
})
