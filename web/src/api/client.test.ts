import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, ask, fileName, whenSignedOut } from './client'

// Answers each request in turn and keeps what was sent.
function answer(...answers: (Response | Error)[]): Request[] {
  const sent: Request[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push(request.clone())
    const one = answers.shift()
    if (!one || one instanceof Error) throw one ?? new Error('no answer left')
    return one
  })
  return sent
}

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } })
}

const signIn = (password = 'x') => ask(api.POST('/api/session', { body: { login: 'li', password } }))
const keyOf = (request?: Request) => request?.headers.get('Idempotency-Key')

afterEach(() => vi.unstubAllGlobals())

describe('a request', () => {
  it('rejects with the problem that the server tells', async () => {
    answer(problem(429, { code: 'too_many', detail: '尝试次数过多，请 15 分钟后再试。' }))
    await expect(signIn()).rejects.toMatchObject({ code: 'too_many', status: 429 })
  })

  it('rejects with a sentence when nobody answers', async () => {
    answer(new TypeError('Failed to fetch'))
    await expect(signIn()).rejects.toMatchObject({ code: 'offline' })
  })

  it('tells that a session ended, but not when asking whether there is one', async () => {
    const ended = vi.fn()
    whenSignedOut(ended)
    answer(problem(401, {}), problem(401, {}))
    await expect(ask(api.GET('/api/session'))).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(ended).not.toHaveBeenCalled()
    const query = { resource: 'activity', action: 'read' }
    await expect(ask(api.GET('/api/session/why', { params: { query } }))).rejects.toMatchObject({ status: 401 })
    expect(ended).toHaveBeenCalledOnce()
  })
})

describe('the idempotency key', () => {
  it('is there for writes and not for reads', async () => {
    const sent = answer(new Response(null, { status: 204 }), problem(401, {}))
    await signIn()
    await ask(api.GET('/api/session')).catch(() => undefined)
    expect(keyOf(sent[0])).toMatch(/^[0-9a-f]{32}$/)
    expect(keyOf(sent[1])).toBeNull()
  })

  it('stays while the outcome is unknown, and is new once it is known', async () => {
    const ok = () => new Response(null, { status: 204 })
    const sent = answer(new TypeError('lost'), problem(503, {}), ok(), ok())
    await signIn('same').catch(() => undefined)
    await signIn('same').catch(() => undefined)
    await signIn('same')
    await signIn('same')
    const keys = sent.map(keyOf)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).toBe(keys[0])
    expect(keys[3]).not.toBe(keys[0])
  })

  it('differs when the content differs', async () => {
    const sent = answer(new TypeError('lost'), new Response(null, { status: 204 }))
    await signIn('one').catch(() => undefined)
    await signIn('two')
    expect(keyOf(sent[1])).not.toBe(keyOf(sent[0]))
  })
})

it('reads the name of a file', () => {
  expect(fileName(`attachment; filename="a.xlsx"; filename*=UTF-8''%E5%AD%A3%E6%8A%A5.xlsx`)).toBe('季报.xlsx')
  expect(fileName('attachment; filename="a.xlsx"')).toBe('a.xlsx')
  expect(fileName(`attachment; filename*=UTF-8''%E5%A`)).toBe('')
  expect(fileName(null)).toBe('')
})
