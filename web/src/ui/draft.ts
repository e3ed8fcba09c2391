import { onScopeDispose, watch } from 'vue'

const prefix = 'xianfeng.draft.'
// A forgotten draft should not stay on a shared machine for ever. Days.
const keptFor = 30

interface Kept<T> {
  at: number
  form: T
}

/** A form's copy on this machine, for when the browser closes before it was sent. */
export interface Draft<T> {
  /** What was kept, and when; null if nothing was. */
  kept: { form: T; at: Date } | null
  /** Forgets it: after the form was sent, or when the person does not want it back. */
  discard: () => void
}

/**
 * Keeps a copy of `form` while it is being filled in. `name` says whose and which
 * form it is (account and record), so that two people at one machine never meet
 * each other's; a function where a form gets its record's name only when it is
 * first saved. While `form` answers null there is nothing to keep. The page decides whether to take `kept` back.
 */
export function useDraft<T extends object>(
  name: string | (() => string),
  form: () => T | null,
  storage: Storage = window.localStorage,
): Draft<T> {
  const key = () => prefix + (typeof name === 'string' ? name : name())
  let timer: ReturnType<typeof setTimeout> | undefined
  let pending = false
  // Whose it was when it was written: a session that ends in between takes the name away.
  let under = key()

  function keep(): void {
    clearTimeout(timer)
    if (!pending) return
    pending = false
    const value = form()
    if (!value) return
    try {
      storage.setItem(under, JSON.stringify({ at: Date.now(), form: value } satisfies Kept<T>))
    } catch {
      // No room, or storage is switched off: the form works on without its copy.
    }
  }

  const kept = read<T>(storage, key())
  watch(
    form,
    () => {
      pending = true
      under = key()
      clearTimeout(timer)
      timer = setTimeout(keep, 400)
    },
    { deep: true },
  )
  // Closing the tab must not lose the last words. Absent where there is no window (tests).
  globalThis.addEventListener?.('pagehide', keep)
  onScopeDispose(() => {
    globalThis.removeEventListener?.('pagehide', keep)
    keep()
  })

  return {
    kept,
    discard() {
      clearTimeout(timer)
      pending = false
      storage.removeItem(key())
    },
  }
}

function read<T>(storage: Storage, key: string): { form: T; at: Date } | null {
  try {
    const text = storage.getItem(key)
    if (!text) return null
    const { at, form } = JSON.parse(text) as Kept<T>
    if (Date.now() - at < keptFor * 86_400_000) return { form, at: new Date(at) }
    storage.removeItem(key)
  } catch {
    // Storage is switched off, or what lies there is not ours.
  }
  return null
}
