import { computed, ref, type ComputedRef, type Ref } from 'vue'

/** What is being typed about one day. */
export interface Entry {
  text: Ref<string>
  dirty: ComputedRef<boolean>
  /** Begins with another day; undefined: what is kept of it is not known yet. */
  begin: (note: string | undefined) => void
  /** Takes in what is kept, which may come late or anew: what was typed stays. */
  arrive: (note: string | undefined) => void
}

/** A day's note that no answer of the server overwrites while it is not saved. */
export function useEntry(): Entry {
  const text = ref('')
  const base = ref<string>()
  const dirty = computed(() => text.value.trim() !== (base.value ?? ''))
  return {
    text,
    dirty,
    begin(note) {
      text.value = note ?? ''
      base.value = note
    },
    arrive(note) {
      if (note === undefined) return
      if (!dirty.value) text.value = note
      // Typed before it was known that there is a note: saving must not lose that.
      else if (base.value === undefined && note && text.value.trim() !== note) text.value = `${note}\n${text.value}`
      base.value = note
    },
  }
}
