import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** A person's ledger of one quarter. */
export type LedgerPage = Schemas['LedgerPage']
/** An entry as people read it. */
export type LedgerLine = Schemas['LedgerLine']
/** An entry with whose it is and its place in the chain. */
export type EntryDetail = Schemas['EntryDetail']
/** A person in the overview of a quarter. */
export type LedgerRow = Schemas['LedgerRow']
export type Dimension = LedgerLine['dimension']
export type Rule = Schemas['Rule']
/** A quarter of the books. */
export type QuarterState = Schemas['QuarterState']
/** What is open of a quarter. */
export type CheckList = Schemas['CheckList']
export type CheckLine = Schemas['CheckLine']
export type BranchNotice = Schemas['BranchNotice']
/** A month of a ledger. */
export type Statement = Schemas['Statement']
