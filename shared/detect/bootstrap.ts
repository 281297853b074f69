import { copyState, emptyState, markBootstrapped } from '../domain/identity-state.ts'
import type { Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import type { EventHistory, GeoIp } from '../ports/lookup.ts'
import type { Rules } from '../ports/rules.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { enricher } from '../sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../sense/enrich/tampering.ts'
import { rolePaths } from '../sense/role-paths.ts'
import { sense } from '../sense/sense.ts'
import { learnPast } from './fold.ts'
import { followNames } from './follow-names.ts'

/** How often a write of the state is tried while other writers change it. */
const ATTEMPTS = 5

/**
 * Learns the past calls of a key that is seen for the first time, as far as CloudTrail still has them, and the names that its user had. Returns how
 * many calls were learned.
 *
 * `identityId`: who uses it, as far as that is known; where the key was learned already, CloudTrail is not asked.
 *
 * It runs beside the hot path and only fills the baseline: no finding comes of these calls. It runs once for a key, however often it is called.
 * Throws `identity.conflict` where other writers change the identity's state five times in a row.
 */
export async function bootstrap(
  { accessKeyId, identityId }: { readonly accessKeyId: string; readonly identityId?: string | undefined },
  ports: {
    history: Pick<EventHistory, 'lookup'>
    identities: IdentityStore
    iam: Pick<Iam, 'ownerOf' | 'describe'>
    geoIp: GeoIp
    rules?: Rules | undefined
    clock: Clock
    log: Log
  },
): Promise<number> {
  if (identityId !== undefined && (await isLearned(accessKeyId, identityId, ports.identities))) return 0
  const records = await ports.history.lookup(accessKeyId)
  // Blocklist and tampering only matter to detectors that look at every call, and those teach no habit.
  const enrichment = Promise.resolve(enricher({ geoIp: ports.geoIp, own: NOT_DEPLOYED })({ blocklist: [] }))
  const { iam, rules, clock, log } = ports
  const { signals } = await sense(records, {
    iam,
    paths: rolePaths(),
    enrichment,
    own: NOT_DEPLOYED,
    trust: { kind: 'cloudtrail' },
    rules,
    clock,
    log,
  })
  const own = signals.flatMap(({ signal }) => (signal.kind === 'api-call' && signal.credential.id === accessKeyId ? [signal] : []))
  // The last call has the name that the user has now.
  const last = own.at(-1)
  if (last === undefined) return 0
  await followNames(own, await ports.identities.load([...new Set(own.map(({ identity }) => identity.id))]), ports)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const learned = await teach(last, own, { accessKeyId, identities: ports.identities })
    if (learned === undefined) continue
    ports.log.info('bootstrap.learned', { identity: last.identity.id, calls: learned })
    return learned
  }
  throw new ResponderError(
    'identity.conflict',
    `other writers changed the state of ${last.identity.id} ${ATTEMPTS} times in a row; try again`,
  )
}

/** True where a key was learned. A state that cannot be read is no answer: `teach` tells it when it writes. */
async function isLearned(accessKeyId: string, identityId: string, identities: IdentityStore): Promise<boolean> {
  const { state } = (await identities.load([identityId])).get(identityId) ?? {}
  return state?.value.bootstrapped.includes(accessKeyId) === true
}

/** How many calls were learned; undefined where another writer changed the state in between, and the caller has to try again. */
async function teach(
  { identity }: Signal,
  past: readonly Signal[],
  { accessKeyId, identities }: { accessKeyId: string; identities: IdentityStore },
): Promise<number | undefined> {
  const { state: known, unreadable } = (await identities.load([identity.id])).get(identity.id) ?? {}
  if (unreadable !== undefined) throw unreadable
  if (known?.value.bootstrapped.includes(accessKeyId) === true) return 0
  const draft = known === undefined ? emptyState(identity) : copyState(known.value)
  const before = draft.baseline.calls
  // The history comes newest first, and a habit is what was done on several days.
  for (const signal of past.toSorted((a, b) => a.time - b.time)) learnPast(draft, signal)
  markBootstrapped(draft, accessKeyId)
  return (await identities.saveState(draft, known?.version ?? 0)) ? draft.baseline.calls - before : undefined
}
