import type { paths } from '@/api/schema'

type Answer<P extends keyof paths, M extends keyof paths[P], S extends number = 200> = paths[P][M] extends {
  responses: Record<S, { content: { 'application/json': infer T } }>
}
  ? T
  : never

/** A page of a list of claims, with how many there are in each state. */
export type ClaimPage = Answer<'/api/claims', 'get'>
/** A claim in one line. */
export type Claim = ClaimPage['items'][number]
export type ClaimState = Claim['state']
/** A claim, whole. */
export type ClaimDetail = Answer<'/api/claims/{id}', 'get'>
export type ClaimStep = ClaimDetail['steps'][number]
export type ClaimFile = ClaimDetail['files'][number]
/** What can be claimed for a day. */
export type ClaimRules = Answer<'/api/claims/rules', 'get'>
export type ClaimRule = ClaimRules['rules'][number]
/** What a claim would come to. */
export type ClaimPreview = Answer<'/api/claims/preview', 'get'>
/** For whom one may claim. */
export type Beneficiary = Answer<'/api/claims/beneficiaries', 'get'>['items'][number]
export type ClaimHonour = Answer<'/api/claims/honours', 'get'>['items'][number]
/** How a claim stands after a change. */
export type ClaimSaved = Answer<'/api/claims/{id}/submit', 'post'>
/** What became of the claims that were verified at once. */
export type Verification = Answer<'/api/claims/verify', 'post'>
