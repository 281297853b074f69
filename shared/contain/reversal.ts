import { partitionFrom, roleArn, userArn } from '../domain/arn.ts'
import type { Change } from '../domain/change.ts'
import { type Incident, isEnforced } from '../domain/incident.ts'
import { incidentOfPolicy } from '../domain/own-policy.ts'
import { standingSteps } from '../domain/progress.ts'
import { isRename, RENAME } from '../domain/rename.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { text } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { isSubject } from './contained-since.ts'
import type { Owner, StepKind } from './steps/step-kind.ts'
import { STEPS, stepFor } from './steps/steps.ts'

/** Calls that no step declares, and that reverse all steps of a user or role at once: they delete it or change its name. */
const OF_THE_WHOLE: readonly (readonly [operation: string, owner: Owner])[] = [
  // A rename: the steps name the user by its old name from then on.
  ['UpdateUser', 'userName'],
  ['DeleteUser', 'userName'],
  ['DeleteRole', 'roleName'],
]

const WHOLE: ReadonlySet<string> = new Set(OF_THE_WHOLE.map(([operation]) => `iam:${operation}`))

/** Calls by which a containment can be undone, with the parameter that names whose. */
export const REVERSALS: ReadonlyMap<string, Owner> = new Map(
  [...STEPS.flatMap(({ owner, calls }) => calls.reversedBy.map((operation) => [operation, owner] as const)), ...OF_THE_WHOLE].map(
    ([operation, owner]) => [`iam:${operation}`, owner],
  ),
)

/** The parameter that names the policy, by the call; of those that are about one. */
const POLICY_PARAMETERS: ReadonlyMap<string, string> = new Map(
  STEPS.flatMap(({ calls: { reversedBy, policyParameter } }) =>
    policyParameter === undefined ? [] : reversedBy.map((operation) => [`iam:${operation}`, policyParameter]),
  ),
)

/**
 * Calls contain for every incident whose steps a call may have reversed. An intruder who reverses a containment is free until it is applied
 * again, so this does not wait for the next sweep. Answers the identities whose events have to be delivered again, with the reason.
 */
export async function reverifyReversed(
  signals: readonly Signal[],
  called: Set<string>,
  ports: Pick<RespondPorts, 'identities' | 'incidents' | 'iam' | 'containInvoker'>,
): Promise<Map<string, string>> {
  const failed = new Map<string, string>()
  const reverified = new Set<string>()
  for (const signal of signals) {
    const subject = signal.outcome === 'success' ? reversedSubject(signal) : undefined
    if (subject === undefined) continue
    const named = incidentNamedIn(signal)
    const key = `${subject.id} ${named}`
    if (reverified.has(key)) continue
    reverified.add(key)
    await reverify(subject, named, { called, ports }).catch((cause: unknown) => {
      failed.set(signal.identity.id, `a reversal could not be looked into: ${errorName(cause)}`)
    })
  }
  return failed
}

async function reverify(
  subject: Identity,
  named: string | undefined,
  { called, ports }: { called: Set<string>; ports: Pick<RespondPorts, 'identities' | 'incidents' | 'iam' | 'containInvoker'> },
): Promise<void> {
  const { incidents, containInvoker } = ports
  const incidentId = named ?? (await incidentOf(subject, ports))
  const stored = incidentId === undefined ? undefined : await incidents.get(incidentId)
  if (stored === undefined || !isEnforced(stored.value)) return
  const key = `${stored.value.id}@verify`
  if (called.has(key)) return
  await containInvoker.contain(stored.value.id)
  called.add(key)
}

/** The user or role from which a call can take a step of a containment; undefined for every other call. Whether it succeeded is not asked. */
export function reversedSubject(signal: Signal): Identity | undefined {
  const owner = REVERSALS.get(signal.action)
  if (owner === undefined) return undefined
  const isRole = owner === 'roleName'
  // IAM means the caller where no user is named.
  const name = text(signal.request, owner) ?? (signal.identity.kind === 'iam-user' ? signal.identity.name : undefined)
  if (name === undefined) return undefined
  const { account } = signal
  const place = { account, partition: partitionFrom([signal.identity.id], signal.region) }
  return isRole ? { id: roleArn(place, name), kind: 'role', name, account } : { id: userArn(place, name), kind: 'iam-user', name, account }
}

/** The incident that a policy of ours belongs to, by the policy's name. */
export function incidentNamedIn({ action, request }: Signal): string | undefined {
  const parameter = POLICY_PARAMETERS.get(action)
  const policyName = parameter === undefined ? undefined : text(request, parameter)
  return policyName === undefined ? undefined : incidentOfPolicy(policyName)
}

/** The last incident of a user or role that a call names. The call names it without its path; the incident is stored under the ARN with the path. */
export async function incidentOf(
  subject: Identity,
  { identities, iam }: Pick<RespondPorts, 'identities' | 'iam'>,
): Promise<string | undefined> {
  const arn = (await iam.describe(subject))?.arn ?? subject.id
  return (await identities.load([arn])).get(arn)?.incidentId
}

/** True where a call takes away, or sets otherwise, a step on its subject that the record says is in force. */
export function reversesStep(
  signal: Signal,
  subject: Identity,
  { incident, changes }: { incident: Pick<Incident, 'identity'>; changes: readonly Change[] },
): boolean {
  if (signal.action === RENAME && !isRename(signal)) return false
  return standingSteps(changes).some(({ target }) => {
    const step = stepFor(target)
    if (step === undefined || !isSubject(step.subject, subject, incident)) return false
    return WHOLE.has(signal.action) || STEPS.some((kind) => reversesTarget(signal, kind, target))
  })
}

function reversesTarget({ action, request }: Signal, { calls, name, parse }: StepKind, target: string): boolean {
  const { reversedBy, policyParameter, credentialParameter } = calls
  const parsed = parse(target)
  if (parsed === undefined || !reversedBy.some((operation) => `iam:${operation}` === action)) return false
  const own = (parsed as unknown as Readonly<Record<string, string>>)[name]
  if (credentialParameter !== undefined) return text(request, credentialParameter) === own && text(request, 'status') !== 'Inactive'
  // A user has one boundary: every other one takes ours away.
  if (policyParameter === 'permissionsBoundary') return text(request, policyParameter) !== own
  return policyParameter === undefined || text(request, policyParameter) === own
}
