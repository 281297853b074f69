import { Policy } from '../domain/policy.ts'
import { migratePolicy } from '../domain/policy-migration.ts'
import { ResponderError } from '../errors.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { append, headOf, POLICY_SUBJECT } from './append.ts'
import { policyIssues } from './policy-issues.ts'

/** How long a function may use a policy that it has read, in milliseconds. */
const FRESH_MS = 30_000

/** The policy in force and its revision: the number of its entry in the policy's chain. */
export interface PolicyInForce {
  readonly policy: Policy
  readonly number: number
}

/** Reads the policy in force. Throws `policy.missing` when none is stored, and `policy.invalid` when it cannot be parsed. */
export async function readPolicy(record: ChangeRecord): Promise<PolicyInForce> {
  const last = await record.last(POLICY_SUBJECT)
  if (last === undefined) {
    throw new ResponderError(
      'policy.missing',
      'no policy is stored; deploy the stack, which stores one, or run `countersign policy apply policy.yaml`',
    )
  }
  return { policy: parsePolicy(last.to), number: last.number }
}

/** A reader of the policy that caches it for 30 seconds. */
export function cachedPolicy(record: ChangeRecord, clock: Clock): () => Promise<Policy> {
  let known: { policy: Policy; readAt: number } | undefined
  return async () => {
    const now = clock.now()
    if (known !== undefined && now - known.readAt < FRESH_MS) return known.policy
    const { policy } = await readPolicy(record)
    known = { policy, readAt: now }
    return policy
  }
}

/**
 * Puts a policy in force as an entry of the record. Returns the number of the entry.
 *
 * `expected` is the number of the policy that the change was based on. Throws `policy.conflict` when another one is in force.
 */
export async function applyPolicy(
  record: ChangeRecord,
  change: { policy: Policy; by: string; why: string; at: string; expected?: number },
): Promise<number> {
  const last = await record.last(POLICY_SUBJECT)
  const number = last?.number ?? 0
  if (change.expected !== undefined && change.expected !== number) {
    throw new ResponderError(
      'policy.conflict',
      `the policy in force is revision ${number}, the change was based on revision ${change.expected}; run \`countersign policy diff\` again`,
    )
  }
  const entry = await append(
    record,
    POLICY_SUBJECT,
    { at: change.at, actor: change.by, kind: 'policy', target: 'policy', from: last?.to ?? null, to: change.policy, why: change.why },
    headOf(last),
  )
  return entry.number
}

/**
 * Parses a policy from a file or from the record, of any released version.
 *
 * Throws `policy.invalid`, whose message names every wrong key, the value seen and what is allowed.
 */
export function parsePolicy(input: unknown): Policy {
  const parsed = Policy.safeParse(migratePolicy(input))
  const issues = policyIssues(parsed.error, input)
  if (issues.length > 0 || !parsed.success) throw new ResponderError('policy.invalid', issues.join('\n'))
  return parsed.data
}

/** Puts a policy in force unless one is stored already. */
export async function seedPolicy(input: unknown, { record, clock, log }: { record: ChangeRecord; clock: Clock; log: Log }): Promise<void> {
  const policy = parsePolicy(input)
  if ((await record.last(POLICY_SUBJECT)) !== undefined) return log.info('policy.kept')
  const number = await applyPolicy(record, {
    policy,
    by: 'countersign:deploy',
    why: 'the policy of the first deploy',
    at: new Date(clock.now()).toISOString(),
    expected: 0,
  })
  log.info('policy.seeded', { revision: number, mode: policy.mode })
}
