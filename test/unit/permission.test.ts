import { describe, expect, it } from 'vitest'
import { incidentRefusal, type Measure, measureOf, permissionFor, restrictionRefusal } from '../../shared/contain/permission.ts'
import { DENY_ALL, quarantinePolicyName, revocation, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Step } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Bounds } from '../../shared/domain/bounds.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const CI = { ...user('ci-build'), principalId: 'AIDAOWN' }
const denyOn = (name: string) => `user-policy:${name}/${quarantinePolicyName(ID)}`
const MADE: LineageEdge = { id: arnOf('made'), kind: 'user', owner: 'made', parent: KEY, signalId: 's', time: NOW }
const restriction = documentOf(HABIT, 10_240)

const BOUNDS = { mode: 'contain', tier: 'default', protection: undefined, approver: undefined } as unknown as Bounds

function stepOf(target: string): Step {
  const step = stepFor(target)
  if (step === undefined) throw new Error(`no step ${target}`)
  return { ...step, contained: () => DENY_ALL }
}

interface Parts {
  readonly of?: Measure
  readonly incident?: Partial<Incident>
  readonly policy?: object
  readonly users?: readonly object[]
}

/** What may be written on an incident of `ci-build` in an account with these users beside it. */
async function permitted({ of = 'containment', incident = {}, policy = {}, users = [] }: Parts = {}, names = ['ci-build', 'made']) {
  const own = { UserName: 'ci-build', Arn: arnOf('ci-build'), UserId: 'AIDAOWN' }
  const isReplaced = users.some((one) => (one as { UserName?: string }).UserName === 'ci-build')
  const { ports } = await embedded({ account: { ...oneUser(), UserDetailList: [...(isReplaced ? [] : [own]), ...users] } })
  const steps = names.map((name) => stepOf(denyOn(name)))
  const permission = await permissionFor(incidentOf(ID, { identity: CI, ...incident }), steps, of, {
    policy: parsePolicy({ version: 3, mode: 'contain', ...policy }),
    ports: { ...ports, account: ACCOUNT },
  })
  return steps.map((step) => ({ refusal: permission.refusalOf(step), isThere: permission.isThere(step) }))
}

const made = (parts: object = {}) => ({ UserName: 'made', Arn: arnOf('made'), CreateDate: new Date(NOW).toISOString(), ...parts })

describe('a measure', () => {
  it.each<[string, string | null, Measure]>([
    ['a restriction', restriction, 'restriction'],
    ['a policy that denies everything', DENY_ALL, 'containment'],
    ['a policy that ends sessions', revocation({ issuedBefore: NOW, names: [] }), 'containment'],
    ['a key that is switched off', 'Inactive', 'containment'],
    ['nothing', null, 'containment'],
  ])('is told by its value: %s', (_, value, measure) => expect(measureOf(value)).toBe(measure))
})

