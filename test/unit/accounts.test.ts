import { describe, expect, it } from 'vitest'
import { renderList } from '../../local/render/incident-list.ts'
import { approvedSteps } from '../../shared/contain/plan.ts'
import { rotate } from '../../shared/contain/rotate/rotate.ts'
import { storedEdges, withEdges } from '../../shared/decide/lineage-edges.ts'
import { lookUp } from '../../shared/decide/look-up.ts'
import { leadsTo } from '../../shared/domain/created-principal.ts'
import { withRename } from '../../shared/domain/follow-rename.ts'
import { edgeKey, hasGrown, type Incident, type LineageEdge } from '../../shared/domain/incident.ts'
import { memberSessionArns } from '../../shared/domain/member-roles.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { tagChangesOf } from '../../shared/domain/tag-change.ts'
import { RefusedInAccount } from '../../shared/errors.ts'
import type { MemoryIam } from '../../shared/memory/iam.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import type { EventHistory } from '../../shared/ports/lookup.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { isOwnCall, type OwnResources, tamperingMarker } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { incidentOf } from '../contract/samples.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const MEMBER = '210987654321'
const STRANGE = '333344445555'
/** A key of each account: its id says the account (`accountOfKey`). */
const MEMBER_KEY = 'AKIAMEMBERKEY0000001'
const MINUTE = 60_000

const inAccount = (record: object, account: string) =>
  JSON.parse(JSON.stringify(record).replaceAll(ACCOUNT, account).replaceAll(KEY, MEMBER_KEY))

