import { formatDay } from '@/ui/dates'
import { formatQuarter } from '@/ui/quarter'
import type { Task } from './types'

/** A task in words, and where it is done. */
export interface TaskLine {
  text: string
  hint: string
  to: string
}

export function taskLine(t: Task): TaskLine {
  switch (t.kind) {
    case 'objections':
      return { text: `答复异议 ${t.count} 件`, hint: '支委会研究后书面答复；没有答复的，不会入账。', to: '/objections' }
    case 'notices':
      return { text: `正在公示 ${t.count} 份`, hint: `最早的到 ${t.until ? formatDay(t.until, true) : ''} 结束，期间可以提出异议。`, to: '/notices' }
    case 'nominations':
      return { text: `推荐先锋岗人选 ${t.count} 个小组`, hint: '您的党小组还没有推荐。', to: '/selections' }
    case 'opinions':
      return { text: `填写支委会意见 ${t.count} 项`, hint: '评选的候选等本支部表态。', to: '/selections' }
    case 'decisions':
      return { text: `审定评选 ${t.count} 项`, hint: '公示期满，可以审定。', to: '/selections' }
    case 'close':
      return { text: `${t.quarter ? formatQuarter(t.quarter) : '上季度'}等待结账`, hint: '核对清单后结账；结账后不再接受这一季度的分录。', to: t.quarter ? `/quarters?quarter=${t.quarter}` : '/quarters' }
    case 'records':
      return { text: `确认谈话记录 ${t.count} 份`, hint: '对方写好了记录，请您看过后确认，或补写一份。', to: t.talk_id ? `/talks/${t.talk_id}` : '/talks' }
    case 'consents':
      return { text: `是否同意领导查看谈话 ${t.count} 项`, hint: '对方请您同意一位领导在一段时间内查看；不同意就不会给看。', to: t.talk_id ? `/talks/${t.talk_id}` : '/talks' }
    case 'unplaced':
      return { text: `没有排上日子的谈话 ${t.count} 次`, hint: '重新编排，或手工定一天。', to: '/talks' }
    case 'excuses':
      return { text: `审批未完成原因 ${t.count} 项`, hint: '批准的记为“免”，不批准的须写明理由。', to: '/duties/excuses' }
    case 'mentoring_logs':
      return { text: `确认带教活动 ${t.count} 条`, hint: '对方记下的授课、谈心等，属实就确认，不对就退回。', to: pairingTab(t, 'logs') }
    case 'growth_plans':
      return { text: `同意成长计划 ${t.count} 份`, hint: '三方都同意后才能公示；有不同意见可以直接修改。', to: pairingTab(t, 'plans') }
    case 'mentoring_assessments':
      return { text: `填写双导师评价 ${t.count} 份`, hint: '导师评等次，学员写小结；年终还要评分。', to: pairingTab(t, 'assessments') }
    case 'ready_plans':
      return { text: `公示成长计划 ${t.count} 份`, hint: '三方已同意，1 月内合成一份公示。', to: '/growth-plans?state=agreed' }
    case 'taskforce_proposals':
      return { text: `审批行动党支部等 ${t.count} 个`, hint: '由提议人以外的人审批；批准须有文号和日期。', to: '/taskforces?state=proposed' }
    case 'appraisals':
      return { text: `接收抽调鉴定 ${t.count} 份`, hint: '本支部党员在行动党支部等的表现，接收后存档。', to: '/appraisals' }
    case 'volunteer_places':
      return { text: `志愿服务候补转为已报名 ${t.count} 项`, hint: '有人退出，名额给了您；去不了的请尽早取消，让给下一位。', to: actionOf(t, '?mine=true') }
    case 'volunteer_cancelled':
      return { text: `报名的志愿服务取消了 ${t.count} 项`, hint: '点开看原因。', to: actionOf(t, '?state=cancelled&mine=true') }
    case 'volunteer_records':
      return { text: `登记志愿服务到场 ${t.count} 次`, hint: '活动已经结束：登记谁来了、多久，时长和积分才会记上。', to: t.count === 1 && t.action_id ? `/volunteer-actions/${t.action_id}/record` : '/volunteer-actions?state=ended' }
    case 'pair_scores':
      return { text: `为师徒最佳组合评分 ${t.count} 次`, hint: '评分表里由人评定的各项还等您打分。', to: '/selections' }
    case 'schemes':
      return { text: `积分办法草案 ${t.count} 份`, hint: '比较、试算后可以发布。', to: '/schemes' }
  }
}

/** The one action, or with several those of the list. */
const actionOf = (t: Task, query: string): string => (t.count === 1 && t.action_id ? `/volunteer-actions/${t.action_id}` : `/volunteer-actions${query}`)

/** Where one of the pairings is written; with several, their list. */
function pairingTab(t: Task, tab: string): string {
  return t.count === 1 && t.pairing_id ? `/pairings/${t.pairing_id}?tab=${tab}` : '/my-pairings'
}
