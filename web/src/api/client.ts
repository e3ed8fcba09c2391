import createClient, { type Middleware } from 'openapi-fetch'
import { Keys } from './idempotency'
import { offline, problemOf } from './problem'
import type { paths } from './schema'

const keys = new Keys()
const onSignedOut = new Set<() => void>()

/** Calls `listener` whenever the server no longer knows our session. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut.add(listener)
}

// Asking who is signed in, and signing in, answer 401 without a session having ended.
function asksForSession(request: Request): boolean {
  return new URL(request.url).pathname === '/api/session'
}

const house: Middleware = {
  async onRequest({ request }) {
    await keys.stamp(request)
    return request
  },
  async onResponse({ request, response }) {
    keys.settle(request, response.status)
    if (response.ok) return
    if (response.status === 401 && !asksForSession(request)) onSignedOut.forEach((listener) => listener())
    throw problemOf(response.status, await bodyOf(response), response.headers.get('X-Request-Id') ?? '')
  },
  onError() {
    return offline()
  },
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** The typed client of our own API. Use it with {@link ask}. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  credentials: 'same-origin',
  fetch: (request) => fetch(request),
})
api.use(house)

/** Waits for an answer and returns its body; rejects with a Problem otherwise. */
export async function ask<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer
  return data as T
}

/**
 * Fetches a file and hands it to the browser to save. Not a plain link, because a
 * refusal would then be saved as if it were the workbook.
 */
export async function download(path: string, fallbackName: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin' })
  } catch {
    throw offline()
  }
  if (!response.ok) {
    if (response.status === 401) onSignedOut.forEach((listener) => listener())
    throw problemOf(response.status, await bodyOf(response), response.headers.get('X-Request-Id') ?? '')
  }
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(response.headers.get('Content-Disposition')) || fallbackName
  link.click()
  // Safari reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** The file's name out of a Content-Disposition header, `filename*` first. */
export function fileName(disposition: string | null): string {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')
  if (extended?.[1]) {
    try {
      return decodeURIComponent(extended[1])
    } catch {
      return ''
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? ''
}
