import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { asProblem, type Problem } from './problem'
import { showProblem } from './show'

/** One form's way to the server. */
export interface Submit<A extends unknown[], T> {
  /** True while the answer is awaited; bind it to the button's `loading`. */
  busy: Ref<boolean>
  /** Messages by field of the last refusal; bind them to `el-form-item`'s `error`. */
  errors: ComputedRef<Readonly<Record<string, string>>>
  /** The last refusal, or null. */
  problem: Ref<Problem | null>
  /** Runs the write. Answers undefined after a refusal, which has then been shown. */
  run: (...args: A) => Promise<T | undefined>
  /** Forgets the last refusal. */
  clear: () => void
}

/**
 * Wraps a write: one at a time, field errors beside their fields, everything else
 * as a message. `quiet` leaves the showing to the page (it reads `problem`).
 */
export function useSubmit<A extends unknown[], T>(
  write: (...args: A) => Promise<T>,
  options: { quiet?: boolean } = {},
): Submit<A, T> {
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  const errors = computed(() => problem.value?.fields ?? {})

  async function run(...args: A): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = null
    try {
      return await write(...args)
    } catch (thrown) {
      problem.value = asProblem(thrown)
      if (!options.quiet) showProblem(thrown)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { busy, errors, problem, run, clear: () => (problem.value = null) }
}
