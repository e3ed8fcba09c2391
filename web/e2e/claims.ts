// Claims filed through the API, for tests about what comes after the filing.

import type { Page } from '@playwright/test'
import { expect, me, today, write, type Schemas } from './office'

/** The smallest scan there is: one grey pixel. */
export const scan = {
  name: '表彰决定.png',
  mimeType: 'image/png',
  buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64'),
}

/** An honour of the district claimed by the person of `page` for themselves, with evidence, submitted. */
export async function fileClaim(page: Page, matter: string): Promise<Schemas['ClaimSaved']> {
  const { person } = await me(page)
  const saved = await write<Schemas['ClaimSaved']>(page, '/api/claims', {
    person_id: person.id, rule_code: 'honour_district', honour: matter, fact_on: today(), matter,
  })
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const put = await page.request.post(`/api/claims/${saved.id}/evidence`, { multipart: { file: scan }, headers })
  expect(put.ok(), await put.text()).toBe(true)
  const { version } = (await put.json()) as { version: number }
  return write(page, `/api/claims/${saved.id}/submit`, { version })
}
