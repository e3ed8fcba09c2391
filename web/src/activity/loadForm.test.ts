import { expect, it } from 'vitest'
import { sameContent } from './form'
import { expectedOf, formOf, suggestedOf } from './loadForm'
import { savedMessage } from './saved'
import type { ActivityDetail, Saved, Suggestion } from './types'

const detail = (over: Partial<ActivityDetail> = {}): ActivityDetail =>
  ({
    id: 'r1', version: 1, row_version: 3, kind: 'volunteering', title: '护河', starts_at: '2026-03-05T06:30:00Z', ends_at: '2026-03-05T08:30:00Z',
    place: '滨河公园', organiser: { kind: 'branch', id: 'b1' }, agenda: '', content: '', outside_guests: '', election: false, resolutions: [],
    recorder: { id: 'p1', name: '甲' },
    attendance: [
      { person_id: 'p1', name: '甲', status: 'present', minutes: 120, voter: true },
      { person_id: 'p2', name: '乙', status: 'present', minutes: 120, voter: true },
    ],
    ...over,
  }) as ActivityDetail

it('shows a stored version in the office’s own time', () => {
  const form = formOf(detail())
  expect([form.day, form.from, form.to, form.lastDay]).toEqual(['2026-03-05', '14:30', '16:30', ''])
  expect(form.names).toEqual({ p1: '甲' })
  expect(formOf(detail({ ends_at: '2026-03-06T01:00:00Z' })).lastDay).toBe('2026-03-06')
})

it('gathers equal minutes into one value, and leaves different ones apart', () => {
  const same = formOf(detail())
  expect([same.minutes, ...same.people.map((p) => p.minutes)]).toEqual(['120', '', ''])
  const one = detail()
  one.attendance[1]!.minutes = 60
  expect([formOf(one).minutes, ...formOf(one).people.map((p) => p.minutes)]).toEqual(['', '120', '60'])
})

it('knows a form that says the same', () => {
  const form = formOf(detail())
  expect(sameContent(form, { ...formOf(detail()), names: {} })).toBe(true)
  expect(sameContent(form, { ...form, place: '别处' })).toBe(false)
})

it('reads what the server suggests', () => {
  const suggestion = {
    title: '三月党员大会', starts_at: '2026-03-05T07:00:00Z', ends_at: '2026-03-05T08:30:00Z', place: '三楼', agenda: '', host: { id: 'p1', name: '甲' },
    expected: [{ person_id: 'p3', name: '丙', voter: true, status: 'absent', absence: 'other', reason: '长期病休' }],
  } as Suggestion
  expect(suggestedOf(suggestion)).toMatchObject({ from: '15:00', to: '16:30', host: 'p1', recorder: '' })
  expect(expectedOf(suggestion)[0]).toMatchObject({ id: 'p3', status: 'absent', absence: 'other', reason: '长期病休' })
})

it('says what a confirmation did', () => {
  const saved = (over: Partial<Saved>) => savedMessage({ posted: { entries: 21, reversals: 0, cut: 0, quarter: '2026Q4' }, ...over } as Saved)
  expect(saved({})).toEqual({ text: '已确认，21 条积分记入2026年第四季度台账。', fine: true })
  expect(saved({ late: true, quorum_met: false }).text).toContain('标为补录；未达法定人数，决议不生效')
  expect(saved({ late: true }).fine).toBe(false)
  expect(saved({ posted: undefined }).text).toBe('已确认，没有产生积分。')
})
