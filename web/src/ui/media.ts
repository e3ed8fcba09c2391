import { onScopeDispose, ref, type Ref } from 'vue'

function useMedia(query: string): Ref<boolean> {
  const media = window.matchMedia(query)
  const matches = ref(media.matches)
  const update = () => (matches.value = media.matches)
  media.addEventListener('change', update)
  onScopeDispose(() => media.removeEventListener('change', update))
  return matches
}

/** True on a phone: the menu is a drawer and lists are cards. */
export const useNarrow = () => useMedia('(max-width: 768px)')

/** True where the side menu shows icons only. */
export const useMedium = () => useMedia('(max-width: 1100px)')
