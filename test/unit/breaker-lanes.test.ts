import { describe, expect, it } from 'vitest'
import { arnOf, call, embedded, exposed, NOW } from '../embedded.ts'
import { RESTRICTS } from '../restricted.ts'

const USERS = ['ann', 'ben', 'prod-pay'] as const
const keyOf = (name: string) => `AKIAUSER${name.toUpperCase().replaceAll('-', '').padEnd(12, '0')}`
const ACCOUNT = {
  UserDetailList: USERS.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
  AccessKeys: USERS.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' as const })),
}
const CONTAINS = { version: 3, mode: 'contain', thresholds: { notify: 10, ask: 20, restrict: 30, contain: 40 } }

/** Three calls, each of which makes the incident graver. */
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

async function world(policy: object, breaker: object = {}) {
  const made = await embedded({
    account: ACCOUNT,
    policy: {
      ...policy,
      criticality: [{ name: 'production', match: { arns: ['*:user/prod-*'] }, raise: 1 }],
      breaker: { containmentsPerHour: 1, urgentPerHour: 1, maxUserFraction: 1, urgentPriority: 98, ...breaker },
    },
  })
  const states = async () => Object.fromEntries((await made.incidents()).map(({ identity, state }) => [identity.name, state]))
  const whyOf = async (name: string) => (await made.incidents()).find(({ identity }) => identity.name === name)?.decision.why.join()
  return { ...made, states, whyOf }
}

describe('an incident for which the breaker had no place', () => {
  it.each([
    ['contained', CONTAINS],
    ['restricted', RESTRICTS],
  ] as const)('is %s once it has become urgent, though its first evidence was not', async (state, policy) => {
    const { respond, states, whyOf } = await world(policy)
    for (const user of USERS) for (const event of attackBy(user)) await respond([event])
    expect(await states()).toEqual({ ann: state, ben: 'asking', 'prod-pay': state })
    expect(await whyOf('ben')).toContain('breaker: ')
    expect(await whyOf('prod-pay')).not.toContain('breaker: ')
  })

  it.each([
    ['contained', CONTAINS],
    ['restricted', RESTRICTS],
  ] as const)('stays a question where the urgent places are used up too, and nothing is %s', async (state, policy) => {
    const { respond, states, whyOf } = await world(policy, { urgentPerHour: 0 })
    for (const user of USERS) for (const event of attackBy(user)) await respond([event])
    expect(await states()).toEqual({ ann: state, ben: 'asking', 'prod-pay': 'asking' })
    expect(await whyOf('prod-pay')).toContain('breaker: ')
  })

  it('is contained once AWS confirms that its key is exposed', async () => {
    const { respond, states } = await world(CONTAINS, { urgentPriority: 100 })
    await respond([...attackBy('ann'), ...attackBy('ben')])
    expect(await states()).toEqual({ ann: 'contained', ben: 'asking' })
    await respond([exposed(keyOf('ben'), 'x', NOW + 60_000)])
    expect(await states()).toEqual({ ann: 'contained', ben: 'contained' })
  })

  it('is not tried again by more evidence that opens no lane', async () => {
    const { respond, states, called } = await world(CONTAINS, { urgentPriority: 100 })
    await respond([...attackBy('ann'), ...attackBy('ben')])
    const before = called.length
    await respond([call('guardduty:DeleteDetector', { id: 'more', time: NOW + 90_000, user: 'ben', key: keyOf('ben') })])
    expect([await states(), called.length]).toEqual([{ ann: 'contained', ben: 'asking' }, before])
  })
})
