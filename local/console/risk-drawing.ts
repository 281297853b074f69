import type { Change } from '../../shared/domain/change.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import type { Thresholds } from '../../shared/domain/policy.ts'
import { chart } from '../page/chart.ts'
import type { Markup } from '../page/document.ts'

/** A line of the legend, as a path of SVG. */
const LINE = 'path://M0 8H22V12H0Z'

/** Pixels beside the plot for the names of thresholds: `restrict 100` is the longest. */
const THRESHOLDS_WIDTH = 84

/** A moment of an incident that the drawing marks: its name in the legend, when, and how its line is drawn. */
interface Mark {
  readonly name: string
  readonly at: number
  readonly color: string
  readonly type: 'solid' | 'dashed' | 'dotted'
}

/** The moments that the drawing marks, in their order: the deciding call, the decision about it, and when restriction and containment were complete. */
function marksOf({ decidedBy, decision, restrictedAt, containedAt }: Incident, changes: readonly Change[]): readonly Mark[] {
  const decided = changes.findLast(({ kind }) => kind === 'decision')
  const contained = containedAt === undefined ? [] : [{ name: 'contained', at: containedAt, color: '#1f8a8a', type: 'solid' as const }]
  return [
    { name: 'deciding call', at: decidedBy.time, color: '#8a5cd6', type: 'dotted' },
    ...(restrictedAt === undefined ? [] : [{ name: 'restricted', at: restrictedAt, color: '#b8860b', type: 'dashed' as const }]),
    ...(decided === undefined
      ? []
      : [{ name: `decision: ${decision.action}`, at: Date.parse(decided.at), color: '#d6409f', type: 'dashed' as const }]),
    ...contained,
  ]
}

/** Marks of which one would hide the other, as one: contain takes less than a second where nothing holds it up. */
function apart(marks: readonly Mark[], least: number): readonly Mark[] {
  const kept: Mark[] = []
  for (const mark of marks) {
    const last = kept.at(-1)
    if (last !== undefined && mark.at - last.at < least) kept[kept.length - 1] = { ...mark, name: `${last.name}, ${mark.name}` }
    else kept.push(mark)
  }
  return kept
}

/** The risk by the findings after each call, without the advisor, with the thresholds, the deciding call and the times of restriction and containment. Times are UTC. */
export function riskDrawing(
  {
    incident,
    signals,
    changes,
  }: { readonly incident: Incident; readonly signals: readonly IncidentSignal[]; readonly changes: readonly Change[] },
  { ask, restrict, contain }: Thresholds,
): Markup {
  const all = marksOf(incident, changes)
  const times = [...signals.map(({ time }) => time), ...all.map(({ at }) => at)]
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const marks = apart(
    all.toSorted((a, b) => a.at - b.at),
    (to - from) / 100,
  )
  // Room on both sides, so that no line stands on the axis.
  const margin = Math.max(1000, (to - from) / 40)
  // Beside the plot, where no line crosses them and they hide no point.
  const threshold = (name: string, at: number) => ({ yAxis: at, label: { formatter: `${name} ${at}`, position: 'end' } })
  const thresholds = [
    threshold('ask', ask),
    ...(restrict < contain ? [threshold('restrict', restrict)] : []),
    threshold('contain', contain),
  ]
  return chart(
    {
      useUTC: true,
      legend: { top: 0, left: 0, itemWidth: 22, data: ['risk after each call', ...marks.map(({ name }) => ({ name, icon: LINE }))] },
      xAxis: { type: 'time', splitNumber: 4, min: from - margin, max: to + margin },
      yAxis: { type: 'value', min: 0, max: 100 },
      grid: { bottom: 30, left: 12, right: THRESHOLDS_WIDTH, containLabel: true },
      series: [
        {
          name: 'risk after each call',
          type: 'line',
          step: 'end',
          sampling: 'lttb',
          symbolSize: 5,
          color: '#c4453b',
          areaStyle: { opacity: 0.15 },
          data: signals.map(({ time, risk }) => [time, risk]),
          markLine: { symbol: 'none', silent: true, lineStyle: { color: '#7d7d7d', type: 'dashed' }, data: thresholds },
        },
        ...marks.map(({ name, at, color, type }) => ({
          name,
          type: 'line',
          color,
          symbol: 'none',
          lineStyle: { color, type, width: 2 },
          data: [
            [at, 0],
            [at, 100],
          ],
        })),
      ],
    },
    { title: 'Risk by the findings over time, without the advisor (UTC)', height: 320 },
  )
}
