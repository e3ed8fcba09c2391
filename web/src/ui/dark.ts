import { readonly, ref, type Ref } from 'vue'

const dark = ref(false)

/** Lets the dark theme follow the system. Paper stays white whatever the screen shows. */
export function followSystemTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const set = (on: boolean) => {
    dark.value = on
    document.documentElement.classList.toggle('dark', on)
  }
  const follow = () => set(system.matches)
  system.addEventListener('change', follow)
  window.addEventListener('beforeprint', () => set(false))
  window.addEventListener('afterprint', follow)
  follow()
}

/** Whether the dark theme is on. */
export function useDark(): Readonly<Ref<boolean>> {
  return readonly(dark)
}
