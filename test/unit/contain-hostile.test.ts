import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName, revocationIn, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { incidentId } from '../../shared/domain/incident.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { breakGlass } from '../../shared/review/override.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`
const reviewer = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const
const withRole = (policies: object[] = []) => ({
  ...oneUser(),
  RoleDetailList: [{ RoleName: 'deploy', Arn: ROLE, RolePolicyList: policies }],
})

/** Calls of a role's session that together are contained. */
const bySession = (name: string, key: string, from = 0) =>
  ['iam:CreateUser', 'iam:CreateLoginProfile', 'cloudtrail:StopLogging'].map((action, at) => ({
    ...call(action, { id: `${name}-${key}-${at}`, time: NOW + from + at, request: { userName: 'x' } }),
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/${name}`,
      accountId: ACCOUNT,
      accessKeyId: key,
      sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, userName: 'deploy' } },
    },
  }))

describe('a policy that an intruder planted under the name of ours', () => {
  it('does not pass for ours: the sessions end all the same', async () => {
    const name = revocationPolicyName(incidentId(ROLE, undefined))
    const planted = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'CountersignRevoke',
          Effect: 'Allow',
          Action: 'iam:*',
          Resource: '*',
          Condition: { DateLessThan: { 'aws:TokenIssueTime': '2099-01-01T00:00:00Z' } },
        },
      ],
    })
    expect(revocationIn(planted)).toBeUndefined()
    const world = await embedded({ account: withRole([{ PolicyName: name, PolicyDocument: planted }]) })
    await world.respond(bySession('build-7', 'ASIADEPLOY1'))
    expect((await world.incidents())[0]?.state).toBe('contained')
    expect(JSON.parse((await world.account.getRolePolicy('deploy', name)) ?? '').Statement[0].Effect).toBe('Deny')
  })
})

describe('a release that runs at the same time', () => {
  /** Calls `meanwhile` once, right before the first call of a verb of IAM, or after it. */
  const during = (iam: Iam, verb: keyof Iam, meanwhile: () => Promise<unknown>, when: 'before' | 'after' = 'before'): Iam => {
    let isDone = false
    const once = async () => {
      if (isDone) return
      isDone = true
      await meanwhile()
    }
    const original = iam[verb] as (...words: unknown[]) => Promise<unknown>
    return {
      ...iam,
      [verb]: async (...words: unknown[]) => {
        if (when === 'before') await once()
        const answer = await original(...words)
        if (when === 'after') await once()
        return answer
      },
    }
  }

  it.each(['before', 'after'] as const)('as a containment, %s the deny is put in place, leaves nothing of it', async (when) => {
    const world = await embedded({ callsContain: false })
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    const id = incident?.id ?? ''
    const containInvoker = { contain: (one: string) => enforce(one, world.ports) }
    const iam = during(world.account, 'putUserPolicy', () => review(id, reviewer, { ...world.ports, containInvoker }), when)
    await enforce(id, { ...world.ports, iam }).catch(() => {})
    await enforce(id, world.ports)
    expect((await world.incidents())[0]?.state).toBe('released')
    expect(world.account.authorizationDetails().UserDetailList[0]?.UserPolicyList).toEqual([])
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
  })

  it('as a look that sets a reversal right, leaves nothing of it', async () => {
    const world = await embedded()
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    const id = incident?.id ?? ''
    await world.account.deleteUserPolicy('ci-build', quarantinePolicyName(id))
    world.setNow(NOW + 60_000)
    const containInvoker = { contain: (one: string) => enforce(one, world.ports) }
    const iam = during(world.account, 'putUserPolicy', () => review(id, reviewer, { ...world.ports, containInvoker }))
    await enforce(id, { ...world.ports, iam }).catch(() => {})
    await enforce(id, world.ports)
    expect((await world.incidents())[0]?.state).toBe('released')
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
  })
})

describe('what comes while a containment is at work', () => {
  it('is contained by a run of its own', async () => {
    const world = await embedded({ account: withRole(), callsContain: false })
    await world.respond(bySession('build-7', 'ASIADEPLOY1'))
    const [incident] = await world.incidents()
    const id = incident?.id ?? ''
    let isDone = false
    const iam: Iam = {
      ...world.account,
      async putRolePolicy(...words) {
        if (!isDone) {
          isDone = true
          await world.respond(bySession('build-8', 'ASIADEPLOY2', 10))
        }
        return world.account.putRolePolicy(...words)
      },
    }
    await enforce(id, { ...world.ports, iam })
    expect((await world.incidents())[0]?.state).toBe('containing')
    await enforce(id, world.ports)
    expect((await world.incidents())[0]?.state).toBe('contained')
    const document = (await world.account.getRolePolicy('deploy', revocationPolicyName(id))) ?? ''
    expect(revocationIn(document)?.names.toSorted()).toEqual(['build-7', 'build-8'])
  })
})

