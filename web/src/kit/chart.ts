/** ECharts, part by part, and the look it takes from the tokens. */
import { BarChart, HeatmapChart, LineChart, PieChart, ScatterChart } from 'echarts/charts'
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([
  AriaComponent,
  BarChart,
  DatasetComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  MarkLineComponent,
  PieChart,
  ScatterChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
])

export { init, type EChartsCoreOption, type EChartsType } from 'echarts/core'

/** The tokens as a chart needs them: resolved colours and a text size in pixels. */
export interface ChartLook {
  series: string[]
  ink: string
  muted: string
  line: string
  raised: string
  accent: string
  accentSoft: string
  good: string
  warn: string
  bad: string
  font: string
  textPixels: number
}

/** Reads the look at `element`, so that a chart on a dark panel is a dark chart. */
export function chartLook(element: HTMLElement): ChartLook {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--tt-${name}`).trim()
  return {
    series: [1, 2, 3, 4, 5, 6].map((number) => token(`series-${String(number)}`)),
    ink: token('ink'),
    muted: token('muted'),
    line: token('line'),
    raised: token('raised'),
    accent: token('accent'),
    accentSoft: token('accent-soft'),
    good: token('good'),
    warn: token('warn'),
    bad: token('bad'),
    font: token('font'),
    textPixels: parseFloat(style.fontSize) || 14,
  }
}

/** What every chart shares: colours, type, quiet axes, a tooltip like our cards. A chart's own option wins. */
export function commonOption(look: ChartLook): Record<string, unknown> {
  const axis = {
    axisLine: { lineStyle: { color: look.line } },
    axisTick: { show: false },
    axisLabel: { color: look.muted, fontSize: look.textPixels },
    nameTextStyle: { color: look.muted, fontSize: look.textPixels },
    splitLine: { lineStyle: { color: look.line, type: 'dashed' } },
  }
  return {
    color: look.series,
    textStyle: { fontFamily: look.font, fontSize: look.textPixels, color: look.ink },
    // The legend and the names of the axes stand above, each a line of text high.
    grid: { left: 8, right: 16, top: look.textPixels * 4.5, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, icon: 'roundRect', textStyle: { color: look.ink, fontSize: look.textPixels } },
    tooltip: {
      trigger: 'axis',
      backgroundColor: look.raised,
      borderColor: look.line,
      textStyle: { color: look.ink, fontSize: look.textPixels },
    },
    xAxis: axis,
    yAxis: axis,
    animationDuration: 250,
  }
}

/** Lays `own` over `common`, member by member; arrays and plain values replace. Axes given as lists keep the look. */
export function layOver(common: unknown, own: unknown): unknown {
  if (Array.isArray(own)) {
    return isMembers(common) ? own.map((item: unknown) => layOver(common, item)) : own
  }
  if (!isMembers(common) || !isMembers(own)) return own
  const laid: Record<string, unknown> = { ...common }
  for (const [key, value] of Object.entries(own)) laid[key] = key in common ? layOver(common[key], value) : value
  return laid
}

const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
