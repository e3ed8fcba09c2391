import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'

export type Verification = components['schemas']['Verification']

/** The most that the server takes, in bytes. */
const most = 24 * 1024 * 1024

/** What is wrong with a file before it is sent, or nothing. */
export function fileFault(file: Pick<File, 'name' | 'size'>): string {
  if (!file.name.toLowerCase().endsWith('.xlsx')) return `“${file.name}”不是 .xlsx 报表文件，请选择出具时下载的工作簿。`
  if (file.size > most) return `“${file.name}”超过 24 MB，不是本系统出具的报表。`
  return ''
}

/** Asks whether a file is a report that was issued, and unchanged. */
export function verify(file: File): Promise<Verification> {
  const form = new FormData()
  form.set('file', file, file.name)
  return ask(api.POST('/api/reports/verification', { body: {}, bodySerializer: () => form }))
}

/** How a verdict is headed and coloured. */
export const verdicts: Record<Verification['verdict'], { title: string; type: 'success' | 'warning' | 'error' }> = {
  unchanged: { title: '与出具的一致', type: 'success' },
  resaved: { title: '内容未变（文件重新保存过）', type: 'success' },
  changed: { title: '内容已被改动', type: 'error' },
  unknown: { title: '不是本单位出具的报表', type: 'warning' },
}
