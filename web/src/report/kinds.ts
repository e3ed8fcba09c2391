import { api, ask } from '@/api/client'
import type { paths } from '@/api/schema'
import type { Issue, Preview } from './paper'

type Query = NonNullable<paths['/api/reports/quarter-summary']['get']['parameters']['query']>
type Body = paths['/api/reports/quarter-summary/issues']['post']['requestBody']['content']['application/json']

interface Kind {
  read(query: Query): Promise<Preview>
  issue(body: Body): Promise<Issue>
}

// What the server calls each report in its addresses.
const kinds: Record<string, Kind> = {
  'quarter-summary': {
    read: (query) => ask(api.GET('/api/reports/quarter-summary', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/quarter-summary/issues', { body })),
  },
  'member-ledger': {
    read: (query) => ask(api.GET('/api/reports/member-ledger', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/member-ledger/issues', { body })),
  },
  pennant: {
    read: (query) => ask(api.GET('/api/reports/pennant', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/pennant/issues', { body })),
  },
  'meeting-statistics': {
    read: (query) => ask(api.GET('/api/reports/meeting-statistics', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/meeting-statistics/issues', { body })),
  },
  'talk-coverage': {
    read: (query) => ask(api.GET('/api/reports/talk-coverage', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/talk-coverage/issues', { body })),
  },
  'volunteer-service': {
    read: (query) => ask(api.GET('/api/reports/volunteer-service', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/volunteer-service/issues', { body })),
  },
  'volunteer-year': {
    read: (query) => ask(api.GET('/api/reports/volunteer-year', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/volunteer-year/issues', { body })),
  },
  'mentor-pairs': {
    read: (query) => ask(api.GET('/api/reports/mentor-pairs', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/mentor-pairs/issues', { body })),
  },
  taskforces: {
    read: (query) => ask(api.GET('/api/reports/taskforces', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/taskforces/issues', { body })),
  },
  'annual-summary': {
    read: (query) => ask(api.GET('/api/reports/annual-summary', { params: { query } })),
    issue: (body) => ask(api.POST('/api/reports/annual-summary/issues', { body })),
  },
}

function of(kind: string): Kind {
  const known = kinds[kind]
  if (!known) throw new RangeError(`no such report: ${kind}`)
  return known
}

/** A report as it would print now. */
export const readReport = (kind: string, query: Query) => of(kind).read(query)
/** Issues a report. */
export const issueReport = (kind: string, body: Body) => of(kind).issue(body)
/** Whether a report is about the whole year of the quarter that is chosen. */
export const isAnnual = (kind: string) => kind === 'annual-summary' || kind === 'talk-coverage' || kind === 'taskforces' || kind === 'mentor-pairs'
