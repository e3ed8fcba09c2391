import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** The first page as the server reads it. */
export type Desk = Schemas['Desk']
export type BranchCalendar = Schemas['BranchCalendar']
export type Duty = Schemas['Duty']
export type Period = Schemas['Period']
export type Owed = Schemas['Owed']

export type Task = Schemas['Task']
