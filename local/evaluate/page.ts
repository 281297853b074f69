import { html } from 'hono/html'
import { counted } from '../../shared/domain/counted.ts'
import type { Thresholds } from '../../shared/domain/policy.ts'
import { chartOr } from '../page/chart.ts'
import { atAGlance, type Markup, shown, standAlone } from '../page/document.ts'
import { leftOut, tableWithin, withinBytes } from '../page/within-bytes.ts'
import { medianOf, type SourceFigures } from './figures.ts'
import type { Evaluated } from './report.ts'
import { summaryLines } from './summary.ts'

type Sources = Readonly<Record<string, SourceFigures>>

/** The bytes that the tables of cases, and the drawings of all sources, may take together. */
const CASES_BYTES = 300_000
const DRAWN_BYTES = 560_000

/** The most cases of a source that are drawn over time, the most credentials of one, and the most points of one line. */
const CHARTED_CASES = 6
const LINES = 6
const POINTS = 60

const ALL = 'countersign eval … --json'

/** A self-contained page: figures, risk over time per credential, distribution of the risk by label. No scripts. */
export async function evaluationPage(
  sources: Sources,
  evaluated: ReadonlyMap<string, readonly Evaluated[]>,
  thresholds: Thresholds,
): Promise<string> {
  const all = Object.entries(sources)
  const drawings = all.flatMap(([name]) => drawingsOf(name, evaluated.get(name) ?? [], thresholds))
  const drawn = await withinBytes(drawings, DRAWN_BYTES, ({ draw }) => draw())
  const sections: Markup[] = []
  for (const [name, figures] of all) {
    const cases = await casesOf(figures, shown(name), CASES_BYTES / all.length)
    const own = drawn.parts.filter((_, at) => drawings[at]?.source === name)
    sections.push(
      html`<section><h2>${shown(name)}</h2>${summaryLines(figures).map((line) => html`<p>${line}</p>`)}${cases}${own}</section>`,
    )
  }
  const limits = `Thresholds: ask ${thresholds.ask}, contain ${thresholds.contain}. Sources are never pooled. Every figure says what the evidence calls for, whatever the mode of the policy.`
  return standAlone(
    'Countersign evaluation',
    html`<h1>Countersign evaluation</h1><p>${limits}</p>${glanceOf(sources)}${sections}${leftOut(drawn.left, ['drawing', 'drawings'], ALL)}`,
  )
}

/** Of each source how many of its cases were found, and how many false alarms there were. */
function glanceOf(sources: Sources): Markup {
  return atAGlance(
    Object.entries(sources).flatMap(([name, { cases, stopped }]) => {
      const malicious = cases.filter((one) => one.malicious)
      const detected = malicious.filter((one) => one.detected)
      const benign = cases.filter((one) => one.benign)
      const falseAlarms = benign.filter(({ trigger }) => trigger !== null).length
      const after = medianOf(detected.map(({ recordsToDetect }) => recordsToDetect ?? 0))
      const refused =
        stopped.median === null ? '' : `; of the malicious calls ${Math.round(stopped.median * 100)} % would be refused in the median case`
      return [
        ...(malicious.length === 0
          ? []
          : [
              [
                `${shown(name, 60)}: found`,
                `${detected.length} of ${malicious.length}`,
                after === null ? 'malicious cases' : `malicious cases, after ${after} records in the median${refused}`,
              ] as const,
            ]),
        ...(benign.length === 0
          ? []
          : [
              [
                `${shown(name, 60)}: false alarms`,
                `${falseAlarms} of ${benign.length}`,
                'benign cases that came to a question or more',
              ] as const,
            ]),
      ]
    }),
  )
}

