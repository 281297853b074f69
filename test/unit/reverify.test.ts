import { describe, expect, it } from 'vitest'
import { reverifyReversed } from '../../shared/contain/reversal.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { INCIDENT_STATES, type Incident, isEnforced } from '../../shared/domain/incident.ts'
import type { Identity, Signal } from '../../shared/domain/signal.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { incidentOf } from '../contract/samples.ts'

const ACCOUNT = '123456789012'
const ID = 'inc-0123456789ab'
const CALLER: Identity = { id: `arn:aws:iam::${ACCOUNT}:user/mallory`, kind: 'iam-user', name: 'mallory', account: ACCOUNT }
const VICTIM = `arn:aws:iam::${ACCOUNT}:user/teams/ci`

const callOf = (action: string, request: object, parts: Partial<Signal> = {}) =>
  ({ action: `iam:${action}`, outcome: 'success', request, identity: CALLER, account: ACCOUNT, region: 'us-east-1', ...parts }) as Signal

/** An incident of user `ci`, who has the path `/teams/`, and a count of the runs of contain. */
async function world(parts: Partial<Incident> = {}, owner = VICTIM) {
  const identities = memoryIdentityStore()
  const incidents = memoryIncidentStore()
  const identity = { id: owner, kind: 'iam-user', name: 'ci', account: ACCOUNT } as const
  await incidents.save(incidentOf(ID, { state: 'contained', identity, ...parts }), 0)
  await identities.setIncident(owner, ID, undefined)
  const contained: string[] = []
  const described: string[] = []
  const called = new Set<string>()
  let fault: Error | undefined
  const ports = {
    identities,
    incidents,
    iam: {
      async describe({ id }: Identity) {
        described.push(id)
        return id === `arn:aws:iam::${ACCOUNT}:user/ci` ? { arn: VICTIM, tags: {}, createdAt: undefined } : undefined
      },
    },
    containInvoker: {
      async contain(id: string) {
        if (fault !== undefined) throw fault
        contained.push(id)
      },
    },
  }
  return {
    contained,
    described,
    called,
    failWith: (error: Error | undefined) => {
      fault = error
    },
    seen: (...signals: Signal[]) => reverifyReversed(signals, called, ports as never),
  }
}

describe('a call that may have undone a containment', () => {
  it('has contain look at the incident of the user whom it names, whose path only IAM knows', async () => {
    const { seen, contained, described } = await world()
    expect(await seen(callOf('UpdateAccessKey', { userName: 'ci' }))).toEqual(new Map())
    expect([contained, described]).toEqual([[ID], [`arn:aws:iam::${ACCOUNT}:user/ci`]])
  })

  it('is about the user by the name in the call where IAM does not know such a user any more', async () => {
    const { seen, contained } = await world({}, `arn:aws:iam::${ACCOUNT}:user/gone`)
    await seen(callOf('DeleteUser', { userName: 'gone' }))
    expect(contained).toEqual([ID])
  })

  it('is about the incident that the name of the policy says, and IAM is not asked then', async () => {
    const { seen, contained, described } = await world()
    await seen(callOf('DeleteUserPolicy', { userName: 'somebody', policyName: quarantinePolicyName(ID) }))
    expect([contained, described]).toEqual([[ID], []])
  })

  it('is about the caller where it names no user, and about nobody where the caller is a role', async () => {
    const own = await world({}, CALLER.id)
    await own.seen(callOf('UpdateAccessKey', {}))
    expect(own.contained).toEqual([ID])
    const role: Identity = { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, kind: 'role', name: 'deploy', account: ACCOUNT }
    const other = await world({}, role.id)
    await other.seen(callOf('UpdateAccessKey', {}, { identity: role }))
    expect([other.contained, other.described]).toEqual([[], []])
  })

  it('is about the role whom it names, in the partition of the caller', async () => {
    const china: Identity = { ...CALLER, id: `arn:aws-cn:iam::${ACCOUNT}:user/mallory` }
    const { seen, contained } = await world({}, `arn:aws-cn:iam::${ACCOUNT}:role/deploy`)
    await seen(callOf('DeleteRolePolicy', { roleName: 'deploy' }, { identity: china, region: 'cn-north-1' }))
    expect(contained).toEqual([ID])
  })

  it.each<[string, Signal]>([
    ['failed', callOf('UpdateAccessKey', { userName: 'ci' }, { outcome: 'denied' })],
    ['is another one', callOf('CreateAccessKey', { userName: 'ci' })],
    ['names a user of whom there is no incident', callOf('UpdateAccessKey', { userName: 'web' })],
    [
      'names a policy of an incident that there is not',
      callOf('DeleteUserPolicy', { userName: 'ci', policyName: quarantinePolicyName('inc-000000000000') }),
    ],
  ])('has nothing looked at where it %s', async (_, signal) => {
    const { seen, contained } = await world()
    expect(await seen(signal)).toEqual(new Map())
    expect(contained).toEqual([])
  })

  it.each(INCIDENT_STATES.map((state) => [state, isEnforced({ state })] as const))(
    'on an incident that is %s: %s',
    async (state, isLookedAt) => {
      const { seen, contained } = await world({ state })
      await seen(callOf('UpdateAccessKey', { userName: 'ci' }))
      expect(contained).toEqual(isLookedAt ? [ID] : [])
    },
  )

  it('has it looked at once for all the calls of a batch, and for all batches that share their calls of contain', async () => {
    const { seen, contained, described } = await world()
    const signal = callOf('UpdateAccessKey', { userName: 'ci' })
    await seen(signal, signal, callOf('DeleteUserPolicy', { userName: 'ci', policyName: 'of-theirs' }))
    expect([contained, described.length]).toEqual([[ID], 1])
    await seen(signal, callOf('DeleteUserPolicy', { userName: 'ci', policyName: quarantinePolicyName(ID) }))
    expect(contained).toEqual([ID])
  })

  it('is told to be delivered again where contain could not be called, and is then looked at', async () => {
    const { seen, contained, failWith } = await world()
    const signal = callOf('UpdateAccessKey', { userName: 'ci' })
    failWith(Object.assign(new Error('no'), { name: 'Throttling' }))
    expect(await seen(signal)).toEqual(new Map([[CALLER.id, 'a reversal could not be looked into: Throttling']]))
    failWith(undefined)
    expect(await seen(signal)).toEqual(new Map())
    expect(contained).toEqual([ID])
  })
})