describe('a look that fails', () => {
  it('does not keep the user from being denied everything', async () => {
    let isThrottled = true
    const world = await embedded({
      iam: (iam) => ({
        ...iam,
        getUserPolicy: (...words) =>
          isThrottled ? Promise.reject(Object.assign(new Error('slow'), { name: 'Throttling' })) : iam.getUserPolicy(...words),
      }),
    })
    await world.respond([exposed()])
    isThrottled = false
    expect(world.account.isRefused('ci-build')).toBe(true)
    for (const { id } of await world.incidents())
      await review(id, reviewer, { ...world.ports, containInvoker: { contain: (one) => enforce(one, world.ports) } })
    expect(world.account.authorizationDetails().UserDetailList[0]?.UserPolicyList).toEqual([])
  })
})

describe('a flood of things made', () => {
  it('takes no room from the user that was made behind it', async () => {
    const sessions = Array.from({ length: 100 }, (_, at) =>
      call('sts:GetSessionToken', {
        id: `s${at}`,
        time: NOW + at,
        response: { credentials: { accessKeyId: `ASIAFLOOD${String(at).padStart(11, '0')}` } },
      }),
    )
    const later = ATTACK.map((record, at) => ({ ...record, eventTime: new Date(NOW + 1000 + at).toISOString() }))
    const account = {
      ...oneUser(),
      UserDetailList: [...(oneUser().UserDetailList ?? []), { UserName: 'backdoor', Arn: arnOf('backdoor') }],
    }
    const world = await embedded({ account })
    await world.respond([call('iam:CreateUser', { id: 'first', time: NOW - 1, request: { userName: 'x' } }), ...sessions, ...later])
    expect(world.account.isRefused('backdoor')).toBe(true)
  })
})

describe('a policy of ours on what was made', () => {
  it('is set again on the call that takes it away, whosever it is', async () => {
    const world = await embedded({ account: withRole() })
    await world.respond([call('iam:CreateRole', { id: 'r1', time: NOW - 1000, request: { roleName: 'deploy' } }), ...ATTACK, exposed()])
    const [incident] = await world.incidents()
    const name = quarantinePolicyName(incident?.id ?? '')
    expect(await world.account.getRolePolicy('deploy', name)).toBeDefined()
    await world.account.deleteRolePolicy('deploy', name)
    world.setNow(NOW + 120_000)
    const seen = call('iam:DeleteRolePolicy', {
      id: 'd1',
      time: NOW + 120_000,
      request: { roleName: 'deploy', policyName: name },
      user: 'bystander',
      key: 'AKIABYSTANDER0000001',
    })
    await pipeline(world.ports)([seen])
    expect(await world.account.getRolePolicy('deploy', name)).toBeDefined()
    const chain = await world.ports.record.list(incidentSubject(incident?.id ?? ''))
    expect(chain.some(({ kind, target }) => kind === 'step-reversed' && target.startsWith('role-policy:deploy'))).toBe(true)
  })
})

describe('a session that comes again under the name of one that did it', () => {
  it('ends as well, as soon as it does something that speaks against it', async () => {
    const world = await embedded({ account: withRole() })
    await world.respond(bySession('build-7', 'ASIADEPLOY1'))
    const id = (await world.incidents())[0]?.id ?? ''
    world.setNow(NOW + 3_600_000)
    const [again] = bySession('build-7', 'ASIADEPLOY9', 3_600_000)
    await world.respond([again])
    const document = (await world.account.getRolePolicy('deploy', revocationPolicyName(id))) ?? ''
    expect(revocationIn(document)?.issuedBefore).toBe(NOW + 3_600_000)
  })
})

describe('a bound that refuses for certain', () => {
  it('takes no place of the breaker', async () => {
    const world = await embedded({ policy: { protected: { arns: [arnOf('bystander')] }, breaker: { containmentsPerHour: 1 } } })
    await world.respond([exposed('AKIABYSTANDER0000001', '1')])
    const [incident] = await world.incidents()
    const stored = await world.ports.incidents.get(incident?.id ?? '')
    if (stored === undefined) throw new Error('no incident')
    // Decided before the policy protected it.
    await world.ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
    await enforce(stored.value.id, world.ports)
    expect((await world.ports.incidents.get(stored.value.id))?.value.state).toBe('asking')
    await world.respond([exposed(KEY, '2')])
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })
})

