import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { digestLine, nearDay } from './digest'
import type { Reminder } from './types'

const today = '2026-11-20'
const line = (r: Partial<Reminder>) => digestLine({ name: '', ...r } as Reminder, today)

// The lists behind the pages that a reminder opens, and what is the page's own.
const lists: Record<string, { api: string; own: string[] }> = {
  '/talks': { api: '/api/talks', own: ['view'] },
  '/followups': { api: '/api/followups', own: [] },
  '/duties': { api: '/api/duties/grid', own: [] },
}
interface Parameter { name: string; in: string; schema: { type: string; enum?: string[] } }
const document = JSON.parse(readFileSync('../docs/openapi.json', 'utf8')) as { paths: Record<string, { get: { parameters: Parameter[] } }> }

/** What the list of a page refuses in its address. */
function refused(path: string, query: Record<string, unknown>): string[] {
  const list = lists[path]
  if (!list) return [path]
  const known = document.paths[list.api]?.get.parameters ?? []
  return Object.entries(query).flatMap(([name, value]) => {
    if (list.own.includes(name)) return []
    const schema = known.find((p) => p.name === name && p.in === 'query')?.schema
    const fits = schema && (schema.enum ? schema.enum.includes(String(value)) : schema.type !== 'boolean' || value === 'true' || value === 'false')
    return fits ? [] : [`${path}?${name}=${String(value)}`]
  })
}

describe('digest', () => {
  it('leads where the list takes what the address asks', () => {
    const kinds: Reminder['kind'][] = ['talk_soon', 'talk_confirm', 'talk_late', 'duty_due', 'duty_missed', 'plan_due', 'followup_due', 'excuse_decided']
    for (const kind of kinds) {
      const { to } = line({ kind, count: 2, day: '2026-11-01', code: 'party_day', owner: 'branch', branch_id: 'b', quarter: '2026Q4' })
      if (typeof to === 'object' && 'path' in to) expect(refused(String(to.path), to.query ?? {}), kind).toEqual([])
    }
    expect(refused('/followups', { mine: 'true' })).toEqual(['/followups?mine=true'])
  })

  it('lists the talks that are late, of which none has its own link', () => {
    expect(line({ kind: 'talk_late', count: 3, day: '2026-11-01' }).to).toEqual({ path: '/talks', query: { mine: 'true', status: 'late', view: 'list' } })
  })

  it('says how near a day is', () => {
    expect(nearDay('2026-11-20', today)).toBe('今天')
    expect(nearDay('2026-11-21', today)).toBe('明天')
    expect(nearDay('2026-11-23', today)).toBe('11月23日周一')
  })

  it('says a talk with its hour and leads to it', () => {
    const got = line({ kind: 'talk_soon', name: '领导谈话', who: '叶知秋', day: '2026-11-20', at: '09:30', talk_id: 't1' })
    expect(got).toEqual({ text: '今天 09:30 与叶知秋谈心谈话', hint: '领导谈话', to: '/talks/t1' })
    expect(line({ kind: 'talk_soon', name: '领导谈话', who: '叶知秋', day: '2026-11-23' }).text).toBe('11月23日周一与叶知秋谈心谈话')
  })

  it('counts talks that are late', () => {
    expect(line({ kind: 'talk_late', count: 3, day: '2026-11-01' }).text).toBe('3 次谈话已过最后期限')
    expect(line({ kind: 'talk_late', count: 1, who: '罗海宁', talk_id: 't2', day: '2026-11-01' }).to).toBe('/talks/t2')
  })

  it('leads a duty to the calendar of duties, a plan to the plan', () => {
    const got = line({ kind: 'duty_due', name: '主题党日', who: '第一党支部', day: '2026-11-30', code: 'party_day', owner: 'branch', owner_id: 'b', first: '2026-11-01' })
    expect(got.text).toBe('第一党支部的主题党日还没有完成')
    expect(got.to).toEqual({ path: '/duties', query: { owner: 'branch', code: 'party_day' } })
    expect(line({ kind: 'plan_due', name: '2026年第四季度', who: '第一党支部', branch_id: 'b', quarter: '2026Q4', day: '2026-11-19' })).toEqual({
      text: '第一党支部2026年第四季度的工作计划还没有报备', hint: '应在11月19日前报备', to: '/duty-plans/b/2026Q4',
    })
  })
})
