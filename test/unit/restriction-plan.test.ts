import { describe, expect, it } from 'vitest'
import { restrictionStepsOf } from '../../shared/contain/restriction-plan.ts'
import { incidentOf } from '../contract/samples.ts'
import { ACCOUNT, NOW } from '../embedded.ts'
import { HABIT } from '../restricted.ts'

const statementsOf = (document: string | null | undefined): readonly { Sid: string }[] => JSON.parse(document ?? '{}').Statement

import { GRAVE_GROUPS } from '../../shared/domain/grave-actions.ts'
import { RESTRICTION_PARTS } from '../../shared/domain/restriction-lines.ts'

describe('the words for what is refused', () => {
  it('are there for each group of grave actions, without a comma, which parts them', () => {
    for (const { name } of GRAVE_GROUPS) expect(RESTRICTION_PARTS[name]).toMatch(/^[a-z ]+$/)
  })
})

describe('the steps of a restriction', () => {
  it('deny a role that the identity assumed the grave actions alone, since the habit of the one says nothing of the work of the other', () => {
    const session = {
      id: 'ASIAASSUMED00000001',
      kind: 'session',
      owner: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
      parent: 'AKIAPARENT0000000001',
      signalId: 's1',
      time: NOW + 1_000_000_000_000,
    } as const
    const incident = incidentOf('inc-0123456789ab', { restriction: HABIT, lineage: [session] })
    const [own, role, ...others] = restrictionStepsOf(incident)
    expect(others).toEqual([])
    expect([own?.subject.kind, role?.subject]).toEqual(['iam-user', { kind: 'role', name: 'deploy' }])
    expect(statementsOf(own?.contained(null)).map(({ Sid }) => Sid)).toContain('NewServices')
    const onRole = statementsOf(role?.contained(null))
    expect(onRole.map(({ Sid }) => Sid)).not.toContain('NewServices')
    expect(onRole.map(({ Sid }) => Sid)).toContain('GraveActions')
    for (const statement of onRole) expect(statement).toMatchObject({ Condition: { StringLike: { 'aws:userid': ['*:build-7'] } } })
  })

  it('are those of their own restriction, whatever others were made before', () => {
    const services = Array.from({ length: 150 }, (_, at) => `service-${at}`)
    const deniedBut = (service: string) => {
      const [own] = restrictionStepsOf(incidentOf('inc-0123456789ab', { restriction: { ...HABIT, services: [service] } }))
      const { NotAction } = statementsOf(own?.contained(null)).find(({ Sid }) => Sid === 'NewServices') as unknown as {
        NotAction: string[]
      }
      return NotAction.filter((action) => action.startsWith('service-'))
    }
    const expected = services.map((service) => [`${service}:*`])
    expect([services.map(deniedBut), services.map(deniedBut)]).toEqual([expected, expected])
  })
})
