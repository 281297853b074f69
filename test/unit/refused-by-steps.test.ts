import { describe, expect, it } from 'vitest'
import { standingActions } from '../../local/evaluate/standing-actions.ts'
import { refusals } from '../../local/refusals.ts'
import { type IsRefused, isRefusedByContainment, refusedBySteps } from '../../local/refused-by-steps.ts'
import { ACTIONS, type Action } from '../../shared/domain/action.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import type { Identity, Signal } from '../../shared/domain/signal.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { call, KEY, NOW } from '../embedded.ts'
import { signalOf } from '../vocabulary/reads.ts'

const HOUR_MS = 3_600_000
const OWN = 'AKIAOWNKEYOFOWNER001'

function role(name: string): Identity {
  return { id: `arn:aws:iam::123456789012:role/${name}`, kind: 'role', name, account: '123456789012' }
}

let calls = 0

/** A call by a user's key, an hour after `NOW` where nothing else is said. */
function by(name: string, parts: Partial<Parameters<typeof call>[1]> = {}): Signal {
  return signalOf(call('s3:ListBuckets', { id: `call-${calls++}`, time: NOW + HOUR_MS, user: name, ...parts }))
}

function inSession(roleName: string, sessionName: string, id = 'ASIASESSION000000001'): Signal {
  return { ...by('x'), identity: role(roleName), credential: { id, kind: 'session', sessionName } }
}

function decided(would: Action, parts: Partial<Incident> = {}): Incident {
  const { decision } = incidentOf('inc-1')
  return incidentOf('inc-1', { identity: user('ci-build'), decision: { ...decision, would }, ...parts })
}

function edge(parts: Pick<LineageEdge, 'id' | 'kind' | 'owner'> & Partial<LineageEdge>): LineageEdge {
  return { parent: KEY, signalId: 's', ...parts }
}

function ofRole(...sessions: readonly { readonly sessionName?: string; readonly isPrimary: boolean }[]): Partial<Incident> {
  const credentials = sessions.map((one, at) => ({ id: `ASIASESSION00000000${at}`, kind: 'session' as const, ...one }))
  return { identity: role('deploy'), credentials, findings: [] }
}

describe('a call that a containment would have refused', () => {
  const lineage = [
    edge({ id: 'AKIAISSUEDKEY0000001', kind: 'access-key', owner: 'victim' }),
    edge({ id: 'arn:aws:iam::123456789012:user/backdoor', kind: 'user', owner: 'backdoor' }),
    edge({ id: 'arn:aws:iam::123456789012:role/helper', kind: 'role', owner: 'helper' }),
    edge({ id: 'ASIATAKEN00000000001', kind: 'session', owner: 'arn:aws:sts::123456789012:assumed-role/admin/break-in' }),
    edge({ id: 'iam:PutRolePolicy deploy', kind: 'backdoor', owner: 'deploy' }),
  ]
  const ofUser = decided('contain', { lineage })

  it.each<[string, Incident, Signal, boolean]>([
    ['by the user’s key', ofUser, by('ci-build'), true],
    ['by another key of the user, who is denied everything', ofUser, by('ci-build', { key: OWN }), true],
    ['for its identity, by the key, which is inactive', ofUser, { ...by('ci-build'), action: 'sts:GetCallerIdentity' }, true],
    [
      'for its identity, by a credential that is only denied',
      ofUser,
      { ...by('ci-build', { key: OWN }), action: 'sts:GetCallerIdentity' },
      false,
    ],
    [
      'for its identity, by the key that it issued',
      ofUser,
      { ...by('victim', { key: 'AKIAISSUEDKEY0000001' }), action: 'sts:GetCallerIdentity' },
      true,
    ],
    ['by somebody else', ofUser, by('bystander', { key: OWN }), false],
    ['by the key that it issued for another user', ofUser, by('victim', { key: 'AKIAISSUEDKEY0000001' }), true],
    ['by the other user’s own key', ofUser, by('victim', { key: OWN }), false],
    ['by a user that it created', ofUser, by('backdoor', { key: OWN }), true],
    ['by a session of a role that it created', ofUser, inSession('helper', 'any'), true],
    ['by the session that it took', ofUser, inSession('admin', 'other', 'ASIATAKEN00000000001'), true],
    ['by a session under the name that it took', ofUser, inSession('admin', 'break-in'), true],
    ['by another session of the role that it took', ofUser, inSession('admin', 'morning'), false],
    ['by a role that it left a backdoor in, which waits for a person', ofUser, inSession('deploy', 'build-7'), false],
    [
      'by the primary session of a role',
      decided('contain', ofRole({ sessionName: 'bad', isPrimary: true })),
      inSession('deploy', 'bad'),
      true,
    ],
    [
      'by another session of a role',
      decided('contain', ofRole({ sessionName: 'bad', isPrimary: true })),
      inSession('deploy', 'good'),
      false,
    ],
    [
      'by any session where the primary one has no name',
      decided('contain', ofRole({ isPrimary: true })),
      inSession('deploy', 'good'),
      true,
    ],
    [
      'by an identity that cannot be contained',
      decided('contain', { identity: { ...user('x'), id: 'arn:aws:iam::123456789012:root', kind: 'root' } }),
      { ...by('x'), identity: { ...user('x'), id: 'arn:aws:iam::123456789012:root', kind: 'root' } },
      false,
    ],
  ])('%s', (_, incident, signal, expected) => {
    expect(isRefusedByContainment(incident, signal)).toBe(expected)
    expect(refusedBySteps()(incident, signal)).toBe(expected)
  })

  it('is none while people are only asked', () => {
    for (const would of ['observe', 'notify', 'ask'] as const)
      expect(refusedBySteps(() => true)(decided(would), by('ci-build'))).toBe(false)
  })
})

