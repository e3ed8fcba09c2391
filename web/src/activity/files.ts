import { api, ask } from '@/api/client'
import type { ActivityFile } from './types'

/** The largest file the server takes, in bytes. */
export const maxSize = 20 * 1024 * 1024

/** "1.5 MB", "320 KB". */
export function formatSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** Attaches a file to the draft of a record. */
export function attach(activity: string, file: File): Promise<ActivityFile> {
  const form = new FormData()
  form.set('file', file, file.name)
  return ask(
    api.POST('/api/activities/{id}/attachments', {
      params: { path: { id: activity } },
      // The document says how the form looks; the browser writes it.
      body: form as never,
      bodySerializer: (body: unknown) => body as FormData,
    }),
  )
}

export function detach(activity: string, file: string): Promise<unknown> {
  return ask(api.DELETE('/api/activities/{id}/attachments/{file}', { params: { path: { id: activity, file } } }))
}

export const fileHref = (activity: string, file: string) => `/api/activities/${activity}/attachments/${file}`