/** An account with a user of the same name as the stack's own has, another key, and a role. */
function sameNames(account = MEMBER): object {
  return {
    ...inAccount(oneUser(), account),
    RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${account}:role/deploy`, AssumeRolePolicyDocument: '{}' }],
  }
}

const HOME = {
  ...oneUser(),
  RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, AssumeRolePolicyDocument: '{}' }],
}

const attackIn = (account: string) =>
  ATTACK.map((record) => inAccount({ ...record, eventID: `${account}-${(record as { eventID: string }).eventID}` }, account))

async function organisation(parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded({ account: HOME, members: { [MEMBER]: sameNames() }, ...parts })
  const there = world.members?.iams.get(MEMBER) as MemoryIam
  const of = async (account: string): Promise<Incident> => {
    const found = (await world.incidents()).filter(({ identity }) => identity.account === account)
    expect(found).toHaveLength(1)
    return found[0] as Incident
  }
  const sweepPorts = { ...world.ports, rotateInvoker: undefined, backfillQueue: { backfill: async () => {} } }
  return {
    ...world,
    there,
    of,
    sweep: () => sweep(sweepPorts),
    stepsOf: async ({ id }: Incident) => standingSteps(await world.ports.record.list(incidentSubject(id))).map(({ target }) => target),
    release: (id: string) => review(id, { kind: 'legitimate', by: 'arn:aws:iam::1:user/eva', reason: 'a drill' }, world.ports),
  }
}

const keyIn = async (iam: MemoryIam, user = 'ci-build') => (await iam.listAccessKeys(user)).map(({ status }) => status)

describe('two accounts with a user of the same name', () => {
  it('have a state, an incident, steps and a release each', async () => {
    const world = await organisation()
    const { account: home, there } = world
    const [before, beforeThere] = [home.authorizationDetails(), there.authorizationDetails()]
    await world.respond(attackIn(MEMBER))
    const member = await world.of(MEMBER)
    expect([member.state, member.identity.id]).toEqual(['contained', arnOf('ci-build').replace(ACCOUNT, MEMBER)])
    expect(await keyIn(there)).toEqual(['Inactive'])
    expect(home.authorizationDetails()).toEqual(before)

    await world.respond(ATTACK)
    const own = await world.of(ACCOUNT)
    expect([own.state, own.id === member.id]).toEqual(['contained', false])
    expect(await keyIn(home)).toEqual(['Inactive'])
    const states = await world.ports.identities.load([arnOf('ci-build'), member.identity.id])
    expect([...states.values()].map(({ state }) => state?.value.windows.size)).toEqual([1, 1])
    expect([...states.values()].map(({ incidentId }) => incidentId)).toEqual([own.id, member.id])

    await world.release(own.id)
    expect((await world.of(ACCOUNT)).state).toBe('released')
    expect(home.authorizationDetails()).toEqual(before)
    expect(await keyIn(there)).toEqual(['Inactive'])
    expect((await world.of(MEMBER)).state).toBe('contained')

    await world.release(member.id)
    expect(there.authorizationDetails()).toEqual(beforeThere)
  })

  it('are told apart where AWS reports a key: its owner is looked up where the key is', async () => {
    const world = await organisation()
    await world.respond([{ ...exposed(MEMBER_KEY), account: MEMBER }])
    expect((await world.of(MEMBER)).identity.id).toBe(arnOf('ci-build').replace(ACCOUNT, MEMBER))
    expect(await keyIn(world.there)).toEqual(['Inactive'])
    expect(await keyIn(world.account)).toEqual(['Active'])
  })

  it('are protected apart: by an ARN of the one, and by tags of the one', async () => {
    const tags = [{ Key: 'team', Value: 'core' }]
    const details = sameNames() as { UserDetailList: object[] }
    const tagged = { ...details, UserDetailList: details.UserDetailList.map((one) => ({ ...one, Tags: tags })) }
    for (const parts of [
      { policy: { protected: { arns: [arnOf('ci-build').replace(ACCOUNT, MEMBER)], tags: {} } } },
      { policy: { protected: { arns: [], tags: { team: 'core' } } }, members: { [MEMBER]: tagged } },
    ]) {
      const world = await organisation(parts)
      await world.respond([...ATTACK, ...attackIn(MEMBER)])
      expect([(await world.of(ACCOUNT)).state, (await world.of(MEMBER)).state]).toEqual(['contained', 'asking'])
      expect(await keyIn(world.there)).toEqual(['Active'])
    }
  })

  it('are not mixed by what an incident created: a call of the namesake is none of what was created', async () => {
    const world = await organisation()
    await world.respond(ATTACK)
    const own = await world.of(ACCOUNT)
    expect(own.lineage.map(({ owner }) => owner)).toContain('backdoor')
    await world.respond([
      inAccount(
        call('iam:CreateUser', { id: 'n1', time: NOW + 3000, user: 'backdoor', key: 'AKIANAMESAKE00000001', request: { userName: 'x' } }),
        MEMBER,
      ),
    ])
    expect((await world.of(ACCOUNT)).lineage).toEqual(own.lineage)
  })

  it('are verified apart: what is set back in the one is set again there alone', async () => {
    const world = await organisation()
    await world.respond([...ATTACK, ...attackIn(MEMBER)])
    const member = await world.of(MEMBER)
    await world.there.setAccessKeyStatus('ci-build', MEMBER_KEY, 'Active')
    world.setNow(NOW + 10 * MINUTE)
    world.called.length = 0
    await world.respond([
      inAccount(
        call('iam:UpdateAccessKey', {
          id: 'u1',
          time: NOW + 9 * MINUTE,
          user: 'bystander',
          key: 'AKIABYSTANDER0000009',
          request: { userName: 'ci-build', accessKeyId: MEMBER_KEY, status: 'Active' },
        }),
        MEMBER,
      ),
    ])
    expect(world.called).toContain(member.id)
    expect(world.called).not.toContain((await world.of(ACCOUNT)).id)
    expect(await keyIn(world.there)).toEqual(['Inactive'])
  })
})

describe('an edge of a lineage', () => {
  const own = { kind: 'iam-user', id: arnOf('ci-build'), name: 'ci-build', account: ACCOUNT } as const
  const created = (account?: string): LineageEdge => ({
    kind: 'user',
    id: 'user:backdoor',
    owner: 'backdoor',
    parent: KEY,
    signalId: 'x',
    ...(account === undefined ? {} : { account }),
  })
  const backdoorOf = (account: string) => ({ kind: 'iam-user', id: 'x', name: 'backdoor', account }) as const

  it.each([
    ['one without an account', undefined, ACCOUNT, true],
    ['one without an account', undefined, MEMBER, false],
    ['one of another account', MEMBER, MEMBER, true],
    ['one of another account', MEMBER, ACCOUNT, false],
  ])('%s leads to the user of its account: %s, %s', (_, account, of, leads) => {
    expect(leadsTo(created(account), backdoorOf(of), own)).toBe(leads)
  })

  it('is one of several by its account, and is approved by both', () => {
    const edges = withEdges(storedEdges([created(ACCOUNT)], own), [created(MEMBER), created(ACCOUNT)], own)
    expect(edges.map(({ account }) => account)).toEqual([undefined, MEMBER])
    expect(edges.map(edgeKey)).toEqual(['user:backdoor', `user:backdoor in account ${MEMBER}`])
    expect(hasGrown(edges, edges.slice(0, 1))).toBe(true)
    const trust = edges.map(
      (edge): LineageEdge => ({ ...edge, kind: 'backdoor', id: 'iam:UpdateAssumeRolePolicy deploy', owner: 'deploy' }),
    )
    const incident = incidentOf('inc-0123456789ab', { identity: own, lineage: trust, approved: [edgeKey(trust[1] as LineageEdge)] })
    expect(approvedSteps(incident).map(({ target, title }) => [target, title])).toEqual([
      [`role-trust:${MEMBER}:deploy/${MEMBER}`, `role deploy closed to principals from outside account ${MEMBER} in account ${MEMBER}`],
    ])
  })

  it('says the tags that were changed of the user of its account alone', () => {
    const tag: LineageEdge = { ...created(MEMBER), kind: 'tag', id: 'iam:TagUser backdoor team=core' }
    expect(tagChangesOf([tag], backdoorOf(MEMBER), ACCOUNT)).toEqual(['team=core'])
    expect(tagChangesOf([tag], backdoorOf(ACCOUNT), ACCOUNT)).toEqual([])
  })
})

describe('a rename', () => {
  it('moves the user of its account alone', () => {
    const identity = { kind: 'iam-user', id: arnOf('ci-build'), name: 'ci-build', account: ACCOUNT } as const
    const issued: LineageEdge = {
      kind: 'access-key',
      id: 'AKIAISSUED0000000001',
      owner: 'ci-build',
      parent: KEY,
      signalId: 'x',
      time: NOW,
      account: MEMBER,
    }
    const incident = incidentOf('inc-0123456789ab', { identity, lineage: [issued] })
    const rename = { from: 'ci-build', to: 'ci-other', arn: arnOf('ci-other').replace(ACCOUNT, MEMBER), time: NOW + 1, account: MEMBER }
    const renamed = withRename(incident, rename)
    expect([renamed?.identity.name, renamed?.lineage[0]?.owner]).toEqual(['ci-build', 'ci-other'])
    const { account: _, ...here } = { ...rename, arn: arnOf('ci-other') }
    const own = withRename(incident, here)
    expect([own?.identity.name, own?.lineage[0]?.owner]).toEqual(['ci-other', 'ci-build'])
  })
})

describe('a notice', () => {
  it('says the account in its title where that is not the one of the stack', async () => {
    const world = await organisation()
    await world.respond([...ATTACK, ...attackIn(MEMBER)])
    const stack = { name: 'Countersign', region: 'us-east-1', account: ACCOUNT }
    const titles = await Promise.all([ACCOUNT, MEMBER].map(async (account) => noticeOf(await world.of(account), 'ask', stack).title))
    expect(titles[0]).not.toContain('account')
    expect(titles[1]).toContain(`ci-build of account ${MEMBER}`)
    const list = renderList([await world.of(ACCOUNT), await world.of(MEMBER)])
    for (const account of [ACCOUNT, MEMBER]) expect(list).toContain(`ci-build of ${account}`)
    expect(renderList([await world.of(MEMBER)])).not.toContain(MEMBER)
  })
})

describe('an account that is not acted in', () => {
  it('is never acted in: a person is asked, and nobody of that name here is read or touched', async () => {
    const world = await organisation()
    const before = world.account.authorizationDetails()
    world.members?.calls.splice(0)
    await world.respond(attackIn(STRANGE))
    const incident = await world.of(STRANGE)
    expect(incident.state).toBe('asking')
    expect(incident.decision.why.join()).toContain(`the identity is of account ${STRANGE}`)
    expect(world.account.authorizationDetails()).toEqual(before)
    expect(world.members?.calls).toEqual([])
  })

  it('is not acted in by a forged state either', async () => {
    const world = await organisation()
    await world.respond(attackIn(STRANGE))
    const incident = await world.of(STRANGE)
    const stored = await world.ports.incidents.get(incident.id)
    await world.ports.incidents.save({ ...incident, state: 'containing' }, stored?.version ?? 0)
    await world.ports.containInvoker.contain(incident.id)
    expect((await world.of(STRANGE)).state).toBe('asking')
    expect(await keyIn(world.account)).toEqual(['Active'])
  })
})

describe('an account that refuses the responder', () => {
  it('has a person asked, with the reason and what to do by hand, and is tried again until it does not', async () => {
    const world = await organisation()
    world.members?.refused.add(MEMBER)
    await world.respond(attackIn(MEMBER))
    const asked = await world.of(MEMBER)
    expect(asked.state).toBe('asking')
    expect(asked.containedAt).toBeUndefined()
    const why = asked.decision.why.join('\n')
    expect(why).toContain(`account ${MEMBER} refuses describe`)
    expect(why).toContain(`by hand, in account ${MEMBER}: key ${MEMBER_KEY} of ci-build switched off`)
    const notices = world.notices.length
    world.setNow(NOW + 5 * MINUTE)
    await world.sweep()
    expect((await world.of(MEMBER)).state).toBe('asking')
    // Nobody is told the same every five minutes.
    expect(world.notices).toHaveLength(notices)

    world.members?.refused.delete(MEMBER)
    world.setNow(NOW + 10 * MINUTE)
    await world.sweep()
    const contained = await world.of(MEMBER)
    expect([contained.state, contained.containedAt]).toEqual(['contained', NOW + 10 * MINUTE])
    expect(contained.decision.why.join('\n')).not.toContain('refuses')
    expect(await keyIn(world.there)).toEqual(['Inactive'])
  })

  it('has nothing done by the sweep where a person has answered', async () => {
    const world = await organisation()
    world.members?.refused.add(MEMBER)
    await world.respond(attackIn(MEMBER))
    await world.release((await world.of(MEMBER)).id)
    world.members?.refused.delete(MEMBER)
    world.setNow(NOW + 10 * MINUTE)
    await world.sweep()
    expect((await world.of(MEMBER)).state).toBe('released')
    expect(await keyIn(world.there)).toEqual(['Active'])
  })

  it('cannot be released: people are told, and it stays', async () => {
    const world = await organisation()
    await world.respond(attackIn(MEMBER))
    const { id } = await world.of(MEMBER)
    world.members?.refused.add(MEMBER)
    await world.release(id)
    const asked = await world.of(MEMBER)
    expect(asked.state).toBe('asking')
    expect(asked.decision.why.join('\n')).toContain(`could not be set back: account ${MEMBER} refuses`)
  })

  it('loses no event: whoever is reported there is asked about', async () => {
    const world = await organisation({ policy: { protected: { arns: [], tags: { team: 'core' } } } })
    world.members?.refused.add(MEMBER)
    const { failed } = await world.respond([{ ...exposed(MEMBER_KEY), account: MEMBER }, ...attackIn(MEMBER)])
    expect([...failed]).toEqual([])
    for (const { state } of await world.incidents()) expect(state).toBe('asking')
  })
})

const SESSION = 'ASIAMEMBERSESSION001'
const assumedRole = `arn:aws:sts::${MEMBER}:assumed-role/deploy/build-7`

/** The key of the stack's own account assumes a role of the other, as CloudTrail tells it in the caller's account. */
const assumption = call('sts:AssumeRole', {
  id: 'as1',
  time: NOW + 500,
  request: { roleArn: `arn:aws:iam::${MEMBER}:role/deploy`, roleSessionName: 'build-7' },
  response: { credentials: { accessKeyId: SESSION }, assumedRoleUser: { arn: assumedRole, assumedRoleId: 'AROAMEMBERROLE000001:build-7' } },
})

/** A call of that session, as CloudTrail tells it in the other account. */
const bySession = (action: string, id: string, request: object = {}): object => ({
  ...call(action, { id, time: NOW + 2500, request }),
  recipientAccountId: MEMBER,
  userIdentity: {
    type: 'AssumedRole',
    arn: assumedRole,
    principalId: 'AROAMEMBERROLE000001:build-7',
    accountId: MEMBER,
    accessKeyId: SESSION,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: `arn:aws:iam::${MEMBER}:role/deploy`,
        principalId: 'AROAMEMBERROLE000001',
        userName: 'deploy',
        accountId: MEMBER,
      },
    },
  },
})

/** The accounts with a user `backdoor` each, which the calls of the story create. */
const withCreated = (details: object, account: string) => {
  const { UserDetailList, ...rest } = details as { UserDetailList: { UserName: string }[] }
  const created = {
    ...UserDetailList[0],
    UserName: 'backdoor',
    Arn: arnOf('backdoor').replace(ACCOUNT, account),
    CreateDate: new Date(NOW).toISOString(),
  }
  return { ...rest, UserDetailList: [...UserDetailList, created] }
}

describe('an incident of two accounts', () => {
  const created = (parts: Parameters<typeof embedded>[0] = {}) =>
    organisation({ account: withCreated(HOME, ACCOUNT), members: { [MEMBER]: withCreated(sameNames(), MEMBER) }, ...parts })
  const story = [ATTACK[0], assumption, ...ATTACK.slice(1), bySession('iam:CreateUser', 's1', { userName: 'backdoor' })] as object[]

  it('ends the key in the one and the session and what it made in the other, each by the role of its account; each step says which', async () => {
    const world = await created()
    const { account: home, there } = world
    await world.respond(story)
    const incident = await world.of(ACCOUNT)
    expect([incident.state, incident.identity.name]).toEqual(['contained', 'ci-build'])
    expect(await keyIn(home)).toEqual(['Inactive'])
    const { id } = incident
    const steps = await world.stepsOf(incident)
    expect(steps).toContain(`access-key:ci-build/${KEY}`)
    expect(steps).toContain(`role-policy:${MEMBER}:deploy/CountersignRevoke-${id}`)
    // Two users of one name, one of each account.
    expect(steps).toContain(`user-policy:backdoor/CountersignQuarantine-${id}`)
    expect(steps).toContain(`user-policy:${MEMBER}:backdoor/CountersignQuarantine-${id}`)
    for (const iam of [home, there]) expect(await iam.getUserPolicy('backdoor', `CountersignQuarantine-${id}`)).toContain('Deny')
    expect(await there.getRolePolicy('deploy', `CountersignRevoke-${id}`)).toContain('*:build-7')
    expect(await home.getRolePolicy('deploy', `CountersignRevoke-${id}`)).toBeUndefined()
    expect(await keyIn(there)).toEqual(['Active'])
    const titles = (await world.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'step-planned').map(({ why }) => why)
    expect(titles).toContain(`sessions build-7 of role deploy ended in account ${MEMBER}`)
  })

  it('is one incident: the session belongs to that of the key', async () => {
    const world = await created()
    await world.respond(story)
    expect(await world.incidents()).toHaveLength(1)
    const incident = await world.of(ACCOUNT)
    expect(incident.lineage.filter(({ owner }) => owner === 'backdoor').map(({ account, kind }) => [kind, account])).toEqual([
      ['user', undefined],
      ['user', MEMBER],
    ])
  })

  it('is contained in a replay too, which has one IAM for whatever accounts its log is of', async () => {
    const world = await embedded({ account: withCreated(HOME, ACCOUNT) })
    Object.assign(world.ports, { account: undefined })
    await world.respond(story)
    const [incident] = await world.incidents()
    expect([incident?.state, incident?.decision.why.join()]).toEqual(['contained', expect.not.stringContaining('refuse')])
  })

  it('is given back exactly, in both', async () => {
    const world = await created()
    const { account: home, there } = world
    const before = [home.authorizationDetails(), there.authorizationDetails()]
    await world.respond(story)
    expect([home.authorizationDetails(), there.authorizationDetails()]).not.toEqual(before)
    await world.release((await world.of(ACCOUNT)).id)
    expect((await world.of(ACCOUNT)).state).toBe('released')
    expect([home.authorizationDetails(), there.authorizationDetails()]).toEqual(before)
  })

  it('asks while the other account refuses the responder, with the key out of use, and is contained when it does not any more', async () => {
    const world = await created()
    world.members?.refused.add(MEMBER)
    await world.respond(story)
    const asked = await world.of(ACCOUNT)
    expect([asked.state, asked.containedAt]).toEqual(['asking', undefined])
    expect(asked.decision.why.join('\n')).toContain(`sessions build-7 of role deploy ended in account ${MEMBER}: account ${MEMBER} refuses`)
    expect(await keyIn(world.account)).toEqual(['Inactive'])
    world.members?.refused.delete(MEMBER)
    world.setNow(NOW + 10 * MINUTE)
    await world.sweep()
    expect((await world.of(ACCOUNT)).state).toBe('contained')
    expect(await world.there.getRolePolicy('deploy', `CountersignRevoke-${asked.id}`)).toContain('*:build-7')
  })

  it('leaves the other account alone where the policy does not contain there, and says so', async () => {
    const tiers = [{ name: 'member', match: { arns: [`arn:aws:iam::${MEMBER}:*`] }, mode: 'observe' }]
    const world = await created({ policy: { tiers } })
    const before = world.there.authorizationDetails()
    await world.respond([ATTACK[0], assumption, ...ATTACK.slice(1)] as object[])
    const incident = await world.of(ACCOUNT)
    expect(incident.state).toBe('contained')
    expect(incident.decision.why.join('\n')).toContain('mode observe of tier member does not contain')
    expect(world.there.authorizationDetails()).toEqual(before)
  })
})

describe('what is looked up in CloudTrail', () => {
  /** The event histories of both accounts, each of which answers what was asked of it. */
  async function lookedUp(about: { refuses?: boolean; records?: object[] } = {}) {
    const world = await organisation()
    const asked: string[] = []
    const historyAt = (account: string, records: object[]): EventHistory => ({
      region: 'us-east-1',
      account,
      lookup: async () => [],
      page: async (query) => {
        asked.push(`${account} ${JSON.stringify(query)}`)
        if (account === MEMBER && about.refuses === true) throw new RefusedInAccount(MEMBER, `account ${MEMBER} refuses`)
        return { records: 'accessKeyId' in query ? [] : records, next: undefined }
      },
    })
    const look = (id: string) =>
      lookUp(id, world.respond, {
        ...world.ports,
        history: historyAt(ACCOUNT, about.records ?? ATTACK),
        historyOf: (account) => (account === MEMBER ? historyAt(MEMBER, attackIn(MEMBER)) : undefined),
      })
    return { ...world, asked, look }
  }

  it('is looked up in the account of the credential and of the event', async () => {
    const world = await lookedUp()
    await world.respond([ATTACK[0], assumption, ...ATTACK.slice(1)] as object[])
    const { id } = await world.of(ACCOUNT)
    await world.look(id)
    expect(world.asked).toEqual([
      expect.stringContaining(`${ACCOUNT} {"eventId"`),
      `${ACCOUNT} {"accessKeyId":"${KEY}"}`,
      `${MEMBER} {"accessKeyId":"${SESSION}"}`,
    ])
    expect((await world.of(ACCOUNT)).lookups?.decidingEvent?.answer).toBe('known')
  })

  it('of an incident of another account is looked up there, and none of its events is taken for forged', async () => {
    const world = await lookedUp()
    await world.respond(attackIn(MEMBER))
    const { id } = await world.of(MEMBER)
    await world.look(id)
    expect(new Set(world.asked.map((one) => one.split(' ')[0]))).toEqual(new Set([MEMBER]))
    expect((await world.of(MEMBER)).lookups?.decidingEvent?.answer).toBe('known')
  })

  it('is owed by an account that refuses, which keeps no other credential waiting', async () => {
    const world = await lookedUp({ refuses: true })
    await world.respond([ATTACK[0], assumption, ...ATTACK.slice(1)] as object[])
    const { id } = await world.of(ACCOUNT)
    await world.look(id)
    const { lookups } = await world.of(ACCOUNT)
    expect(lookups?.credentials.map((one) => one.id)).toEqual([KEY])
    expect(lookups?.failure?.error).toBe('AccessDeniedInAccount')
  })

  it('is asked of the own account where another is not acted in, and what that does not hold is not taken for forged', async () => {
    const world = await lookedUp({ records: [] })
    await world.respond(attackIn(STRANGE))
    const { id } = await world.of(STRANGE)
    world.setNow(NOW + 60 * MINUTE)
    await world.look(id)
    expect(new Set(world.asked.map((one) => one.split(' ')[0]))).toEqual(new Set([ACCOUNT]))
    expect((await world.of(STRANGE)).lookups?.decidingEvent?.answer).toBe('not-held')
  })
})

describe('a rotation', () => {
  const policy = { rotation: { users: ['arn:aws:iam::*:user/ci-build'] } }

  async function rotated(elsewhere: (there: MemoryIam) => RotatePorts['elsewhere']) {
    const world = await organisation({ policy })
    const vaults = { [ACCOUNT]: memoryVault(), [MEMBER]: memoryVault() }
    await world.respond(attackIn(MEMBER))
    const { id } = await world.of(MEMBER)
    const ports: RotatePorts = {
      ...world.ports,
      vault: vaults[ACCOUNT] ?? memoryVault(),
      account: ACCOUNT,
      elsewhere: elsewhere(world.there),
    }
    await review(
      id,
      { kind: 'compromised', by: 'arn:aws:iam::1:user/eva', reason: 'stolen' },
      {
        ...world.ports,
        rotateInvoker: { rotate: (one: string) => rotate(one, ports) },
      },
    )
    return { ...world, id, vaults, ports }
  }

  it('makes the key, and stores it, in the account of the user', async () => {
    const vault = memoryVault()
    const world = await rotated((there) => (account) => (account === MEMBER ? { iam: there, vault } : undefined))
    await rotate(world.id, world.ports)
    expect(await world.there.listAccessKeys('ci-build')).toHaveLength(2)
    expect(await world.account.listAccessKeys('ci-build')).toHaveLength(1)
    expect(await vault.describe('countersign/ci-build')).toBeDefined()
    expect(await world.vaults[ACCOUNT]?.describe('countersign/ci-build')).toBeUndefined()
  })

  it('makes none where the account is not acted in, and says so', async () => {
    const world = await rotated(() => () => undefined)
    await rotate(world.id, world.ports)
    expect(await world.account.listAccessKeys('ci-build')).toHaveLength(1)
    expect(await world.there.listAccessKeys('ci-build')).toHaveLength(1)
    expect((await world.of(MEMBER)).decision.why.join()).toContain(`account ${MEMBER} is none that this responder acts in`)
  })
})

describe('the roles of the responder in another account', () => {
  const OWN: OwnResources = {
    sessions: new Set(memberSessionArns({ account: MEMBER, partition: 'aws' }, 'Countersign')),
    stackName: 'Countersign',
    names: new Set(),
    deployingRoles: new Set([`arn:aws:iam::${ACCOUNT}:role/cdk-exec`]),
    members: new Set([MEMBER]),
  }

  /** A call that a role of an account makes, by CloudFormation or by itself. */
  function madeBy(roleName: string, session: string, { account = MEMBER, isByStack = false } = {}): Signal {
    const text = JSON.stringify(bySession('iam:UpdateAssumeRolePolicy', 'r1', { roleName: 'Countersign-member-contain' }))
    const record = JSON.parse(
      text.replaceAll('role/deploy/build-7', `role/${roleName}/${session}`).replaceAll('deploy', roleName).replaceAll(MEMBER, account),
    )
    record.userIdentity.arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${session}`
    if (isByStack) Object.assign(record, { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' })
    if (isByStack) record.userIdentity.invokedBy = 'cloudformation.amazonaws.com'
    const read = normalise(record)
    if (read.kind !== 'signals' || read.signals[0] === undefined) throw new Error('no signal')
    return read.signals[0]
  }

  it('are its own by the whole name of the session, in the accounts that it is configured for alone', () => {
    expect(isOwnCall(madeBy('Countersign-member-contain', 'Countersign-contain'), OWN)).toBe(true)
    expect(isOwnCall(madeBy('Countersign-member-contain', 'Countersign-respond'), OWN)).toBe(false)
    expect(isOwnCall(madeBy('Countersign-member-contain', 'Countersign-contain', { account: STRANGE }), OWN)).toBe(false)
  })

  it('are changed by nobody unseen: a stack set may have, anybody else has tampered', () => {
    const marked = (signal: Signal) => {
      const { isAgainstResponder, deployment } = tamperingMarker(OWN)(signal)
      return [isAgainstResponder, deployment]
    }
    expect(marked(madeBy('administrator', 'eva'))).toEqual([true, undefined])
    expect(marked(madeBy('stacksets-exec-0123', 'x', { isByStack: true }))).toEqual([true, 'unproven'])
    expect(marked(madeBy('stacksets-exec-0123', 'x'))).toEqual([true, undefined])
    expect(marked(madeBy('stacksets-exec-0123', 'x', { account: ACCOUNT, isByStack: true }))).toEqual([true, undefined])
  })
})

describe('the policy by account', () => {
  it.each([
    [
      'its mode stands in the place of the own one',
      { mode: 'observe', accounts: { [MEMBER]: { mode: 'contain' } } },
      'contained',
      undefined,
    ],
    [
      'no tier does more there',
      { tiers: [tierOf('contain')], accounts: { [MEMBER]: { mode: 'ask' } } },
      'asking',
      /^accounts\.210987654321 allows no more than ask$/,
    ],
    [
      'a tier may do less there',
      { tiers: [tierOf('ask')], accounts: { [MEMBER]: { mode: 'contain' } } },
      'asking',
      /^mode ask of tier builds/,
    ],
    [
      'an override stands before it',
      { accounts: { [MEMBER]: { mode: 'observe' } }, override: override('contain') },
      'contained',
      undefined,
    ],
  ])('%s', async (_, policy, state, why) => {
    const world = await organisation({ policy })
    await world.respond(attackIn(MEMBER))
    const incident = await world.of(MEMBER)
    expect(incident.state).toBe(state)
    if (why !== undefined) expect(incident.decision.why.some((line) => why.test(line))).toBe(true)
  })

  it('is of that account alone', async () => {
    const world = await organisation({ policy: { accounts: { [MEMBER]: { mode: 'observe' } } } })
    await world.respond([...ATTACK, ...attackIn(MEMBER)])
    expect([(await world.of(ACCOUNT)).state, (await world.of(MEMBER)).state]).toEqual(['contained', 'watching'])
  })

  it('names an account by 12 digits', () => {
    expect(() => parsePolicy({ version: 3, accounts: { '1234': { mode: 'ask' } } })).toThrow(/12 digits/)
    expect(() => parsePolicy({ version: 3, accounts: { [MEMBER]: {} } })).toThrow(/says nothing: give mode or name/)
    for (const name of ['', ' prod', 'a\u202eb', 'x'.repeat(51)])
      expect(() => parsePolicy({ version: 3, accounts: { [MEMBER]: { name } } })).toThrow(/1 to 50 visible characters/)
  })
})

describe('the breaker of several accounts', () => {
  const users = Array.from({ length: 6 }, (_, at) => `s${at}`)
  const keyOf = (name: string, account: string) => `AKIA${name.toUpperCase()}${account.slice(0, 4)}0000000000`.slice(0, 20)
  const many = (account: string) => {
    const details = inAccount(oneUser(), account) as { UserDetailList: object[]; AccessKeys: object[] }
    return {
      UserDetailList: users.map((UserName) => ({ ...details.UserDetailList[0], UserName, Arn: arnOf(UserName).replace(ACCOUNT, account) })),
      AccessKeys: users.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName, account), Status: 'Active' })),
    }
  }
  const attackBy = (name: string, account: string) =>
    ATTACK.map((record, at) => {
      const text = JSON.stringify({ ...record, eventID: `${account}-${name}-${at}` })
      return JSON.parse(text.replaceAll(KEY, keyOf(name, account)).replaceAll('ci-build', name).replaceAll(ACCOUNT, account))
    })
  const statesIn = async (world: Awaited<ReturnType<typeof embedded>>, account: string) =>
    (await world.incidents()).filter(({ identity }) => identity.account === account).map(({ state }) => state)

  it('lets one account have its own share of users, and all together the places of an hour', async () => {
    const breaker = { containmentsPerHour: 5, urgentPerHour: 0 }
    const world = await embedded({ account: many(ACCOUNT), members: { [MEMBER]: many(MEMBER) }, policy: { breaker } })
    for (const name of users) await world.respond(attackBy(name, MEMBER))
    // Three are always allowed; the share of six users is less.
    expect((await statesIn(world, MEMBER)).filter((state) => state === 'contained')).toHaveLength(3)
    const [asked] = (await world.incidents()).filter(({ state }) => state === 'asking')
    expect(asked?.decision.why.join()).toContain(`breaker: 3 containments in this hour, and 0 urgent ones in account ${MEMBER} already`)
    for (const name of users) await world.respond(attackBy(name, ACCOUNT))
    expect((await statesIn(world, ACCOUNT)).filter((state) => state === 'contained')).toHaveLength(2)
    expect((await world.incidents()).flatMap(({ decision }) => decision.why).join()).toContain(
      'breaker: 5 containments in this hour, and 0 urgent ones already',
    )
    // One page for each count that ran full: of both accounts, and of all together.
    expect(world.pages).toHaveLength(3)
  })
})

function tierOf(mode: string): object {
  return { name: 'builds', match: { arns: ['*:user/ci-*'] }, mode }
}

function override(mode: string): object {
  return { mode, until: new Date(NOW + 60 * MINUTE).toISOString(), by: 'eva', reason: 'a drill' }
}
