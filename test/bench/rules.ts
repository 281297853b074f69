import { syntheticHistory } from '../../local/synthetic-history.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import { silentLog } from '../../shared/memory/log.ts'
import type { Rules } from '../../shared/ports/rules.ts'
import { REPLAYED } from '../../shared/sense/believe.ts'
import { readInput } from '../../shared/sense/read-input.ts'
import { sigmaRule } from '../sigma/rule-of.ts'
import { type Figures, median, rounded } from './measure.ts'

/** As many rules as the public sets for CloudTrail have that make findings, and as many of them that look at every record. */
const RULES = 500
const FOR_ANY = 5
const RECORDS = 10_000
const ROUNDS = 9

/** How much of the processor reading a record takes with rules, beside reading it without. */
export async function rules(): Promise<Figures> {
  const records = syntheticHistory({ seed: 1, end: Date.UTC(2026, 0, 31), days: 30 }).history.slice(-RECORDS)
  const names = [...new Set(records.map((record) => (record as { eventName: string }).eventName))]
  const set = ruleSet({
    rules: Array.from({ length: RULES }, (_, at) => sigmaRule({ detection: detectionOf(at, names) }, `rule-${at}`).packed ?? []).flat(),
  })
  const turns = { with: [] as number[], without: [] as number[] }
  // The first round is for the compiler of the engine.
  for (let round = 0; round <= ROUNDS; round++)
    for (const turn of ['without', 'with'] as const) {
      const cost = cpuMsOf(records, turn === 'with' ? set : undefined)
      if (round > 0) turns[turn].push(cost)
    }
  const ratio = median(turns.with) / median(turns.without)
  return {
    'rules.read': {
      value: rounded(ratio),
      unit: '× the CPU of reading without rules',
      target: '<= 2.5',
      note: `${RULES} rules, ${records.length} records`,
    },
  }
}

/** One of every name in turn; some look for a tool, and one for a form of ARN, in all records. */
function detectionOf(at: number, names: readonly string[]): object {
  const errors = { 'errorCode|exists': true }
  if (at >= FOR_ANY) {
    const name = at % 4 === 0 ? (names[at % names.length] as string) : `CallOfRule${at}`
    return { selection: { eventSource: 'iam.amazonaws.com', eventName: name }, errors, condition: 'selection and not errors' }
  }
  const selection = at === 0 ? { 'userIdentity.arn|re': '.+:assumed-role/aws:.+' } : { 'userAgent|contains': [`tool-${at}`, `other-${at}`] }
  return { selection, errors, condition: 'selection and not errors' }
}

function cpuMsOf(records: readonly object[], set: Rules | undefined): number {
  const before = process.cpuUsage()
  for (const record of records) readInput(record, { trust: REPLAYED, clock: { now: () => 0 }, log: silentLog, rules: set })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
