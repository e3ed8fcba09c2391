import { formatPoints } from '@/ui/points'
import type { Ink } from '@/ui/ChartWithTable.vue'
import { spreadName, type DimensionCuts, type Fairness } from './fairness'

const points = (hundredths: number) => hundredths / 100

/** What every bar chart of the page has in common: categories downwards, values across. */
function across(ink: Ink, names: string[], value: object) {
  return {
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: ink.text } },
    yAxis: {
      type: 'category', inverse: true, data: names,
      axisLabel: { color: ink.text, width: 110, overflow: 'truncate' }, axisLine: { lineStyle: { color: ink.line } }, axisTick: { show: false },
    },
    xAxis: { type: 'value', axisLabel: { color: ink.secondary }, splitLine: { lineStyle: { color: ink.line } }, ...value },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text } },
  }
}

/** Per branch: the middle half as a bar, the average and the ends as points. */
export function spreadOption(page: Fairness) {
  const all = page.branches
  const low = Math.min(...all.map((s) => s.min))
  return (ink: Ink) => {
    const mark = (name: string, symbol: string, size: number, color: string, of: (n: number) => number) => ({
      name, type: 'line', symbol, symbolSize: size, lineStyle: { opacity: 0 }, itemStyle: { color }, data: all.map((_, n) => points(of(n))),
    })
    return {
      ...across(ink, all.map(spreadName), { min: Math.floor(points(low) / 10) * 10 }),
      tooltip: {
        trigger: 'axis', axisPointer: { type: 'shadow' }, backgroundColor: ink.surface, textStyle: { color: ink.text },
        formatter: (at: { dataIndex: number }[]) => {
          const s = all[at[0]?.dataIndex ?? 0]
          if (!s) return ''
          return `${spreadName(s)}（${s.people} 人）<br>人均 ${formatPoints(s.average)}，中间一半 ${formatPoints(s.lower)}–${formatPoints(s.upper)}<br>最低 ${formatPoints(s.min)}，最高 ${formatPoints(s.max)}`
        },
      },
      series: [
        { name: '起', type: 'bar', stack: 'half', silent: true, itemStyle: { color: 'transparent' }, data: all.map((s) => points(s.lower)) },
        { name: '中间一半', type: 'bar', stack: 'half', barMaxWidth: 18, itemStyle: { color: ink.accentSoft }, data: all.map((s) => points(s.upper - s.lower)) },
        mark('人均', 'diamond', 11, ink.accent, (n) => all[n]?.average ?? 0),
        mark('最低', 'circle', 6, ink.secondary, (n) => all[n]?.min ?? 0),
        mark('最高', 'circle', 6, ink.secondary, (n) => all[n]?.max ?? 0),
      ],
      legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: ink.text }, data: ['中间一半', '人均', '最低', '最高'] },
    }
  }
}

/** Per verifier: how many claims were verified and how many returned. */
export function verifierOption(page: Fairness) {
  const all = page.verifiers
  return (ink: Ink) => ({
    ...across(ink, all.map((v) => v.name), { minInterval: 1 }),
    series: [
      { name: '核实', type: 'bar', stack: 'all', barMaxWidth: 18, itemStyle: { color: ink.accent }, data: all.map((v) => v.verified) },
      { name: '退回', type: 'bar', stack: 'all', barMaxWidth: 18, itemStyle: { color: ink.accentSoft }, data: all.map((v) => v.returned) },
    ],
  })
}

/** Per rule: how many entries caps cut. */
export function cutOption(cuts: DimensionCuts[]) {
  const rules = cuts.flatMap((d) => d.rules.map((r) => ({ name: r.title, cut: r.cut })))
  return (ink: Ink) => ({
    ...across(ink, rules.map((r) => r.name), { minInterval: 1 }),
    series: [{ name: '核减笔数', type: 'bar', barMaxWidth: 18, itemStyle: { color: ink.accent }, data: rules.map((r) => r.cut) }],
  })
}

/** Pixels that a chart of so many lines takes. */
export const chartHeight = (lines: number) => Math.max(150, 64 + 34 * lines)
