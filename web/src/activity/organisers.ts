import { api, ask } from '@/api/client'
import type { components } from '@/api/schema'
import { organiserKey } from './form'

/** A place that can hold an activity, as a list offers it. `key` is "branch:ID". */
export interface OrganiserOption {
  key: string
  name: string
}

/** The places of the office in one list: each branch with its groups below it, then the departments. */
export function organiserOptions(places: components['schemas']['Places']): OrganiserOption[] {
  return [
    ...places.branches.flatMap((branch) => [
      { key: `branch:${branch.id}`, name: branch.name },
      ...branch.groups.map((group) => ({ key: `group:${group.id}`, name: branch.name + group.name })),
    ]),
    ...places.departments.map((department) => ({ key: `department:${department.id}`, name: department.name })),
  ]
}

/** The places that the signed-in person may record for; their own branch first. */
export async function recordableOrganisers(ownBranch?: string): Promise<OrganiserOption[]> {
  const { items } = await ask(api.GET('/api/activities/organisers'))
  const options = items.map((o) => ({ key: organiserKey(o), name: o.name }))
  const own = options.findIndex((o) => o.key === `branch:${ownBranch}`)
  return own > 0 ? [options[own]!, ...options.filter((_, i) => i !== own)] : options
}
