import { api, ask } from '@/api/client'
import type { ClaimFile } from './types'

/** Attaches a file to a claim; its version grows. */
export function attach(claim: string, file: File): Promise<ClaimFile & { version: number }> {
  const form = new FormData()
  form.set('file', file, file.name)
  return ask(
    api.POST('/api/claims/{id}/evidence', {
      params: { path: { id: claim } },
      // The document says how the form looks; the browser writes it.
      body: form as never,
      bodySerializer: (body: unknown) => body as FormData,
    }),
  )
}

/** Takes a file off a claim; its version grows. */
export function detach(claim: string, file: string): Promise<{ version: number }> {
  return ask(api.DELETE('/api/claims/{id}/evidence/{file}', { params: { path: { id: claim, file } } }))
}

export const evidenceHref = (claim: string, file: string) => `/api/claims/${claim}/evidence/${file}`
