import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { components } from '@/api/schema'

export type Session = components['schemas']['Session']

/** Who is signed in, and what they may do. The server decides; this only spares people dead ends. */
export const useSession = defineStore('session', () => {
  const current = ref<Session | null>(null)
  const known = ref(false)
  const permissions = computed(() => new Set(current.value?.permissions ?? []))

  /** Asks the server who we are. Not being signed in is an answer, not a failure. */
  async function load(): Promise<void> {
    try {
      current.value = await ask(api.GET('/api/session'))
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.code !== 'unauthenticated') throw thrown
      current.value = null
    }
    known.value = true
  }

  async function signIn(login: string, password: string): Promise<void> {
    current.value = await ask(api.POST('/api/session', { body: { login, password } }))
    known.value = true
  }

  async function signOut(): Promise<void> {
    await ask(api.DELETE('/api/session'))
    current.value = null
  }

  /** The server no longer knows our session. */
  function end(): void {
    current.value = null
  }

  /** Whether the person holds the permission; of several, any one. */
  function may(need?: string | string[]): boolean {
    if (!need) return true
    return [need].flat().some((one) => permissions.value.has(one))
  }

  return { current, known, load, signIn, signOut, end, may }
})
