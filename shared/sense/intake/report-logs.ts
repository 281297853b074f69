import { createHash } from 'node:crypto'
import { ExposureReport } from '../../domain/exposure-report.ts'
import type { ReportBus } from '../../ports/intake.ts'
import type { Clock, Log } from '../../ports/runtime.ts'
import { withoutSecrets } from './forget-secrets.ts'
import { SIFT_LIMIT, sift } from './sift.ts'

/** Lines of a log stream, as a subscription delivers them. `timestamp`: epoch milliseconds. */
export interface LogBatch {
  readonly logGroup: string
  readonly logStream: string
  readonly lines: readonly { readonly timestamp: number; readonly message: string }[]
}

export interface ReportLogsPorts {
  readonly bus: ReportBus
  readonly clock: Clock
  readonly log: Log
  /** True for a log group of the responder, whose lines must never wake it. */
  isOwn(logGroup: string): boolean
}

/** The most reports of one batch. Those with a secret come first, so lines full of made-up ids hide none of them. */
const REPORTS_LIMIT = 500

/** So many ids of reports an instance remembers, so that a line which is logged a thousand times is put once. */
const REMEMBERED = 10_000

/**
 * Makes what reports the credentials that stand in log lines. A report says which, in which log group and stream, and when; of a line nothing is kept. A credential
 * is reported once for each log group, day and grade. Throws where not all was put; then the same batch has to come again.
 */
export function logReporter({ bus, clock, log, isOwn }: ReportLogsPorts): (batch: LogBatch) => Promise<void> {
  const reported = new Set<string>()
  return async (batch) => {
    if (isOwn(batch.logGroup)) return log.warn('logs.own', {})
    const found = exposuresOf(batch, clock.now())
    const fresh = found.reports.filter(({ id }) => !reported.has(id))
    const first = fresh.slice(0, REPORTS_LIMIT)
    await bus.put(first)
    if (reported.size + first.length > REMEMBERED) reported.clear()
    for (const { id } of first) reported.add(id)
    const left = fresh.length - first.length
    if (found.isCut || left > 0) log.warn('logs.cut', { left })
    log.info('logs.reported', { lines: batch.lines.length, reports: first.length })
  }
}

/** The reports of a batch, those with a secret first. `isCut`: a line names as many credentials as are read of one, and may name more. */
export function exposuresOf(
  { logGroup, logStream, lines }: LogBatch,
  now: number,
): { readonly reports: ExposureReport[]; readonly isCut: boolean } {
  const reports = new Map<string, ExposureReport>()
  // Who writes logs chooses the names of streams.
  const place = withoutSecrets(`log group ${logGroup}, stream ${logStream}`, 512)
  let isCut = false
  for (const { timestamp, message } of lines) {
    const found = sift(message)
    isCut ||= found.length === SIFT_LIMIT
    const seenAt = timestamp > 0 && timestamp <= now ? timestamp : now
    for (const { credentialId, hasSecret } of found) {
      const grade = hasSecret ? 'with-secret' : 'id-only'
      const id = `logs:${hashOf([logGroup, credentialId, grade, new Date(seenAt).toISOString().slice(0, 10)])}`
      if (!reports.has(id)) reports.set(id, ExposureReport.parse({ version: 1, id, source: 'logs', credentialId, grade, place, seenAt }))
    }
  }
  const bySecret = Map.groupBy(reports.values(), ({ grade }) => grade)
  return { reports: [...(bySecret.get('with-secret') ?? []), ...(bySecret.get('id-only') ?? [])], isCut }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
