import table from './runbooks.json' with { type: 'json' }

const RUNBOOKS = new Map<string, string>(Object.entries(table))

/** What the person on call does first about findings of a detector; undefined of an operator's own rule. Made of the catalogue by `npm run docs`. */
export function runbookOf(detector: string): string | undefined {
  return RUNBOOKS.get(detector)
}

/** The runbook of a detector as a line below its finding, to be spread; none where it has none. */
export function runbookLine(detector: string): readonly string[] {
  const runbook = runbookOf(detector)
  return runbook === undefined ? [] : [`First: ${runbook}`]
}
