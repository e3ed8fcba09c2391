import { afterEach, expect, it, vi } from 'vitest'
import { peopleOf } from './people'

function answer(body: object): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(new URL(request.url).pathname + new URL(request.url).search)
    return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

it('finds everybody of a place on the roll', async () => {
  const asked = answer({ items: [{ id: 'p', name: '叶知秋', pinyin: 'yezhiqiu', initials: 'yzq', branch: { id: 'b', name: '第一党支部' } }], next: '', total: 1 })
  expect(await peopleOf('branch:b')).toEqual([{ id: 'p', name: '叶知秋', pinyin: 'yezhiqiu', initials: 'yzq', hint: '第一党支部' }])
  expect(asked).toEqual(['/api/people?branch=b&limit=200'])
})

it('finds who is seconded to a project today, not the whole roll', async () => {
  const asked = answer({ staff: [{ person_id: 'p', name: '叶知秋', branch_name: '第一党支部', serving: true }, { person_id: 'q', name: '方既明', serving: false }] })
  expect(await peopleOf('project:f')).toEqual([{ id: 'p', name: '叶知秋', hint: '第一党支部' }])
  expect(asked).toEqual(['/api/taskforces/f'])
})
