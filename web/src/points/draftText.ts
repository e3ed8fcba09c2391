import type { components } from '@/api/schema'
import { categoryNames, triggerNames, type Dimension, type Scheme } from './schemeText'

type Schemas = components['schemas']

/** A version as it is edited, whole. */
export type SchemeText = Schemas['SchemeText']
export type RuleText = Schemas['RuleText']

/** What a rule can be triggered by, in the order in which people think of it. */
export const triggerOptions = Object.entries(triggerNames).map(([value, label]) => ({ value, label }))
export const categoryOptions = Object.entries(categoryNames).map(([value, label]) => ({ value, label }))
export const perOptions = [
  { value: 'event', label: '每次' },
  { value: 'hour', label: '每小时' },
  { value: 'amount', label: '视情况' },
]
export const limitDimensions: { dimension: Schemas['Limit']['dimension']; title: string }[] = [
  { dimension: 'political', title: '政治' },
  { dimension: 'professional', title: '业务' },
  { dimension: 'discipline', title: '纪律' },
  { dimension: 'conduct', title: '作风' },
]

/** A version as the document that a change of it sends. */
export function textOf(s: Scheme): SchemeText {
  return {
    name: s.name,
    effective_from: s.effective_from,
    note: s.note ?? '',
    limits: (s.limits ?? []).map((l) => ({ ...l })),
    rules: (s.rules ?? []).map((r) => ({
      code: r.code, title: r.title, clause: r.clause, dimension: r.dimension, trigger: r.trigger, categories: [...r.categories], kinds: [...r.kinds],
      points: r.points, per: r.per, cap_event: r.cap_event, cap_month: r.cap_month, cap_quarter: r.cap_quarter, cap_year: r.cap_year,
      beyond: r.beyond, needs_evidence: r.needs_evidence, veto: r.veto, honour_level: r.honour_level,
    })),
  }
}

/** A rule to begin with, in the chapter that is being worked on. */
export function newRule(dimension: Dimension): RuleText {
  return { code: '', title: '', clause: '', dimension, trigger: 'claim', categories: [], kinds: [], points: 100, per: 'event', needs_evidence: true }
}

const byRecord = ['attendance', 'lecturing', 'hosting', 'recording', 'absence', 'volunteering']

/** Which fields mean anything for a rule that comes about in this way. */
export function fieldsOf(trigger: string): { about: boolean; hours: boolean; amount: boolean; caps: boolean; evidence: boolean; veto: boolean; honour: boolean } {
  return {
    about: byRecord.includes(trigger),
    hours: trigger === 'volunteering',
    amount: trigger === 'claim' || trigger === 'office',
    caps: trigger !== 'quarter' && trigger !== 'absence',
    evidence: trigger === 'claim',
    veto: trigger === 'office',
    honour: trigger === 'claim',
  }
}

/** Takes off a rule what its trigger does not know, so that nothing hidden is sent. */
export function fitted(rule: RuleText): RuleText {
  const has = fieldsOf(rule.trigger)
  const per = (rule.per === 'hour' && !has.hours) || (rule.per === 'amount' && !has.amount) ? 'event' : rule.per
  const gains = has.caps && (rule.points > 0 || (per === 'amount' && rule.points === 0))
  return {
    ...rule,
    per,
    dimension: rule.trigger === 'quarter' ? 'base' : rule.dimension,
    categories: has.about ? rule.categories : [],
    kinds: has.about ? rule.kinds : [],
    cap_event: gains ? rule.cap_event : undefined,
    cap_month: gains ? rule.cap_month : undefined,
    cap_quarter: gains ? rule.cap_quarter : undefined,
    cap_year: gains ? rule.cap_year : undefined,
    beyond: gains && rule.beyond,
    needs_evidence: has.evidence && rule.needs_evidence,
    veto: has.veto && rule.veto,
    honour_level: has.honour ? rule.honour_level : undefined,
  }
}

/** The complaints about one rule by its field ("points"), out of those about the document ("rules[3].points"). */
export function faultsOf(errors: Readonly<Record<string, string>>, index: number): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [field, message] of Object.entries(errors)) {
    const match = /^(?:document\.)?rules\[(\d+)\]\.([a-z_]+)/.exec(field)
    if (match?.[2] && Number(match[1]) === index) out[match[2]] ??= message
  }
  return out
}

/** The complaint about a limit of a dimension, by its place in what was sent. */
export function limitFault(errors: Readonly<Record<string, string>>, index: number): string {
  return errors[`limits[${index}].max_gain`] ?? errors[`limits[${index}].dimension`] ?? errors[`document.limits[${index}].max_gain`] ?? ''
}

/** A list with one element moved; the same list where it cannot. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const to = from + by
  const out = [...list]
  if (to < 0 || to >= list.length) return out
  out.splice(to, 0, ...out.splice(from, 1))
  return out
}
