import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { pendingOf } from '../../shared/contain/pending.ts'
import { DENY_ALL, quarantinePolicyName, revocationIn, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/domain/grave-actions.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import { type Restriction, withoutHabit } from '../../shared/domain/restriction.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, exposed, KEY, NOW, oneUser } from '../embedded.ts'
import { assumes, byRole, roleNamed } from '../looked-up.ts'
import { documentOf, HABIT, RESTRICTS, restrictedWorld, reviewer } from '../restricted.ts'

type World = Awaited<ReturnType<typeof restrictedWorld>>

const ownPolicy = async ({ account, only }: World) =>
  (await account.getUserPolicy('ci-build', quarantinePolicyName((await only()).id))) ?? null

const revocationOf = async ({ account, only }: World, role: string) =>
  (await account.getRolePolicy(role, revocationPolicyName((await only()).id))) ?? null

const entries = async ({ ports, only }: World) => ports.record.list(incidentSubject((await only()).id))

/** Writes something into the stored incident, as whoever runs respond could. */
async function store(world: World, parts: object): Promise<void> {
  const stored = await world.ports.incidents.get((await world.only()).id)
  if (stored === undefined) throw new Error('no incident')
  await world.ports.incidents.save({ ...stored.value, ...parts }, stored.version)
}

/** Puts a policy in force, after the world was made under another. */
async function inForce({ ports }: World, policy: object): Promise<void> {
  await applyPolicy(ports.record, { policy: parsePolicy(policy), by: 'test', why: 'test', at: new Date(NOW).toISOString() })
}

/** A document in our words that denies a few harmless services as new and leaves all else open: more than a restriction in one part, and less in the others. */
const loosened = () => {
  const actions = GRAVE_GROUPS.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
  const services = [...new Set(actions.map((action) => action.slice(0, action.indexOf(':'))))]
  return documentOf({ services, actions, addresses: [], endpoints: [], sessions: [], isCovered: true, isFenced: false })
}

describe('a restriction of a user', () => {
  it('is set again where another of our words stands in its place, which denies more in one part and less in the others', async () => {
    const world = await restrictedWorld()
    const { id } = await world.only()
    const document = await ownPolicy(world)
    await world.account.putUserPolicy('ci-build', quarantinePolicyName(id), loosened())
    world.setNow(NOW + 60_000)
    await enforce(id, world.ports)
    expect(await ownPolicy(world)).toBe(document)
    expect((await entries(world)).map(({ kind }) => kind)).toContain('step-reversed')
  })

  it('is left where one of our words denies all that it denies, and more', async () => {
    const world = await restrictedWorld()
    const { id, restriction } = await world.only()
    const more = documentOf({ ...(restriction as Restriction), brake: { groups: ['deletion'], until: NOW + 3_600_000 }, actions: [] })
    const covered = documentOf({ ...HABIT, actions: [] })
    for (const stands of [more, covered].filter((one) => one !== documentOf(restriction))) {
      await world.account.putUserPolicy('ci-build', quarantinePolicyName(id), stands)
      world.setNow(NOW + 60_000)
      await enforce(id, world.ports)
      expect(await ownPolicy(world)).toBe(stands)
    }
  })

  it('takes the place of another one of our words only where contain itself had set it: the chain alone proves nothing', async () => {
    const world = await restrictedWorld()
    const { id } = await world.only()
    const stands = await ownPolicy(world)
    const forged = {
      at: new Date(NOW).toISOString(),
      actor: 'countersign:contain',
      target: `user-policy:ci-build/${quarantinePolicyName(id)}`,
    }
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(world.ports.record, incidentSubject(id), { ...forged, kind, from: null, to: loosened(), why: 'forged' })
    world.setNow(NOW + 60_000)
    await enforce(id, world.ports)
    expect(await ownPolicy(world)).toBe(stands)
  })

  it('reduces its rights and leaves its key in use; people are told and nothing else is changed', async () => {
    const world = await restrictedWorld()
    const incident = await world.only()
    expect(incident).toMatchObject({ state: 'restricted', restrictedAt: NOW, decision: { action: 'restrict' } })
    expect(incident.containedAt).toBeUndefined()
    expect(await ownPolicy(world)).toBe(documentOf(incident.restriction))
    expect(world.calls).toEqual([`put ci-build/${quarantinePolicyName(incident.id)}`])
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    expect((await entries(world)).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['step-planned', 'step-done', 'state']))
    expect(world.notices.at(-1)).toMatchObject({
      kind: 'restricted',
      title: expect.stringContaining('Restricted ci-build from grave actions alone, until somebody decides'),
    })
  })

  it('is not run again for another key of the user, which it covers already', async () => {
    const key = 'AKIAOTHERKEY00000001'
    const AccessKeys = [...(oneUser().AccessKeys ?? []), { UserName: 'ci-build', AccessKeyId: key, Status: 'Active' as const }]
    const world = await restrictedWorld({ account: { ...oneUser(), AccessKeys } })
    const told = world.notices.length
    await world.respond([call('cloudtrail:StopLogging', { id: 'k1', key, time: NOW + 5000 })])
    expect(await world.only()).toMatchObject({ state: 'restricted', credentials: [{ id: KEY }, { id: key }] })
    expect(world.notices.slice(told)).toEqual([])
  })

  it('names to people what the credential created, which it does not stop', async () => {
    const incident = await (await restrictedWorld()).only()
    expect(pendingOf(incident)).toContainEqual(expect.stringContaining('backdoor was created: it is not restricted'))
  })

  it('is a question where a bound stands against it: the mode, protection, an approver', async () => {
    const asks = async (policy: object) => (await (await restrictedWorld({ policy })).only()).state
    expect(await asks({ mode: 'ask' })).toBe('asking')
    expect(await asks({ protected: { arns: [arnOf('ci-build')] } })).toBe('asking')
    expect(await asks({ approvers: [arnOf('ci-*')] })).toBe('asking')
    expect(await asks({ mode: 'restrict', approvers: [arnOf('ci-*')] })).toBe('asking')
    expect(await asks({ approvers: [arnOf('anna')] })).toBe('restricted')
  })

  it('is checked again by contain, against the policy as it is then', async () => {
    const bounds = [{ mode: 'ask' }, { protected: { arns: [arnOf('ci-build')] } }, { approvers: [arnOf('ci-build')] }] as const
    for (const policy of bounds) {
      const world = await restrictedWorld({ policy, events: ATTACK })
      expect(world.calls).toEqual([])
      await store(world, { state: 'restricting', restriction: HABIT })
      await enforce((await world.only()).id, world.ports)
      expect(await world.only(), JSON.stringify(policy)).toMatchObject({ state: 'asking' })
      expect(world.calls).toEqual([])
    }
  })

  it('is not written for an incident that says only that it was restricted, nor for one of another account', async () => {
    const world = await restrictedWorld({ policy: { mode: 'ask' } })
    await inForce(world, RESTRICTS)
    const { identity, credentials, lineage } = await world.only()
    await store(world, { state: 'restricted', restriction: HABIT })
    await enforce((await world.only()).id, world.ports)
    expect(world.calls).toEqual([])
    await store(world, {
      state: 'restricted',
      restriction: HABIT,
      identity: { ...identity, account: '210987654321' },
      credentials,
      lineage,
    })
    await enforce((await world.only()).id, world.ports)
    expect(world.calls).toEqual([])
  })

  it('asks where no restriction is known, and takes none that is not valid', async () => {
    const world = await restrictedWorld({ policy: { mode: 'ask' } })
    await inForce(world, RESTRICTS)
    await store(world, { state: 'restricting', restriction: undefined })
    await enforce((await world.only()).id, world.ports)
    expect((await world.only()).decision.why.at(-1)).toContain('nothing here that can be restricted')
    expect(world.calls).toEqual([])
  })

  it('contains what is confirmed, and in mode restrict restricts that as well', async () => {
    const contained = await restrictedWorld({ events: [...ATTACK, exposed()] })
    expect(await contained.only()).toMatchObject({ state: 'contained' })
    const restricted = await restrictedWorld({ policy: { mode: 'restrict' }, events: [exposed()] })
    expect(await restricted.only()).toMatchObject({ state: 'restricted', decision: { action: 'restrict', would: 'contain' } })
    expect(restricted.account.isRefused('ci-build')).toBe(false)
  })
})

