import fc from 'fast-check'
import { expect, it } from 'vitest'
import { incidentIndex } from '../../local/incident-index.ts'
import { isRefusedByContainment } from '../../local/refused-by-steps.ts'
import { roleArn, userArn } from '../../shared/domain/arn.ts'
import { attemptWith } from '../../shared/domain/attempt.ts'
import { isAbout } from '../../shared/domain/created-principal.ts'
import type { LineageEdge } from '../../shared/domain/incident.ts'
import type { Credential, Identity } from '../../shared/domain/signal.ts'
import { incidentOf } from '../contract/samples.ts'
import { call, NOW } from '../embedded.ts'
import { signalOf } from '../vocabulary/reads.ts'

// Few of each, so that most of what is drawn has something in common.
const account = fc.constantFrom('111111111111', '222222222222')
const name = fc.constantFrom('ci-build', 'deploy')
const principalId = fc.constantFrom(undefined, 'AIDA1', 'AIDA2')
const keyId = fc.constantFrom('AKIA1', 'AKIA2', 'ASIA1')
const sessionName = fc.constantFrom('morning', 'evening')

const identity: fc.Arbitrary<Identity> = fc
  .record({ kind: fc.constantFrom('iam-user', 'role', 'saml'), account, name, principalId })
  .map(({ kind, account: own, name: called, principalId: unique }) => {
    const place = { partition: 'aws', account: own }
    const id = { 'iam-user': userArn(place, called), role: roleArn(place, called), saml: `saml:${called}` }[kind]
    return { id, kind, name: called, account: own, ...(unique === undefined ? {} : { principalId: unique }) }
  })

const edge: fc.Arbitrary<LineageEdge> = fc
  .record({
    kind: fc.constantFrom('access-key', 'user', 'role', 'session'),
    id: keyId,
    account,
    name,
    sessionName,
    isElsewhere: fc.boolean(),
  })
  .map(({ kind, id, account: other, name: called, sessionName: session, isElsewhere }) => ({
    kind,
    id,
    owner: kind === 'session' ? `arn:aws:sts::${other}:assumed-role/${called}/${session}` : called,
    parent: 'AKIA1',
    signalId: 's',
    ...(isElsewhere ? { account: other } : {}),
  }))

const credential: fc.Arbitrary<Credential> = fc
  .record({ id: keyId, sessionName, isAttempt: fc.boolean() })
  .map(({ id, sessionName: session, isAttempt }) => {
    const used = { id, kind: id.startsWith('AKIA') ? 'access-key' : 'session', sessionName: session } as const
    return isAttempt ? attemptWith(used) : used
  })

it('finds every incident that a call belongs to or that would have refused it, whatever it is found by', () => {
  fc.assert(
    fc.property(identity, fc.array(edge, { maxLength: 3 }), identity, credential, (own, lineage, caller, used) => {
      const incident = incidentOf('inc-1', { identity: own, lineage, credentials: [{ id: 'AKIA1', kind: 'access-key', isPrimary: true }] })
      const signal = { ...signalOf(call('s3:ListBuckets', { id: 'call-1', time: NOW, user: 'x' })), identity: caller, credential: used }
      const index = incidentIndex()
      index.add('inc-1', incident)
      if (isAbout(incident, caller) || isRefusedByContainment(incident, signal)) expect(index.idsFor(signal)).toEqual(['inc-1'])
    }),
    { numRuns: 5000 },
  )
})

it('does not find the incidents of namesakes in other accounts', () => {
  const place = (own: string) => ({ id: userArn({ partition: 'aws', account: own }, 'ci-build'), account: own })
  const [here, there] = ['111111111111', '222222222222'].map(
    (own): Identity => ({ ...place(own), kind: 'iam-user', name: 'ci-build' }),
  ) as [Identity, Identity]
  const index = incidentIndex()
  index.add('inc-1', { identity: here, lineage: [] })
  const of = (one: Identity) => index.idsFor({ identity: one, credential: { id: 'AKIA1', kind: 'access-key' } })
  expect([of(here), of(there)]).toEqual([['inc-1'], []])
})
