import { principalIn } from '../../domain/arn.ts'
import { federatedSubject } from '../../domain/federated-subject.ts'
import { personOf } from '../../domain/identity-center.ts'
import { type Identity, type Signal, text } from '../../domain/signal.ts'

/** The calls by which somebody assumes a role. */
const ASSUMES: ReadonlySet<string> = new Set(['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'])

/**
 * The signal that a role was assumed, which a successful AssumeRole gives beside the call itself. Its identity is the role, or the person of Identity Center
 * who has the session, its credential the session that was issued. Undefined for a role of another account, because that account has a CloudTrail record of its own, and where a token or an
 * assertion does not say whose it is.
 */
export function assumptionOf(signal: Signal): Signal | undefined {
  const { action, created, account } = signal
  if (!ASSUMES.has(action) || created === undefined) return undefined
  const id = text(signal.request, 'roleArn')
  const role = id === undefined ? undefined : principalIn(id)
  if (id === undefined || role?.kind !== 'role' || role.account !== account) return undefined
  const assumer = assumerOf(signal)
  if (assumer === undefined) return undefined
  const sessionName = principalIn(created.owner)?.sessionName
  const assumed: Identity = { id, kind: 'role', name: role.name, account: role.account }
  // What is stated of the caller's own credential says nothing of the session that it was given.
  const { isWorkloadStated: _, ...said } = signal
  return {
    ...said,
    id: `${signal.id}#assumption`,
    kind: 'assumption',
    identity: personOf(assumed, sessionName) ?? assumed,
    credential: { id: created.id, kind: 'session', ...(sessionName === undefined ? {} : { sessionName }) },
    created: undefined,
    assumer,
  }
}

/** Who assumed it: the caller, or whoever a token or an assertion is about. The caller's own id says the run and the branch as well. */
function assumerOf(signal: Signal): Identity | undefined {
  if (signal.action === 'sts:AssumeRole') return signal.identity
  const subject = federatedSubject(signal)
  if (subject === undefined) return undefined
  const kind = signal.action === 'sts:AssumeRoleWithSAML' ? 'saml' : 'web-identity'
  return { id: subject.id, kind, name: subject.name.slice(0, 128), account: signal.account }
}
