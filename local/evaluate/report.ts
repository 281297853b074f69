import { type Column, table as textTable } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { CaseAbout } from './case-figures.ts'
import { medianOf, type SourceFigures } from './figures.ts'
import type { Count } from './reached.ts'
import type { CaseResult } from './run-case.ts'
import { renderSummary } from './summary.ts'

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

function shares({ total, ask, contain }: Count): string {
  return total === 0 ? '–' : `${ask} (${contain}) of ${total}`
}

function median(values: readonly number[]): string {
  return String(medianOf(values) ?? '–')
}
