import { BarChart, HeatmapChart, LineChart, RadarChart } from 'echarts/charts'
import {
  AriaComponent,
  CalendarComponent,
  GridComponent,
  LegendComponent,
  RadarComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

// Loaded when the first chart is shown, never with the first page.
use([
  AriaComponent, BarChart, CalendarComponent, GridComponent, HeatmapChart, LegendComponent,
  LineChart, RadarChart, RadarComponent, SVGRenderer, TooltipComponent, VisualMapComponent,
])

/** Draws into `element`. SVG, because it prints sharp. */
export function draw(element: HTMLElement): EChartsType {
  return init(element, undefined, { renderer: 'svg' })
}
