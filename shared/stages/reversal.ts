import type { Identity, Signal } from '../domain/signal.ts'
import { text } from '../domain/signal.ts'
import type { RespondPorts } from '../ports.ts'

/** Calls by which a containment can be undone, with the parameter that names whose. */
const REVERSALS: ReadonlyMap<string, 'userName' | 'roleName'> = new Map([
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
])

/**
 * Has contain look at an incident again where somebody changes what is contained by it. It does not wait for the next look of
 * the watch: an intruder who undoes a containment has as long as that takes.
 */
export async function heedReversals(
  signals: readonly Signal[],
  called: Set<string>,
  { identities, incidents, iam, containDoor }: Pick<RespondPorts, 'identities' | 'incidents' | 'iam' | 'containDoor'>,
): Promise<void> {
  const subjects = new Map(signals.flatMap((signal) => subjectOf(signal) ?? []).map((subject) => [subject.id, subject]))
  for (const subject of subjects.values()) {
    // The call names no path, and the incident hangs on the ARN that has it.
    const arn = (await iam.describe(subject))?.arn ?? subject.id
    const incidentId = (await identities.load([arn])).get(arn)?.incidentId
    const stored = incidentId === undefined ? undefined : await incidents.get(incidentId)
    if (stored === undefined || !isHeld(stored.value.state)) continue
    const key = `${stored.value.id}@verify`
    if (called.has(key)) continue
    await containDoor.contain(stored.value.id)
    called.add(key)
  }
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

function isHeld(state: string): boolean {
  return state === 'contained' || state === 'confirmed' || state === 'asking'
}