describe('a containment of what is restricted', () => {
  it.each([
    [
      'ordered by a person',
      async (world: World) => void (await review((await world.only()).id, { kind: 'contain', ...reviewer }, world.ports)),
    ],
    ['called for by evidence', async (world: World) => void (await world.respond([exposed()]))],
  ])('%s writes its own value over it: nothing is deleted in between', async (_, stop) => {
    const world = await restrictedWorld()
    const name = quarantinePolicyName((await world.only()).id)
    await stop(world)
    expect(await world.only()).toMatchObject({ state: 'contained', restrictedAt: NOW })
    expect(await ownPolicy(world)).toBe(DENY_ALL)
    expect(world.calls.filter((one) => one.endsWith(`ci-build/${name}`))).toEqual([`put ci-build/${name}`, `put ci-build/${name}`])
    expect(world.calls.some((one) => one.startsWith('delete'))).toBe(false)
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    // The undo record is that of before the restriction.
    const [step] = standingSteps(await entries(world)).filter(({ target }) => target.startsWith('user-policy:ci-build'))
    expect(step).toMatchObject({ before: null, contained: DENY_ALL })
    await review((await world.only()).id, { kind: 'legitimate', ...reviewer }, world.ports)
    expect(world.account.authorizationDetails()).toEqual(world.before)
  })

  it('is never set back to a restriction: not by a later decision, a run of before, or what the chain says', async () => {
    const world = await restrictedWorld({ events: [...ATTACK, exposed()] })
    const { id } = await world.only()
    await store(world, { state: 'restricting', restriction: HABIT })
    await enforce(id, world.ports)
    expect(await ownPolicy(world)).toBe(DENY_ALL)
    // Respond may write the incident's chain.
    const forged = {
      at: new Date(NOW).toISOString(),
      actor: 'countersign:contain',
      target: `user-policy:ci-build/${quarantinePolicyName(id)}`,
    }
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(world.ports.record, incidentSubject(id), { ...forged, kind, from: null, to: documentOf(HABIT), why: 'forged' })
    world.setNow(NOW + 60_000)
    await enforce(id, world.ports)
    expect(await ownPolicy(world)).toBe(DENY_ALL)
    expect((await world.only()).decision.why.join()).toContain('what stands denies more than the record says')
  })

  it('stands at the end where a run that restricts comes later with its write', async () => {
    const world = await restrictedWorld({ policy: { mode: 'ask' } })
    const { id } = await world.only()
    const policy = { ...RESTRICTS, mode: 'contain' }
    await inForce(world, policy)
    await store(world, { state: 'restricting', restriction: HABIT })
    let isFirst = true
    const late = {
      ...world.ports.iam,
      async putUserPolicy(...words: Parameters<typeof world.ports.iam.putUserPolicy>) {
        // Between the plan of the restriction and its write, a person orders the containment, and it runs to its end.
        if (isFirst) {
          isFirst = false
          await review(id, { kind: 'contain', ...reviewer }, world.ports)
          expect(await ownPolicy(world)).toBe(DENY_ALL)
        }
        return world.ports.iam.putUserPolicy(...words)
      },
    }
    await enforce(id, { ...world.ports, iam: late })
    expect(await ownPolicy(world)).toBe(DENY_ALL)
    expect(await world.only()).toMatchObject({ state: 'contained' })
  })
})

