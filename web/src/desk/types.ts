import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** The first page as the server reads it. */
export type Desk = Schemas['Desk']
export type BranchCalendar = Schemas['BranchCalendar']
export type DutyPeriods = Schemas['DutyPeriods']
export type Cell = Schemas['Cell']

export type Task = Schemas['Task']
export type Reminder = Schemas['Reminder']
/** One of one's own talks, as the desk lists it. */
export type DeskTalk = Schemas['OwnTalk']
