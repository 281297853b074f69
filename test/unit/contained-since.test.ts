import { describe, expect, it } from 'vitest'
import { restrictedSince } from '../../shared/contain/contained-since.ts'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { rolePolicy } from '../../shared/contain/steps/role-policy.ts'
import type { Change } from '../../shared/domain/change.ts'
import { withoutHabit, withSessions } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { NOW } from '../embedded.ts'
import { HABIT } from '../restricted.ts'

describe('a restriction of sessions of a role', () => {
  const subject = { kind: 'role', name: 'deploy' } as const
  const to = restrictionDocument(withoutHabit(withSessions(HABIT, ['build-7'])), { room: 10_240, subject })?.document ?? null
  const policyName = revocationPolicyName('inc-0123456789ab')
  const { target } = rolePolicy.step({ roleName: 'deploy', policyName }, { title: 'restricted', contained: () => to })
  const at = new Date(NOW).toISOString()
  const changes = ['step-planned', 'step-done'].map((kind) => ({ kind, target, from: null, to, at })) as unknown as Change[]
  const bySession = (sessionName: string) => ({ identity: subject, credential: { sessionName } }) as unknown as Signal

  it('refuses the calls of those sessions; what another one is refused was refused by somebody else', () => {
    expect(restrictedSince(bySession('build-7'), changes)).toBe(NOW)
    expect(restrictedSince(bySession('build-8'), changes)).toBeUndefined()
    expect(restrictedSince({ identity: subject, credential: {} } as unknown as Signal, changes)).toBeUndefined()
  })
})
