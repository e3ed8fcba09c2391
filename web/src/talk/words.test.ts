import { expect, it } from 'vitest'
import { coveringOf, rateWords } from './coverage'
import { waiting } from './mine'
import type { Coverage, Talk } from './types'
import { dayWords, spoken, weekdaysWords, whenWords, withWhom } from './words'

const talk = (id: string, more: Partial<Talk> = {}): Talk => ({
  id, year: 2026, type: 'leader', type_name: '领导谈话', talker_id: 'a', talker_name: '王立民', partner_id: 'b', partner_name: '赵晓梅',
  not_before: '2026-01-01', due_on: '2026-12-31', planned_on: '2026-11-26', planned_at: '09:30', pinned: false, status: 'planned', version: 1,
  mine: true, may_plan: false, ...more,
})

it('says when and with whom', () => {
  expect(dayWords('2026-11-26', '09:30')).toBe('11月26日 周四 09:30')
  expect(whenWords(talk('t'))).toBe('11月26日 周四 09:30')
  expect(whenWords(talk('t', { planned_on: undefined, status: 'unplanned' }))).toBe('未排日期，12月31日前')
  expect(whenWords(talk('t', { done_on: '2026-11-20', status: 'confirmed' }))).toBe('11月20日 周五已谈')
  expect([withWhom(talk('t'), 'a'), withWhom(talk('t'), 'b'), withWhom(talk('t'), 'c')]).toEqual(['赵晓梅', '王立民', '王立民 → 赵晓梅'])
  expect(spoken(talk('t', { status: 'late' }))).toBe('09:30 王立民与赵晓梅，领导谈话，已逾期')
  expect(weekdaysWords([4, 1])).toBe('周一、周四')
})

it('puts what asks for something first, and leaves out what waits for the other', () => {
  const shown = waiting(
    [
      talk('next'), talk('due', { status: 'due' }), talk('late', { status: 'late' }), talk('theirs', { status: 'reported', reported_by: 'b' }),
      talk('own', { status: 'reported', reported_by: 'a' }), talk('strange', { status: 'late', mine: false }),
      ...[1, 2, 3].map((n) => talk(`later${n}`, { planned_on: `2026-12-0${n}` })),
    ],
    'a',
  )
  expect(shown.now.map((t) => t.id)).toEqual(['theirs', 'late', 'due'])
  expect(shown.next.map((t) => t.id)).toEqual(['next', 'later1'])
  expect(shown.more).toBe(2)
})

it('tells a rate without calling almost all all', () => {
  expect([rateWords(0, 0), rateWords(1, 3), rateWords(999, 1000), rateWords(4, 4)]).toEqual(['—', '33%', '99%', '100%'])
})

it('finds talkers by their own name and by whom they have left', () => {
  const talker = (talker_name: string, ...left: string[]) => ({
    talker_id: talker_name, talker_name, due: 3, done: 3 - left.length, confirmed: 0, late: 0,
    remaining: left.map((partner_name) => ({ talk_id: partner_name, partner_name, type_name: '', status: 'planned' as const })),
  })
  const page: Coverage = { year: 2026, talkers: [talker('王立民', '赵晓梅'), talker('李伟')], types: [], total: { due: 6, done: 5, confirmed: 0 } }
  expect(coveringOf(page, '', false)).toHaveLength(2)
  expect(coveringOf(page, '', true).map((t) => t.talker_name)).toEqual(['王立民'])
  expect(coveringOf(page, '赵', false).map((t) => t.talker_name)).toEqual(['王立民'])
  expect(coveringOf(page, '李', true)).toEqual([])
})
