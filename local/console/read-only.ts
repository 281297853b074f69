import type { Hono } from 'hono'
import { ResponderError } from '../../shared/errors.ts'
import type { FailureQueue, SetAsideStore } from '../../shared/ports/failures.ts'
import type { Target } from '../target.ts'

/** The ways of Hono to add a route that is asked by another method than GET and HEAD. */
const CHANGING = ['post', 'put', 'patch', 'delete', 'options', 'all', 'on'] as const

/** An application that takes on no route but those of GET: whatever adds one that changes something adds nothing. */
export function withoutChanges(app: Hono): Hono {
  const nothing = () => app
  return Object.assign(app, Object.fromEntries(CHANGING.map((method) => [method, nothing])))
}

/** A target of which nothing can be changed, whatever a page calls. */
export function readOnlyTarget(target: Target): Target {
  const { incidents, identities, record, vault, archive, failures, sweep: _, ...rest } = target
  return {
    ...rest,
    incidents: {
      get: (id) => incidents.get(id),
      signals: (id, onUnreadable) => incidents.signals(id, onUnreadable),
      listOpen: (limit, onUnreadable) => incidents.listOpen(limit, onUnreadable),
      listAll: (onUnreadable) => incidents.listAll(onUnreadable),
      save: refused,
      addSignal: refused,
    },
    identities: {
      load: (ids) => identities.load(ids),
      versions: (ids) => identities.versions(ids),
      loadNames: (ids) => identities.loadNames(ids),
      loadMoves: (range) => identities.loadMoves(range),
      exposuresOf: (id) => identities.exposuresOf(id),
      workloadsOf: (workload) => identities.workloadsOf(workload),
      ids: () => identities.ids(),
      saveState: refused,
      setIncident: refused,
      saveNames: refused,
      saveMoves: refused,
      addExposure: refused,
      addWorkload: refused,
      admitUnclaimed: refused,
    },
    record: {
      last: (subject) => record.last(subject),
      list: (subject) => record.list(subject),
      page: (subject, from) => record.page(subject, from),
      subjects: () => record.subjects(),
      append: refused,
    },
    vault: vault && {
      get: (number) => vault.get(number),
      last: () => vault.last(),
      since: (at) => vault.since(at),
      put: refused,
    },
    ...(archive && { archive: { get: (id: string, sha256: string) => archive.get(id, sha256), put: refused } }),
    ...(failures && {
      failures: { stack: failures.stack, queues: failures.queues.map(readOnlyQueue), setAside: readOnlySetAside(failures.setAside) },
    }),
    notifier: { notify: refused },
    review: refused,
    approve: refused,
    deleteRootKeys: refused,
    report: refused,
  }
}

function readOnlyQueue({ name, destination, waiting }: FailureQueue): FailureQueue {
  return { name, destination, waiting: () => waiting(), take: refused, giveBack: refused, remove: refused, send: refused }
}

function readOnlySetAside(setAside: SetAsideStore): SetAsideStore {
  return { list: () => setAside.list(), get: (id) => setAside.get(id), put: refused, remove: refused }
}

async function refused(): Promise<never> {
  throw new ResponderError('review.forbidden', 'this console is shared and read-only: nothing is changed by it')
}
