import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'
import { formatMinutes } from '@/ui/dates'

export type HoursImport = components['schemas']['HoursImport']
type Counts = components['schemas']['VolunteerImportCounts']

/** What an import makes, in one line. */
export function countsLine(c: Counts): string {
  const parts = [c.records && `${c.records} 次活动`, c.people && `${c.people} 人`, c.minutes && formatMinutes(c.minutes), c.bad && `有误 ${c.bad} 行`].filter(Boolean)
  return `共 ${c.rows} 行${parts.length ? `：${parts.join('，')}` : ''}`
}

/** Why an import cannot be confirmed as it stands; empty if it can. */
export function whyNot(c: Counts, goodRowsOnly: boolean): string {
  if (!c.good) return '没有一行可以导入，请改正后重新上传。'
  return c.bad && !goodRowsOnly ? `有 ${c.bad} 行有误。改正后重新上传，或选择“只导入无误的行”。` : ''
}

/** Sends a workbook of hours; the answer is its preview, nothing has been recorded yet. */
export function upload(file: File): Promise<HoursImport> {
  const form = new FormData()
  form.set('file', file, file.name)
  return ask(api.POST('/api/volunteer-imports', { body: {} as never, bodySerializer: () => form }))
}
