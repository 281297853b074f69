import { init } from 'echarts'

/** A chart as an SVG that stands alone, drawn here: the page that shows it needs no script. `title` also names it for screen readers. */
export function chart(option: object, title: string): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 320 })
  // A title from a file goes in as text: the library escapes what it draws.
  drawn.setOption({ animation: false, title: { text: title, textStyle: { fontSize: 14 } }, grid: { top: 70 }, ...option })
  const svg = drawn.renderToSVGString()
  drawn.dispose()
  return svg
}