describe('the actions that a case has called for', () => {
  const onlyKey: IsRefused = (_, { credential }) => credential.id === KEY

  it('refuse what they are said to refuse, from their record on, until they are given back', () => {
    const actions = standingActions(onlyKey)
    expect(actions.effectOn(by('ci-build'))).toEqual({ isAfterAction: false, isRefused: false })
    actions.note(decided('contain'), NOW)
    expect(actions.effectOn(by('ci-build'))).toEqual({ isAfterAction: true, isRefused: true })
    expect(actions.effectOn(by('ci-build', { key: OWN }))).toEqual({ isAfterAction: true, isRefused: false })
    expect(actions.effectOn(by('bystander', { key: OWN }))).toEqual({ isAfterAction: false, isRefused: false })
    actions.note(decided('contain', { state: 'released' }), NOW + HOUR_MS)
    expect(actions.effectOn(by('ci-build'))).toEqual({ isAfterAction: true, isRefused: false })
  })

  it('are none while people are only asked', () => {
    const actions = standingActions(() => true)
    actions.note(decided('ask'), NOW)
    expect(actions.effectOn(by('ci-build'))).toEqual({ isAfterAction: false, isRefused: false })
  })

  it('cost the calls of 24 hours, and stop those after them as well', () => {
    const actions = standingActions(onlyKey)
    actions.note(decided('contain'), NOW)
    actions.note(decided('contain'), NOW + 20 * HOUR_MS)
    expect(actions.effectOn(by('ci-build', { time: NOW + 24 * HOUR_MS })).isAfterAction).toBe(true)
    expect(actions.effectOn(by('ci-build', { time: NOW + 24 * HOUR_MS + 1000 }))).toEqual({ isAfterAction: false, isRefused: true })
  })

  it('are asked about the incident as it is now, so that what it grew by counts', () => {
    const actions = standingActions(refusedBySteps())
    actions.note(decided('contain'), NOW)
    const issued = by('victim', { key: 'AKIAISSUEDKEY0000001' })
    expect(actions.effectOn(issued).isRefused).toBe(false)
    actions.note(decided('contain', { lineage: [edge({ id: 'AKIAISSUEDKEY0000001', kind: 'access-key', owner: 'victim' })] }), NOW + 1)
    expect(actions.effectOn(issued)).toEqual({ isAfterAction: true, isRefused: true })
  })
})

