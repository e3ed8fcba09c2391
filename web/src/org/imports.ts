import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, ask } from '@/api/client'
import { showProblem } from '@/api/show'
import type { components } from '@/api/schema'
import { usePlaces } from './places'

export type Import = components['schemas']['Import']
export type ImportPage = components['schemas']['ImportPage']
export type ImportRow = components['schemas']['ImportRow']
export type RowError = components['schemas']['RowError']
type Counts = components['schemas']['ImportCounts']

/** Bytes that the server takes; a larger file is refused before it is sent. */
export const largestUpload = 23 * 1024 * 1024

/** What is wrong with a file, said before it is sent; empty if nothing is. */
export function fileFault(file: { name: string; size: number }): string {
  const name = file.name.toLowerCase()
  if (name.endsWith('.xls')) return '这是旧版 Excel 格式（.xls）。请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传。'
  if (name.endsWith('.xlsm')) return '含宏的工作簿（.xlsm）不能导入，请另存为 .xlsx 后再上传。'
  if (!name.endsWith('.xlsx')) return '请选择 Excel 工作簿（.xlsx）。'
  if (file.size === 0) return '这个文件是空的，请检查后重新选择。'
  return file.size > largestUpload ? '文件超过 23 MB，请删去图片和无关的工作表后再上传。' : ''
}

export const importStates: Record<Import['state'], { name: string; tag: 'info' | 'success' | 'warning' }> = {
  previewed: { name: '待确认', tag: 'warning' },
  confirmed: { name: '已导入', tag: 'success' },
  undone: { name: '已撤销', tag: 'info' },
}

export const rowActions: Record<ImportRow['action'], { name: string; tag: 'info' | 'success' | 'warning' | 'danger' }> = {
  new: { name: '新增', tag: 'success' },
  changed: { name: '变更', tag: 'warning' },
  unchanged: { name: '不变', tag: 'info' },
  bad: { name: '有误', tag: 'danger' },
}

/** The counts of an import in one line, what is none left out. */
export function countsLine(c: Counts): string {
  const parts = [
    c.new && `新增 ${c.new}`,
    c.changed && `变更 ${c.changed}`,
    c.unchanged && `不变 ${c.unchanged}`,
    c.bad && `有误 ${c.bad}`,
  ].filter(Boolean)
  return parts.length ? `${parts.join('，')}（共 ${c.rows} 行）` : '没有内容'
}

/** Why an import cannot be confirmed as it stands; empty if it can. */
export function whyNot(c: Counts, goodRowsOnly: boolean): string {
  if (c.rows > 0 && c.bad === c.rows) return '没有一行可以导入，请下载问题行，改正后重新上传。'
  if (c.new + c.changed === 0) return c.bad ? '无误的行都与系统一致，没有需要导入的内容。' : '花名册与系统完全一致，没有需要导入的内容。'
  if (c.bad > 0 && !goodRowsOnly) return `有 ${c.bad} 行有误。改正后重新上传，或选择“只导入无误的行”。`
  return ''
}

/** Where in the file a complaint is: "第 9 行 J 列（入党时间）". */
export function whereIn(e: Pick<RowError, 'row' | 'column' | 'heading'>): string {
  const column = e.column ? ` ${e.column} 列${e.heading ? `（${e.heading}）` : ''}` : ''
  return `第 ${e.row} 行${column}`
}

/**
 * Imports that are being carried out. They go on while the person is on another
 * page; the import's page shows them again when it is come back to.
 */
export const useImportRuns = defineStore('importRuns', () => {
  const running = ref<string[]>([])

  async function carryOut(id: string, write: () => Promise<Import>): Promise<Import | undefined> {
    if (running.value.includes(id)) return undefined
    running.value.push(id)
    try {
      const done = await write()
      if (usePlaces().tree) void usePlaces().read().catch(showProblem)
      return done
    } catch (thrown) {
      showProblem(thrown)
      return undefined
    } finally {
      running.value = running.value.filter((one) => one !== id)
    }
  }

  return {
    running,
    confirm: (id: string, body: components['schemas']['ImportConfirm']) =>
      carryOut(id, () => ask(api.POST('/api/people/imports/{id}/confirm', { params: { path: { id } }, body }))),
    undo: (id: string) =>
      carryOut(id, () => ask(api.POST('/api/people/imports/{id}/undo', { params: { path: { id } } }))),
  }
})

/** Sends a roster; the answer is its preview, nothing has been imported yet. */
export function upload(file: File, createPlaces: boolean, effectiveFrom: string): Promise<Import> {
  const form = new FormData()
  form.set('file', file, file.name)
  if (!createPlaces) form.set('no_create_places', 'true')
  if (effectiveFrom) form.set('effective_from', effectiveFrom)
  return ask(api.POST('/api/people/imports', { body: {}, bodySerializer: () => form }))
}
