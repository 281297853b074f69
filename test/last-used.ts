import fc from 'fast-check'
import { DATA_PLANE_SERVICES, type LastUsed, type LastUsedSnapshot } from '../shared/domain/last-used.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** When the first suspicious signal was. */
export const SINCE = Date.UTC(2026, 0, 31)

/** A snapshot that was taken so many hours before the first suspicious signal, with the hours before it in which each service was used. */
export function snapshotAt(hours: number, used: Readonly<Record<string, number>>, neverUsed: readonly string[] = []): LastUsedSnapshot {
  return {
    takenAt: SINCE - hours * HOUR,
    used: Object.entries(used).map(([service, before]) => ({ service, at: SINCE - before * HOUR })),
    neverUsed: neverUsed as LastUsedSnapshot['neverUsed'],
  }
}

/** What the AWS CLI prints of a job. Services map to when they were used (epoch ms), or to null. */
export function printedAnswer(takenAt: number, services: Readonly<Record<string, number | null>>, parts: object = {}): object {
  return {
    JobStatus: 'COMPLETED',
    JobType: 'SERVICE_LEVEL',
    JobCreationDate: new Date(takenAt).toISOString(),
    ServicesLastAccessed: Object.entries(services).map(([ServiceNamespace, at]) => ({
      ServiceName: `The service ${ServiceNamespace}`,
      ServiceNamespace,
      ...(at === null ? {} : { LastAuthenticated: new Date(at).toISOString() }),
      TotalAuthenticatedEntities: at === null ? 0 : 1,
    })),
    JobCompletionDate: new Date(takenAt + 2000).toISOString(),
    IsTruncated: false,
    ...parts,
  }
}

const NAMES = [...DATA_PLANE_SERVICES, 'ec2', 'iam', 'ses']

/** Snapshots as nights take them of an identity of which the calls are known: a service that was used stays used, with the last time before the snapshot. */
export const nights: fc.Arbitrary<{ lastUsed: LastUsed; uses: ReadonlyMap<string, readonly number[]> }> = fc
  .record({
    uses: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 120 * 24 })), { maxLength: 25 }),
    taken: fc.uniqueArray(fc.integer({ min: -48, max: 6 * 24 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ uses, taken }) => {
    const times = new Map(
      NAMES.map((name) => [name, uses.filter(([service]) => service === name).map(([, hours]) => SINCE - hours * HOUR)]),
    )
    const snapshots = taken.map((hours) => snapshotOf(times, SINCE - hours * HOUR)).sort((a, b) => b.takenAt - a.takenAt)
    return { lastUsed: { snapshots }, uses: times }
  })

/** What IAM answers at a time of an identity that made these calls: the last of each service. */
export function snapshotOf(uses: ReadonlyMap<string, readonly number[]>, takenAt: number): LastUsedSnapshot {
  const last = [...uses].map(([service, times]) => ({
    service,
    at: Math.max(...times.filter((at) => at <= takenAt && at >= takenAt - 400 * DAY)),
  }))
  const used = last.filter(({ at }) => Number.isFinite(at))
  return { takenAt, used, neverUsed: DATA_PLANE_SERVICES.filter((name) => !used.some(({ service }) => service === name)) }
}
