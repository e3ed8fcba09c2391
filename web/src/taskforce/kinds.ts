import type { KindOf } from './records'

type Traits = Pick<KindOf, 'party' | 'approval' | 'outsiders' | 'groups' | 'posts' | 'appraisal' | 'head'>

/** How a kind differs from others, a sentence each. */
export function traits(kind: Traits): string[] {
  const out: string[] = []
  if (kind.party) out.push(`临时党支部：正式党员达到 3 人须有${kind.head}；不接收、处分党员，不选举，不收党费，组织关系不变`)
  if (kind.approval) out.push('凭批准文号成立')
  if (kind.outsiders) out.push('有外单位人员参加')
  if (kind.groups) out.push('由两个以上党小组组成')
  if (kind.posts) out.push('每名成员写明派驻地点')
  if (kind.appraisal) out.push('结项时为每名成员写鉴定')
  return out
}

/** Where a new one goes: after the others, but before what stands at the very end. */
export const nextOrd = (all: { ord: number }[]) => Math.max(0, ...all.map((k) => (k.ord < 90 ? k.ord : 0))) + 1
