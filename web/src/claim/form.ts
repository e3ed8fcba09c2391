import type { ClaimDetail, ClaimRule } from './types'

/** What the form holds while it is filled in. */
export interface ClaimForm {
  person: string
  factOn: string
  rule: string
  honour: string
  /** Hundredths; only where the rule leaves it to the claimant. */
  amount: number | undefined
  matter: string
  statement: string
  /** The appraisal that it rests on; empty for none. */
  appraisal: string
}

export function emptyForm(person: string, day: string): ClaimForm {
  return { person, factOn: day, rule: '', honour: '', amount: undefined, matter: '', statement: '', appraisal: '' }
}

export function formOf(c: ClaimDetail): ClaimForm {
  return {
    person: c.person_id,
    factOn: c.fact_on,
    rule: c.rule_code,
    honour: c.honour ?? '',
    amount: c.amount || undefined,
    matter: c.matter,
    statement: c.statement,
    appraisal: c.source?.kind === 'appraisal' ? c.source.id : '',
  }
}

/** What travels: fields that the rule does not ask for stay at home. */
export function requestOf(form: ClaimForm, rule: ClaimRule | undefined) {
  return {
    person_id: form.person,
    rule_code: form.rule,
    fact_on: form.factOn,
    amount: rule?.per === 'amount' ? form.amount : undefined,
    honour: rule?.honour_level ? form.honour : undefined,
    matter: form.matter,
    statement: form.statement || undefined,
    source_kind: form.appraisal ? ('appraisal' as const) : undefined,
    source_id: form.appraisal || undefined,
  }
}

/** What has to be put right before the form is worth sending, by field. */
export function unreadable(form: ClaimForm, rule: ClaimRule | undefined): Record<string, string> {
  const out: Record<string, string> = {}
  if (!form.person) out.person_id = '请选择为谁申报'
  if (!form.factOn) out.fact_on = '请选择事项发生的日期'
  if (!rule) out.rule_code = '请选择依据的条款'
  if (!form.matter.trim()) out.matter = '请写明申报的事项'
  if (rule?.honour_level && !form.honour.trim()) out.honour = '请写明荣誉的全称，如“2026年度全市优秀共产党员”'
  if (rule?.per === 'amount' && !form.amount) out.amount = '请填写申报分值'
  return out
}

/** A new claim filled from the address: an appraisal's page leads here with what it says. */
export function fromAddress(form: ClaimForm, query: Record<string, unknown>): ClaimForm {
  const text = (key: string) => (typeof query[key] === 'string' ? (query[key] as string) : '')
  if (text('source') !== 'appraisal' || !text('source_id')) return form
  return {
    ...form,
    person: text('person') || form.person,
    factOn: /^\d{4}-\d{2}-\d{2}$/.test(text('day')) ? text('day') : form.factOn,
    matter: text('matter').slice(0, 100),
    appraisal: text('source_id'),
  }
}

/** Whether two forms say the same. */
export function sameContent(a: ClaimForm, b: ClaimForm): boolean {
  return (Object.keys(b) as (keyof ClaimForm)[]).every((k) => (a[k] || undefined) === (b[k] || undefined))
}
