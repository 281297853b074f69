import { counted } from '../../shared/domain/counted.ts'
import type { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { accountOfKey } from '../../shared/domain/key-account.ts'
import { printable } from '../../shared/domain/printable.ts'
import { isFields } from '../../shared/sense/fields.ts'
import { isScannerFinding, scannerExposures } from '../../shared/sense/intake/scanner-findings.ts'
import { commandOn } from '../command-name.ts'
import { readRecords } from '../read/read-records.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { LIST_LIMIT } from './incidents.ts'
import { InputTally } from './input-tally.ts'

/** The most reports of one run. A scan of many repositories has some hundred. */
const REPORTS_LIMIT = 10_000

/** What the reader says of a text without content. A scanner that finds nothing prints nothing. */
const EMPTY = 'the input is empty'

export interface IngestOptions {
  readonly paths: readonly string[]
  /** Epoch milliseconds. */
  readonly now: number
  readonly err: { write(text: string): unknown }
}

/** What was found. `isWhole`: all of the input could be read and is reported. */
export interface Ingested {
  readonly reports: readonly ExposureReport[]
  readonly findings: number
  /** Findings that name no credential of AWS. */
  readonly others: number
  readonly isWhole: boolean
}

/** Reads what scanners wrote, by its content and not by its name, and keeps of each finding which credential it names and where. No content makes this throw. */
export async function ingest({ paths, now, err }: IngestOptions): Promise<Ingested> {
  const input = new InputTally(err)
  const reports = new Map<string, ExposureReport>()
  const count = { findings: 0, others: 0, left: 0, unknown: 0 }
  const onProblem = (problem: Parameters<InputTally['onProblem']>[0]) => {
    if (problem.reason !== EMPTY) input.onProblem(problem)
  }
  const recordOf = (value: Readonly<Record<string, unknown>>) => (isScannerFinding(value) ? value : undefined)
  for await (const batch of readRecords(paths, { recordOf, onProblem, onSkip: input.onSkip }))
    for (const record of batch) {
      const found = isFields(record) ? scannerExposures(record, now) : undefined
      if (found === undefined) {
        if (!isLogLine(record)) count.unknown += 1
        continue
      }
      count.findings += 1
      if (found.length === 0) count.others += 1
      for (const report of found)
        if (reports.has(report.id) || reports.size < REPORTS_LIMIT) reports.set(report.id, report)
        else count.left += 1
    }
  const passedOver = input.passedOver.filter((line) => !line.startsWith('empty '))
  if (passedOver.length > 0) err.write(`Passed over: ${passedOver.join(', ')}\n`)
  if (count.unknown > 0) err.write(`${counted(count.unknown, 'object')} that no finding of TruffleHog or Gitleaks looks like\n`)
  if (count.left > 0) err.write(`${counted(count.left, 'report')} too many: one run hands on ${REPORTS_LIMIT} at most; divide the input\n`)
  const isWhole = input.problems + passedOver.length + count.unknown + count.left === 0
  return { reports: [...reports.values()], findings: count.findings, others: count.others, isWhole }
}

/** A line of TruffleHog's own log, which is among its findings where both were written to one file. */
function isLogLine(record: object): boolean {
  return 'level' in record && 'msg' in record && 'ts' in record
}

/** Hands reports on, and says in which incidents they are by now, or where to look, with the commands as they are typed. */
export async function handedOnLines(target: Target, reports: readonly ExposureReport[]): Promise<string[]> {
  const told = `Reported to ${target.name}.`
  if ((await target.report(reports)) === 'queued')
    return [`${told} It evaluates them within seconds: \`${commandOn(target, 'incidents')}\` lists the incidents that they open or join.`]
  const open = await target.incidents.listOpen(LIST_LIMIT, tellUnreadable)
  const ids = new Set(reports.map(({ credentialId }) => credentialId))
  const about = open.flatMap((incident) => {
    const of = [...incident.credentials, ...(incident.reports ?? []).map(({ credentialId }) => ({ id: credentialId }))]
    const named = new Set(of.flatMap(({ id }) => (ids.has(id) ? [id] : [])))
    return named.size === 0 ? [] : [{ incident, named }]
  })
  const found = new Set(about.flatMap(({ named }) => [...named]))
  const rest = ids.size - found.size
  return [
    told,
    ...about.map(({ incident: { id, identity, state }, named }) => {
      const which = `${named.size === 1 ? [...named][0] : counted(named.size, 'credential')}: incident ${id}, ${identity.kind} ${printable(identity.name, 64)}, ${state}`
      return `  ${which}: \`${commandOn(target, `incidents show ${id}`)}\``
    }),
    ...(rest === 0
      ? []
      : [
          `  ${counted(rest, 'credential is', 'credentials are')} in no open incident: what says too little for one is remembered and raises every later use, and what a person answered stays answered.`,
        ]),
  ]
}

/** One line for each report: the credential, its account, how sure it is, and where. */
export function reportLines(reports: readonly ExposureReport[]): string[] {
  return reports.map(({ credentialId, grade, source, place }) => {
    const account = accountNamed(credentialId)
    return `${credentialId}  ${account === undefined ? 'account unknown' : `account ${account}`}  ${grade}  ${source}  ${printable(place, 300)}`
  })
}

/** The account that the id of a credential says. */
function accountNamed(credentialId: string): string | undefined {
  return accountOfKey(credentialId) ?? /-at-(\d{12})/.exec(credentialId)?.[1]
}

/** What reporting these does, for the person who is about to. */
export function whatIngestDoes(reports: readonly ExposureReport[]): string {
  const verified = new Set(reports.flatMap(({ grade, credentialId }) => (grade === 'verified' ? [credentialId] : []))).size
  const acts =
    verified === 0
      ? 'None was tried, so people are asked at most, unless the policy says otherwise (disclosedSecret).'
      : `${counted(verified, 'of them was', 'of them were')} tried and ${verified === 1 ? 'works' : 'work'}: its owner is contained at once, where the policy lets it.`
  return `${counted(new Set(reports.map(({ credentialId }) => credentialId)).size, 'credential is', 'credentials are')} reported. ${acts}`
}

/** How many credentials there are in how many findings, as one line. */
export function summaryLine({ reports, findings, others }: Ingested): string {
  const credentials = new Set(reports.map(({ credentialId }) => credentialId)).size
  const rest = others === 0 ? '' : `; ${counted(others, 'of them names', 'of them name')} none`
  return `${counted(credentials, 'credential')} of AWS in ${counted(findings, 'finding')}${rest}.`
}
