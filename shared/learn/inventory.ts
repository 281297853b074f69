import { principalIn } from '../domain/arn.ts'
import { assessmentOf } from '../domain/assessment.ts'
import { EVIDENCE_MS, type IdentityState } from '../domain/identity-state.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { withSnapshot } from '../domain/last-used.ts'
import { DAY_MS, HOUR_MS } from '../domain/time.ts'
import { errorName, UnreadableItem } from '../errors.ts'
import { actsIn } from '../ports/accounts.ts'
import type { InventoryPorts, LastUsedTurn } from '../ports/last-used.ts'

/** The most identities of a night. IAM's limits are those of the account: an answer takes about three calls, so this is two calls a second for twelve minutes. */
const NIGHTLY_LIMIT = 500

/** So many are asked about at the same time. */
const WORKERS = 3

/** An identity is asked about once a night, also where a run is repeated. */
const DUE_MS = 20 * HOUR_MS

/** So many failures in one run are those of the run and no identity's: it ends. */
const FAILURES_LIMIT = 5

/** From this risk on, calls teach the baseline slowly or not at all: what they used is not taken for habit either. */
const SUSPICIOUS_RISK = 50

/** For so long what the intruder of a confirmed incident used may stand in IAM's data as if it were habit. */
const CONFIRMED_MS = 90 * DAY_MS

/** What a run did, by number of identities. `left` were due and not reached. */
export interface InventoryDone {
  readonly taken: number
  readonly skipped: number
  readonly failed: number
  readonly left: number
}

/**
 * Takes a snapshot of the last-used data of the identities that have a baseline, those first that were asked about longest ago. A run that broke off is continued
 * by the next one. Throws at the end where anything failed that the next night does not mend by itself. `until` (epoch ms): what is left then comes
 * first in the next night.
 */
export async function inventory(ports: InventoryPorts, until: number): Promise<InventoryDone> {
  const { clock, log } = ports
  const start = clock.now()
  const due = await dueAt(start, ports)
  const queue = due.slice(0, NIGHTLY_LIMIT)
  const count = { taken: 0, skipped: 0, failed: 0 }
  const faults: unknown[] = []
  let isOver = false
  const work = async () => {
    while (!isOver && clock.now() < until) {
      const turn = queue.shift()
      if (turn === undefined) return
      try {
        const outcome = await takeOne(turn.identityId, ports)
        if (outcome === 'throttled') isOver = true
        else count[outcome] += 1
      } catch (cause) {
        faults.push(cause)
        count.failed += 1
        isOver ||= faults.length >= FAILURES_LIMIT
        log.warn('inventory.failed', { identity: turn.identityId, why: errorName(cause) })
      }
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  const done = { ...count, left: due.length - count.taken - count.skipped - count.failed }
  log.info('inventory.done', { ...done })
  if (faults.length > 0) throw faults[0]
  return done
}

/** Whose turn it is: users and roles of the account that may be restricted at all, longest ago first. */
async function dueAt(now: number, { lastUsed, ...acting }: InventoryPorts): Promise<LastUsedTurn[]> {
  const due: LastUsedTurn[] = []
  for await (const turn of lastUsed.turns()) if (now - turn.triedAt >= DUE_MS && mayBeRestricted(turn.identityId, acting)) due.push(turn)
  return due.sort((a, b) => a.triedAt - b.triedAt || (a.identityId < b.identityId ? -1 : 1))
}

/** Roles of paths that AWS reserves are service-linked, or of IAM Identity Center. */
function mayBeRestricted(identityId: string, acting: Pick<InventoryPorts, 'account' | 'accounts' | 'ownRoles'>): boolean {
  const principal = principalIn(identityId)
  if (principal === undefined || !actsIn(principal.account, acting) || acting.ownRoles.has(identityId)) return false
  return principal.kind === 'user' || (principal.kind === 'role' && !/:role\/aws-(?:service-role|reserved)\//.test(identityId))
}

/** That it was asked about is noted whatever came of it, so that nobody stands before the others night after night. */
async function takeOne(identityId: string, ports: InventoryPorts): Promise<'taken' | 'skipped' | 'failed' | 'throttled'> {
  const { lastUsed, source, clock, log } = ports
  const { value, version, unreadable } = await lastUsed.read(identityId)
  if (unreadable !== undefined) log.warn('inventory.unreadable', { key: unreadable.key, issue: unreadable.issue })
  const note = () => lastUsed.save(identityId, value ?? { snapshots: [] }, { version, triedAt: clock.now() })
  try {
    const state = await trustedState(identityId, ports)
    if (state === undefined) {
      await note()
      return 'skipped'
    }
    const answer = await source.take(identityId)
    switch (answer.kind) {
      case 'taken': {
        const next = withSnapshot(value, answer.snapshot, state.identity.principalId)
        return (await lastUsed.save(identityId, next, { version, triedAt: clock.now() })) ? 'taken' : 'skipped'
      }
      case 'throttled':
        log.warn('inventory.throttled')
        return 'throttled'
      case 'unknown':
        await note()
        return 'skipped'
      case 'failed':
        log.warn('inventory.unanswered', { identity: identityId, why: answer.why })
        await note()
        return 'failed'
    }
  } catch (cause) {
    await note()
    throw cause
  }
}

/**
 * The state of an identity that nobody suspects; undefined of any other. What is used under suspicion may be an intruder's, and its snapshot would take the place of
 * one from before.
 */
async function trustedState(identityId: string, { identities, incidents, clock, log }: InventoryPorts): Promise<IdentityState | undefined> {
  const known = (await identities.load([identityId])).get(identityId)
  const state = known?.state?.value
  if (known?.unreadable !== undefined) log.warn('inventory.unreadable', { key: known.unreadable.key, issue: known.unreadable.issue })
  if (state === undefined) return undefined
  const now = clock.now()
  const evidence = state.evidence.filter(({ time }) => Math.abs(now - time) <= EVIDENCE_MS)
  if (assessmentOf(evidence).risk >= SUSPICIOUS_RISK) return undefined
  if (known?.incidentId === undefined) return state
  try {
    const incident = (await incidents.get(known.incidentId))?.value
    return incident !== undefined && isInDoubt(incident, now) ? undefined : state
  } catch (cause) {
    if (!(cause instanceof UnreadableItem)) throw cause
    log.warn('inventory.unreadable', { key: cause.key, issue: cause.issue })
    return undefined
  }
}

function isInDoubt(incident: Incident, now: number): boolean {
  return !isClosed(incident) || (incident.state === 'confirmed' && now - incident.updatedAt <= CONFIRMED_MS)
}
