import { api, ask } from '@/api/client'
import type { PersonOption } from '@/ui/person'
import { organiserOf } from './form'

/** Asks the server for people by name, pinyin or initials. */
export async function pickPeople(typed: string): Promise<PersonOption[]> {
  return (await ask(api.GET('/api/people/colleagues', { params: { query: { q: typed } } }))).items
}

/** Everybody of a branch, group or department ("branch:ID"); of a project, who is seconded to it today. */
export async function peopleOf(place: string): Promise<PersonOption[]> {
  const { kind, id } = organiserOf(place)
  if (kind === 'project') {
    const { staff } = await ask(api.GET('/api/taskforces/{id}', { params: { path: { id } } }))
    return staff.filter((m) => m.serving).map((m) => ({ id: m.person_id, name: m.name, hint: m.branch_name }))
  }
  const { items } = await ask(api.GET('/api/people', { params: { query: { [kind]: id, limit: 200 } } }))
  return items.map((p) => ({ id: p.id, name: p.name, pinyin: p.pinyin, initials: p.initials, hint: p.branch?.name }))
}
