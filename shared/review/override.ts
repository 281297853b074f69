import { runningOverride } from '../domain/bounds.ts'
import type { Mode, Override } from '../domain/policy.ts'
import { requireReason } from '../domain/reason.ts'
import { ResponderError } from '../errors.ts'
import type { Notifier } from '../ports/notices.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { commandFor } from '../record/notice.ts'
import { applyPolicy, readPolicy } from '../record/policy-in-force.ts'

/** Longest duration of an override, in minutes. A longer exception is a change of the policy. */
export const OVERRIDE_LIMIT_MINUTES = 24 * 60

/** What an override needs. */
export interface OverridePorts {
  readonly record: ChangeRecord
  readonly notifier: Notifier
  readonly clock: Clock
}

/**
 * Starts a break-glass override: for some minutes one mode replaces the mode of the policy and of every tier. Protected identities stay protected.
 *
 * The override is a revision of the policy with its author and reason, it ends by itself, and a notice announces it. Returns its end, ISO 8601.
 * Throws `usage` without a reason, and for a duration out of range.
 */
export async function breakGlass(
  { mode, minutes, by, reason }: { mode: Mode; minutes: number; by: string; reason: string },
  ports: OverridePorts,
): Promise<string> {
  requireReason({ reason })
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > OVERRIDE_LIMIT_MINUTES)
    throw new ResponderError(
      'usage',
      `an override lasts 1 to ${OVERRIDE_LIMIT_MINUTES} whole minutes, got ${minutes}; for longer, change the mode in the policy`,
    )
  const now = ports.clock.now()
  const until = new Date(now + minutes * 60_000).toISOString()
  const override = { mode, until, by, reason: reason.slice(0, 300) }
  await putOverride(override, { by, reason, now }, ports)
  await notifyAll(
    `Override until ${until}: mode ${mode} for everything`,
    `By ${by}\nWhy: ${reason}\nEnd it: ${commandFor(ports.notifier.stack, 'override end')} --reason "…"`,
    ports,
  )
  return until
}

/** Ends an override early. Throws `usage` without a reason, and when none is in force. */
export async function endOverride({ by, reason }: { by: string; reason: string }, ports: OverridePorts): Promise<void> {
  requireReason({ reason })
  await overrideToEnd(ports)
  await putOverride(undefined, { by, reason, now: ports.clock.now() }, ports)
  await notifyAll('The override has ended: the policy stands again', `By ${by}\nWhy: ${reason}`, ports)
}

/** The override in force. Throws `usage` when there is none. */
export async function overrideToEnd({ record, clock }: Pick<OverridePorts, 'record' | 'clock'>): Promise<Override> {
  const { policy } = await readPolicy(record)
  const override = runningOverride(policy, clock.now())
  if (override === undefined) throw new ResponderError('usage', 'no override is in force, so there is none to end')
  return override
}

async function putOverride(
  override: { mode: Mode; until: string; by: string; reason: string } | undefined,
  { by, reason, now }: { by: string; reason: string; now: number },
  { record }: OverridePorts,
): Promise<void> {
  const { policy, number } = await readPolicy(record)
  const { override: _, ...bounds } = policy
  const next = override === undefined ? bounds : { ...bounds, override }
  await applyPolicy(record, { policy: next, by, why: `override: ${reason}`, at: new Date(now).toISOString(), expected: number })
}

function notifyAll(title: string, body: string, { notifier }: OverridePorts): Promise<void> {
  return notifier.notify({ incidentId: 'none', kind: 'override', priority: 100, title, body })
}
