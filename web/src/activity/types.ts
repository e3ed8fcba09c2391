import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** A record as lists show it. */
export type Activity = Schemas['Summary']
/** One version of a record, whole. */
export type ActivityDetail = Schemas['Detail']
export type Kind = Schemas['Kind'] & { code: string }
/** What fills a new form. */
export type Suggestion = Schemas['Suggestion']
export type Saved = Schemas['Saved']
/** A holiday or a make-up day. */
export type SpecialDay = Schemas['Day']
export type ActivityFile = Schemas['Attachment']