describe('an incident that says only that it was contained', () => {
  it('takes a place of the breaker, and contains nothing of another account', async () => {
    for (const [containmentsPerHour, account, expected] of [
      [0, ACCOUNT, false],
      [3, '210987654321', false],
      [3, ACCOUNT, true],
    ] as const) {
      const thresholds = { notify: 10, ask: 20, restrict: 100, contain: 100 }
      const world = await embedded({ policy: { mode: 'contain', thresholds, breaker: { containmentsPerHour } } })
      await world.respond(ATTACK)
      const id = (await world.incidents())[0]?.id ?? ''
      const stored = await world.ports.incidents.get(id)
      if (stored === undefined) throw new Error('no incident')
      expect(stored.value.containedAt).toBeUndefined()
      const { identity } = stored.value
      await world.ports.incidents.save({ ...stored.value, state: 'contained', identity: { ...identity, account } }, stored.version)
      await enforce(id, world.ports)
      const denied = await world.account.getUserPolicy('ci-build', quarantinePolicyName(id))
      expect(denied !== undefined, `${containmentsPerHour} ${account}`).toBe(expected)
    }
  })
})

describe('a broken glass', () => {
  it('keeps the hold from setting again what somebody took away: it is said, and left', async () => {
    const world = await embedded()
    await world.respond([exposed()])
    const id = (await world.incidents())[0]?.id ?? ''
    await breakGlass({ mode: 'observe', minutes: 60, by: arnOf('admin'), reason: 'production stands still' }, world.ports)
    await world.account.deleteUserPolicy('ci-build', quarantinePolicyName(id))
    world.setNow(NOW + 60_000)
    await enforce(id, world.ports)
    expect(await world.account.getUserPolicy('ci-build', quarantinePolicyName(id))).toBeUndefined()
    expect((await world.incidents())[0]?.decision.why.join()).toContain('differs, and is left so: override until')
    world.setNow(NOW + 61 * 60_000)
    await enforce(id, world.ports)
    expect(await world.account.getUserPolicy('ci-build', quarantinePolicyName(id))).toBeDefined()
  })
})

describe('a release', () => {
  it('gives back all that it may, and says what it may not', async () => {
    const world = await embedded()
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    const id = incident?.id ?? ''
    const iam = { ...world.account, setAccessKeyStatus: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })) }
    await review(id, reviewer, { ...world.ports, containInvoker: { contain: (one) => enforce(one, { ...world.ports, iam }) } })
    expect(world.account.isRefused('ci-build')).toBe(false)
    const [after] = await world.incidents()
    expect(after?.state).toBe('asking')
    expect(after?.decision.why.at(-1)).toContain(`access-key:ci-build/${KEY}: could not be set back: AccessDenied`)
  })

  it('does not take a boundary for given back whose old policy is gone', async () => {
    const own = `arn:aws:iam::${ACCOUNT}:policy/own`
    const full = [{ PolicyName: 'full', PolicyDocument: 'x'.repeat(2048) }]
    const ten = Array.from({ length: 10 }, (_, at) => ({ PolicyName: `p${at}`, PolicyArn: `arn:aws:iam::aws:policy/p${at}` }))
    const [user, ...others] = oneUser().UserDetailList ?? []
    const bounded = { ...user, UserPolicyList: full, AttachedManagedPolicies: ten, PermissionsBoundary: { PermissionsBoundaryArn: own } }
    const world = await embedded({ account: { ...oneUser(), UserDetailList: [bounded, ...others] } })
    await world.respond([exposed()])
    const id = (await world.incidents())[0]?.id ?? ''
    const iam: Iam = {
      ...world.account,
      setBoundary: async (name, arn) => (arn === own ? 'no-such-identity' : world.account.setBoundary(name, arn)),
    }
    await review(id, reviewer, { ...world.ports, containInvoker: { contain: (one) => enforce(one, { ...world.ports, iam }) } })
    expect((await world.incidents())[0]?.state).toBe('asking')
  })
})

describe('a name that IAM cannot have given', () => {
  it.each(['bystander/x', '../bystander', 'by\nstander', 'bystander/arn:aws:iam::123456789012:policy/x', 'ü', 'x'.repeat(100)])(
    '%j is not acted on, keeps nothing else from being contained, and a person is told',
    async (userName) => {
      const world = await embedded()
      await world.respond([call('iam:CreateUser', { id: 'm', time: NOW - 1000, request: { userName } }), exposed()])
      const [incident] = await world.incidents()
      const id = incident?.id ?? ''
      expect(incident?.state).toBe('contained')
      expect(incident?.decision.why.join()).toContain('could not be looked at: InvalidTarget')
      expect(world.account.isRefused('ci-build', KEY)).toBe(true)
      expect(world.account.authorizationDetails().UserDetailList[1]).toEqual(oneUser().UserDetailList?.[1])
      await review(id, reviewer, world.ports)
      expect((await world.incidents())[0]?.state).toBe('released')
      expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    },
  )
})
