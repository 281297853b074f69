import { isEnforced } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { text } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'

/** Calls by which a containment can be undone, with the parameter that names whose. */
export const REVERSALS: ReadonlyMap<string, 'userName' | 'roleName'> = new Map([
  ['iam:UpdateAccessKey', 'userName'],
  ['iam:DeleteUserPolicy', 'userName'],
  ['iam:PutUserPolicy', 'userName'],
  ['iam:DetachUserPolicy', 'userName'],
  ['iam:DeleteUserPermissionsBoundary', 'userName'],
  ['iam:PutUserPermissionsBoundary', 'userName'],
  ['iam:UpdateServiceSpecificCredential', 'userName'],
  ['iam:UpdateSSHPublicKey', 'userName'],
  ['iam:UpdateSigningCertificate', 'userName'],
  ['iam:DeleteRolePolicy', 'roleName'],
  ['iam:PutRolePolicy', 'roleName'],
  ['iam:UpdateAssumeRolePolicy', 'roleName'],
  // Both take everything that was set on the user with it.
  ['iam:UpdateUser', 'userName'],
  ['iam:DeleteUser', 'userName'],
])

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
  const parameter = REVERSALS.get(signal.action)
  if (parameter === undefined || signal.outcome !== 'success') return undefined
  const isRole = parameter === 'roleName'
  // IAM takes the caller where no user is named.
  const name = text(signal.request, parameter) ?? (signal.identity.kind === 'iam-user' ? signal.identity.name : undefined)
  if (name === undefined) return undefined
  const { account } = signal
  return isRole
    ? { id: `arn:aws:iam::${account}:role/${name}`, kind: 'role', name, account }
    : { id: `arn:aws:iam::${account}:user/${name}`, kind: 'iam-user', name, account }
}

/** The incident whose policy a call is about: its name says it, whosever policy it is. */
function incidentIn({ request }: Signal): string | undefined {
  return text(request, 'policyName')?.match(/^Countersign(?:Quarantine|Revoke)-(inc-[0-9a-f]{12})$/)?.[1]
}