describe('the calls of a history that the steps of its incidents would have refused', () => {
  /** The identity is suspected at `NOW` from the address of `bad`, and contained a minute later. */
  function contained(isRefused?: IsRefused) {
    const counted = refusals(isRefused)
    counted.suspected('inc-1', by('ci-build', { time: NOW, from: '192.0.2.66' }))
    for (const call of [by('ci-build', { time: NOW, from: '192.0.2.66' })]) counted.observe(call)
    counted.acted(decided('contain'), NOW + 60_000)
    return counted
  }

  it('are told apart by the addresses of the evidence, and those before the action are not refused', () => {
    const counted = contained()
    for (const call of [
      by('ci-build', { time: NOW + 30_000 }),
      by('ci-build', { time: NOW + 30_000, from: '192.0.2.66' }),
      by('ci-build', { from: '192.0.2.66' }),
      by('ci-build', { key: OWN }),
      by('ci-build', { time: NOW + 30 * HOUR_MS }),
      by('bystander', { key: OWN }),
    ])
      counted.observe(call)
    expect(counted.priceOf('inc-1')).toEqual({ stopped: { calls: 3, refused: 1 }, collateral: { calls: 1, refused: 1 } })
    expect(counted.priceOf()).toEqual(counted.priceOf('inc-1'))
    expect([counted.count('inc-1'), counted.count(), counted.examples.length]).toEqual([3, 3, 3])
  })

  it('are those that are said to be refused', () => {
    const counted = contained((_, { credential }) => credential.id === OWN)
    for (const call of [by('ci-build'), by('ci-build', { key: OWN }), by('ci-build', { from: '192.0.2.66' })]) counted.observe(call)
    expect(counted.priceOf('inc-1')).toEqual({ stopped: { calls: 2, refused: 0 }, collateral: { calls: 2, refused: 1 } })
    expect(counted.count()).toBe(1)
  })

  it('are none of an incident that is only asked about, and no price is told of it', () => {
    const counted = refusals()
    counted.suspected('inc-1', by('ci-build', { time: NOW }))
    for (const call of [by('ci-build')]) counted.observe(call)
    expect([counted.count(), counted.priceOf()]).toEqual([0, { stopped: { calls: 0, refused: 0 }, collateral: { calls: 0, refused: 0 } }])
  })

  it('count once in all where two incidents would have refused a call', () => {
    const counted = contained()
    counted.acted({ ...decided('contain'), id: 'inc-2' }, NOW)
    for (const call of [by('ci-build')]) counted.observe(call)
    expect([counted.count('inc-1'), counted.count('inc-2'), counted.count()]).toEqual([1, 1, 1])
  })

  it('count once however often they are delivered, in one batch and in later ones', () => {
    const counted = contained()
    const [one, other] = [by('ci-build'), by('ci-build', { from: '192.0.2.66' })]
    for (const call of [one, one, other]) counted.observe(call)
    for (const call of [other, one]) counted.observe(call)
    expect([counted.count('inc-1'), counted.count(), counted.examples.length]).toEqual([2, 2, 2])
    expect(counted.priceOf()).toEqual({ stopped: { calls: 2, refused: 1 }, collateral: { calls: 1, refused: 1 } })
  })

  it.each([
    [9_999, 1],
    [10_000, 2],
  ])('count once where the same call comes again after %i others, as far as calls are remembered: %i', (others, times) => {
    const counted = contained(({ id }, { credential }) => id === 'inc-1' && credential.id === OWN)
    const own = by('ci-build', { key: OWN })
    const other = by('ci-build')
    counted.observe(own)
    for (let at = 0; at < others; at++) counted.observe({ ...other, id: `other-${at}` })
    counted.observe(own)
    expect(counted.count('inc-1')).toBe(times)
  })

  it('are told from a call of another identity that has the same id', () => {
    const counted = contained(() => true)
    counted.acted({ ...decided('contain', { identity: user('victim') }), id: 'inc-2' }, NOW)
    for (const call of [by('ci-build', { id: 'same' }), by('victim', { id: 'same', key: OWN })]) counted.observe(call)
    expect([counted.count('inc-1'), counted.count('inc-2')]).toEqual([1, 1])
  })

  it('are found under another name of the same user, and through what the credential issued', () => {
    const counted = refusals()
    const named = { ...user('ci-build'), principalId: 'AIDAEXAMPLEUSER000001' }
    const roles = [edge({ id: 'ASIATAKEN00000000001', kind: 'session', owner: 'arn:aws:sts::123456789012:assumed-role/admin/break-in' })]
    counted.acted(decided('contain', { identity: named, lineage: roles }), NOW)
    for (const call of [
      by('renamed', { principalId: 'AIDAEXAMPLEUSER000001' }),
      inSession('admin', 'break-in'),
      inSession('admin', 'morning'),
    ])
      counted.observe(call)
    expect(counted.count()).toBe(2)
  })
})

describe('an action that becomes a stronger one', () => {
  it.runIf((ACTIONS as readonly string[]).includes('restrict'))('counts from its own time on', () => {
    const actions = standingActions(() => true)
    const weaker = { ...decided('contain'), decision: { ...decided('contain').decision, would: 'restrict' as Action } }
    actions.note(weaker, NOW)
    actions.note(decided('contain'), NOW + 20 * HOUR_MS)
    expect(actions.effectOn(by('ci-build', { time: NOW + 40 * HOUR_MS })).isAfterAction).toBe(true)
  })
})
