import { principalIn } from '../../domain/arn.ts'
import { type Identity, type Signal, text } from '../../domain/signal.ts'

/**
 * The signal that a role was assumed, which a successful AssumeRole gives beside the call itself. Its identity is the role, its credential the
 * session that was issued. Undefined for a role of another account, because that account has a CloudTrail record of its own.
 */
export function assumptionOf(signal: Signal): Signal | undefined {
  if (signal.action !== 'sts:AssumeRole' || signal.created === undefined) return undefined
  const id = text(signal.request, 'roleArn')
  const role = id === undefined ? undefined : principalIn(id)
  if (id === undefined || role?.kind !== 'role' || role.account !== signal.account) return undefined
  const identity: Identity = { id, kind: 'role', name: role.name, account: role.account }
  return {
    ...signal,
    id: `${signal.id}#assumption`,
    kind: 'assumption',
    identity,
    credential: { id: signal.created.id, kind: 'session' },
    created: undefined,
    assumer: signal.identity,
  }
}
