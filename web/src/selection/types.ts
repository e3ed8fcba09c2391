import type { components, paths } from '@/api/schema'

type Schemas = components['schemas']
/** The body of a GET. Several capabilities have candidates and details; a path is one's own. */
type Answer<P extends '/api/selections/{id}' | '/api/selections/{id}/candidates' | '/api/selections/{id}/candidates/{candidate}'> =
  paths[P]['get']['responses'][200]['content']['application/json']

export type Selection = Schemas['Selection']
/** A selection with what the reader may know of how it stands. */
export type SelectionDetail = Answer<'/api/selections/{id}'>
/** A group, or a person of one, with the arithmetic of the quarter. */
export type Candidate = Answer<'/api/selections/{id}/candidates'>['items'][number]
export type CandidateDetail = Answer<'/api/selections/{id}/candidates/{candidate}'>
export type Honour = Schemas['Honour']
export type Certificate = Schemas['Certificate']
export type Kind = Selection['kind']
export type State = Selection['state']
/** The scoring sheet of a year's pairs. */
export type Sheet = paths['/api/selections/{id}/sheet']['get']['responses'][200]['content']['application/json']
export type SheetRow = Sheet['rows'][number]
export type Measure = Sheet['criteria'][number]['measure']
