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

function draw(init: typeof Init, option: EChartsCoreOption, { isDark, isNarrow, height }: Look & { readonly height: number }): string {
  const drawn = init(null, isDark ? 'dark' : null, { renderer: 'svg', ssr: true, width: isNarrow ? 380 : 900, height })
  const grid = isNarrow ? { left: 8, right: 12, containLabel: true } : { left: 16, right: 24, containLabel: true }
  drawn.setOption({ animation: false, backgroundColor: 'transparent', grid: { top: 50, bottom: 30, ...grid }, ...readable(option) })
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

function readable(option: EChartsCoreOption): EChartsCoreOption {
  const { xAxis, legend } = option as { xAxis?: { type?: string }; legend?: object }
  return {
    ...option,
    ...(xAxis?.type === 'time' ? { xAxis: { ...TIMES, ...xAxis } } : {}),
    ...(legend === undefined ? {} : { legend: { itemGap: 20, ...legend } }),
  }
}
