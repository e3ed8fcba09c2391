import type { components } from '@/api/schema'
import type { Ink } from '@/ui/ChartWithTable.vue'

export type PlanPreview = components['schemas']['TalkPreview']
export type MadePlan = components['schemas']['MadePlan']
export type MovedTalk = components['schemas']['MovedTalk']
export type UnplacedTalk = components['schemas']['UnplacedTalk']

/** What can be done about a talk without a day, by why it has none. */
export const remedies: Record<UnplacedTalk['why'], string> = {
  talker_full: '请在“谈话设置”里提高每天的次数，或增加谈话领导。',
  talker_away: '请核对谈话人的请假外出，或改由他人谈。',
  partner_away: '回来以后再编排一次，或手工定一天。',
  no_days: '请手工定一天，或明年再谈。',
  no_talker: '请先配备支部委员或谈话领导，再编排一次。',
}

/** How many talkers a chart shows; the table has all. */
const shown = 15

/** How many talks each holds. */
export function loadOption(plan: PlanPreview) {
  const top = plan.talkers.slice(0, shown)
  return (ink: Ink) => ({
    grid: { left: 8, right: 36, top: 8, bottom: 8, containLabel: true },
    yAxis: {
      type: 'category', inverse: true, data: top.map((t) => t.talker_name),
      axisLabel: { color: ink.text, width: 90, overflow: 'truncate' }, axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false },
    },
    xAxis: { type: 'value', minInterval: 1, axisLabel: { color: ink.secondary }, splitLine: { lineStyle: { color: ink.line } } },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text } },
    series: [{ name: '次数', type: 'bar', barMaxWidth: 18, itemStyle: { color: ink.accent }, label: { show: true, position: 'right', color: ink.text }, data: top.map((t) => t.talks) }],
  })
}

export const loadRows = (plan: PlanPreview) => plan.talkers.map((t) => [t.talker_name, t.talks, t.first, t.last, t.busiest])

export const loadHeight = (plan: PlanPreview) => Math.max(120, 40 + 28 * Math.min(shown, plan.talkers.length))

/** How many talks each month has: 2026-03 and the number. */
export function monthsOf(plan: PlanPreview): [string, number][] {
  const out = new Map<string, number>()
  for (const { day, talks } of plan.days) out.set(day.slice(0, 7), (out.get(day.slice(0, 7)) ?? 0) + talks)
  return [...out]
}

export function monthOption(plan: PlanPreview) {
  const months = monthsOf(plan)
  return (ink: Ink) => ({
    grid: { left: 8, right: 12, top: 24, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: months.map(([m]) => `${Number(m.slice(5))}月`), axisLabel: { color: ink.text }, axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false } },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: ink.secondary }, splitLine: { lineStyle: { color: ink.line } } },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text } },
    series: [{ name: '次数', type: 'bar', barMaxWidth: 30, itemStyle: { color: ink.accent }, label: { show: true, position: 'top', color: ink.text }, data: months.map(([, n]) => n) }],
  })
}

/** What confirming does to talks that people have in their calendars already; empty for nothing. */
export function effects(plan: PlanPreview): string {
  const handed = plan.moved.filter((m) => m.from_talker).length
  const lost = plan.unplaced.filter((u) => u.was).length
  return [
    plan.dropped.length && `取消 ${plan.dropped.length} 次`,
    plan.moved.length && `改期或换人 ${plan.moved.length} 次${handed ? `（其中换谈话人 ${handed} 次，原来的一次取消）` : ''}`,
    lost && `${lost} 次失去原定日期`,
  ].filter(Boolean).join('，')
}

/** Whether confirming would change anything. */
export const changes = (plan: PlanPreview) => plan.placed + plan.moved.length + plan.dropped.length + plan.unplaced.filter((u) => u.was).length
