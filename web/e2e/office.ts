// The demo office as the tests know it: who signs in, how its API is asked, and
// what no page may do while a test looks on.

import { expect, test as base, type APIResponse, type BrowserContextOptions, type Page } from '@playwright/test'
import type { components, paths } from '../src/api/schema'

export { expect }
export type Schemas = components['schemas']
/** What a GET of the path answers. */
export type Answer<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer B } } } } } ? B : never

/** Opens every demo account (README lists them). */
export const demoPassword = 'Bin-he-xianfeng-2026'

export const phone = { width: 390, height: 844 }

interface House {
  /** A browser of its own, signed in as one of the demo accounts; without a login, signed in as nobody. */
  as: (login?: string, options?: BrowserContextOptions) => Promise<Page>
}

// A refusal that a test asks for is logged by the browser as well; it is no fault of the page.
const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/

/** Every page of `as` is watched: an error on its console (so also a breach of the CSP) fails the test. */
export const test = base.extend<House>({
  as: async ({ browser }, use) => {
    const faults: string[] = []
    const close: (() => Promise<void>)[] = []
    await use(async (login, options) => {
      const context = await browser.newContext(options)
      close.push(() => context.close())
      context.on('console', (message) => {
        if (message.type() === 'error' && !refusal.test(message.text())) faults.push(`${message.page()?.url()}: ${message.text()}`)
      })
      context.on('weberror', (fault) => faults.push(`${fault.page()?.url()}: ${fault.error().stack ?? fault.error().message}`))
      const page = await context.newPage()
      if (login) await signIn(page, login)
      return page
    })
    for (const one of close) await one()
    expect(faults, 'errors on the console').toEqual([])
  },
})

/** Signs in without the form, which has a test of its own. */
export async function signIn(page: Page, login: string, password = demoPassword): Promise<Schemas['Session']> {
  return json(await page.request.post('/api/session', { data: { login, password } }))
}

async function json<T>(answer: APIResponse): Promise<T> {
  expect(answer.ok(), `${answer.url()} answers ${answer.status()}: ${answer.ok() ? '' : await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

/** Asks the API as the person of `page`. */
export async function read<T>(page: Page, path: string): Promise<T> {
  return json<T>(await page.request.get(path))
}

/** Writes through the API as the person of `page`. */
export async function write<T>(page: Page, path: string, data: unknown): Promise<T> {
  return json<T>(await page.request.post(path, { data, headers: { 'Idempotency-Key': crypto.randomUUID() } }))
}

export const me = (page: Page) => read<Schemas['Session']>(page, '/api/session')

/** A word that nothing else in the office contains, so that a test finds what it made itself. */
export const unique = (word: string) => `${word}${Date.now().toString(36)}${Math.random().toString(36).slice(2, 5)}`

/** Goes on with Tab until what is looked for has the focus. */
export async function tabTo(page: Page, found: (el: Element) => boolean, presses = 80): Promise<void> {
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(`(${found})(document.activeElement)`)) return
  }
  throw new Error(`not reached with ${presses} presses of Tab`)
}

/** Today in Shanghai, as the office counts. */
export const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

/** The day so many days after another, which is text. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** How far the page can be scrolled sideways, in pixels. */
export const sideways = (page: Page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))
