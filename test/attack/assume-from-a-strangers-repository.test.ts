import { describe, expect, it } from 'vitest'
import { restrictionIn } from '../../shared/contain/restriction-document.ts'
import { ACCOUNT, call, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`

/** A role that the company's repository has assumed every morning for ten days, to push an image. */
async function known() {
  const world = await deployed({
    account: { ...oneUser(), RoleDetailList: [{ RoleName: 'deploy', Arn: ROLE, RolePolicyList: [] }] },
    policy: { version: 3, evidence: {} },
  })
  const respond = async (...records: object[]) => {
    world.setNow(NOW + 3 * HOUR)
    const { failed } = await world.respond(records.map((record) => delivered(record)))
    expect([...failed.values()]).toEqual([])
  }
  for (let day = 10; day > 0; day--) await respond(...run({ subject: OWN, name: `run-${day}`, time: NOW - day * DAY }))
  const restricted = () =>
    (world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList ?? []).flatMap(
      ({ PolicyDocument }) =>
        restrictionIn(typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument))?.sessions ?? [],
    )
  return { ...world, respond, restricted }
}

const OWN = 'repo:example/shop:ref:refs/heads/main'
const STRANGER = 'repo:stranger/tool:ref:refs/heads/main'

/** A workflow assumes the role by its token and makes the calls of every morning, from the same runners and with the same tool. */
function run({ subject, name, time }: { subject: string; name: string; time: number }): object[] {
  const key = `ASIA${name.toUpperCase().replace(/\W/g, '').padEnd(16, '0')}`
  const assumes = {
    ...call('sts:AssumeRoleWithWebIdentity', {
      id: `assume-${name}`,
      time,
      request: { roleArn: ROLE, roleSessionName: name },
      response: {
        subjectFromWebIdentityToken: subject,
        provider: PROVIDER,
        audience: 'sts.amazonaws.com',
        credentials: { accessKeyId: key },
        assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/${name}` },
      },
    }),
    userIdentity: { type: 'WebIdentityUser', principalId: `${PROVIDER}:sts.amazonaws.com:${subject}`, userName: subject },
  }
  const calls = Array.from({ length: 8 }, (_, n) => ({
    ...call('ecr:PutImage', { id: `push-${name}-${n}`, time: time + (n + 1) * 1000 }),
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/${name}`,
      accountId: ACCOUNT,
      accessKeyId: key,
      sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, accountId: ACCOUNT, userName: 'deploy' } },
    },
  }))
  return [assumes, ...calls]
}

describe("a stranger's repository that a trust policy lets in, and that makes the role's usual calls", () => {
  it('has its session restricted, and no other session of the role', async () => {
    const { respond, restricted, incidents } = await known()
    await respond(...run({ subject: OWN, name: 'run-0', time: NOW }))
    expect(await incidents()).toEqual([])
    await respond(...run({ subject: STRANGER, name: 'stranger', time: NOW + HOUR }))
    expect((await incidents()).map(({ state, identity }) => [state, identity.id])).toEqual([['restricted', ROLE]])
    expect(restricted()).toEqual(['stranger'])
    await respond(...run({ subject: OWN, name: 'run-11', time: NOW + 2 * HOUR }))
    expect(restricted()).toEqual(['stranger'])
  })

  it('is restricted where its calls are delivered before the assumption', async () => {
    const { respond, restricted } = await known()
    const [assumes, ...calls] = run({ subject: STRANGER, name: 'stranger', time: NOW })
    for (const one of calls) await respond(one)
    expect(restricted()).toEqual([])
    await respond(assumes as object)
    expect(restricted()).toEqual(['stranger'])
  })

  it.each([
    ['another branch', 'repo:example/shop:ref:refs/heads/feature'],
    ['an environment', 'repo:example/shop:environment:live'],
  ])('is not restricted where it is the own repository with %s', async (_, subject) => {
    const { respond, incidents } = await known()
    await respond(...run({ subject, name: 'run-0', time: NOW }))
    expect(await incidents()).toEqual([])
  })

  it('does not become usual by coming for an hour', async () => {
    const { respond, restricted } = await known()
    for (let n = 0; n < 6; n++) await respond(...run({ subject: STRANGER, name: `stranger-${n}`, time: NOW + n * 10 * 60_000 }))
    expect(restricted()).toContain('stranger-5')
  })
})
