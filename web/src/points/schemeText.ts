import type { components } from '@/api/schema'
import { formatPoints } from '@/ui/points'

export type Scheme = components['schemas']['Scheme']
export type Rule = components['schemas']['Rule']
export type Dimension = Rule['dimension']

/** The order and the words of a scheme's chapters. */
export const chapters: { dimension: Dimension; title: string }[] = [
  { dimension: 'base', title: '基础分' },
  { dimension: 'political', title: '政治' },
  { dimension: 'professional', title: '业务' },
  { dimension: 'discipline', title: '纪律' },
  { dimension: 'conduct', title: '作风' },
]

/** The categories of activities that rules can be about. */
export const categoryNames: Record<string, string> = {
  three_meetings: '三会一课',
  party_day: '主题党日',
  study: '集中学习',
  volunteering: '志愿服务',
  organisational: '组织生活',
  work: '业务工作',
  other: '其他活动',
}

/** What makes a rule count, in a word or two. */
export const triggerNames: Record<Rule['trigger'], string> = {
  quarter: '季度开账',
  attendance: '到会',
  lecturing: '主讲',
  hosting: '主持',
  recording: '记录',
  absence: '无故缺席',
  volunteering: '志愿服务',
  claim: '本人申报',
  office: '机关党委办理',
}

const triggers: Record<Rule['trigger'], string> = {
  quarter: '季度开账时自动入账',
  attendance: '活动记录确认后，按到会自动入账',
  lecturing: '活动记录确认后，给主讲人自动入账',
  hosting: '活动记录确认后，给主持人自动入账',
  recording: '活动记录确认后，给记录人自动入账',
  absence: '活动记录确认后，无故缺席自动扣分，一次缺席只扣一项',
  volunteering: '活动记录确认后，按服务时长自动入账',
  claim: '本人申报，经核实、公示后入账',
  office: '由机关党委办理，注明原因和核实人',
}

export const triggerText = (rule: Pick<Worded, 'trigger'>) => triggers[rule.trigger as Rule['trigger']] ?? rule.trigger

/** What of a rule is put in words; a rule that is being edited has the same. */
export interface Worded {
  points: number
  per?: string
  trigger: string
  veto?: boolean
  categories?: string[]
  kinds?: string[]
  cap_event?: number
  cap_month?: number
  cap_quarter?: number
  cap_year?: number
  needs_evidence?: boolean
  beyond?: boolean
  honour_level?: number
}

/** What a rule gives or takes: "每次 +1 分", "每小时 +0.5 分", "每次扣 3 分". */
export function pointsText(rule: Pick<Worded, 'points' | 'per' | 'trigger' | 'veto'>): string {
  if (rule.veto) return rule.points < 0 ? `一票否决，并扣 ${formatPoints(-rule.points)} 分` : '一票否决：本季评定为 0'
  const size = `${formatPoints(Math.abs(rule.points))} 分`
  if (rule.trigger === 'quarter') return `每季 ${size}`
  if (rule.per === 'amount') {
    if (rule.points === 0) return '按实际更正'
    return rule.points < 0 ? `视情节，至多扣 ${size}` : `视情况，至多 +${size}`
  }
  const each = rule.per === 'hour' ? '每小时' : '每次'
  return rule.points < 0 ? `${each}扣 ${size}` : `${each} +${size}`
}

/** The caps of a rule: "每月至多 4 分，每季至多 6 分"; empty where it has none. */
export function capsText(rule: Pick<Worded, 'cap_event' | 'cap_month' | 'cap_quarter' | 'cap_year'>): string {
  const caps: [string, number | undefined][] = [
    ['每次', rule.cap_event],
    ['每月', rule.cap_month],
    ['每季', rule.cap_quarter],
    ['每年', rule.cap_year],
  ]
  return caps
    .filter(([, most]) => most !== undefined && most !== null)
    .map(([each, most]) => `${each}至多 ${formatPoints(most as number)} 分`)
    .join('，')
}

/** What else is to be known about a rule. */
export function remarks(rule: Pick<Worded, 'categories' | 'kinds' | 'needs_evidence' | 'beyond' | 'honour_level'>, kindName: (code: string) => string): string {
  const about = [...(rule.categories ?? []).map((c) => categoryNames[c] ?? c), ...(rule.kinds ?? []).map(kindName)]
  return [
    about.length ? `适用于${about.join('、')}` : '',
    rule.needs_evidence ? '须附证明材料' : '',
    rule.honour_level ? `同一荣誉只按最高级别记一次，本条为第 ${rule.honour_level} 级` : '',
    rule.beyond ? '不受本维度上限限制' : '',
  ]
    .filter(Boolean)
    .join('；')
}