describe('what stands of a restriction', () => {
  it('is set again where somebody takes it away, and people are told; no boundary comes of it', async () => {
    const world = await restrictedWorld()
    const { id, restriction } = await world.only()
    for (const minute of [1, 3, 10]) {
      await world.account.deleteUserPolicy('ci-build', quarantinePolicyName(id))
      world.setNow(NOW + minute * 60_000)
      await enforce(id, world.ports)
      expect(await ownPolicy(world)).toBe(documentOf(restriction))
    }
    expect(await world.only()).toMatchObject({ state: 'restricted', priority: 100 })
    expect(world.notices.find(({ kind }) => kind === 'reversed')?.title).toBe(
      'Somebody reversed the restriction of ci-build; it is being applied again',
    )
    expect(await world.account.authorizationDetails()).toMatchObject({
      UserDetailList: [expect.not.objectContaining({ PermissionsBoundary: expect.anything() }), expect.anything()],
    })
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
  })

  it('does not have the identity contained while people are asked', async () => {
    const world = await restrictedWorld()
    await store(world, { state: 'asking' })
    world.setNow(NOW + 60_000)
    await enforce((await world.only()).id, world.ports)
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    expect(world.calls).toHaveLength(1)
  })

  it('stays after the verdict compromised, which says that the rest stays usable', async () => {
    const world = await restrictedWorld()
    const { id, restriction } = await world.only()
    await review(id, { kind: 'compromised', ...reviewer }, world.ports)
    expect(await world.only()).toMatchObject({ state: 'confirmed' })
    expect(world.notices.at(-1)?.title).toContain('it stays restricted, and was not contained')
    await world.account.deleteUserPolicy('ci-build', quarantinePolicyName(id))
    world.setNow(NOW + 60_000)
    await enforce(id, world.ports)
    expect(await ownPolicy(world)).toBe(documentOf(restriction))
  })
})

