import { isEnforced } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { text } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { incidentOfPolicy } from './steps/quarantine.ts'
import type { Owner } from './steps/step-kind.ts'
import { STEPS } from './steps/steps.ts'

/** Calls that no step declares. Each takes everything that was set on the user or role with it, or away from its name. */
const OF_THE_WHOLE: readonly (readonly [operation: string, owner: Owner])[] = [
  // Renames: what was set goes by another name from then on.
  ['UpdateUser', 'userName'],
  ['DeleteUser', 'userName'],
  ['DeleteRole', 'roleName'],
]

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
 * Has contain look at an incident again where somebody changes what is contained by it. It does not wait for the next look of
 * the sweep: an intruder who undoes a containment has as long as that takes. Answers the identities whose calls have to be
 * delivered again, with why.
 */
export async function reverifyReversed(
  signals: readonly Signal[],
  called: Set<string>,
  ports: Pick<RespondPorts, 'identities' | 'incidents' | 'iam' | 'containInvoker'>,
): Promise<Map<string, string>> {
  const failed = new Map<string, string>()
  const reverified = new Set<string>()
  for (const signal of signals) {
    const subject = subjectOf(signal)
    if (subject === undefined) continue
    const named = incidentIn(signal)
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
  const { identities, incidents, iam, containInvoker } = ports
  // The call names no path, and the incident hangs on the ARN that has it.
  const arn = named === undefined ? ((await iam.describe(subject))?.arn ?? subject.id) : subject.id
  const incidentId = named ?? (await identities.load([arn])).get(arn)?.incidentId
  const stored = incidentId === undefined ? undefined : await incidents.get(incidentId)
  if (stored === undefined || !isEnforced(stored.value)) return
  const key = `${stored.value.id}@verify`
  if (called.has(key)) return
  await containInvoker.contain(stored.value.id)
  called.add(key)
}

function subjectOf(signal: Signal): Identity | undefined {
  const owner = REVERSALS.get(signal.action)
  if (owner === undefined || signal.outcome !== 'success') return undefined
  const isRole = owner === 'roleName'
  // IAM takes the caller where no user is named.
  const name = text(signal.request, owner) ?? (signal.identity.kind === 'iam-user' ? signal.identity.name : undefined)
  if (name === undefined) return undefined
  const { account } = signal
  return isRole
    ? { id: `arn:aws:iam::${account}:role/${name}`, kind: 'role', name, account }
    : { id: `arn:aws:iam::${account}:user/${name}`, kind: 'iam-user', name, account }
}

/** The incident whose policy a call is about: its name says it, whosever policy it is. */
function incidentIn({ action, request }: Signal): string | undefined {
  const parameter = POLICY_PARAMETERS.get(action)
  const policyName = parameter === undefined ? undefined : text(request, parameter)
  return policyName === undefined ? undefined : incidentOfPolicy(policyName)
}
