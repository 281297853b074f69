import { type Identity, type Signal, text } from '../../domain/signal.ts'

const ROLE_ARN = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/

/**
 * What a successful AssumeRole says of the role, beside the call itself: who took it on. Its subject is the role, its credential the
 * session that was given. Undefined for a role of another account, which has a record of its own.
 */
export function assumptionOf(signal: Signal): Signal | undefined {
  if (signal.action !== 'sts:AssumeRole' || signal.created === undefined) return undefined
  const id = text(signal.request, 'roleArn')
  const [, account, name] = id?.match(ROLE_ARN) ?? []
  if (id === undefined || account !== signal.account || name === undefined) return undefined
  const identity: Identity = { id, kind: 'role', name, account }
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
