import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, ask } from '@/api/client'
import { showProblem } from '@/api/show'
import type { components } from '@/api/schema'

export type Places = components['schemas']['Places']
export type BranchNode = components['schemas']['BranchNode']
export type PlaceNode = components['schemas']['PlaceNode']
export type PlaceKind = 'department' | 'branch' | 'group'

export const placeKindNames: Record<PlaceKind, string> = { department: '部门', branch: '党支部', group: '党小组' }

/** The tree of departments, branches and groups, read once for every select that offers them. */
export const usePlaces = defineStore('places', () => {
  const tree = ref<Places | null>(null)
  let asking: Promise<void> | null = null

  async function read(): Promise<void> {
    tree.value = await ask(api.GET('/api/places'))
  }

  /** Reads the tree unless it is there; what goes wrong is said at the top of the page. */
  function need(): void {
    if (tree.value || asking) return
    asking = read()
      .catch(showProblem)
      .finally(() => (asking = null))
  }

  return { tree, need, read }
})

/** The groups of a branch. */
export function groupsOf(tree: Places | null, branch: string): PlaceNode[] {
  return tree?.branches.find((b) => b.id === branch)?.groups ?? []
}
