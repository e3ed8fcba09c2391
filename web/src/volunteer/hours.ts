import type { components } from '@/api/schema'
import type { Ink } from '@/ui/ChartWithTable.vue'

/** Minutes as hours, for figures and axes: 795 → 13.25. */
export const hoursWords = (minutes: number): number => Math.round((minutes / 60) * 100) / 100

/** "2026-03" as the axis shows it; of several years with the year. */
const monthName = (month: string, several: boolean) => (several ? `${month.slice(0, 4)}年` : '') + `${Number(month.slice(5, 7))}月`

/** Hours of each month as bars. */
export function monthsOption(months: components['schemas']['MonthHours'][], ink: Ink) {
  const several = new Set(months.map((m) => m.month.slice(0, 4))).size > 1
  return {
    grid: { left: 8, right: 12, top: 24, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: months.map((m) => monthName(m.month, several)), axisLabel: { color: ink.text }, axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false } },
    yAxis: { type: 'value', axisLabel: { color: ink.secondary }, splitLine: { lineStyle: { color: ink.line } } },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text } },
    series: [{ name: '小时', type: 'bar', barMaxWidth: 30, itemStyle: { color: ink.accent }, label: { show: true, position: 'top', color: ink.text }, data: months.map((m) => hoursWords(m.minutes)) }],
  }
}

/** How the public notice of one participation stands. */
export const noticeWords: Record<components['schemas']['Participation']['notice'], { name: string; tag: 'info' | 'success' | 'warning' | 'danger' }> = {
  none: { name: '未公示', tag: 'info' },
  open: { name: '公示中', tag: 'warning' },
  passed: { name: '已公示', tag: 'success' },
  failed: { name: '公示有异议', tag: 'danger' },
}