describe('what is written on an incident', () => {
  it.each<[string, Partial<Bounds> | undefined, Measure, RegExp | undefined]>([
    ['in mode contain', {}, 'containment', undefined],
    ['in mode contain', {}, 'restriction', undefined],
    ['in mode restrict', { mode: 'restrict' }, 'restriction', undefined],
    ['in mode restrict', { mode: 'restrict' }, 'containment', /^mode restrict of tier default does not contain$/],
    ['in mode ask', { mode: 'ask' }, 'restriction', /^mode ask of tier default does not restrict$/],
    ['in mode ask', { mode: 'ask' }, 'containment', /^mode ask of tier default does not contain$/],
    ['under protection', { protection: 'p', mode: 'ask' }, 'containment', /^p$/],
    ['under protection', { protection: 'p', approver: 'a' }, 'restriction', /^p$/],
    ['of one who approves', { approver: 'a', mode: 'ask' }, 'restriction', /^a$/],
    ['of one who approves', { approver: 'a' }, 'containment', undefined],
    ['that has no user or role', undefined, 'containment', /^nothing here that can be contained by API$/],
    ['that has no user or role', undefined, 'restriction', /^nothing here that can be restricted by API$/],
  ])('%s is allowed or not: %j of a %s', (_, parts, of, why) => {
    const bounds = parts === undefined ? undefined : { ...BOUNDS, ...parts }
    for (const account of [ACCOUNT, undefined]) {
      const refusal = incidentRefusal(incidentOf(ID, { identity: CI }), bounds, { of, acting: { account } })
      if (why === undefined) expect(refusal).toBeUndefined()
      else expect(refusal).toMatch(why)
    }
    expect(incidentRefusal(incidentOf(ID, { identity: CI }), bounds, { of, acting: { account: '210987654321' } })).toMatch(
      /^the identity is of account/,
    )
  })

  it('is allowed of somebody else only where the bounds could be read', () => {
    expect(restrictionRefusal(undefined)).toBe('its tags and path could not be read')
    expect(restrictionRefusal({ bounds: BOUNDS } as never)).toBeUndefined()
    expect(restrictionRefusal({ bounds: { ...BOUNDS, mode: 'ask' } } as never)).toMatch(/does not restrict$/)
  })
})

describe('what the policy in force allows of an incident', () => {
  const lineage = [MADE]

  it.each<[string, Parts, own: RegExp | undefined, other: RegExp | undefined, there: readonly boolean[]]>([
    ['its own and what it issued', { incident: { lineage }, users: [made()] }, undefined, undefined, [true, true]],
    ['its own and others, in a mode that contains', { users: [made()] }, undefined, undefined, [true, true]],
    [
      'its own, and nobody who was there before',
      { incident: { lineage }, users: [made({ CreateDate: new Date(0).toISOString() })] },
      undefined,
      /./,
      [true, true],
    ],
    [
      'its own, and not who is protected',
      { users: [made()], policy: { protected: { arns: [arnOf('made')], tags: {} } } },
      undefined,
      /protected/,
      [true, true],
    ],
    ['its own, and who is not there', {}, undefined, undefined, [true, false]],
    ['its own, and what it issued that is gone', { incident: { lineage } }, undefined, undefined, [true, false]],
    [
      'nothing of another account',
      { incident: { lineage, identity: { ...CI, account: '210987654321' } }, users: [made()] },
      /of account/,
      /of account/,
      [false, false],
    ],
    [
      'nothing in a mode that asks',
      { policy: { mode: 'ask' }, incident: { lineage }, users: [made()] },
      /does not contain/,
      /does not contain/,
      [true, true],
    ],
    [
      'not its own that is another one now',
      { users: [{ UserName: 'ci-build', Arn: arnOf('ci-build'), UserId: 'AIDAOTHER' }] },
      /another one/,
      undefined,
      [true, false],
    ],
    ['a restriction of its own and of others alike', { of: 'restriction', users: [made()] }, undefined, undefined, [true, true]],
    [
      'a restriction of others in a mode that does not contain',
      { of: 'restriction', users: [made()], policy: { mode: 'restrict' } },
      undefined,
      undefined,
      [true, true],
    ],
    [
      'no restriction of who is protected',
      { of: 'restriction', users: [made()], policy: { protected: { arns: [arnOf('made')], tags: {} } } },
      undefined,
      /protected/,
      [true, true],
    ],
  ])('%s', async (_, parts, own, other, there) => {
    const [first, second] = await permitted(parts)
    for (const [found, wanted] of [[first?.refusal, own] as const, [second?.refusal, other] as const])
      if (wanted === undefined) expect(found).toBeUndefined()
      else expect(found).toMatch(wanted)
    expect([first?.isThere, second?.isThere]).toEqual(there)
  })
})

describe('a policy that ends sessions of a role', () => {
  it('is a step on the role', () => {
    expect(stepOf(`role-policy:deploy/${revocationPolicyName(ID)}`).subject).toEqual({ kind: 'role', name: 'deploy' })
  })
})
