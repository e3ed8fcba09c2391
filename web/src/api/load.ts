import { onScopeDispose, ref, watch, type Ref, type WatchSource } from 'vue'
import { asProblem, type Problem } from './problem'

/** Something a page reads from the server. */
export interface Load<T> {
  data: Ref<T | undefined>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  /** Reads again; what is shown stays until the new answer is here. */
  reload: () => Promise<void>
}

/** Reads at once, and again whenever `source` changes. A late answer to an earlier question is dropped. */
export function useLoad<T>(read: () => Promise<T>, source?: WatchSource<unknown>): Load<T> {
  const data = ref<T>() as Ref<T | undefined>
  const problem = ref<Problem | null>(null)
  const loading = ref(false)
  let asked = 0

  async function reload(): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const answer = await read()
      if (mine !== asked) return
      data.value = answer
      problem.value = null
    } catch (thrown) {
      if (mine !== asked) return
      problem.value = asProblem(thrown)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  if (source) watch(source, reload)
  onScopeDispose(() => (asked = -1))
  void reload()
  return { data, problem, loading, reload }
}
