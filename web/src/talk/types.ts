import type { paths } from '@/api/schema'

type Answer<P extends keyof paths, M extends keyof paths[P], S extends number = 200> = paths[P][M] extends {
  responses: Record<S, { content: { 'application/json': infer T } }>
}
  ? T
  : never
type Asked<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  requestBody: { content: { 'application/json': infer T } }
}
  ? T
  : never

/** A talk as everybody in reach may see it: who, when, what type. */
export type Talk = Answer<'/api/talks', 'get'>['items'][number]
export type TalkStatus = Talk['status']
/** Why no day was found for a talk. */
export type Unplaced = Exclude<NonNullable<Talk['unplaced']>, ''>
export type CancelReason = Asked<'/api/talks/{id}/cancellation', 'post'>['reason']
export type MoveReason = Asked<'/api/talks/{id}/move', 'post'>['reason']
/** How a type of talk is handled in this office. */
export type TalkType = Answer<'/api/talk-types', 'get'>['items'][number]
/** Who talks with every member of staff. */
export type TalkLeader = Answer<'/api/talk-leaders', 'get'>['items'][number]
/** On which days a deputy meets a department in the morning. */
export type MorningPattern = Answer<'/api/talk-mornings', 'get'>['items'][number]
/** One morning meeting. */
export type Morning = Answer<'/api/mornings', 'get'>['items'][number]
/** How far a year's talks were held. */
export type Coverage = Answer<'/api/talks/coverage', 'get'>
/** How far one talker got. */
export type Covering = Coverage['talkers'][number]
/** Something that made a talk due beside the year's plan. */
export type TalkOccasion = Answer<'/api/talk-occasions', 'get'>['items'][number]
export type OccasionKind = TalkOccasion['kind']
