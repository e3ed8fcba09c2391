import { formatDay, today } from '@/ui/dates'
import { quarterDays } from '@/ui/quarter'
import type { BranchNotice, CheckLine, CheckList, QuarterState } from './types'

/** Which quarter the page opens with: the earliest that is over and not closed, else the newest. `quarters` is newest first. */
export function toClose(quarters: QuarterState[], day: string = today()): string | undefined {
  const waiting = quarters.filter((q) => q.state === 'open' && quarterDays(q.quarter)[1] < day)
  return (waiting.at(-1) ?? quarters[0])?.quarter
}

/** Where a line of the check list leads, and the words of each link. */
export function linksOf(line: CheckLine, quarter: string): { to: string; label: string }[] {
  const links: { to: string; label: string }[] = []
  if (line.record_id) links.push({ to: `/activities/${line.record_id}`, label: '看记录' })
  if (line.claim_id) links.push({ to: `/claims/${line.claim_id}`, label: '看申报' })
  if (line.person_id) links.push({ to: `/points/${line.person_id}?quarter=${quarter}`, label: '看台账' })
  if (line.notice_id) links.push({ to: `/notices/${line.notice_id}`, label: '看公示' })
  if (line.quarter) links.push({ to: `/quarters?quarter=${line.quarter}`, label: '去结账' })
  return links
}

/** The branches whose totals are not those on notice: worth putting up again. */
export function changedBranches(list: Pick<CheckList, 'sections'>): Set<string> {
  const lines = list.sections.filter((s) => s.kind === 'changed').flatMap((s) => s.lines)
  return new Set(lines.flatMap((line) => line.branch_id ?? []))
}

/** How the notice of a branch's totals stands, in words. */
export function noticeText(branch: BranchNotice): string {
  if (branch.state === 'missing') return '未公示'
  const last = branch.last_day ? formatDay(branch.last_day, true) : ''
  return branch.state === 'open' ? `公示中，到 ${last} 为止` : `公示期满（${last}）`
}

/** What closing does, for the dialog that asks. */
export function closingEffect(list: Pick<CheckList, 'title' | 'open'>): string {
  const left = list.open ? `清单上 ${list.open} 项未了，留待以后办理：之后入账的记入以后的季度，并注明所属季度。` : '清单上没有未了事项。'
  return `${list.title}的全部台账将封存，合计冻结，此后不再记入任何分录，也不能重新打开；有错误只能在以后的季度冲正、调整。${left}`
}

/** A hash as people compare it: groups of eight. */
export const grouped = (hash: string) => hash.replace(/(.{8})(?=.)/g, '$1 ')
