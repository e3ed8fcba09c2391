import { api, ask } from '@/api/client'
import type { paths } from '@/api/schema'
import { formatPoints } from '@/ui/points'

type Answer<P extends '/api/taskforces/{id}' | '/api/taskforces/{id}/outcomes' | '/api/taskforces/{id}/timeline' | '/api/taskforces/{id}/appraisals'
  | '/api/taskforces/{id}/archive' | '/api/appraisals' | '/api/taskforce-outcome-kinds' | '/api/taskforce-outcomes'> =
  paths[P]['get']['responses'][200]['content']['application/json']

export type TaskforceDetail = Answer<'/api/taskforces/{id}'>
/** One taskforce as its tabs get it. */
export type TaskforceOf = TaskforceDetail['taskforce']
/** How its kind differs from others. */
export type KindOf = TaskforceDetail['kind']
export type Outcome = Answer<'/api/taskforce-outcomes'>['items'][number]
export type OutcomeSum = Answer<'/api/taskforce-outcomes'>['sums'][number]
export type OutcomeKind = Answer<'/api/taskforce-outcome-kinds'>['items'][number]
export type Attachment = Outcome['files'][number]
export type Moment = Answer<'/api/taskforces/{id}/timeline'>['items'][number]
export type Served = Answer<'/api/taskforces/{id}/appraisals'>['items'][number]
export type Appraisal = Answer<'/api/appraisals'>['items'][number]
export type Grade = Appraisal['grade']

/** What every tab of a taskforce's page is given. */
export interface TabProps {
  id: string
  taskforce: TaskforceOf
  kind: KindOf
  /** Reads the taskforce again, after a step that changed it. */
  reload: () => Promise<void> | void
}

export const gradeNames: Record<Grade, string> = { excellent: '优秀', good: '良好', fair: '合格', poor: '不合格' }

/** "6 份", "412000.5 元": money travels in fen. */
export function formatQuantity(o: { quantity?: number; measure?: string; money?: boolean }): string {
  const quantity = o.quantity ?? 0
  return `${o.money ? formatPoints(quantity) : quantity} ${o.measure ?? ''}`.trim()
}

/** What was typed as a quantity, as it travels; undefined where it is none. */
export function readQuantity(typed: number | undefined, money: boolean): number | undefined {
  if (typed === undefined || !(typed > 0)) return undefined
  return Math.round(money ? typed * 100 : typed)
}

/** The file of a taskforce, its outcome or its note. */
export const fileHref = (id: string, file: string) => `/api/taskforces/${id}/files/${file}`
export const isPicture = (file: { media_type: string }) => /^image\/(png|jpeg|webp)$/.test(file.media_type)

/** Adds a file to a taskforce, to an outcome or to a note of it. */
export function addFile(id: string, file: File, to: { outcome?: string; note?: string; caption?: string }): Promise<Attachment> {
  const form = new FormData()
  form.set('file', file, file.name)
  if (to.outcome) form.set('outcome_id', to.outcome)
  if (to.note) form.set('note_id', to.note)
  if (to.caption) form.set('caption', to.caption)
  return ask(
    api.POST('/api/taskforces/{id}/files', {
      params: { path: { id } },
      // The document says how the form looks; the browser writes it.
      body: form as never,
      bodySerializer: (body: unknown) => body as FormData,
    }),
  )
}

/** Where the form of a claim is opened with what an appraisal says. */
export function claimFrom(a: Appraisal): { path: string; query: Record<string, string> } {
  return {
    path: '/claims/form',
    query: {
      source: 'appraisal', source_id: a.id, person: a.person.id, day: a.served_to,
      matter: `参加“${a.taskforce_name}”，鉴定${gradeNames[a.grade]}`.slice(0, 100),
    },
  }
}
