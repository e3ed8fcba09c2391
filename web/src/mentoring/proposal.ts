import type { components } from '@/api/schema'
import { roleNames, roles, unfit, type Mentor, type Role } from './pairing'

export type Proposal = components['schemas']['Proposal']
export type ProposedPair = components['schemas']['ProposedPair']

/** What is to be decided about one mentee: the ids of the mentors chosen, empty where there is none. */
export interface Choice {
  mentee: string
  political: string
  professional: string
  /** Left for another time. */
  out: boolean
}

/** The choices as proposed. A mentee without both mentors is left out until somebody finds them. */
export function proposed(p: Proposal): Choice[] {
  return p.pairs.map((one) => ({
    mentee: one.mentee_id,
    political: one.political?.mentor_id ?? '',
    professional: one.professional?.mentor_id ?? '',
    out: !one.political || !one.professional,
  }))
}

/** How many of these mentees each mentor would have, besides those of before. */
export function given(choices: Choice[]): Map<string, number> {
  const out = new Map<string, number>()
  for (const c of choices) {
    if (c.out) continue
    for (const id of new Set([c.political, c.professional])) if (id) out.set(id, (out.get(id) ?? 0) + 1)
  }
  return out
}

function other(c: Choice, role: Role): string {
  return role === 'political' ? c.professional : c.political
}

/** A mentor as a choice for a role: with what speaks against it, empty where nothing does. */
export interface Option {
  mentor: Mentor
  why: string
  /** Mentees they would have with everything chosen so far. */
  load: number
}

/** Everybody of the pool for one role of one mentee; those that can come first, the least loaded before others. */
export function options(p: Proposal, choices: Choice[], of: Choice, role: Role): Option[] {
  const elsewhere = given(choices.filter((c) => c.mentee !== of.mentee))
  return p.mentors
    .filter((m) => m[role])
    .map((mentor) => ({ mentor, load: mentor.mentees + (elsewhere.get(mentor.person_id) ?? 0), why: against(p, elsewhere, of, role, mentor) }))
    .sort((a, b) => Number(!!a.why) - Number(!!b.why) || a.load - b.load)
}

function against(p: Proposal, elsewhere: Map<string, number>, of: Choice, role: Role, m: Mentor): string {
  const id = m.person_id
  if (id === of.mentee) return '是学员本人'
  if (id === other(of, role)) return `已是其${roleNames[role === 'political' ? 'professional' : 'political']}`
  if (p.exclusions.some((e) => e.mentee_id === of.mentee && e.mentor_id === id)) return '须回避'
  return unfit(m, role) || ((elsewhere.get(id) ?? 0) >= m.room ? `已满 ${p.limit} 人` : '')
}

/** What keeps a choice from being confirmed. */
export function faults(p: Proposal, choices: Choice[], of: Choice): string[] {
  if (of.out) return []
  const elsewhere = given(choices.filter((c) => c.mentee !== of.mentee))
  return roles.flatMap((role) => {
    if (!of[role]) return [`还没有${roleNames[role]}`]
    const m = p.mentors.find((one) => one.person_id === of[role])
    const why = m ? against(p, elsewhere, of, role, m) : '不在导师库'
    return why ? [`${m?.name ?? ''}${why}`] : []
  })
}

/** Why this mentor: as proposed, or that a person chose. */
export function reasons(pair: ProposedPair, role: Role, id: string): string[] {
  const found = pair[role]
  return found?.mentor_id === id ? found.reasons : id ? ['人工调整'] : []
}

/** The choices as they are sent. */
export function confirmation(p: Proposal, choices: Choice[]): components['schemas']['PairInput'][] {
  return choices.filter((c) => !c.out).map((c) => {
    const pair = p.pairs.find((one) => one.mentee_id === c.mentee) as ProposedPair
    return {
      mentee_id: c.mentee,
      political_id: c.political,
      professional_id: c.professional,
      political_reasons: reasons(pair, 'political', c.political),
      professional_reasons: reasons(pair, 'professional', c.professional),
    }
  })
}
