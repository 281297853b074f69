import { describe, expect, it } from 'vitest'
import { restrictedSince } from '../../shared/contain/contained-since.ts'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, quarantinePolicyName, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { rolePolicy } from '../../shared/contain/steps/role-policy.ts'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { withoutHabit, withSessions } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { ACCOUNT, NOW } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

/** An incident about an identity of the account. */
const OF = { identity: { account: ACCOUNT } } as unknown as Incident
const OTHER = '210987654321'

describe('a restriction of sessions of a role', () => {
  const subject = { kind: 'role', name: 'deploy' } as const
  const to = restrictionDocument(withoutHabit(withSessions(HABIT, ['build-7'])), { room: 10_240, subject })?.document ?? null
  const policyName = revocationPolicyName('inc-0123456789ab')
  const { target } = rolePolicy.step({ roleName: 'deploy', policyName }, { title: 'restricted', contained: () => to })
  const at = new Date(NOW).toISOString()
  const changes = ['step-planned', 'step-done'].map((kind) => ({ kind, target, from: null, to, at })) as unknown as Change[]
  const identity = { ...subject, account: ACCOUNT }
  const bySession = (sessionName: string) => ({ identity, credential: { sessionName } }) as unknown as Signal

  it('refuses the calls of those sessions; what another one is refused was refused by somebody else', () => {
    expect(restrictedSince(bySession('build-7'), OF, changes)).toBe(NOW)
    expect(restrictedSince(bySession('build-8'), OF, changes)).toBeUndefined()
    expect(restrictedSince({ identity, credential: {} } as unknown as Signal, OF, changes)).toBeUndefined()
  })
})

describe('a restriction of a user', () => {
  const document = documentOf(HABIT)
  const targetOf = (name: string, incident = 'inc-0123456789ab') => `user-policy:${name}/${quarantinePolicyName(incident)}`
  const call = { identity: { kind: 'iam-user', name: 'ci-build', account: ACCOUNT }, credential: {} } as unknown as Signal
  const entries = (target: string, to: string | null, { minute = 0, kinds = ['step-planned', 'step-done'] } = {}) =>
    kinds.map((kind) => ({ kind, target, from: null, to, at: new Date(NOW + minute * 60_000).toISOString() })) as unknown as Change[]

  it.each<[string, Change[], number | undefined]>([
    ['it was read back', entries(targetOf('ci-build'), document), NOW],
    ['it was not read back', entries(targetOf('ci-build'), document, { kinds: ['step-planned'] }), undefined],
    ['it was undone', entries(targetOf('ci-build'), document, { kinds: ['step-planned', 'step-done', 'step-undone'] }), undefined],
    ['it is on another user', entries(targetOf('bystander'), document), undefined],
    ['it is on a role of the name', entries('role-policy:ci-build/CountersignRevoke-inc-0123456789ab', document), undefined],
    ['it is a containment', entries(targetOf('ci-build'), DENY_ALL), undefined],
    ['it is on one of that name in another account', entries(targetOf(`${OTHER}:ci-build`), document), undefined],
    ['it has no value', entries(targetOf('ci-build'), null), undefined],
    ['its step is of no kind', entries('moon:ci-build/x', document), undefined],
    [
      'two stand: the earlier',
      [...entries(targetOf('ci-build'), document, { minute: 9 }), ...entries(targetOf('ci-build', 'inc-ba9876543210'), document)],
      NOW,
    ],
  ])('is known where %s', (_, changes, since) => {
    expect(restrictedSince(call, OF, changes)).toBe(since)
  })
})
