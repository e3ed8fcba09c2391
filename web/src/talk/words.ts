import { formatDay, weekday } from '@/ui/dates'
import type { CancelReason, MoveReason, OccasionKind, Talk, TalkStatus, TalkType, Unplaced } from './types'

export const statusNames: Record<TalkStatus, string> = {
  unplanned: '未排日期',
  planned: '已安排',
  due: '该谈了',
  late: '已逾期',
  reported: '待确认',
  confirmed: '已谈',
  cancelled: '已取消',
}

/** How a status is marked; only what asks something of somebody stands out. */
export const statusMarks: Record<TalkStatus, 'primary' | 'success' | 'warning' | 'info' | 'danger'> = {
  unplanned: 'warning',
  planned: 'info',
  due: 'warning',
  late: 'danger',
  reported: 'warning',
  confirmed: 'success',
  cancelled: 'info',
}

/** The status in a calendar's cell, where there is room for one sign. A planned talk is the normal case. */
export const statusSigns: Record<TalkStatus, string> = {
  unplanned: '…',
  planned: '',
  due: '到期',
  late: '逾期',
  reported: '待确认',
  confirmed: '✓',
  cancelled: '✕',
}

/** Why a talk is moved. A list and no text: a reason must not tell what is talked about. */
export const moveReasons: Record<MoveReason, string> = {
  business: '出差',
  meeting: '会议冲突',
  leave: '请假',
  case: '办案',
  partner: '对方有事',
  not_held: '未能进行',
  replan: '重新编排',
  other: '其他',
}

/** The reasons that a person gives; the others are written by the system. */
export const givenReasons: MoveReason[] = ['business', 'meeting', 'leave', 'case', 'partner', 'not_held', 'replan', 'other']

/** The reasons that a person gives for taking a talk off. */
export const givenCancelReasons: Record<CancelReason, string> = {
  left: '已调离',
  merged: '并入另一次谈话',
  not_needed: '不再需要',
}

/** Why a talk was taken off, by a person or by the planner. */
export const cancelReasons: Record<CancelReason | 'dropped', string> = { ...givenCancelReasons, dropped: '重新编排时取消' }

export const unplacedWords: Record<Unplaced, string> = {
  talker_full: '谈话人各日已排满',
  talker_away: '谈话人这段时间都不在',
  partner_away: '谈话对象这段时间都不在',
  no_days: '期限内没有工作日',
  no_talker: '找不到谈话人',
}

export const occasionNames: Record<OccasionKind, string> = {
  post_change: '岗位变动',
  transfer: '调入',
  commendation: '受表彰',
  discipline: '受处分',
  hardship: '困难、患病',
}

/** Who holds what an occasion makes due. */
export const talkerNames: Record<NonNullable<TalkType['talker']>, string> = {
  '': '',
  secretary: '所在支部书记',
  department_head: '部门负责人',
  deputy_leader: '分管副职',
  leader: '院领导',
}

/** What is told of a type, so that whoever sets it up knows whom it will concern. */
export const typeHints: Record<string, string> = {
  leader: '“谈话领导”与其范围内的每一位干警，每年一次。',
  committee: '支部委员相互之间，每年一次。',
  committee_member: '一名支委与本支部每名党员，每年一次。',
  member: '每名党员与至少一名其他党员，每年一次。',
  post_change: '职务任免后。',
  transfer: '新调入后。',
  commendation: '获得荣誉后。',
  discipline: '受到处理、积分一票否决后。',
  hardship: '家庭困难、本人患病，由组织者登记。',
  ad_hoc: '随时谈，谈后登记；不列入计划。',
}

/** "王立民 → 赵晓梅" */
export const pair = (t: Pick<Talk, 'talker_name' | 'partner_name'>) => `${t.talker_name} → ${t.partner_name}`

/** The other of the two, for one of them; both for everybody else. */
export function withWhom(t: Talk, me: string | undefined): string {
  if (t.talker_id === me) return t.partner_name
  if (t.partner_id === me) return t.talker_name
  return pair(t)
}

/** "11月26日 周四 09:30" */
export function dayWords(day: string, at = ''): string {
  return [formatDay(day, true), weekday(day), at].filter(Boolean).join(' ')
}

/** When a talk was or is to be held, in one phrase. */
export function whenWords(t: Talk): string {
  if (t.done_on) return `${dayWords(t.done_on)}已谈`
  if (t.status === 'cancelled') return '已取消'
  if (t.planned_on) return dayWords(t.planned_on, t.planned_at)
  return `未排日期，${formatDay(t.due_on, true)}前`
}

/** A talk read aloud, whole. */
export function spoken(t: Talk): string {
  return `${t.planned_at ? `${t.planned_at} ` : ''}${t.talker_name}与${t.partner_name}，${t.type_name}，${statusNames[t.status]}`
}

const weekdayNames = '一二三四五'

/** [1, 3] → "周一、周三" */
export const weekdaysWords = (days: number[]) => [...days].sort((a, b) => a - b).map((d) => `周${weekdayNames[d - 1] ?? ''}`).join('、')
