/** What can go wrong, in the server's words (`fault.Code`), and `offline`, which is ours. */
export type Code =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rule_broken'
  | 'too_large'
  | 'too_many'
  | 'unavailable'
  | 'internal'
  | 'offline'

/** A refusal or failure that a person can read. Every failed request rejects with one. */
export class Problem extends Error {
  readonly code: Code
  readonly status: number
  /** Messages by form field, the field named as the form names it (`login`, `items[2].person`). */
  readonly fields: Readonly<Record<string, string>>
  /** Every message with its field, for a field that has several. */
  readonly details: readonly { field: string; message: string }[]
  /** Names the request in the server's log; shown when only an administrator can help. */
  readonly requestId: string

  constructor(
    code: Code,
    status: number,
    message: string,
    fields: Record<string, string> = {},
    requestId = '',
    details: { field: string; message: string }[] = [],
  ) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.fields = fields
    this.requestId = requestId
    this.details = details
  }
}

const codeOfStatus: Record<number, Code> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  422: 'invalid',
  429: 'too_many',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

// For answers without a sentence of their own: a proxy in between, an empty body.
const sentence: Record<Code, string> = {
  invalid: '填写的内容有误，请检查后重试。',
  unauthenticated: '登录已过期，请重新登录。',
  forbidden: '您没有此项权限。如工作需要，请联系安全管理员授权。',
  not_found: '没有找到该内容，可能已撤回，或不在您的查看范围内。',
  conflict: '内容已被他人更新，请刷新后再试。',
  rule_broken: '这一步不符合规则，请检查后重试。',
  too_large: '提交的内容太大，请减少后重试。',
  too_many: '尝试次数过多，请稍后再试。',
  unavailable: '服务暂时不可用，请稍后再试。',
  internal: '系统出现故障，请稍后再试；如仍不行，请联系系统管理员。',
  offline: '连不上服务器，请检查网络后重试。',
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `body.items[0].person` → `items[0].person`: forms do not know where a value travels. */
export function fieldOf(field: string): string {
  return field.replace(/^(body|query|path|header)\./, '')
}

/** Reads a problem+json body; anything else becomes the sentence of its status. */
export function problemOf(status: number, body: unknown, requestId = ''): Problem {
  const given = isRecord(body) ? body : {}
  const named = text(given.code)
  const code = Object.keys(sentence).includes(named) ? (named as Code) : (codeOfStatus[status] ?? (status >= 500 ? 'internal' : 'invalid'))

  const fields: Record<string, string> = {}
  const errors = Array.isArray(given.errors) ? given.errors.filter(isRecord) : []
  const details = errors.map((one) => ({ field: fieldOf(text(one.field)), message: text(one.message) }))
  for (const { field, message } of details) if (field && message) fields[field] ??= message
  const detail = text(given.detail)
  const field = fieldOf(text(given.field))
  if (field && detail) fields[field] ??= detail

  return new Problem(code, status, detail || sentence[code], fields, text(given.request_id) || requestId, details)
}

/** Reads any thrown value as a Problem. Programming errors stay what they are: they are thrown on. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  throw thrown
}

/** The Problem of a request that got no answer. */
export function offline(): Problem {
  return new Problem('offline', 0, sentence.offline)
}
