import { describe, expect, it } from 'vitest'
import { asksNote, besides, columnsOf, headcount, officeNames, waitsFor, type Task } from './words'

const task = (id: string, state: Task['state']) => ({ id, state }) as Task

describe('the board', () => {
  it('keeps the order within each column', () => {
    const columns = columnsOf([task('a', 'doing'), task('b', 'todo'), task('c', 'doing'), task('d', 'dropped')])
    expect(columns.map((c) => c.tasks.map((t) => t.id).join(''))).toEqual(['b', 'ac', '', 'd'])
    expect(columns.map((c) => c.name)).toEqual(['待办', '进行中', '已完成', '不再办理'])
  })
  it('moves with the arrow keys and stops at the edges', () => {
    expect(besides('todo', 'ArrowRight')).toBe('doing')
    expect(besides('doing', 'ArrowLeft')).toBe('todo')
    expect(besides('todo', 'ArrowLeft')).toBeUndefined()
    expect(besides('dropped', 'ArrowRight')).toBeUndefined()
    expect(besides('todo', 'Enter')).toBeUndefined()
  })
  it('asks for words where others read them', () => {
    expect([asksNote('todo'), asksNote('doing'), asksNote('done'), asksNote('dropped')]).toEqual([false, false, true, true])
  })
})

describe('words', () => {
  it('counts our own people apart from outsiders', () => {
    expect(headcount({ members: 21, party_members: 18, outsiders: 0 })).toBe('21 人（党员 18 人）')
    expect(headcount({ members: 4, party_members: 0, outsiders: 6 })).toBe('4 人，外单位 6 人')
    expect(headcount({ members: 0, party_members: 0, outsiders: 0 })).toBe('还没有人')
  })
  it('calls offices as the kind does', () => {
    expect(officeNames({ head: '社长' })).toMatchObject({ secretary: '社长', deputy: '副社长', member: '成员' })
  })
  it('says whose turn it is', () => {
    expect(waitsFor({ state: 'proposed', members: 0, can: ['approve'] })).toContain('等您审批')
    expect(waitsFor({ state: 'proposed', members: 0, can: [] })).toContain('正在等待审批')
    expect(waitsFor({ state: 'approved', members: 0, can: ['staff'] })).toContain('先在“成员”里抽调人员')
    expect(waitsFor({ state: 'approved', members: 3, can: ['staff'] })).toContain('启动')
    expect(waitsFor({ state: 'active', members: 3, can: ['staff'] })).toBe('')
  })
})
