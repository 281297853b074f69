import type { ReportingSource } from '../../shared/domain/report.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'
import type { Target } from '../target.ts'

/** The most identities that are read for the time of the last call, and how many at once. */
const IDENTITIES = 1000
const AT_ONCE = 50

/** When sources last said something, as far as identities and incidents keep it. Times are epoch milliseconds. */
export interface SourcesSeen {
  /** Of the latest call that a baseline learned from or that decided an incident; undefined where there is none. */
  readonly lastCallAt: number | undefined
  /** True where there are more identities than were read. */
  readonly isPart: boolean
  /** Of each source the latest report that an incident keeps, and how many they keep. */
  readonly reports: ReadonlyMap<ReportingSource, { readonly at: number; readonly incidentId: string; readonly count: number }>
}

/** What waits in dead-letter queues, and what was set aside; a count is undefined where it could not be asked. */
export type Unprocessed =
  | { readonly kind: 'no-queues' }
  | {
      readonly kind: 'queues'
      readonly queues: readonly { readonly name: string; readonly waiting: number | undefined; readonly setAside: number | undefined }[]
    }

/** Reads when sources last said something. Reads the incidents, and up to a thousand identities. */
export async function sourcesSeen(
  { identities, incidents }: Pick<Target, 'identities' | 'incidents'>,
  onUnreadable: OnUnreadable,
): Promise<SourcesSeen> {
  const reports = new Map<ReportingSource, { at: number; incidentId: string; count: number }>()
  let lastCallAt: number | undefined
  const called = (at: number) => {
    lastCallAt = Math.max(lastCallAt ?? at, at)
  }
  for await (const incident of incidents.listAll(onUnreadable)) {
    const { decidedBy } = incident
    if (decidedBy.origin?.source === 'cloudtrail') called(decidedBy.time)
    for (const { source, seenAt } of incident.reports ?? []) {
      const known = reports.get(source)
      const isLater = known === undefined || seenAt > known.at
      reports.set(source, { ...(isLater ? { at: seenAt, incidentId: incident.id } : known), count: (known?.count ?? 0) + 1 })
    }
  }
  const { ids, isPart } = await someIds(identities)
  for (let from = 0; from < ids.length; from += AT_ONCE)
    for (const { state, unreadable } of (await identities.load(ids.slice(from, from + AT_ONCE))).values()) {
      if (unreadable !== undefined) onUnreadable(unreadable)
      const baseline = state?.value.baseline
      if (baseline !== undefined && baseline.calls > 0) called(baseline.lastSeen)
    }
  return { lastCallAt, isPart, reports }
}

async function someIds(identities: Pick<Target['identities'], 'ids'>): Promise<{ ids: readonly string[]; isPart: boolean }> {
  const found: string[] = []
  for await (const id of identities.ids()) {
    if (found.length === IDENTITIES) return { ids: found, isPart: true }
    found.push(id)
  }
  return { ids: found, isPart: false }
}

/** Reads how many messages wait for a person. Where AWS refuses to say it, the other counts are read all the same. */
export async function unprocessedOf({ failures }: Pick<Target, 'failures'>): Promise<Unprocessed> {
  if (failures === undefined) return { kind: 'no-queues' }
  const asked = await Promise.allSettled([failures.setAside.list(), ...failures.queues.map((queue) => queue.waiting())] as const)
  const [aside, ...waiting] = asked
  const known = aside.status === 'fulfilled' ? aside.value : undefined
  const setAsideIn = (name: string) => known?.filter(({ queue }) => queue === name).length
  const queues = failures.queues.map(({ name }, at) => {
    const count = waiting[at]
    return { name, waiting: count?.status === 'fulfilled' ? count.value : undefined, setAside: setAsideIn(name) }
  })
  // A queue that an update of the stack took away may have left messages that were set aside.
  const gone = new Set(known?.map(({ queue }) => queue).filter((name) => queues.every((queue) => queue.name !== name)))
  for (const name of gone) queues.push({ name, waiting: 0, setAside: setAsideIn(name) })
  return { kind: 'queues', queues }
}