async function casesOf({ cases }: SourceFigures, source: string, limit: number): Promise<Markup> {
  const telling = cases.filter((one) => one.malicious || one.trigger !== null)
  if (telling.length === 0) return html`<p>${counted(cases.length, 'case')}, none malicious and none with a decision ≥ ask.</p>`
  const rows = telling.map((one) => [
    shown(one.case),
    one.detected ? 'found' : one.malicious ? 'missed' : one.benign ? 'false alarm' : 'unknown',
    one.decision,
    one.trigger?.detector ?? '',
    one.recordsToDetect ?? '',
    one.secondsToDetect ?? '',
    one.hasIrreversible ? one.beforeIrreversible : '',
    one.malicious ? `${one.stopped.refused} of ${one.stopped.malicious}` : `${one.collateral.refused} of ${one.collateral.benign}`,
  ])
  const columns = [
    { name: 'Case', kind: 'wide' },
    { name: 'Result', kind: 'word' },
    { name: 'Decision', kind: 'word' },
    { name: 'Found by' },
    { name: 'Records', kind: 'number' },
    { name: 'Seconds', kind: 'number' },
    { name: 'Before irreversible' },
    { name: 'Refused', kind: 'word' },
  ] as const
  const within = await tableWithin(columns, rows, { caption: `Cases of ${source}`, limit })
  return html`${within.table}${leftOut(within.left, ['case', 'cases'], ALL)}`
}

/** A drawing that is made where there is room for it. */
interface Drawing {
  readonly source: string
  readonly draw: () => Markup
}

/** The drawings of a source: its distribution, then its first cases over time. */
function drawingsOf(source: string, cases: readonly Evaluated[], thresholds: Thresholds): Drawing[] {
  const charted = cases.filter(({ results }) => results.some(({ risk }) => risk > 0) && results.length > 1).slice(0, CHARTED_CASES)
  return [
    {
      source,
      draw: () => chartOr('it has no record.', distribution(cases), { title: `Risk of records by label, ${shown(source)}` }),
    },
    ...charted.map((one) => ({
      source,
      draw: () => chartOr('it has no risk.', overTime(one, thresholds), { title: `Risk over time, ${shown(one.case.name)}` }),
    })),
  ]
}

/** The number of records of each label per ten points of risk. */
function distribution(cases: readonly Evaluated[]): Record<string, unknown> {
  const labels = ['malicious', 'benign', 'unknown'] as const
  const tenths = Array.from({ length: 10 }, (_, at) => at)
  const all = cases.flatMap(({ results }) => results)
  return {
    xAxis: { type: 'category', name: 'risk', data: tenths.map((tenth) => `${tenth * 10}–${tenth * 10 + 10}`) },
    yAxis: { type: 'log', name: 'records', min: 0.5 },
    legend: {},
    color: ['#b3261e', '#2e7d32', '#6b6b6b'],
    series: labels.map((label) => ({
      name: label,
      type: 'bar',
      data: tenths.map(
        (tenth) => all.filter(({ record, risk }) => record.label === label && Math.min(9, Math.floor(risk / 10)) === tenth).length || null,
      ),
    })),
  }
}

function overTime({ results }: Evaluated, { ask, contain }: Thresholds): Record<string, unknown> {
  const credentials = [...Map.groupBy(results, ({ credential }) => credential)]
    .filter(([, records]) => records.some(({ risk }) => risk > 0))
    .slice(0, LINES)
  const line = (yAxis: number, name: string) => ({ yAxis, label: { formatter: name, position: 'insideEndTop' } })
  return {
    useUTC: true,
    xAxis: { type: 'time', splitNumber: 4, axisLabel: { hideOverlap: true } },
    yAxis: { type: 'value', name: 'risk', min: 0, max: 100 },
    legend: {},
    series: credentials.map(([credential, records], at) => ({
      // Its last characters are what people tell keys apart by.
      name: `…${shown(credential.slice(-4))}`,
      type: 'line',
      step: 'end',
      symbolSize: 4,
      data: steps(records),
      markLine: at > 0 ? undefined : { symbol: 'none', silent: true, data: [line(ask, 'ask'), line(contain, 'contain')] },
    })),
  }
}

/** Where a line of steps changes, with its first and last point; of many changes so many, evenly. */
function steps(records: Evaluated['results']): readonly (readonly [number, number])[] {
  const changes = records.filter(({ risk }, at) => at === 0 || at === records.length - 1 || risk !== records[at - 1]?.risk)
  const every = Math.ceil(changes.length / POINTS)
  return changes.filter((_, at) => at % every === 0 || at === changes.length - 1).map(({ time, risk }) => [time, risk] as const)
}
