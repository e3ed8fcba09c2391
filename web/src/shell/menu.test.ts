import { expect, it } from 'vitest'
import type { RouteRecordNormalized } from 'vue-router'
import { isHere, menuOf } from './menu'

const page = (path: string, group?: '日常' | '管理', need?: string) =>
  ({ path, meta: { title: path, need, menu: group && { group, icon: {} } } }) as unknown as RouteRecordNormalized

it('shows what the person may see, in the order of the pages', () => {
  const pages = [page('/', '日常'), page('/people', '管理', 'person.read'), page('/login'), page('/activities', '日常', 'activity.read')]
  const paths = (held: string[]) =>
    menuOf(pages, (need) => !need || held.includes(String(need))).map((g) => [g.name, g.entries.map((e) => e.path)])
  expect(paths(['person.read', 'activity.read'])).toEqual([['日常', ['/', '/activities']], ['管理', ['/people']]])
  expect(paths([])).toEqual([['日常', ['/']]])
})

it('marks the entry of the page and of the pages below it', () => {
  expect(isHere('/activities', '/activities/new')).toBe(true)
  expect(isHere('/activities', '/activitiesx')).toBe(false)
  expect(isHere('/', '/activities')).toBe(false)
  expect(isHere('/', '/')).toBe(true)
})
