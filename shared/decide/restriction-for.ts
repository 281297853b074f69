import { dataDeletedAboveRate } from '../detect/detectors/data-deleted-above-rate.ts'
import { dataSharedAboveRate } from '../detect/detectors/data-shared-above-rate.ts'
import { isStronger } from '../domain/action.ts'
import { type Baseline, emptyBaseline } from '../domain/baseline.ts'
import { isAbout } from '../domain/created-principal.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import type { Incident } from '../domain/incident.ts'
import type { LastUsed } from '../domain/last-used.ts'
import { type Brake, type Restriction, SessionName, withBrake } from '../domain/restriction.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { HOUR_MS, SECOND_MS } from '../domain/time.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { countedAt } from './correlate.ts'
import { restrictionOf } from './restriction-of.ts'

/**
 * What an identity may go on doing where the decision restricts it. Once sessions of a role are restricted, another one is for evidence of its own alone. Of what
 * a created user does, the habit of its creator is not known here.
 */
export async function restrictionFor(signal: Signal, about: RestrictionCase): Promise<Restriction | undefined> {
  const { decision, alone, identity, known, merged: evidence } = about
  // Also where a bound keeps it from being set: a person, and a replay, see what would be. A mode may hold a containment back to it.
  if (decision.would !== 'restrict' && decision.action !== 'restrict') return undefined
  const isOwn = known === undefined || isAbout(known, signal.identity)
  if (identity.kind === 'role' && known?.restriction !== undefined && !(isOwn && isStronger(alone, 'ask'))) return undefined
  const baseline = isOwn ? about.baseline : emptyBaseline()
  const isRole = identity.kind === 'role'
  const name = isRole && isOwn ? SessionName.safeParse(signal.credential.sessionName).data : undefined
  const isWholeSeen = (about.ports.delivery?.reads ?? true) && (!isRole || (about.ports.delivery?.sessions ?? true))
  const sessions = name === undefined ? [] : [name]
  // While nobody was asked, evidence ages. Of what people were asked about, the first sign counts until they answer.
  const counted = known === undefined || known.state === 'watching' ? countedAt(evidence, signal.time) : evidence
  const lastUsed = isOwn && known?.restriction === undefined ? await lastUsedOf(signal.identity, about.ports) : undefined
  const restriction = restrictionOf({
    baseline,
    evidence: counted,
    at: signal.time,
    sessions,
    isFenced: about.isFenced,
    isWholeSeen,
    lastUsed,
  })
  return withBrake(restriction, brakeFor([...evidence, ...about.found], signal.time))
}

/** The detectors of what is far above the usual rate, and what is braked then. */
const BRAKED: Readonly<Record<string, Brake['groups'][number]>> = {
  [dataDeletedAboveRate.id]: 'deletion',
  [dataSharedAboveRate.id]: 'sharing',
}

/** What is braked for an hour, or undefined where nothing was far above its usual rate within the last. */
function brakeFor(evidence: readonly Finding[], at: number): Brake | undefined {
  const groups = evidence.flatMap(({ detector, time }) => (Math.abs(at - time) <= HOUR_MS ? (BRAKED[detector] ?? []) : []))
  return groups.length === 0 ? undefined : { groups: [...new Set(groups)].sort(), until: Math.ceil((at + HOUR_MS) / SECOND_MS) * SECOND_MS }
}

/**
 * What IAM said of an identity on the nights before; one read. Where it cannot be read, or is about another one of the name, the restriction is that of the calls
 * alone: a restriction must not wait for it.
 */
async function lastUsedOf({ id, principalId }: Identity, { lastUsed, log }: RestrictionCase['ports']): Promise<LastUsed | undefined> {
  if (lastUsed === undefined) return undefined
  try {
    const { value, unreadable } = await lastUsed.read(id)
    if (unreadable !== undefined) log.warn('respond.last-used.unread', { key: unreadable.key, why: unreadable.issue })
    const isOther = value?.principalId !== undefined && principalId !== undefined && value.principalId !== principalId
    return isOther ? undefined : value
  } catch (cause) {
    log.warn('respond.last-used.unread', { key: id, why: errorName(cause) })
    return undefined
  }
}

/** What is known where a signal's decision is made. */
interface RestrictionCase {
  readonly decision: Decision
  /** What the evidence against the signal's credential alone calls for. */
  readonly alone: Decision['would']
  readonly identity: Identity
  readonly known: Incident | undefined
  /** What was found at this signal: evidence keeps the first of like findings of a day. */
  readonly found: readonly Finding[]
  readonly merged: readonly Finding[]
  readonly baseline: Baseline
  readonly isFenced: boolean
  readonly ports: Pick<RespondPorts, 'delivery' | 'lastUsed' | 'log'>
}
