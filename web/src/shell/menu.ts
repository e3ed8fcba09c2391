import type { Component } from 'vue'
import type { RouteRecordNormalized } from 'vue-router'

export interface MenuEntry {
  path: string
  label: string
  icon: Component
}
export interface MenuGroup {
  name: string
  entries: MenuEntry[]
}

/** The menu: every page that asks for an entry and that this person may see. */
export function menuOf(pages: RouteRecordNormalized[], may: (need?: string | string[]) => boolean): MenuGroup[] {
  const groups: MenuGroup[] = []
  for (const { path, meta } of pages) {
    if (!meta.menu || !may(meta.need)) continue
    let group = groups.find((one) => one.name === meta.menu?.group)
    if (!group) groups.push((group = { name: meta.menu.group, entries: [] }))
    group.entries.push({ path, label: meta.menu.label ?? meta.title, icon: meta.menu.icon })
  }
  return groups
}

/** Whether `entry` is the one to mark while the page at `path` is open: itself, or a page below it. */
export function isHere(entry: string, path: string): boolean {
  return entry === '/' ? path === '/' : path === entry || path.startsWith(`${entry}/`)
}
