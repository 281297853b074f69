import { describe, expect, it } from 'vitest'
import { newAssumer } from '../../shared/detect/detectors/new-assumer.ts'
import { emptyBaseline, isNew, learnAssumer } from '../../shared/domain/baseline.ts'
import { openWindow } from '../../shared/domain/credential-window.ts'
import { count } from '../../shared/domain/frequency.ts'
import { entropyOf, surprisalOf } from '../../shared/domain/surprisal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, call, NOW } from '../embedded.ts'

const signalsOf = (record: object) => {
  const normalised = normalise(record)
  return normalised.kind === 'signals' ? normalised.signals : []
}
const assume = (roleArn: string, parts: object = {}) =>
  call('sts:AssumeRole', { id: 'a1', request: { roleArn }, response: { credentials: { accessKeyId: 'ASIASESSION000000001' } }, ...parts })

describe('a role that is assumed', () => {
  it('is told of as a signal of its own, with who took it on and the session that was given', () => {
    const [, assumption] = signalsOf(assume(`arn:aws:iam::${ACCOUNT}:role/teams/deploy`))
    expect(assumption).toMatchObject({
      id: 'a1#assumption',
      kind: 'assumption',
      identity: { id: `arn:aws:iam::${ACCOUNT}:role/teams/deploy`, kind: 'role', name: 'deploy', account: ACCOUNT },
      credential: { id: 'ASIASESSION000000001', kind: 'session' },
      assumer: { kind: 'iam-user', name: 'ci-build' },
    })
  })

  it('is not where the call failed, where it names no role, or where the role is another account’s', () => {
    for (const record of [
      assume(`arn:aws:iam::${ACCOUNT}:role/deploy`, { error: 'AccessDenied', response: {} }),
      assume('deploy'),
      assume('arn:aws:iam::999999999999:role/deploy'),
    ])
      expect(signalsOf(record)).toHaveLength(1)
  })

  it('weighs more where who never did is of another account, and nothing where it is a service', () => {
    const [, signal] = signalsOf(assume(`arn:aws:iam::${ACCOUNT}:role/deploy`))
    if (signal?.assumer === undefined) throw new Error('no assumption')
    const baseline = { ...emptyBaseline(), calls: 100, firstSeen: NOW - 30 * 86_400_000, lastSeen: NOW }
    count(baseline.features.assumer, 'arn:aws:iam::123456789012:user/other', { at: NOW, limit: 16 })
    const context = { baseline, window: openWindow('ASIA', NOW) }
    const by = (assumer: typeof signal.assumer) => newAssumer.matches({ ...signal, assumer }, context)
    expect(by(signal.assumer)).toEqual({ reason: 'assumed by iam-user ci-build', weight: 0.2 })
    const outside = { id: 'account:999999999999', kind: 'aws-account', name: 'AIDAX', account: '999999999999' } as const
    expect(by(outside)).toEqual({ reason: 'assumed by aws-account AIDAX of account 999999999999', weight: 0.45 })
    expect(by({ ...outside, kind: 'aws-service', name: 'ec2.amazonaws.com' })?.weight).toBe(0.2)
    expect(newAssumer.matches({ ...signal, assumer: undefined }, context)).toBeUndefined()
    expect(newAssumer.matches(signal, { ...context, baseline: emptyBaseline() })).toBeUndefined()
  })

  it('knows an assumer only after its probation, once it has a past', () => {
    const baseline = { ...emptyBaseline(), calls: 100 }
    const [, signal] = signalsOf(assume(`arn:aws:iam::${ACCOUNT}:role/deploy`))
    if (signal?.assumer === undefined) throw new Error('no assumption')
    learnAssumer(baseline, signal)
    learnAssumer(baseline, { ...signal, time: NOW + 3_600_000 })
    expect(isNew(baseline, 'assumer', signal.assumer.id)).toBe(true)
    learnAssumer(baseline, { ...signal, time: NOW + 21 * 3_600_000 })
    expect(isNew(baseline, 'assumer', signal.assumer.id)).toBe(false)
  })
})

describe('the surprise of an action', () => {
  const seen = (weights: Record<string, number>) => {
    const baseline = emptyBaseline()
    for (const [action, times] of Object.entries(weights))
      for (let n = 0; n < times; n++) count(baseline.features.action, action, { at: NOW, limit: 56 })
    return baseline
  }

  it('is −log2 of its share, and the entropy is its mean over what the identity does', () => {
    const even = seen({ a: 4, b: 4, c: 4, d: 4 })
    expect(entropyOf(even)).toBeCloseTo(2)
    expect(surprisalOf(even, 'a')).toBeCloseTo(2, 0)
    expect(surprisalOf(even, 'unseen')).toBeCloseTo(Math.log2(16.5 / 0.5))
    expect(entropyOf(seen({ a: 10 }))).toBe(0)
  })

  it('never says more than 12 bits, and nothing of an empty past', () => {
    expect(surprisalOf(seen({ a: 5000 }), 'unseen')).toBe(12)
    expect(surprisalOf(emptyBaseline(), 'a')).toBe(0)
    expect(entropyOf(emptyBaseline())).toBe(0)
  })
})

describe('what a session was given to', () => {
  const sessionOf = (user: object) =>
    signalsOf({ ...call('s3:GetObject', { id: 's1' }), userIdentity: { type: 'AssumedRole', accountId: ACCOUNT, ...user } })[0]?.credential
  const arn = (name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/web/${name}`

  it('is a function by inScopeOf, an instance by its name or by how it was delivered, and else nothing', () => {
    const issued = { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:report` }
    expect(sessionOf({ arn: arn('report'), inScopeOf: issued })?.workload).toBe('function report')
    expect(sessionOf({ arn: arn('i-0123456789abcdef0') })?.workload).toBe('instance i-0123456789abcdef0')
    expect(sessionOf({ arn: arn('renamed'), sessionContext: { ec2RoleDelivery: '2.0' } })?.workload).toBe('instance renamed')
    expect(sessionOf({ arn: arn('report') })?.workload).toBeUndefined()
    expect(sessionOf({ arn: arn('x'), inScopeOf: 'Lambda', sessionContext: 7 })?.workload).toBeUndefined()
  })
})
