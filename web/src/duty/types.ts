import type { paths } from '@/api/schema'

// Named by route: several capabilities know a Duty, and the document numbers them.
type Answer<R> = R extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : never

export type Grid = Answer<paths['/api/duties/grid']['get']>
export type Row = Grid['rows'][number]
export type Cell = Row['cells'][number]
export type Month = Row['months'][number]
export type CellDetail = Answer<paths['/api/duties/cell']['get']>
export type State = Cell['state']
export type Owner = Cell['owner']

export type Duties = Answer<paths['/api/duties']['get']>
export type Duty = Duties['items'][number]
export type Every = Duty['period']

export type Excuses = Answer<paths['/api/duty-excuses']['get']>
export type Excuse = Excuses['items'][number]

export type Plans = Answer<paths['/api/duty-plans']['get']>
export type PlanLine = Plans['items'][number]
export type Plan = Answer<paths['/api/duty-plans/{branch}/{quarter}']['get']>
export type PlanItem = Plan['items'][number]
