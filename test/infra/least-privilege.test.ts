import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { placeDatabases } from '../../local/place-databases.ts'
import { iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { readStackConfig } from '../../shared/config.ts'
import { AccountPicture } from '../../shared/memory/account-picture.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { enforce } from '../../shared/stages/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/stages/contain/quarantine.ts'
import { parsePolicy } from '../../shared/stages/policy-source.ts'
import { review } from '../../shared/stages/review.ts'
import { type IamWire, iamWire } from '../contract/iam-wire.ts'
import { ACCOUNT, arnOf, call, embedded, exposed, KEY, NOW } from '../embedded.ts'

const FULL = [{ PolicyName: 'full', PolicyDocument: 'x'.repeat(2048) }]
const TEN = Array.from({ length: 10 }, (_, at) => ({ PolicyName: `p${at}`, PolicyArn: `arn:aws:iam::aws:policy/p${at}` }))

/** Everything that a flow of containment can meet: room and no room, other credentials, roles, what was made and what was there. */
const WORLD = AccountPicture.parse({
  UserDetailList: [
    { UserName: 'ci-build', Arn: arnOf('ci-build') },
    { UserName: 'full', Arn: arnOf('full'), UserPolicyList: FULL },
    { UserName: 'fuller', Arn: arnOf('fuller'), UserPolicyList: FULL, AttachedManagedPolicies: TEN },
    { UserName: 'backdoor', Arn: arnOf('backdoor') },
  ],
  RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy` }],
  AccessKeys: ['ci-build', 'full', 'fuller'].map((UserName, at) => ({
    UserName,
    AccessKeyId: at === 0 ? KEY : `AKIA${UserName.toUpperCase().padEnd(16, '0')}`,
    Status: 'Active',
  })),
  SwitchableCredentials: (['service-specific-credential', 'ssh-public-key', 'signing-certificate'] as const).map((Kind) => ({
    UserName: 'ci-build',
    Kind,
    Id: `ID-${Kind}`,
    Status: 'Active',
  })),
})

const wires: IamWire[] = []
afterAll(() => Promise.all(wires.map((wire) => wire.close())))

/** IAM of the account by its API, and the verbs that were called on it. */
async function onTheWire() {
  const wire = await iamWire(WORLD)
  wires.push(wire)
  return { iam: awsIam(iamClient(wire.options), ACCOUNT), wire }
}

let template: Template
beforeAll(async () => {
  const app = new App()
  const policy = parsePolicy({ version: 1 })
  const stack = new CountersignStack(app, 'Countersign', {
    config: readStackConfig({}),
    policy,
    places: await placeDatabases(),
    env: { account: ACCOUNT, region: 'us-east-1' },
  })
  template = Template.fromStack(stack)
}, 180_000)

function allowedTo(prefix: string): string[] {
  const actions = Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((role: { Ref: string }) => role.Ref.startsWith(prefix)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Effect: string; Action: string | string[] }[])
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
  return [...new Set(actions)].filter((action) => action.startsWith('iam:')).sort()
}

describe('least privilege', () => {
  it('contain and respond may call on IAM exactly what contain, hold and release make them call', async () => {
    const responding = await onTheWire()
    const containing = await onTheWire()
    const world = await embedded({ callsContain: false, policy: { breaker: { shareOfUsers: 1 } } })
    const ports = { ...world.ports, iam: containing.iam }
    const respond = pipeline({ ...world.ports, iam: responding.iam })
    const role = {
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
        accountId: ACCOUNT,
        accessKeyId: 'ASIADEPLOYSESSION001',
        sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, userName: 'deploy' } },
      },
    }
    await respond([
      call('iam:CreateUser', { id: 'm1', time: NOW - 2000, request: { userName: 'backdoor' } }),
      ...['ci-build', 'full', 'fuller'].map((name, at) => exposed(at === 0 ? KEY : `AKIA${name.toUpperCase().padEnd(16, '0')}`, `x${at}`)),
      ...['iam:CreateUser', 'iam:CreateLoginProfile', 'cloudtrail:StopLogging'].map((action, at) => ({
        ...call(action, { id: `r${at}`, from: '198.51.100.7', request: { userName: 'backdoor' } }),
        ...role,
      })),
    ])
    const incidents = await world.incidents()
    expect(incidents.map(({ identity }) => identity.name).sort()).toEqual(['ci-build', 'deploy', 'full', 'fuller'])
    for (const { id } of incidents) await enforce(id, ports)
    for (const { state } of await world.incidents()) expect(state).toBe('contained')
    // Somebody takes a deny away; the call that does it is seen, and what it did is set right.
    const own = incidents.find(({ identity }) => identity.name === 'ci-build')
    await containing.iam.deleteUserPolicy('ci-build', quarantinePolicyName(own?.id ?? ''))
    world.setNow(NOW + 60_000)
    const undone = { request: { userName: 'ci-build', policyName: 'x' }, user: 'full', key: 'AKIAFULL000000000000' }
    await respond([
      call('iam:DeleteUserPolicy', { id: 'u1', time: NOW + 60_000, ...undone }),
      call('iam:DeleteRolePolicy', { id: 'u2', time: NOW + 60_000, ...undone, request: { roleName: 'deploy', policyName: 'x' } }),
    ])
    for (const { id } of incidents) await enforce(id, ports)
    const reviewer = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const
    const containDoor = { contain: (id: string) => enforce(id, ports) }
    for (const { id } of incidents) await review(id, reviewer, { ...ports, containDoor })
    expect((await world.incidents()).map(({ state }) => state)).toEqual(incidents.map(() => 'released'))
    expect(containing.wire.picture()).toEqual(WORLD)

    const called = (wire: IamWire) => [...new Set(wire.seen)].map((verb) => `iam:${verb}`).sort()
    expect(called(containing.wire)).toEqual(allowedTo('Contain'))
    expect(called(responding.wire)).toEqual(allowedTo('Respond'))
  })
})
