import { formatPoints } from '@/ui/points'
import type { ClaimRule, ClaimState, ClaimStep } from './types'

/** The states as people call them. */
export const stateNames: Record<ClaimState, string> = {
  draft: '草稿',
  submitted: '待核实',
  returned: '已退回',
  verified: '待公示',
  noticed: '公示中',
  posted: '已入账',
  rejected: '未通过',
  withdrawn: '已撤回',
  superseded: '已被取代',
  reversed: '已冲正',
}

/** How a state is marked; only what asks something of somebody stands out. */
export const stateMarks: Record<ClaimState, 'primary' | 'success' | 'warning' | 'info' | 'danger'> = {
  draft: 'info',
  submitted: 'warning',
  returned: 'danger',
  verified: 'warning',
  noticed: 'info',
  posted: 'success',
  rejected: 'danger',
  withdrawn: 'info',
  superseded: 'info',
  reversed: 'info',
}

/** What happened, for the time line. */
export const stepNames: Record<ClaimStep['step'], string> = {
  submit: '提交',
  recall: '收回修改',
  return: '退回',
  verify: '核实通过',
  notice: '公示',
  cancel: '公示撤销，退回待公示',
  post: '公示期满，入账',
  reject: '不予计分',
  withdraw: '撤回',
  supersede: '由更高级别取代，分值冲正',
  reverse: '机关党委冲正',
}

/** "获市级表彰（第七条第四项，4 分）". */
export function ruleLabel(r: ClaimRule): string {
  const points = r.per === 'amount' ? (r.points ? `最多 ${formatPoints(r.points)} 分` : '分值自填') : `${formatPoints(r.points)} 分`
  return `${r.title}（${[r.clause, points].filter(Boolean).join('，')}）`
}

/** The caps of a rule in words, or nothing. */
export function capWords(r: ClaimRule): string {
  const words = [
    ['每次', r.cap_event],
    ['每月', r.cap_month],
    ['每季度', r.cap_quarter],
    ['每年', r.cap_year],
  ] as const
  return words
    .filter(([, cap]) => cap !== undefined && cap !== null)
    .map(([when, cap]) => `${when}最多 ${formatPoints(cap as number)} 分`)
    .join('，')
}