describe('a restriction for which there is little room', () => {
  const long: Restriction = {
    ...HABIT,
    services: [...HABIT.services, ...Array.from({ length: 30 }, (_, at) => `service-${at}`)],
    addresses: ['192.0.2.0/24'],
    isFenced: true,
  }
  const documents = [2048, 1500, 1000].map((room) => documentOf(long, room))

  /** The account where this room, in characters, is left for inline policies of the user. */
  const withRoom = (left: number) => {
    const [user, ...others] = oneUser().UserDetailList ?? []
    const empty = { Version: '2012-10-17', Statement: [], Id: '' }
    const PolicyDocument = { ...empty, Id: 'x'.repeat(2048 - JSON.stringify(empty).length - left) }
    return { ...oneUser(), UserDetailList: [{ ...user, UserPolicyList: [{ PolicyName: 'work', PolicyDocument }] }, ...others] }
  }

  /** A world in which this is all that a restriction has room for, after a run. */
  const restrictedIn = async (left: number, restriction = long) => {
    const world = await restrictedWorld({ account: withRoom(left), policy: { mode: 'ask' } })
    await inForce(world, RESTRICTS)
    await store(world, { state: 'restricting', restriction })
    await enforce((await world.only()).id, world.ports)
    return world
  }
  const linesOf = async (world: World) => (await world.only()).decision.why.filter((line) => line.includes('without room'))

  it('is the next shorter one, to the character; the record and the incident say what it does not deny', async () => {
    const [whole = '', ...shorter] = documents
    expect(new Set(documents).size).toBe(documents.length)
    const full = await restrictedIn(whole.length)
    expect([(await full.only()).state, await ownPolicy(full), await linesOf(full)]).toEqual(['restricted', whole, []])
    for (const [at, document] of shorter.entries()) {
      const world = await restrictedIn((documents[at] ?? '').length - 1)
      expect(await ownPolicy(world)).toBe(document)
      expect((await world.only()).state).toBe('restricted')
      const [line, ...more] = await linesOf(world)
      expect(more).toEqual([])
      expect(line).toMatch(/^user ci-build restricted, without room to deny services that it never used/)
      const planned = (await entries(world)).findLast(({ kind }) => kind === 'step-planned')
      expect(planned).toMatchObject({ to: document, why: line })
      expect((await entries(world)).findLast(({ kind }) => kind === 'state')?.why).toContain(line)
      expect(world.notices.at(-1)?.body).toContain(`Not refused, for want of room: ${line?.split('to deny ')[1]}.`)
    }
  })

  it('stays so when it is run again, and leaves its room to a containment', async () => {
    const world = await restrictedIn((documents[0]?.length ?? 0) - 1, { ...long, isFenced: false })
    const [own, written] = [await ownPolicy(world), world.calls.length]
    await store(world, { state: 'restricting' })
    await enforce((await world.only()).id, world.ports)
    expect(world.calls).toHaveLength(written)
    expect(await ownPolicy(world)).toBe(own)
    await review((await world.only()).id, { kind: 'contain', ...reviewer }, world.ports)
    expect(await ownPolicy(world)).toBe(DENY_ALL)
  })

  it('is a question where there is room for none', async () => {
    const world = await restrictedIn(10)
    expect((await world.only()).state).toBe('asking')
    expect((await world.only()).decision.why.join()).toContain('an AWS quota is used up')
    expect(await ownPolicy(world)).toBeNull()
  })

  it('gets its fence although what stands is what it would be without room for one', async () => {
    const fenced = { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true }
    const open = documentOf({ ...fenced, isFenced: false })
    expect(documentOf(fenced, 1000)).toBe(open)
    for (const [room, expected] of [
      [2000, documentOf(fenced)],
      [open.length, open],
    ] as const) {
      const world = await restrictedIn(room, { ...fenced, isFenced: false })
      expect(await ownPolicy(world)).toBe(open)
      await store(world, { state: 'restricting', restriction: fenced })
      await enforce((await world.only()).id, world.ports)
      expect(await ownPolicy(world)).toBe(expected)
      expect(await world.only()).toMatchObject({ state: 'restricted' })
      expect(await linesOf(world)).toEqual(expected === open ? ['user ci-build restricted, without room to deny calls from elsewhere'] : [])
    }
  })

  it('says no more what there was no room for, once there is', async () => {
    const fenced = { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true }
    const open = { ...fenced, isFenced: false }
    const world = await restrictedIn(documentOf(open).length - 1, open)
    expect(await linesOf(world)).toHaveLength(1)
    const [other] = world.account.authorizationDetails().UserDetailList[0]?.UserPolicyList ?? []
    if (other === undefined) throw new Error('no other policy')
    await world.account.deleteUserPolicy('ci-build', other.PolicyName)
    await store(world, { state: 'restricting', restriction: fenced })
    await enforce((await world.only()).id, world.ports)
    expect(await ownPolicy(world)).toBe(documentOf(fenced))
    expect(await linesOf(world)).toEqual([])
    expect(world.notices.at(-1)?.body).not.toContain('for want of room')
    expect(world.notices.at(-1)?.body).not.toContain('without room')
  })

  it('is run again for a fence that came while it was at work', async () => {
    const fenced = { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true }
    const world = await restrictedWorld({ policy: { mode: 'ask' } })
    await inForce(world, RESTRICTS)
    await store(world, { state: 'restricting', restriction: { ...fenced, isFenced: false } })
    const busy = {
      ...world.ports.iam,
      async putUserPolicy(...words: Parameters<typeof world.ports.iam.putUserPolicy>) {
        await store(world, { restriction: fenced })
        return world.ports.iam.putUserPolicy(...words)
      },
    }
    await enforce((await world.only()).id, { ...world.ports, iam: busy })
    expect(await world.only()).toMatchObject({ state: 'restricting' })
    await enforce((await world.only()).id, world.ports)
    expect(await world.only()).toMatchObject({ state: 'restricted' })
    expect(await ownPolicy(world)).toBe(documentOf(fenced))
  })
})

