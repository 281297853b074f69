import type { EChartsCoreOption, init as Init } from 'echarts'
import { html } from 'hono/html'
import type { Markup } from './document.ts'

/** The screen that a drawing is for: wide or narrow, light or dark. */
interface Look {
  readonly isDark: boolean
  readonly isNarrow: boolean
}

/** The caption and the height of a chart. */
export interface ChartOptions {
  /** What it shows, in words: the caption, and the text for screen readers. */
  readonly title: string
  /** Pixels. */
  readonly height?: number
}

/** Must be the width at which style.css turns tables into cards. */
const NARROW = '(max-width: 40rem)'
const DARK = '(prefers-color-scheme: dark)'

/**
 * A chart as SVG images. They are drawn here, so that the page needs no script, and shown as images, so that nothing in them becomes
 * part of the page. The browser chooses the one that fits its width and colour scheme. `option` is that of Apache ECharts. Pass text
 * from events through `shown` first; ECharts escapes it.
 */
export async function chart(option: EChartsCoreOption, { title, height = 320 }: ChartOptions): Promise<Awaited<Markup>> {
  // Loaded with the first drawing: most commands draw nothing, and it took a quarter of their time to start.
  const { init } = await import('echarts')
  const source = (look: Look) => `data:image/svg+xml;base64,${Buffer.from(draw(init, option, { ...look, height })).toString('base64')}`
  return html`<figure class="chart"><figcaption>${title}</figcaption><picture>
<source media="${NARROW} and ${DARK}" width="380" height="${height}" srcset="${source({ isDark: true, isNarrow: true })}">
<source media="${NARROW}" width="380" height="${height}" srcset="${source({ isDark: false, isNarrow: true })}">
<source media="${DARK}" width="900" height="${height}" srcset="${source({ isDark: true, isNarrow: false })}">
<img alt="${title}" width="900" height="${height}" src="${source({ isDark: false, isNarrow: false })}">
</picture></figure>`
}

/** A chart, or a sentence in its place where it has fewer than `least` points: a frame with nothing in it looks like a result. */
export function chartOr(
  sentence: string,
  option: EChartsCoreOption,
  { least = 1, ...options }: ChartOptions & { readonly least?: number },
): Markup {
  if (pointsIn(option) >= least) return chart(option, options)
  return html`<p><strong>${options.title}</strong>: ${sentence}</p>`
}

function pointsIn({ series }: EChartsCoreOption): number {
  const all = listOf(series).flatMap(({ data }) => (Array.isArray(data) ? (data as readonly unknown[]) : []))
  return all.filter((value) => value !== null && value !== undefined).length
}

function draw(init: typeof Init, option: EChartsCoreOption, { isDark, isNarrow, height }: Look & { readonly height: number }): string {
  const width = isNarrow ? 380 : 900
  const drawn = init(null, isDark ? 'dark' : null, { renderer: 'svg', ssr: true, width, height })
  const sides = isNarrow ? { left: 8, right: 16 } : { left: 16, right: 32 }
  const legendHeight = option.legend === undefined ? 0 : legendRows(option, width) * LEGEND_ROW
  const bottom = hasName(option.xAxis) ? 44 : 30
  // The legend has rows of its own above the plot, and the name of the axis stands below its labels: neither is cut or lies on another.
  const grid = { top: 50 + legendHeight, bottom, ...sides, containLabel: true }
  const axis = { nameLocation: 'middle', nameGap: 28 }
  drawn.setOption({
    animation: false,
    backgroundColor: 'transparent',
    ...option,
    grid: { ...grid, ...(option.grid as object | undefined) },
    ...(option.legend === undefined ? {} : { legend: { top: 0, left: 0, itemGap: LEGEND_GAP, ...(option.legend as object) } }),
    ...(option.xAxis === undefined
      ? {}
      : { xAxis: { ...(isOfTime(option.xAxis) ? TIMES : {}), ...(hasName(option.xAxis) ? axis : {}), ...(option.xAxis as object) } }),
  })
  const svg = drawn.renderToSVGString()
  drawn.dispose()
  return svg
}

/** Days of an axis of time with their month, and room beside the first and the last, so that nothing is drawn on the frame. */
const TIMES = {
  boundaryGap: ['2%', '2%'],
  axisLabel: {
    hideOverlap: true,
    formatter: { year: '{yyyy}', month: '{d} {MMM}', day: '{d} {MMM}', hour: '{HH}:{mm}', minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}' },
  },
}

function isOfTime(axis: unknown): boolean {
  return (axis as { readonly type?: unknown }).type === 'time'
}

/** Pixels of a legend: of a row, between two names, of the mark before a name, and of a character. */
const LEGEND_ROW = 24
const LEGEND_GAP = 30
const LEGEND_MARK = 32
const LEGEND_CHARACTER = 7

/** How many rows the names of the series take. */
function legendRows({ series }: EChartsCoreOption, width: number): number {
  let rows = 1
  let used = 0
  for (const { name } of listOf(series)) {
    const needed = LEGEND_MARK + LEGEND_GAP + String(name ?? '').length * LEGEND_CHARACTER
    if (used > 0 && used + needed > width) {
      rows += 1
      used = 0
    }
    used += needed
  }
  return rows
}

function hasName(axis: unknown): boolean {
  return typeof axis === 'object' && axis !== null && 'name' in axis
}

function listOf(series: unknown): readonly { readonly name?: unknown; readonly data?: unknown }[] {
  return Array.isArray(series) ? series : []
}
