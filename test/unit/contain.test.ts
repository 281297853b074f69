import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { ATTACK, arnOf, embedded, exposed, KEY, NOW, oneUser, QUARANTINE_ARN } from '../embedded.ts'

const REVIEWER = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

async function contained(parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded(parts)
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  const incidentNow = async () => (await world.ports.incidents.get(incident.id))?.value
  const chainNow = () => world.ports.record.list(incidentSubject(incident.id))
  return { ...world, id: incident.id, incidentNow, chainNow }
}

const kinds = (chain: readonly Change[]) => chain.map(({ kind }) => kind)

describe('containing', () => {
  it('writes the undo record before each step, and what came of it after', async () => {
    const { chainNow, account } = await contained()
    expect(kinds(await chainNow())).toEqual(['decision', 'step-planned', 'step-done', 'step-planned', 'step-done', 'state'])
    expect((await chainNow())[1]).toMatchObject({ target: `access-key:ci-build/${KEY}`, from: 'Active', to: 'Inactive' })
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect(account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(false)
  })

  it('asks a person where IAM refuses a step, and still takes the others', async () => {
    const denied = Object.assign(new Error('not authorised'), { name: 'AccessDenied' })
    const { incidentNow, account, notices } = await contained({
      iam: (iam: Iam) => ({ ...iam, setAccessKeyStatus: () => Promise.reject(denied) }),
    })
    expect(await incidentNow()).toMatchObject({ state: 'asking', decision: { action: 'ask' } })
    expect((await incidentNow())?.decision.why.at(-1)).toContain('AWS answered AccessDenied')
    expect(account.authorizationDetails().UserDetailList[0]?.UserPolicyList).toHaveLength(1)
    expect(notices.map(({ kind }) => kind)).toEqual(['ask'])
  })

  const fullOf = (attached: number) => ({
    ...oneUser(),
    UserDetailList: oneUser().UserDetailList?.map((user) => ({
      ...user,
      UserPolicyList: [{ PolicyName: 'full', PolicyDocument: 'x'.repeat(2048) }],
      AttachedManagedPolicies: Array.from({ length: attached }, (_, at) => ({
        PolicyName: `p${at}`,
        PolicyArn: `arn:aws:iam::aws:policy/p${at}`,
      })),
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/own' },
    })),
  })

  it('attaches the managed policy where there is no room for an inline one, and takes it away on release', async () => {
    const { incidentNow, account, id, ports } = await contained({ account: fullOf(9) })
    expect(await incidentNow()).toMatchObject({ state: 'contained' })
    const [user] = account.authorizationDetails().UserDetailList
    expect(user?.AttachedManagedPolicies.at(-1)?.PolicyArn).toBe(QUARANTINE_ARN)
    expect(user?.PermissionsBoundary?.PermissionsBoundaryArn).toContain('policy/own')
    await review(id, REVIEWER, ports)
    expect(await incidentNow()).toMatchObject({ state: 'released' })
    expect(account.authorizationDetails().UserDetailList[0]?.AttachedManagedPolicies).toHaveLength(9)
  })

  it('sets a boundary where ten policies are attached as well, and gives the old one back', async () => {
    const { incidentNow, account, id, ports } = await contained({ account: fullOf(10) })
    const before = fullOf(10).UserDetailList?.[0]
    expect(await incidentNow()).toMatchObject({ state: 'contained' })
    expect(account.authorizationDetails().UserDetailList[0]?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(QUARANTINE_ARN)
    await review(id, REVIEWER, ports)
    expect(account.authorizationDetails().UserDetailList[0]).toEqual(before)
  })

  it('asks a person where there is no further rung, and says so', async () => {
    const world = await embedded({ account: fullOf(0) })
    const ports = { ...world.ports, quarantinePolicyArn: undefined, containInvoker: { contain: (id: string) => enforce(id, ports) } }
    await pipeline(ports)([exposed()])
    const [incident] = await world.incidents()
    expect(incident).toMatchObject({ state: 'asking' })
    expect(incident?.decision.why.at(-1)).toContain('quota')
    expect(world.account.authorizationDetails().AccessKeys[0]?.Status).toBe('Inactive')
  })

  it('switches off what else the user has, and asks where that cannot be listed', async () => {
    const SwitchableCredentials = (['service-specific-credential', 'ssh-public-key', 'signing-certificate'] as const).map((Kind, at) => ({
      UserName: 'ci-build',
      Kind,
      Id: `C${at}`,
      Status: at === 2 ? ('Inactive' as const) : ('Active' as const),
    }))
    const { account, id, ports } = await contained({ account: { ...oneUser(), SwitchableCredentials } })
    expect(account.authorizationDetails().SwitchableCredentials.map(({ Status }) => Status)).toEqual(['Inactive', 'Inactive', 'Inactive'])
    await review(id, REVIEWER, ports)
    expect(account.authorizationDetails().SwitchableCredentials).toEqual(SwitchableCredentials)
    const unlisted = await contained({ iam: (iam: Iam) => ({ ...iam, listSwitches: () => Promise.reject(new Error('no')) }) })
    expect(await unlisted.incidentNow()).toMatchObject({ state: 'asking' })
    expect(unlisted.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('holds the breaker at a share of the users, and at its tightest where they cannot be counted', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `u${at}`)
    const account = {
      UserDetailList: names.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
      AccessKeys: names.map((UserName, at) => ({
        UserName,
        AccessKeyId: `AKIAUSER${String(at).padStart(12, '0')}`,
        Status: 'Active' as const,
      })),
    }
    const events = names.map((_, at) => exposed(`AKIAUSER${String(at).padStart(12, '0')}`, `x${at}`))
    let breaker = { urgentPerHour: 0 }
    const countOf = async (iam?: (iam: Iam) => Iam) => {
      const world = await embedded({ account, ...(iam === undefined ? {} : { iam }), policy: { breaker } })
      await world.respond(events)
      return (await world.incidents()).filter(({ state }) => state === 'contained').length
    }
    expect(await countOf()).toBe(4)
    expect(await countOf((iam) => ({ ...iam, countUsers: () => Promise.reject(new Error('no')) }))).toBe(3)
    // Confirmed ones have places of their own, and may take the urgent ones; neither are more than the ordinary ones.
    breaker = { urgentPerHour: 2 }
    expect(await countOf()).toBe(8)
    breaker = { urgentPerHour: 100 }
    expect(await countOf()).toBe(12)
  })

  it('asks a person where the key vanished between the look and the step', async () => {
    const { incidentNow } = await contained({ iam: (iam: Iam) => ({ ...iam, setAccessKeyStatus: async () => false }) })
    expect((await incidentNow())?.decision.why.at(-1)).toContain(
      `access key ${KEY} of ci-build is no longer there; see in CloudTrail who removed it`,
    )
  })

  /** An IAM whose reads lag behind its writes until `catchUp`. */
  async function behindReads() {
    let isBehind = true
    const world = await contained({
      iam: (iam: Iam) => ({
        ...iam,
        listAccessKeys: async (user) => (isBehind ? [{ id: KEY, status: 'Active' }] : iam.listAccessKeys(user)),
        getUserPolicy: async (user, name) => (isBehind ? undefined : iam.getUserPolicy(user, name)),
      }),
    })
    return {
      ...world,
      catchUp: () => {
        isBehind = false
      },
    }
  }

  it('does not take a late read for a lost step, and calls nothing contained that it has not read back', async () => {
    const { id, ports, incidentNow, chainNow, notices, catchUp } = await behindReads()
    expect((await incidentNow())?.state).toBe('containing')
    expect(notices).toEqual([])
    expect(ports.reverifyQueue.asked).toEqual([`${id} +5`])
    // Each look asks for one more: somebody who keeps IAM from showing it cannot make them multiply.
    await enforce(id, ports)
    expect(ports.reverifyQueue.asked).toEqual([`${id} +5`, `${id} +5`])
    expect((await chainNow()).filter(({ kind }) => kind === 'step-done').map(({ why }) => why)).toEqual([
      'accepted by IAM, not read back yet',
      'accepted by IAM, not read back yet',
    ])
    catchUp()
    await enforce(id, ports)
    expect(await incidentNow()).toMatchObject({ state: 'contained', containedAt: NOW })
    expect(notices.map(({ kind }) => kind)).toEqual(['contained'])
  })

  it('asks a person where IAM accepts a change and does not show it for a minute', async () => {
    const { id, ports, incidentNow, setNow } = await behindReads()
    setNow(NOW + 59_000)
    await enforce(id, ports)
    expect((await incidentNow())?.state).toBe('containing')
    setNow(NOW + 60_000)
    await enforce(id, ports)
    expect(await incidentNow()).toMatchObject({ state: 'asking', decision: { action: 'ask' } })
    expect((await incidentNow())?.decision.why.join()).toContain('for a minute not seen there')
  })

  it('survives a failed read-back, and looks again', async () => {
    let reads = 0
    const { id, ports, incidentNow } = await contained({
      iam: (iam: Iam) => ({
        ...iam,
        listAccessKeys: (user) => (++reads === 2 ? Promise.reject('no error object') : iam.listAccessKeys(user)),
      }),
    })
    expect((await incidentNow())?.state).toBe('containing')
    await enforce(id, ports)
    expect((await incidentNow())?.state).toBe('contained')
  })

  it('takes a step once more where an earlier run broke off, with the first undo record', async () => {
    let isBroken = true
    const { id, ports, chainNow, incidentNow, account } = await contained({
      callsContain: false,
      iam: (iam: Iam) => ({ ...iam, putUserPolicy: (...words) => (isBroken ? Promise.reject(7) : iam.putUserPolicy(...words)) }),
    })
    await enforce(id, ports)
    expect((await incidentNow())?.decision.why.at(-1)).toContain('unknown error')
    isBroken = false
    const stored = await ports.incidents.get(id)
    if (stored !== undefined) await ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
    await enforce(id, ports)
    expect((await incidentNow())?.state).toBe('contained')
    expect((await chainNow()).filter(({ kind }) => kind === 'step-planned')).toHaveLength(2)
    expect(account.isRefused('ci-build')).toBe(true)
  })

  it('switches a key off again that somebody switched on while it was contained', async () => {
    const { id, ports, account, incidentNow } = await contained()
    await account.setAccessKeyStatus('ci-build', KEY, 'Active')
    const stored = await ports.incidents.get(id)
    if (stored !== undefined) await ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
    await enforce(id, ports)
    expect(account.authorizationDetails().AccessKeys[0]?.Status).toBe('Inactive')
    expect((await incidentNow())?.state).toBe('contained')
  })

  it('leaves a key that was off before as it was, and gives it back as it was', async () => {
    const off = { ...oneUser(), AccessKeys: [{ UserName: 'ci-build', AccessKeyId: KEY, Status: 'Inactive' as const }] }
    const { id, ports, account, chainNow } = await contained({ account: off })
    expect((await chainNow()).filter(({ target }) => target.startsWith('access-key'))).toEqual([])
    await review(id, REVIEWER, ports)
    expect(account.authorizationDetails().AccessKeys[0]?.Status).toBe('Inactive')
  })

  it('adds the second key of the user when it comes to light, without asking again for the first', async () => {
    const account = {
      ...oneUser(),
      AccessKeys: [
        ...(oneUser().AccessKeys ?? []),
        { UserName: 'ci-build', AccessKeyId: 'AKIASECONDKEY0000001', Status: 'Active' as const },
      ],
    }
    const world = await contained({ account })
    await world.respond([exposed('AKIASECONDKEY0000001', '2', NOW + 1000)])
    expect(world.account.authorizationDetails().AccessKeys.map(({ Status }) => Status)).toEqual(['Inactive', 'Active', 'Inactive'])
    expect((await world.incidentNow())?.containedAt).toBe(NOW)
  })

  it('protects by the true ARN, whose path events leave out', async () => {
    const users = oneUser().UserDetailList?.map((user) => ({ ...user, Arn: user.Arn.replace('user/', 'user/break-glass/') }))
    const { incidentNow, account } = await contained({
      account: { ...oneUser(), UserDetailList: users },
      policy: { protected: { arns: ['arn:aws:iam::*:user/break-glass/*'], tags: {} } },
    })
    expect(await incidentNow()).toMatchObject({ state: 'asking' })
    expect(account.authorizationDetails().AccessKeys[0]?.Status).toBe('Active')
  })

  it('does nothing for an incident that is done, and says when there is none of that id', async () => {
    const { id, ports, chainNow } = await contained()
    const before = await chainNow()
    await enforce(id, ports)
    expect(await chainNow()).toEqual(before)
    await expect(enforce('inc-ffffffffffff', ports)).rejects.toMatchObject({ code: 'incident.unknown' })
  })

  it('shares an incident between two runs at once: each step is planned once', async () => {
    const { id, ports, chainNow, incidentNow } = await contained({ callsContain: false })
    await Promise.all([enforce(id, ports), enforce(id, ports), enforce(id, ports)])
    expect((await chainNow()).filter(({ kind }) => kind === 'step-planned')).toHaveLength(2)
    expect((await incidentNow())?.state).toBe('contained')
  })

  it('gives up where other writers are first again and again', async () => {
    const { id, ports } = await contained({ callsContain: false })
    await expect(enforce(id, { ...ports, record: { ...ports.record, append: async () => false } })).rejects.toMatchObject({
      code: 'record.conflict',
    })
  })
})

describe('releasing', () => {
  it('gives everything back, closes the incident and holds', async () => {
    const { id, ports, account, incidentNow, chainNow, notices } = await contained()
    await review(id, REVIEWER, ports)
    expect(account.isRefused('ci-build', KEY)).toBe(false)
    expect(await incidentNow()).toMatchObject({ state: 'released', verdict: REVIEWER, suppression: { until: NOW + 24 * 3_600_000 } })
    expect(kinds(await chainNow()).slice(-4)).toEqual(['verdict', 'step-undone', 'step-undone', 'state'])
    expect(notices.at(-1)?.kind).toBe('released')
  })

  it('does not contain again on the same evidence, and does on new evidence', async () => {
    const world = await contained()
    await review(world.id, REVIEWER, world.ports)
    world.setNow(NOW + 10_000)
    await world.respond([exposed(KEY, '1', NOW + 5000)])
    expect(await world.incidents()).toHaveLength(1)
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    await world.respond(ATTACK.map((record, at) => ({ ...record, eventTime: new Date(NOW + 20_000 + at * 1000).toISOString() })))
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    expect((await world.incidents()).map(({ state }) => state).sort()).toEqual(['contained', 'released'])
  })

  it('contains again when the hold is over', async () => {
    const world = await contained()
    await review(world.id, REVIEWER, world.ports)
    await world.respond([exposed(KEY, '3', NOW + 25 * 3_600_000)])
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('does not overwrite what others changed meanwhile: it asks, and shows the three values', async () => {
    const { id, ports, account, incidentNow } = await contained()
    const [policy] = account.authorizationDetails().UserDetailList[0]?.UserPolicyList ?? []
    await account.putUserPolicy('ci-build', policy?.PolicyName ?? '', '{"Version":"2012-10-17","Statement":[]}')
    await review(id, REVIEWER, ports)
    expect(await incidentNow()).toMatchObject({ state: 'asking' })
    expect((await incidentNow())?.decision.why.at(-1)).toMatch(/was absent, contained as .*Statement.*, now .*not overwritten/)
    expect(account.authorizationDetails().AccessKeys[0]?.Status).toBe('Active')
  })

  it('counts as undone what somebody has already set back', async () => {
    const { id, ports, account, incidentNow } = await contained()
    await account.setAccessKeyStatus('ci-build', KEY, 'Active')
    await review(id, REVIEWER, ports)
    expect((await incidentNow())?.state).toBe('released')
  })

  it('asks where a key is gone, and where IAM does not take the value', async () => {
    const gone = await contained()
    const { AccessKeys } = gone.account.authorizationDetails()
    expect(AccessKeys.length).toBe(2)
    const missing = await contained({
      iam: (iam: Iam) => ({
        ...iam,
        setAccessKeyStatus: (user, key, status) =>
          status === 'Active' ? Promise.resolve(false) : iam.setAccessKeyStatus(user, key, status),
      }),
    })
    await review(missing.id, REVIEWER, missing.ports)
    expect((await missing.incidentNow())?.decision.why.at(-1)).toContain('could not be set back to Active')
  })

  it('asks where the record holds a step that this version does not know', async () => {
    const { id, ports, incidentNow, chainNow } = await contained()
    const { append } = await import('../../shared/record/append.ts')
    await append(ports.record, incidentSubject(id), {
      at: '2026-03-02T12:00:00.000Z',
      actor: 'x',
      kind: 'step-planned',
      target: 'moon:x/y',
      from: null,
      to: 'x',
      why: 'x',
    })
    await review(id, REVIEWER, ports)
    expect((await incidentNow())?.decision.why.at(-1)).toContain('no step of this version undoes it')
    expect((await chainNow()).at(-1)).toMatchObject({ kind: 'state', to: 'asking' })
    expect(stepFor('nonsense')).toBeUndefined()
  })

  it('knows what a key that has neither status means: nothing to write', async () => {
    const { account } = await embedded()
    const step = stepFor(`access-key:ci-build/${KEY}`)
    expect(await step?.write(account, null)).toBe('gone')
    expect(await stepFor('access-key:ci-build/AKIANOSUCHKEY0000001')?.read(account)).toBeNull()
    expect(await stepFor('user-policy:nobody/x')?.write(account, '{}')).toBe('gone')
  })
})

describe('a verdict', () => {
  it('of compromise closes the incident and leaves the credential off', async () => {
    const { id, ports, account, incidentNow } = await contained()
    await review(id, { kind: 'compromised', by: arnOf('reviewer'), reason: 'it was stolen' }, ports)
    expect(await incidentNow()).toMatchObject({ state: 'confirmed' })
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    await expect(review(id, REVIEWER, ports)).rejects.toMatchObject({ code: 'incident.state' })
  })

  it('needs a reason, an incident, and an approver where the policy names some', async () => {
    const { id, ports } = await contained({ policy: { approvers: [arnOf('lead')] } })
    await expect(review(id, { ...REVIEWER, reason: ' ' }, ports)).rejects.toMatchObject({ code: 'usage' })
    await expect(review('inc-ffffffffffff', REVIEWER, ports)).rejects.toMatchObject({ code: 'incident.unknown' })
    await expect(review(id, REVIEWER, ports)).rejects.toThrow('is not among the policy’s approvers'.replace('’', "'"))
    await expect(review(id, { ...REVIEWER, by: arnOf('lead') }, ports)).resolves.toMatchObject({ state: 'releasing' })
  })

  it('is refused where the incident changed under the reviewer', async () => {
    const { id, ports } = await contained()
    const incidents = {
      ...ports.incidents,
      async save(...words: Parameters<typeof ports.incidents.save>) {
        const stored = await ports.incidents.get(id)
        if (stored?.value.state === 'contained') await ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
        return ports.incidents.save(...words)
      },
    }
    await expect(review(id, REVIEWER, { ...ports, incidents })).rejects.toThrow('to containing meanwhile')
  })
})
