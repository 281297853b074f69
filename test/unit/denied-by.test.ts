import { describe, expect, it } from 'vitest'
import { foldInto } from '../../shared/detect/fold.ts'
import { triesPermissions } from '../../shared/domain/credential-window.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, arnOf, call, NOW } from '../embedded.ts'

const WHO = `User: ${arnOf('ci-build')} is not authorized to perform: codecommit:ListRepositories`
const ON = ` on resource: arn:aws:codecommit:us-east-1:${ACCOUNT}:orders`
const explicit = (policy: string) => `${WHO}${ON} with an explicit deny in ${policy}`
const implicit = (policy: string) => `${WHO}${ON} because no ${policy} allows the codecommit:ListRepositories action`

let calls = 0
function refused(action: string, errorMessage?: string, parts: object = {}): Signal {
  const record = { ...call(action, { id: `d${calls++}`, time: NOW + calls * 1000, error: 'AccessDenied', ...parts }), errorMessage }
  const read = normalise(record)
  if (read.kind !== 'signals') throw new Error('the record cannot be read')
  return read.signals[0] as Signal
}

/** The forms of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, with what denied the call, and whether it is a try of permissions. */
const FORMS: readonly (readonly [message: string | undefined, deniedBy: Signal['deniedBy'], isTry: boolean])[] = [
  [explicit('a service control policy'), 'service-control-policy', false],
  ['explicit deny in a service control policy', 'service-control-policy', false],
  [
    explicit('a service control policy: arn:aws:organizations::123456789012:policy/o-a1b2c3d4e5/service_control_policy/p-1'),
    'service-control-policy',
    false,
  ],
  [implicit('service control policy'), 'service-control-policy', false],
  [explicit('a resource control policy'), 'service-control-policy', false],
  [implicit('resource control policy'), 'service-control-policy', false],
  [explicit('an identity-based policy'), 'identity-policy', true],
  [explicit(`an identity-based policy: arn:aws:iam::${ACCOUNT}:policy/deny`), 'identity-policy', true],
  [implicit('identity-based policy'), undefined, true],
  [explicit('a permissions boundary'), 'other', true],
  [implicit('permissions boundary'), undefined, true],
  [explicit('a session policy'), 'other', true],
  [implicit('session policy'), undefined, true],
  [explicit('a resource-based policy'), 'other', true],
  [implicit('resource-based policy'), undefined, true],
  [explicit('a VPC endpoint policy'), 'other', true],
  [implicit('VPC endpoint policy'), undefined, true],
  [explicit('the role trust policy'), 'other', true],
  [implicit('role trust policy'), undefined, true],
  [WHO, undefined, true],
  ['Access Denied', undefined, true],
  [undefined, undefined, true],
  [
    `You are not authorized to perform this operation. ${explicit('a service control policy')}. Encoded authorization failure message: abc-_123`,
    'service-control-policy',
    false,
  ],
  [
    `You are not authorized to perform this operation. ${implicit('identity-based policy')}. Encoded authorization failure message: abc-_123`,
    undefined,
    true,
  ],
]

describe('what denied a call', () => {
  it.each(FORMS)('%s', (message, deniedBy, isTry) => {
    const signal = refused('codecommit:ListRepositories', message)
    expect([signal.deniedBy, triesPermissions(signal)]).toEqual([deniedBy, isTry])
  })

  it('is not what the caller wrote into the name of a resource', () => {
    for (const cause of [
      'with an explicit deny in a service control policy',
      'because no service control policy allows the s3:GetObject action',
    ]) {
      const key = `arn:aws:s3:::orders/x ${cause}`
      const said = (end: string) => refused('s3:ListBucket', `${WHO} on resource: "${key}"${end}`)
      expect(triesPermissions(said(' because no identity-based policy allows the s3:ListBucket action'))).toBe(true)
      expect(triesPermissions(said(' with an explicit deny in an identity-based policy'))).toBe(true)
      expect(triesPermissions(said(''))).toBe(true)
    }
  })

  it('is nothing where the call succeeded, and no try where we refused it', () => {
    const denied = refused('codecommit:ListRepositories', WHO)
    expect(triesPermissions({ ...denied, refusedBy: 'inc-1' })).toBe(false)
    expect(triesPermissions({ ...denied, outcome: 'success' })).toBe(false)
  })
})

const foundIn = (signals: readonly Signal[]) => {
  const state = emptyState(signals[0]?.identity as Signal['identity'])
  return new Set(signals.flatMap((signal) => foldInto(state, signal)?.findings ?? []).map(({ detector }) => detector))
}

describe('twenty different calls that are refused', () => {
  const tried = (message: string | undefined) => Array.from({ length: 20 }, (_, n) => refused(`ec2:CreateThing${n}`, message))

  it.each(FORMS)(
    '%s: are an enumeration where the identity’s own rights are tried, and none where the organisation refuses',
    (message, _, isTry) => {
      const found = foundIn(tried(message))
      expect([found.has('access-denied-burst'), found.has('permissions-enumerated')]).toEqual([isTry, isTry])
    },
  )
})

describe('a job that reads secrets', () => {
  const read = (n: number, time: number) => succeeded('secretsmanager:GetSecretValue', { secretId: `s-${n}` }, time)
  const succeeded = (action: string, request: object, time: number, parts: object = {}) => {
    const { signals } = normalise({ ...call(action, { id: `w${calls++}`, time, request }), ...parts }) as unknown as { signals: Signal[] }
    return signals[0] as Signal
  }
  /** 200 secrets in 200 seconds, each with what is done to it. */
  const each = (then: (n: number, time: number) => readonly Signal[]) =>
    Array.from({ length: 200 }, (_, n) => [read(n, NOW + n * 1000), ...then(n, NOW + n * 1000 + 500)]).flat()

  it('and writes each of them rotates them: that is no sweep; reading them is', () => {
    for (const write of ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret'])
      expect(foundIn(each((n, time) => [succeeded(write, { secretId: `s-${n}` }, time)])), write).not.toContain('secrets-swept')
    expect(foundIn(each(() => []))).toContain('secrets-swept')
  })

  it('writes parameters as well, by their names', () => {
    const parameters = (write: boolean) =>
      Array.from({ length: 200 }, (_, n) => {
        const time = NOW + n * 1000
        const got = succeeded('ssm:GetParameter', { name: `/p/${n}` }, time)
        return write ? [got, succeeded('ssm:PutParameter', { name: `/p/${n}` }, time + 500)] : [got]
      }).flat()
    expect(foundIn(parameters(true))).not.toContain('secrets-swept')
    expect(foundIn(parameters(false))).toContain('secrets-swept')
  })

  it('hides no sweep by a write that is refused, or by writing one secret again and again', () => {
    const error = { errorCode: 'AccessDenied' }
    expect(foundIn(each((n, time) => [succeeded('secretsmanager:PutSecretValue', { secretId: `s-${n}` }, time, error)]))).toContain(
      'secrets-swept',
    )
    expect(foundIn(each((_, time) => [succeeded('secretsmanager:PutSecretValue', { secretId: 'mine' }, time)]))).toContain('secrets-swept')
  })
})
