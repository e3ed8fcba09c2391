import type { Ink } from '@/ui/ChartWithTable.vue'
import type { Coverage, Covering } from './types'

/** "86%"; a talker without any due talk has no rate. */
export function rateWords(done: number, due: number): string {
  if (!due) return '—'
  // All but one of many is not all.
  const percent = done < due ? Math.min(99, Math.round((100 * done) / due)) : 100
  return `${percent}%`
}

/** The talkers that a search and the choice leave. */
export function coveringOf(coverage: Coverage, q: string, open: boolean): Covering[] {
  const text = q.trim()
  return coverage.talkers.filter((t) => (!open || t.remaining.length > 0) && (!text || t.talker_name.includes(text) || t.remaining.some((r) => r.partner_name.includes(text))))
}

export const typeRows = (coverage: Coverage) => coverage.types.map((t) => [t.type_name, t.due, t.done, t.due - t.done, rateWords(t.done, t.due)])

/** Per type: how many were held, and how many are left. */
export function typeOption(coverage: Coverage) {
  const all = coverage.types
  return (ink: Ink) => ({
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: ink.text } },
    yAxis: {
      type: 'category', inverse: true, data: all.map((t) => t.type_name),
      axisLabel: { color: ink.text, width: 110, overflow: 'truncate' }, axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false },
    },
    xAxis: { type: 'value', minInterval: 1, axisLabel: { color: ink.secondary }, splitLine: { lineStyle: { color: ink.line } } },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text } },
    series: [
      { name: '已谈', type: 'bar', stack: 'all', barMaxWidth: 18, itemStyle: { color: ink.accent }, data: all.map((t) => t.done) },
      { name: '未谈', type: 'bar', stack: 'all', barMaxWidth: 18, itemStyle: { color: ink.accentSoft }, data: all.map((t) => t.due - t.done) },
    ],
  })
}

/** Pixels that a chart of so many types takes. */
export const chartHeight = (types: number) => Math.max(140, 64 + 34 * types)
