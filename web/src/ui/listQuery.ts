import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

/** What a list asks the API for. Empty filters are left out. */
export type ListParams<F extends string> = Partial<Record<F, string>> & {
  sort?: string
  cursor?: string
  limit: number
}

/** One page of a list as the API answers. */
export interface Page<T> {
  items: T[]
  /** Cursor of the next page; missing or empty on the last one. */
  next?: string | null
  total?: number
}

/** Filters, sorting and page of one list, kept in the address so that it can be shared and gone back to. */
export interface ListQuery<F extends string> {
  filters: ComputedRef<Record<F, string>>
  /** "startsAt" upwards, "-startsAt" downwards. */
  sort: ComputedRef<string>
  params: ComputedRef<ListParams<F>>
  /** Whether anything narrows the list, so that an empty one can say so. */
  filtered: ComputedRef<boolean>
  hasPrevious: ComputedRef<boolean>
  limit: Ref<number>
  /** Changes filters; the list starts again at its first page. */
  set: (patch: Partial<Record<F, string | null | undefined>>) => void
  setSort: (sort: string) => void
  reset: () => void
  next: (cursor: string) => void
  previous: () => void
}

/** Reads the first value of each query key that a list knows; what is missing takes its default. */
export function readFilters<F extends string>(query: LocationQuery, defaults: Record<F, string>): Record<F, string> {
  const out = { ...defaults }
  for (const key of Object.keys(defaults) as F[]) {
    const value = [query[key]].flat()[0]
    if (typeof value === 'string') out[key] = value
  }
  return out
}

/** Writes filters into a query, leaving out what equals its default, and keeping keys of others. */
export function writeFilters<F extends string>(
  query: LocationQuery,
  defaults: Record<F, string>,
  filters: Record<F, string>,
): LocationQuery {
  const out: LocationQuery = { ...query }
  for (const key of Object.keys(defaults) as F[]) {
    if (filters[key] === defaults[key]) delete out[key]
    else out[key] = filters[key]
  }
  delete out.cursor
  return out
}

export function useListQuery<F extends string>(
  defaults: Record<F, string>,
  options: { sort?: string; limit?: number } = {},
): ListQuery<F> {
  const route = useRoute()
  const router = useRouter()
  const home = route.path
  const limit = ref(options.limit ?? 50)
  // Cursors of the pages before this one. A page opened by its address has none: back leads to the first.
  const before = ref<string[]>([])

  const one = (key: string) => computed(() => [route.query[key]].flat()[0] ?? '')
  const sortInUrl = one('sort')
  const cursor = one('cursor')

  const filters = computed(() => readFilters(route.query, defaults))
  const sort = computed(() => sortInUrl.value || (options.sort ?? ''))
  const filtered = computed(() => (Object.keys(defaults) as F[]).some((key) => filters.value[key] !== defaults[key]))
  const params = computed(() => {
    const out: Record<string, string | number> = { limit: limit.value }
    for (const key of Object.keys(defaults) as F[]) if (filters.value[key]) out[key] = filters.value[key]
    if (sort.value) out.sort = sort.value
    if (cursor.value) out.cursor = cursor.value
    return out as ListParams<F>
  })

  function go(query: LocationQuery, push = false): void {
    // A late keystroke must not pull the person back to a page they have left.
    if (route.path !== home) return
    void router[push ? 'push' : 'replace']({ query, hash: route.hash })
  }

  return {
    filters,
    sort,
    params,
    filtered,
    limit,
    hasPrevious: computed(() => cursor.value !== ''),
    set(patch) {
      const clean = Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, value ?? '']))
      before.value = []
      go(writeFilters(route.query, defaults, { ...filters.value, ...clean }))
    },
    setSort(by) {
      before.value = []
      const query = writeFilters(route.query, defaults, filters.value)
      if (by && by !== options.sort) query.sort = by
      else delete query.sort
      go(query)
    },
    reset() {
      before.value = []
      go(writeFilters(route.query, defaults, { ...defaults }))
    },
    next(to) {
      before.value.push(cursor.value)
      go({ ...route.query, cursor: to }, true)
    },
    previous() {
      const to = before.value.pop()
      const query = { ...route.query }
      if (to) query.cursor = to
      else delete query.cursor
      go(query)
    },
  }
}