describe('a restriction of a role', () => {
  const account = { ...oneUser(), RoleDetailList: [roleNamed('deploy'), roleNamed('admin')] }
  const attack = (key: string, name: string, at = 0) => [
    byRole('deploy', 'iam:CreateUser', {
      id: `${key}1`,
      key,
      name,
      time: NOW + at,
      request: { userName: `backdoor-${key.toLowerCase()}` },
    }),
    byRole('deploy', 'cloudtrail:StopLogging', { id: `${key}2`, key, name, time: NOW + at + 1000 }),
    byRole('deploy', 'iam:AttachUserPolicy', {
      id: `${key}3`,
      key,
      name,
      time: NOW + at + 2000,
      request: { userName: `backdoor-${key.toLowerCase()}`, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
  ]
  const sessionsIn = async (world: World, role: string) => {
    const document = await revocationOf(world, role)
    return document === null ? [] : JSON.parse(document).Statement[0].Condition?.StringLike['aws:userid']
  }

  it('is of the session that did it, and of another one once its own evidence calls for it', async () => {
    const tiers = [{ name: 'core', match: { tags: { tier: '0' } }, mode: 'ask' }]
    const world = await restrictedWorld({
      account,
      policy: { tiers, thresholds: { ...RESTRICTS.thresholds, restrict: 50 } },
      events: attack('ASIASESSION000000001', 'build-7'),
    })
    expect(await world.only()).toMatchObject({ state: 'restricted', restriction: { sessions: ['build-7'] } })
    expect(await sessionsIn(world, 'deploy')).toEqual(['*:build-7'])
    // A session with a finding of its own that calls for less, in an incident whose evidence calls for more.
    await world.respond([
      byRole('deploy', 'iam:TagUser', {
        id: 'o1',
        key: 'ASIAOTHER00000000001',
        name: 'build-8',
        time: NOW + 5000,
        request: { userName: 'bystander', tags: [{ key: 'tier', value: '1' }] },
      }),
    ])
    expect((await world.only()).findings.map(({ credentialId }) => credentialId)).toContain('ASIAOTHER00000000001')
    expect(await sessionsIn(world, 'deploy')).toEqual(['*:build-7'])
    await world.respond(attack('ASIASESSION000000002', 'build-9', 10_000))
    expect(await sessionsIn(world, 'deploy')).toEqual(['*:build-7', '*:build-9'])
    expect(await world.only()).toMatchObject({ state: 'restricted' })
  })

  it('is run again for a session that was found while it was at work', async () => {
    const world = await restrictedWorld({ account, policy: { mode: 'ask' }, events: attack('ASIASESSION000000001', 'build-7') })
    await inForce(world, RESTRICTS)
    const one = withoutHabit({ ...HABIT, sessions: ['build-7'] })
    await store(world, { state: 'restricting', restriction: one })
    const busy = {
      ...world.ports.iam,
      async putRolePolicy(...words: Parameters<typeof world.ports.iam.putRolePolicy>) {
        await store(world, { restriction: { ...one, sessions: ['build-7', 'build-9'] } })
        return world.ports.iam.putRolePolicy(...words)
      },
    }
    await enforce((await world.only()).id, { ...world.ports, iam: busy })
    expect(await world.only()).toMatchObject({ state: 'restricting' })
    await enforce((await world.only()).id, world.ports)
    expect(await world.only()).toMatchObject({ state: 'restricted' })
    expect(await sessionsIn(world, 'deploy')).toEqual(['*:build-7', '*:build-9'])
  })

  it('asks where its sessions have no name by which they can be told apart', async () => {
    const world = await restrictedWorld({ account, events: attack('ASIASESSION000000001', 'no name') })
    expect(await world.only()).toMatchObject({ state: 'asking' })
    expect((await world.only()).decision.why.at(-1)).toContain('cannot be told apart')
    expect(world.calls).toEqual([])
  })

  it('goes where the credential went: sessions that it assumed since the first finding, under the bounds of that role', async () => {
    const took = (id: string, time: number, name: string) =>
      assumes('admin', { id, time, session: `ASIATOOK${id.padStart(12, '0')}`, name })
    const events = [took('t0', NOW - 60_000, 'before'), ...ATTACK, took('t1', NOW + 3000, 'after')]
    const world = await restrictedWorld({ account, events })
    expect(await world.only()).toMatchObject({ state: 'restricted' })
    expect(await sessionsIn(world, 'admin')).toEqual(['*:after'])
    await world.respond([took('t2', NOW + 4000, 'later')])
    expect(await sessionsIn(world, 'admin')).toEqual(['*:after', '*:later'])
    await review((await world.only()).id, { kind: 'contain', ...reviewer }, world.ports)
    expect(revocationIn((await revocationOf(world, 'admin')) ?? '')?.names.toSorted()).toEqual(['after', 'before', 'later'])
    await review((await world.only()).id, { kind: 'legitimate', ...reviewer }, world.ports)
    expect(world.account.authorizationDetails()).toEqual(world.before)

    const admin = `arn:aws:iam::${ACCOUNT}:role/admin`
    const guarded = await restrictedWorld({ account, events, policy: { protected: { arns: [admin] } } })
    expect(await guarded.only()).toMatchObject({ state: 'restricted' })
    expect(await revocationOf(guarded, 'admin')).toBeNull()
    expect((await guarded.only()).decision.why.join()).toContain(`protected by ARN ${admin}`)
  })

  it('takes a place of the breaker for each incident that only says that it was restricted', async () => {
    const events = [...ATTACK, assumes('admin', { id: 't1', time: NOW + 3000, session: 'ASIATOOK000000000001', name: 'after' })]
    for (const [containmentsPerHour, expected] of [
      [0, []],
      [3, ['*:after']],
    ] as const) {
      const world = await restrictedWorld({ account, events, policy: { mode: 'ask' } })
      await inForce(world, { ...RESTRICTS, breaker: { containmentsPerHour } })
      await store(world, { state: 'restricted', restriction: HABIT })
      await enforce((await world.only()).id, world.ports)
      expect(await sessionsIn(world, 'admin')).toEqual(expected)
      expect(await ownPolicy(world)).toBeNull()
    }
  })

  it('never is of a role by which an approver answers', async () => {
    for (const pattern of [
      `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/*`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/*`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/anna`,
    ]) {
      const world = await restrictedWorld({ account, policy: { approvers: [pattern] }, events: attack('ASIASESSION000000001', 'build-7') })
      expect((await world.only()).state, pattern).toBe('asking')
      expect((await world.only()).decision.why.join()).toContain('an approver of the policy')
    }
  })
})

describe('the breaker', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const account = {
    UserDetailList: names.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    AccessKeys: names.map((UserName) => ({
      UserName,
      AccessKeyId: `AKIAUSER${UserName.toUpperCase().padEnd(12, '0')}`,
      Status: 'Active' as const,
    })),
  }
  const keyOf = (name: string) => `AKIAUSER${name.toUpperCase().padEnd(12, '0')}`
  const attackBy = (user: string) =>
    ['iam:CreateUser', 'cloudtrail:StopLogging', 'iam:AttachUserPolicy'].map((action, at) =>
      call(action, {
        id: `${user}${at}`,
        time: NOW + at * 1000,
        user,
        key: keyOf(user),
        request: { userName: `backdoor-${user}`, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }),
    )

  it('has places for restrictions alone, pages once when they are used up, and still contains', async () => {
    const policy = { breaker: { urgentPerHour: 0 } }
    const world = await restrictedWorld({ account, policy, events: names.slice(0, 4).flatMap(attackBy) })
    const states = async () => (await world.incidents()).map(({ state }) => state).toSorted()
    // An account of five users has three places of each kind.
    expect(await states()).toEqual(['asking', 'restricted', 'restricted', 'restricted'])
    expect(world.pages).toMatchObject([{ kind: 'breaker', title: expect.stringContaining('would be restricted become questions') }])
    expect(world.pages[0]?.body).toContain('3 restrictions in this hour')
    await world.respond(attackBy('e'))
    expect(world.pages).toHaveLength(1)
    for (const name of names.slice(0, 3)) await world.respond([exposed(keyOf(name), name)])
    expect((await states()).filter((state) => state === 'contained')).toHaveLength(3)
  })
})
