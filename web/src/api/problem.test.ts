import { describe, expect, it } from 'vitest'
import { asProblem, fieldOf, Problem, problemOf } from './problem'

describe('problemOf', () => {
  it('takes the server at its word', () => {
    const problem = problemOf(422, { code: 'rule_broken', detail: '会议未达到法定人数。', request_id: 'r-1' })
    expect(problem).toMatchObject({ code: 'rule_broken', status: 422, message: '会议未达到法定人数。', requestId: 'r-1' })
    expect(problem.fields).toEqual({})
  })

  it('puts messages beside their fields', () => {
    const problem = problemOf(422, {
      code: 'invalid',
      detail: '结束时间早于开始时间。',
      field: 'body.endsAt',
      errors: [
        { field: 'body.title', message: '请填写标题。' },
        { field: 'body.items[2].person', message: '查无此人。' },
        { field: '', message: '无处可放' },
        'nonsense',
      ],
    })
    expect(problem.fields).toEqual({
      endsAt: '结束时间早于开始时间。',
      title: '请填写标题。',
      'items[2].person': '查无此人。',
    })
  })

  it('does not let the summary cover the message of a field', () => {
    const body = { detail: '有误', field: 'login', errors: [{ field: 'body.login', message: '登录名已被使用。' }] }
    expect(problemOf(422, body).fields.login).toBe('登录名已被使用。')
  })

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [413, 'too_large'],
    [429, 'too_many'],
    [418, 'invalid'],
    [500, 'internal'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])('gives a bare %i the sentence of %s', (status, code) => {
    const problem = problemOf(status, null, 'from-header')
    expect(problem.code).toBe(code)
    expect(problem.message).toMatch(/。$/)
    expect(problem.requestId).toBe('from-header')
  })

  it('does not trust an unknown code', () => {
    expect(problemOf(500, { code: 'toString', detail: 7 })).toMatchObject({ code: 'internal' })
  })
})

it('names fields as forms do', () => {
  expect(fieldOf('body.login')).toBe('login')
  expect(fieldOf('query.sort')).toBe('sort')
  expect(fieldOf('body')).toBe('body')
})

it('throws programming errors on', () => {
  expect(() => asProblem(new TypeError('x'))).toThrow(TypeError)
  const problem = new Problem('offline', 0, 'x')
  expect(asProblem(problem)).toBe(problem)
})
