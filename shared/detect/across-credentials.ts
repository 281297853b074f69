import { type Baseline, isMature } from '../domain/baseline.ts'
import { burstOf, type CountedKind, triesPermissions } from '../domain/credential-window.ts'
import { IDENTITY_COUNTED_LIMITS, IDENTITY_DISTINCT_LIMIT, type IdentityWindow } from '../domain/identity-window.ts'
import type { Signal } from '../domain/signal.ts'
import { mark } from '../domain/timed-set.ts'
import { countActivity } from './count-activity.ts'
import type { Context } from './detector.ts'
import { unusualObjects } from './unusual-objects.ts'
import { isUsualAction } from './usual-action.ts'

/**
 * True for a call that counts across the credentials of its identity.
 *
 * Not those that AWS states to be of a workload: it gives each instance, function and pod a session of its own, nobody asks for more of them, and a fleet does
 * forty times what one of it does. A session's name does not state it, because whoever assumes a role chooses the name. Not a usual action on usual objects,
 * for the same reason. And of a role nothing before its baseline is mature: people and jobs share roles, and when nothing is known all that they do is new.
 */
export function countsAcross(signal: Signal, baseline: Baseline): boolean {
  const { identity, credential, origin, isAuthenticated, isWorkloadStated } = signal
  // An attempt is nobody's act, so it adds nothing to what the identity does.
  if (!isAuthenticated) return false
  if (credential.kind !== 'access-key' && credential.kind !== 'session') return false
  if (isWorkloadStated === true || origin.addressKind === 'aws-service') return false
  if (identity.kind === 'role' && !isMature(baseline)) return false
  return !isUsualAction(signal, baseline) || unusualObjects(signal, baseline).length > 0
}

/** Counts a call across the credentials of its identity. */
export function countAcross(
  across: IdentityWindow,
  signal: Signal,
  { isNewRead, isNewRegion, isOwn, unusual }: { isNewRead: boolean; isNewRegion: boolean; isOwn: boolean; unusual: readonly string[] },
): void {
  const { action, time: at, region } = signal
  if (isNewRead) mark(across.discovered, action, { at, limit: IDENTITY_DISTINCT_LIMIT })
  if (triesPermissions(signal)) mark(across.denied, action, { at, limit: IDENTITY_DISTINCT_LIMIT })
  const count = (kind: CountedKind, what: string) => {
    const limit = IDENTITY_COUNTED_LIMITS[kind]
    if (limit === 0) return
    const known = across.counted.get(kind) ?? { ids: [], times: [] }
    mark(known, what, { at, limit })
    across.counted.set(kind, known)
  }
  if (isNewRegion) count('new-region', region)
  for (const object of unusual) count('unusual-object', object)
  if (!isOwn) countActivity(signal, count)
}

/**
 * How many distinct items were counted within ten minutes of `at` (epoch ms): of the credential, or of all credentials of the identity where those
 * are more. `from`: below this number the count over all is not used, because several owners may share an identity and each adds a little.
 */
export function distinctIn(
  { window, across }: Context,
  what: CountedKind | 'denied' | 'discovered',
  { at, from = 0 }: { at: number; from?: number },
): number {
  const own = what === 'denied' || what === 'discovered' ? window[what] : window.counted.get(what)
  const all = what === 'denied' || what === 'discovered' ? across?.[what] : across?.counted.get(what)
  const ownCount = own === undefined ? 0 : burstOf(own, at)
  // Most calls are far from any bar, and the scan of the other set is saved.
  if (all === undefined || all.ids.length <= ownCount || all.ids.length < from) return ownCount
  const allCount = burstOf(all, at)
  return allCount >= from ? Math.max(ownCount, allCount) : ownCount
}
