import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'
import type { PersonOption } from '@/ui/person'

type Schemas = components['schemas']
export type Pairing = Schemas['Pairing']
export type PairingDetail = Schemas['PairingDetail']
export type Term = Schemas['Term']
export type Mentor = Schemas['Mentor']
export type Young = Schemas['Young']
export type Wish = Schemas['Wish']
export type Role = Term['role']

/** What every tab of a pairing's page is given. */
export interface PairingTab {
  id: string
  pairing: Pairing
  /** Reads the pairing again, after a step that changed it. */
  reload: () => Promise<void> | void
}

export const roleNames: Record<Role, string> = { political: '政治导师', professional: '业务导师' }
export const roles: Role[] = ['political', 'professional']
export const stateNames: Record<Pairing['state'], string> = { upcoming: '未开始', current: '结对中', ended: '已结束' }
export const stateTypes: Record<Pairing['state'], 'info' | 'success' | 'primary'> = { upcoming: 'primary', current: 'success', ended: 'info' }

const own: Record<Pairing['role'], string> = {
  mentee: '我是学员', political: '我是政治导师', professional: '我是业务导师', former: '我曾任导师', '': '',
}
/** What the reader is in a pairing, in words; empty for an onlooker. */
export const myRole = (p: Pairing) => own[p.role]

/** Who the others are, seen by one of the three. */
export function others(p: Pairing): { name: string; what: string; department: string }[] {
  const all = [
    { of: 'mentee', name: p.mentee_name, what: '学员', department: p.mentee_department_name },
    { of: 'political', name: p.political.name, what: '政治导师', department: p.political.department_name },
    { of: 'professional', name: p.professional.name, what: '业务导师', department: p.professional.department_name },
  ]
  return all.filter((one) => one.of !== p.role)
}

/** "2026-01-01 至 2027-12-31". */
export const span = (p: { from: string; to: string }) => `${p.from} 至 ${p.to}`

/** What is known of a mentor, for a list of choices. */
export function mentorHint(m: Mentor, limit: number): string {
  return [m.department_name, `${m.mentees}/${limit} 人`].filter(Boolean).join(' · ')
}

/** Why somebody of the pool cannot have a role; empty for who can. How many they have is another matter. */
export function unfit(m: Mentor, role: Role): string {
  if (!m.here) return '不在册'
  if (!m[role]) return `没有列为${roleNames[role]}`
  if (role === 'political' && !m.full_member) return '不是正式党员'
  return ''
}

/** Finds people of the office by name, pinyin or initials. */
export async function pickPeople(typed: string): Promise<PersonOption[]> {
  return (await ask(api.GET('/api/people/colleagues', { params: { query: { q: typed } } }))).items
}

/** Who had a role when the pairing was made: the agreement names them. */
export function firstMentor(d: PairingDetail, role: Role): Term | undefined {
  return d.terms.filter((t) => t.role === role).sort((a, b) => a.from.localeCompare(b.from))[0]
}
