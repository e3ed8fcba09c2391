import type { paths } from '@/api/schema'

type Got<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never

/** What was said, as one of the two reads it, or a leader whom both named. */
export type TalkRecord = Got<'/api/talks/{id}/record'>
export type RecordVersion = TalkRecord['versions'][number]
export type RecordConsent = TalkRecord['consents'][number]
/** What is to be done after a talk; it travels without the talk. */
export type FollowUp = Got<'/api/followups'>['items'][number]
/** A talk whose record a leader may read for a time. */
export type Reading = Got<'/api/talk-readings'>['items'][number]

export const consentNames: Record<RecordConsent['state'], string> = { asked: '等对方同意', agreed: '可以查看', over: '已到期', revoked: '已收回' }

export const followUpNames: Record<FollowUp['state'] | 'late', string> = { open: '办理中', late: '已逾期', done: '已办结', withdrawn: '已撤回' }

/** How a follow-up is marked; only what is late stands out. */
export function followUpMark(f: Pick<FollowUp, 'state' | 'late'>): { name: string; type: 'info' | 'success' | 'danger' } {
  if (f.late) return { name: followUpNames.late, type: 'danger' }
  const type = { open: 'info', done: 'success', withdrawn: 'info' } as const
  return { name: followUpNames[f.state], type: type[f.state] }
}

/** A day some days after another. */
export function daysAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}
