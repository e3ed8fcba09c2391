import type { Cell, DutyPeriods } from './types'

/** A cell of the duty calendar laid over as many months as are shown of its period. */
export interface Laid {
  cell: Cell
  span: number
}

/** Lays the cells of a duty under the months shown ("2026-01", oldest first); months without a cell stay empty. */
export function laidUnder(duty: Pick<DutyPeriods, 'cells'>, months: string[]): (Laid | null)[] {
  const out: (Laid | null)[] = []
  for (let i = 0; i < months.length; ) {
    const month = months[i]
    const cell = duty.cells.find((c) => month >= c.first.slice(0, 7) && month <= c.last.slice(0, 7))
    const span = cell ? months.slice(i).filter((m) => m <= cell.last.slice(0, 7)).length : 1
    out.push(cell ? { cell, span } : null)
    i += span
  }
  return out
}

/** Whose duty it is, as a line says it. */
export function whose(cell: Pick<Cell, 'owner' | 'owner_name' | 'branch_name'>): string {
  return cell.owner === 'group' ? `${cell.branch_name ?? ''}${cell.owner_name}` : cell.owner_name
}

/** Where a duty that is owed is fulfilled: the form with kind and organiser chosen, or the talks of the year. */
export function recordLink(cell: Pick<Cell, 'kind' | 'owner' | 'owner_id'>) {
  if (cell.owner === 'leader') return { path: '/talks', query: { mine: 'true' } }
  const organiser = cell.owner === 'unit' ? 'unit:' : `${cell.owner === 'deputy' ? 'department' : cell.owner}:${cell.owner_id}`
  return { path: '/activities/record', query: { kind: cell.kind, organiser } }
}
