import type { Thresholds } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/stages/notify.ts'
import { columns } from '../render/style.ts'
import { chart } from './chart.ts'
import type { Count, SourceFigures } from './figures.ts'
import type { Case } from './labelled.ts'
import type { Judged } from './run-case.ts'

export interface Evaluated {
  readonly case: Case
  readonly judged: readonly Judged[]
}

/** The figures as a table for a terminal, a source at a time. */
export function renderTable(sources: Readonly<Record<string, SourceFigures>>): string {
  const rows = Object.entries(sources).map(([name, { cases, credentials, records }]) => {
    const malicious = cases.filter((one) => one.malicious)
    const detected = malicious.filter((one) => one.detected)
    const quiet = cases.filter((one) => !one.malicious)
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
  const header = ['SOURCE', 'FOUND', 'FALSE', 'CREDENTIALS BAD', 'GOOD', 'RECORDS BAD', 'GOOD', 'AFTER RECORDS', 'AFTER SECONDS']
  const legend =
    'FOUND: malicious cases whose first decision ≥ ask is on a malicious record. FALSE: benign cases with one.\nCREDENTIALS and RECORDS, bad (malicious) and good (benign): ≥ ask (≥ contain) of all. AFTER: medians of the cases found.\n--json and --out name every case, what found it and when. Sources are never pooled: their labels mean different things.'
  return `${columns([header, ...rows])}\n\n${legend}`
}

/** One page that stands alone: figures, risk over time per credential, score distributions by label. No scripts. */
export function renderHtml(
  sources: Readonly<Record<string, SourceFigures>>,
  evaluated: ReadonlyMap<string, readonly Evaluated[]>,
  thresholds: Thresholds,
): string {
  const sections = Object.entries(sources).map(([name, figures]) => {
    const cases = evaluated.get(name) ?? []
    return `<section><h2>${escaped(name)}</h2>${tableOf(figures)}${chart(distribution(cases), `Risk of records by label, ${name}`)}${cases
      .filter(({ judged }) => judged.some(({ risk }) => risk > 0) && judged.length > 1)
      .slice(0, CHARTED_CASES)
      .map((one) => chart(overTime(one, thresholds), `Risk over time, ${one.case.name}`))
      .join('')}</section>`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Countersign evaluation</title><style>${STYLE}</style></head><body><h1>Countersign evaluation</h1><p>Thresholds: ask ${thresholds.ask}, contain ${thresholds.contain}. Sources are never pooled.</p>${sections.join('')}</body></html>`
}

const CHARTED_CASES = 6
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc}svg{max-width:100%;height:auto}@media(prefers-color-scheme:dark){body{background:#fff}}'

function tableOf({ cases }: SourceFigures): string {
  const rows = cases
    .filter((one) => one.malicious || one.trigger !== null)
    .slice(0, 60)
    .map((one) => [
      one.case,
      one.detected ? 'found' : one.malicious ? 'missed' : 'false alarm',
      one.decision,
      one.trigger?.detector ?? '',
      one.recordsToDetect ?? '',
      one.secondsToDetect ?? '',
    ])
  if (rows.length === 0) return `<p>${cases.length} quiet ${cases.length === 1 ? 'case' : 'cases'}, none with a decision ≥ ask.</p>`
  const cells = (row: readonly unknown[], tag: string) =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`
  return `<table>${cells(['case', 'result', 'decision', 'trigger', 'records', 'seconds'], 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`
}

/** How many records of each label have a risk in each tenth. */
function distribution(cases: readonly Evaluated[]): object {
  const labels = ['malicious', 'benign', 'unknown'] as const
  const tenths = Array.from({ length: 10 }, (_, at) => at)
  const all = cases.flatMap(({ judged }) => judged)
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

function overTime({ judged }: Evaluated, { ask, contain }: Thresholds): object {
  const credentials = [...Map.groupBy(judged, ({ credential }) => credential)]
    .filter(([, records]) => records.some(({ risk }) => risk > 0))
    .slice(0, 8)
  return {
    xAxis: { type: 'time' },
    yAxis: { type: 'value', name: 'risk', max: 100 },
    legend: {},
    series: credentials.map(([credential, records], at) => ({
      name: credential.slice(-24),
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
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? '–' : String(sorted[Math.floor(sorted.length / 2)])
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return printable(text, 200).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
