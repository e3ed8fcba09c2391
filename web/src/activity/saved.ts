import { formatQuarter } from '@/ui/quarter'
import type { Saved } from './types'

/** What a confirmation did, in one sentence, and whether nothing about it is amiss. */
export function savedMessage(saved: Saved): { text: string; fine: boolean } {
  const { posted } = saved
  const parts: string[] = []
  if (posted && posted.entries > 0) parts.push(`已确认，${posted.entries} 条积分记入${formatQuarter(posted.quarter)}台账`)
  else parts.push('已确认，没有产生积分')
  if (posted?.cut) parts.push(`其中 ${posted.cut} 条受上限限制`)
  if (posted?.reversals) parts.push(`冲正旧积分 ${posted.reversals} 条`)
  const flaws: string[] = []
  if (saved.late) flaws.push('标为补录')
  if (saved.quorum_met === false) flaws.push('未达法定人数，决议不生效')
  return { text: `${[...parts, ...flaws].join('；')}。`, fine: flaws.length === 0 }
}
