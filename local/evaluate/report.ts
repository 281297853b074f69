import { html } from 'hono/html'
import type { Thresholds } from '../../shared/domain/policy.ts'
import { chart } from '../page/chart.ts'
import { type Markup, shown, standAlone, table } from '../page/document.ts'
import { type Column, table as textTable } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { CaseAbout } from './case-figures.ts'
import { medianOf, type SourceFigures } from './figures.ts'
import type { Count } from './reached.ts'
import type { CaseResult } from './run-case.ts'
import { renderSummary, summaryLines } from './summary.ts'

/** A case with what the responder decided for each of its records. */
export interface Evaluated {
  readonly case: CaseAbout
  readonly results: readonly CaseResult[]
}

const COLUMNS: readonly Column[] = [
  { name: 'SOURCE', isText: true },
  { name: 'FOUND', align: 'right' },
  { name: 'FALSE', align: 'right' },
  { name: 'CREDENTIALS BAD', align: 'right', worth: 6 },
  { name: 'GOOD', called: 'credentials good', align: 'right', worth: 5 },
  { name: 'RECORDS BAD', align: 'right', worth: 2 },
  { name: 'GOOD', called: 'records good', align: 'right', worth: 1 },
  { name: 'AFTER RECORDS', align: 'right', worth: 4 },
  { name: 'AFTER SECONDS', align: 'right', worth: 3 },
]

/** The figures as text for a terminal: what a reader needs first of each source, then a table with one line per source. */
export function renderTable(sources: Readonly<Record<string, SourceFigures>>, width?: number): string {
  const rows = Object.entries(sources).map(([name, { cases, credentials, records }]) => {
    const malicious = cases.filter((one) => one.malicious)
    const detected = malicious.filter((one) => one.detected)
    const quiet = cases.filter((one) => one.benign)
    return [
      name,
      `${detected.length}/${malicious.length}`,
      `${quiet.filter(({ trigger }) => trigger !== null).length}/${quiet.length}`,
      shares(credentials.malicious),
      shares(credentials.benign),
      shares(records.malicious),
      shares(records.benign),
      median(detected.map(({ recordsToDetect }) => recordsToDetect ?? 0)),
      median(detected.map(({ secondsToDetect }) => secondsToDetect ?? 0)),
    ]
  })
  const legend =
    'FOUND: malicious cases whose first decision ≥ ask is on a malicious record. FALSE: benign cases with one.\nCREDENTIALS and RECORDS, bad (malicious) and good (benign): with a decision ≥ ask (≥ contain) of all. AFTER: medians of the cases found.\nEvery figure says what the evidence calls for, whatever the mode of the policy.\n--json and --out name every case, what found it and when. Sources are never pooled: their labels mean different things.'
  return wrapText(`${renderSummary(sources)}\n\n${textTable(COLUMNS, rows, { width })}\n\n${legend}`, width)
}

/** A self-contained page: figures, risk over time per credential, distribution of the risk by label. No scripts. */
export function renderHtml(
  sources: Readonly<Record<string, SourceFigures>>,
  evaluated: ReadonlyMap<string, readonly Evaluated[]>,
  thresholds: Thresholds,
): Promise<string> {
  const sections = Object.entries(sources).map(([name, figures]) => {
    const cases = evaluated.get(name) ?? []
    const source = shown(name)
    return html`<section><h2>${source}</h2>${summaryLines(figures).map((line) => html`<p>${line}</p>`)}${tableOf(figures, source)}${chart(distribution(cases), { title: `Risk of records by label, ${source}` })}${cases
      .filter(({ results }) => results.some(({ risk }) => risk > 0) && results.length > 1)
      .slice(0, CHARTED_CASES)
      .map((one) => chart(overTime(one, thresholds), { title: `Risk over time, ${shown(one.case.name)}` }))}</section>`
  })
  const limits = `Thresholds: ask ${thresholds.ask}, contain ${thresholds.contain}. Sources are never pooled.`
  return standAlone('Countersign evaluation', html`<h1>Countersign evaluation</h1><p>${limits}</p>${sections}`)
}

const CHARTED_CASES = 6

function tableOf({ cases }: SourceFigures, source: string): Markup {
  const rows = cases
    .filter((one) => one.malicious || one.trigger !== null)
    .slice(0, 60)
    .map((one) => [
      shown(one.case),
      one.detected ? 'found' : one.malicious ? 'missed' : one.benign ? 'false alarm' : 'unknown',
      one.decision,
      one.trigger?.detector ?? '',
      one.recordsToDetect ?? '',
      one.secondsToDetect ?? '',
      one.hasIrreversible ? one.beforeIrreversible : '',
      one.malicious ? `${one.stopped.refused} of ${one.stopped.malicious}` : `${one.collateral.refused} of ${one.collateral.benign}`,
    ])
  if (rows.length === 0)
    return html`<p>${cases.length} ${cases.length === 1 ? 'case' : 'cases'}, none malicious and none with a decision ≥ ask.</p>`
  const columnsOf = [
    { name: 'case', kind: 'wide' },
    { name: 'result' },
    { name: 'decision' },
    { name: 'trigger' },
    { name: 'records', kind: 'number' },
    { name: 'seconds', kind: 'number' },
    { name: 'before irreversible' },
    { name: 'refused' },
  ] as const
  return table(columnsOf, rows, `Cases of ${source}`)
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
    .slice(0, 8)
  return {
    xAxis: { type: 'time' },
    yAxis: { type: 'value', name: 'risk', max: 100 },
    legend: {},
    series: credentials.map(([credential, records], at) => ({
      name: shown(credential.slice(-24)),
      type: 'line',
      step: 'end',
      data: records.map(({ time, risk }) => [time, risk]),
      markLine:
        at > 0
          ? undefined
          : {
              symbol: 'none',
              data: [
                { yAxis: ask, name: 'ask' },
                { yAxis: contain, name: 'contain' },
              ],
            },
    })),
  }
}

function shares({ total, ask, contain }: Count): string {
  return total === 0 ? '–' : `${ask} (${contain}) of ${total}`
}

function median(values: readonly number[]): string {
  return String(medianOf(values) ?? '–')
}
