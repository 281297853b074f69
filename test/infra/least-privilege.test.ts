import type { AddressInfo } from 'node:net'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import type { Template } from 'aws-cdk-lib/assertions'
import dynalite from 'dynalite'
import { afterAll, describe, expect, it } from 'vitest'
import { analyzerFindings } from '../../shared/aws/access-findings.ts'
import { iamAccountSource } from '../../shared/aws/account-policies.ts'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoArchiveTable } from '../../shared/aws/archive-table.ts'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { stackDeployment } from '../../shared/aws/deployment.ts'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { s3IncidentArchive } from '../../shared/aws/incident-archive.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { awsInstanceProfiles } from '../../shared/aws/instance-profiles.ts'
import {
  lambdaContainInvoker,
  lambdaRotateInvoker,
  sqsBackfillQueue,
  sqsBootstrapQueue,
  sqsReverifyQueue,
} from '../../shared/aws/invokers.ts'
import { iamLastUsed } from '../../shared/aws/last-used.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { createTable, keys } from '../../shared/aws/table.ts'
import { cloudTrailTrails } from '../../shared/aws/trails.ts'
import { secretsManagerVault } from '../../shared/aws/vault.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { rotate } from '../../shared/contain/rotate/rotate.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { lookUp } from '../../shared/decide/look-up.ts'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { inventory } from '../../shared/learn/inventory.ts'
import { inventoryReach } from '../../shared/learn/inventory-reach.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { ContainPorts } from '../../shared/ports/contain.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { parsePolicy, seedPolicy } from '../../shared/record/policy-in-force.ts'
import { seal } from '../../shared/record/seal.ts'
import { approve } from '../../shared/review/approve.ts'
import { archiveClosed } from '../../shared/review/archive.ts'
import { review } from '../../shared/review/review.ts'
import { selfCheck } from '../../shared/review/self-check.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { trailCheck } from '../../shared/review/trail-check.ts'
import { joinIdentity } from '../../shared/sense/join.ts'
import { rolePaths } from '../../shared/sense/role-paths.ts'
import { seenIn } from '../attack/known-owner.ts'
import { fakeS3 } from '../contract/fake-s3.ts'
import { iamWire } from '../contract/iam-wire.ts'
import { optionsFor } from '../contract/loopback.ts'
import { ACCOUNT, arnOf, call, exposed, HARM_ALONE, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'
import { guardDuty, signalsOf } from '../findings.ts'
import { printedAnswer } from '../last-used.ts'
import { recordedAws, yes } from './recorded-aws.ts'
import { templateOf } from './template-of.ts'

const FULL = [{ PolicyName: 'full', PolicyDocument: 'x'.repeat(2048) }]
const TEN = Array.from({ length: 10 }, (_, at) => ({ PolicyName: `p${at}`, PolicyArn: `arn:aws:iam::aws:policy/p${at}` }))
const PLACE = { partition: 'aws', region: 'us-east-1', account: ACCOUNT }
const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] })
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Everything that a flow can meet: room and no room, other credentials, roles, what was made and what was there, keys to rotate. */
const WORLD = AuthorizationDetails.parse({
  UserDetailList: [
    { UserName: 'ci-build', Arn: arnOf('ci-build') },
    { UserName: 'full', Arn: arnOf('full'), UserPolicyList: FULL },
    { UserName: 'fuller', Arn: arnOf('fuller'), UserPolicyList: FULL, AttachedManagedPolicies: TEN },
    { UserName: 'backdoor', Arn: arnOf('backdoor') },
    { UserName: 'rotated', Arn: arnOf('rotated') },
  ],
  RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, AssumeRolePolicyDocument: TRUST }],
  AccessKeys: ['ci-build', 'full', 'fuller', 'rotated'].map((UserName, at) => ({
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

const POLICY = parsePolicy({
  version: 2,
  mode: 'contain',
  evidence: HARM_ALONE,
  breaker: { maxUserFraction: 1 },
  // Tags are read where a policy names some.
  tiers: [{ name: 'crown-jewels', match: { tags: { tier: '0' } } }],
  rotation: { users: [arnOf('rotated')] },
})

const template: Template = templateOf({ settings: { onCall: { email: 'oncall@example.com' }, otherRegions: true }, policy: POLICY })
const closing: (() => unknown)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

/** With these Lambda itself fetches messages for a function; the function's code calls none of them. */
const POLLED = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
  (verb) => `sqs:${verb}`,
)

/** What the role of a function may do, but for its log and its traces, which the runtime writes. */
function allowedTo(prefix: string): string[] {
  const actions = Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((role: { Ref: string }) => role.Ref.startsWith(`${prefix}Responder`)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Effect: string; Action: string | string[] }[])
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action)
  return [...new Set(actions)].filter((action) => !/^(logs|xray):/.test(action) && !POLLED.includes(action)).sort()
}

/** The functions of the stack on the SDK, each on clients of its own, over one account and one table. */
async function deployed() {
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const table = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await createTable(dynamo(optionsFor(table)), 'record')
  const iam = await iamWire(WORLD, new Map([[arnOf('full'), printedAnswer(NOW, { s3: NOW - DAY })]]))
  const others = await yes()
  const { wire: s3, hide } = await fakeS3()
  closing.push(iam.close, others.close, s3.close, () => new Promise((resolve) => server.close(resolve)))
  let now = NOW
  const clock = { now: () => now }
  const role = () => recordedAws({ table, iam, others, s3 })
  const as = {
    respond: role(),
    contain: role(),
    rotate: role(),
    sweep: role(),
    seed: role(),
    seal: role(),
    inventory: role(),
    archive: role(),
  }
  const person = role()
  const storesOf = ({ dynamo: client, sns }: ReturnType<typeof role>) => ({
    incidents: dynamoIncidentStore({ client, name: 'record' }),
    record: dynamoChangeRecord({ client, name: 'record' }),
    notifier: snsNotifier(sns, 'arn:aws:sns:us-east-1:123456789012:notices'),
    clock,
    log: silentLog,
  })
  const queue = 'https://sqs.us-east-1.amazonaws.com/123456789012/queue'
  const respond: RespondPorts = {
    ...storesOf(as.respond),
    identities: dynamoIdentityStore({ client: as.respond.dynamo, name: 'record' }),
    lastUsed: dynamoLastUsedStore({ client: as.respond.dynamo, name: 'record' }),
    reach: dynamoReachStore({ client: as.respond.dynamo, name: 'record' }),
    iam: awsIam(as.respond.iam, ACCOUNT),
    blastRadiusOf: undefined,
    advisor: absentAdvisor,
    budget: dynamoAdvisorBudget({ client: as.respond.dynamo, name: 'record' }),
    containInvoker: lambdaContainInvoker(as.respond.lambda, 'contain'),
    bootstrapQueue: sqsBootstrapQueue(as.respond.sqs, queue),
    backfillQueue: sqsBackfillQueue(as.respond.sqs, queue),
    account: ACCOUNT,
    history: cloudTrailHistory(as.respond.trail, { wait: async () => {} }),
    profiles: awsInstanceProfiles(() => as.respond.iam),
    geoIp: { locate: () => ({ country: undefined, network: undefined }) },
  }
  const contain: ContainPorts = {
    ...storesOf(as.contain),
    breaker: dynamoBreaker({ client: as.contain.dynamo, name: 'record' }),
    iam: awsIam(as.contain.iam, ACCOUNT),
    pager: snsNotifier(as.contain.sns, 'arn:aws:sns:us-east-1:123456789012:on-call'),
    reverifyQueue: sqsReverifyQueue(as.contain.sqs, queue),
    account: ACCOUNT,
    quarantinePolicyArn: QUARANTINE_ARN,
  }
  const rotating: RotatePorts = {
    ...storesOf(as.rotate),
    iam: awsIam(as.rotate.iam, ACCOUNT),
    vault: secretsManagerVault(as.rotate.secrets),
  }
  const sweepPorts: SweepPorts = {
    ...storesOf(as.sweep),
    iam: awsIam(as.sweep.iam, ACCOUNT),
    containInvoker: lambdaContainInvoker(as.sweep.lambda, 'contain'),
    rotateInvoker: lambdaRotateInvoker(as.sweep.lambda, 'rotate'),
    backfillQueue: sqsBackfillQueue(as.sweep.sqs, queue),
    pager: snsNotifier(as.sweep.sns, 'arn:aws:sns:us-east-1:123456789012:on-call'),
  }
  return {
    as,
    iam,
    respond,
    contain,
    rotating,
    sweepPorts,
    checkSelf: selfCheck({
      deployment: stackDeployment({ ...as.sweep, dynamo: as.sweep.dynamoDb }, { stackName: 'Countersign', place: PLACE }),
      ...storesOf(as.sweep),
    }),
    checkTrails: trailCheck({ trails: cloudTrailTrails(as.sweep.trail), region: PLACE.region, ...storesOf(as.sweep) }),
    seed: storesOf(as.seed),
    inventory: {
      ...storesOf(as.inventory),
      identities: dynamoIdentityStore({ client: as.inventory.dynamo, name: 'record' }),
      lastUsed: dynamoLastUsedStore({ client: as.inventory.dynamo, name: 'record' }),
      source: iamLastUsed(as.inventory.iam, async () => {}),
      account: ACCOUNT,
      ownRoles: new Set<string>(),
    },
    reachPorts: {
      ...storesOf(as.inventory),
      reach: dynamoReachStore({ client: as.inventory.dynamo, name: 'record' }),
      policies: iamAccountSource(() => as.inventory.iam),
      access: analyzerFindings(() => as.inventory.analyzer),
      account: ACCOUNT,
    },
    seals: {
      ...storesOf(as.seal),
      archive: s3IncidentArchive(as.seal.s3, 'seals-bucket'),
      vault: s3SealVault(as.seal.s3, 'seals-bucket'),
    },
    archiving: {
      ...storesOf(as.archive),
      table: dynamoArchiveTable({ client: as.archive.dynamo, name: 'record' }),
      archive: s3IncidentArchive(as.archive.s3, 'seals-bucket'),
      vault: s3SealVault(as.archive.s3, 'seals-bucket'),
      afterDays: 90,
    },
    /** Somebody puts delete markers over the archives, and a run of archive was cut off before it had removed all: it reads the versions. */
    async hideArchive() {
      const { incidents } = storesOf(person)
      let count = 0
      for await (const incident of incidents.listAll()) {
        if (incident.archived === undefined) continue
        hide(incident.archived.key)
        const { version = 0 } = (await incidents.get(incident.id)) ?? {}
        // Saved anew, it does not say any more that nothing is left.
        await incidents.save(incident, version)
        count += 1
      }
      return count
    },
    /** Somebody with rights of their own deletes an entry of the record. */
    deleteEntry: (subject: string, number: number) =>
      person.dynamo.send(new DeleteCommand({ TableName: 'record', Key: keys.change(subject, number) })),
    /** People answer with rights of their own. */
    people: {
      ...storesOf(person),
      containInvoker: lambdaContainInvoker(person.lambda, 'contain'),
      rotateInvoker: lambdaRotateInvoker(person.lambda, 'rotate'),
    },
    intruder: awsIam(person.iam, ACCOUNT),
    setNow(time: number) {
      now = time
    },
    /** Runs what was handed to Lambda. */
    async settle() {
      for (const { name, incidentId } of others.invoked.splice(0))
        await (name === 'rotate' ? rotate(incidentId, rotating) : enforce(incidentId, contain))
    },
  }
}

const SESSION = {
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIADEPLOYSESSION001',
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, userName: 'deploy' } },
  },
}

describe('least privilege', () => {
  it('every function may do exactly what its flows make it do: nothing that is refused, nothing that is not used', async () => {
    const world = await deployed()
    const { as, iam, respond, contain, sweepPorts, seed, people, settle } = world
    await seedPolicy(POLICY, seed)
    const run = pipeline(respond)
    await run([
      call('iam:CreateUser', { id: 'm1', time: NOW - 2000, request: { userName: 'backdoor' } }),
      ...['ci-build', 'full', 'fuller', 'rotated'].map((name, at) =>
        exposed(at === 0 ? KEY : `AKIA${name.toUpperCase().padEnd(16, '0')}`, `x${at}`),
      ),
      ...['iam:CreateUser', 'iam:CreateLoginProfile', 'cloudtrail:StopLogging', 'iam:UpdateAssumeRolePolicy'].map((action, at) => ({
        ...call(action, { id: `r${at}`, from: '198.51.100.7', request: { userName: 'backdoor', roleName: 'deploy' } }),
        ...SESSION,
      })),
    ])
    await settle()
    const every = async () => {
      const all: Incident[] = []
      for await (const incident of people.incidents.listAll()) all.push(incident)
      return all
    }
    const incidents = await every()
    expect(incidents.map(({ identity, state }) => `${identity.name} ${state}`).sort()).toEqual(
      ['ci-build', 'deploy', 'full', 'fuller', 'rotated'].map((name) => `${name} contained`),
    )
    const named = (name: string) => incidents.find(({ identity }) => identity.name === name)?.id ?? ''
    // What is asked for in the background.
    await bootstrap({ accessKeyId: KEY }, respond)
    await lookUp(named('ci-build'), run, {
      ...respond,
      history: cloudTrailHistory(as.respond.trail, { region: 'us-east-1', wait: async () => {} }),
    })
    // Somebody takes a deny away; the call that does it is seen, and what it did is set right.
    await world.intruder.deleteUserPolicy('ci-build', quarantinePolicyName(named('ci-build')))
    world.setNow(NOW + MINUTE)
    const undone = { request: { userName: 'ci-build', policyName: 'x' }, user: 'full', key: 'AKIAFULL000000000000' }
    await run([
      call('iam:DeleteUserPolicy', { id: 'u1', time: NOW + MINUTE, ...undone }),
      call('iam:DeleteRolePolicy', { id: 'u2', time: NOW + MINUTE, ...undone, request: { roleName: 'deploy', policyName: 'x' } }),
    ])
    await settle()
    for (const { id } of incidents) await enforce(id, contain)
    const by = arnOf('reviewer')
    await approve(named('deploy'), { edgeId: 'iam:UpdateAssumeRolePolicy deploy', by, reason: 'not ours' }, people)
    await settle()
    expect(JSON.stringify(iam.picture().RoleDetailList)).toContain('CountersignOutside')
    await review(named('rotated'), { kind: 'compromised', by, reason: 'it is out' }, people)
    await settle()
    for (const hours of [1, 30, 40, 41]) {
      world.setNow(NOW + hours * HOUR)
      await sweep(sweepPorts)
      await settle()
    }
    const rest = ['ci-build', 'full', 'fuller', 'deploy']
    for (const name of rest) await review(named(name), { kind: 'legitimate', by, reason: 'a drill' }, people)
    await settle()
    expect((await every()).map(({ identity, state }) => `${identity.name} ${state}`).sort()).toEqual(
      ['rotated confirmed', ...rest.map((name) => `${name} released`)].sort(),
    )
    // What others report: where a key was seen, and what an instance with a profile does.
    const instance = { instanceId: 'i-0123456789abcdef0', iamInstanceProfile: { arn: `arn:aws:iam::${ACCOUNT}:instance-profile/web` } }
    expect((await run([seenIn('jira', KEY, { id: 'OPS-7', grade: 'with-secret', time: NOW })])).failed.size).toBe(0)
    // One that nobody here owns is counted.
    expect((await run([seenIn('jira', 'AKIANOBODYOWNSTHIS01', { id: 'OPS-8', grade: 'with-secret', time: NOW })])).failed.size).toBe(0)
    const [finding] = signalsOf(guardDuty({ resourceType: 'Instance', instanceDetails: instance }, { runtimeDetails: {} }))
    // IAM knows no such profile, so the finding is about nobody.
    expect((await joinIdentity(finding as Signal, { ...respond, paths: rolePaths() })).identity.kind).toBe('unknown')
    expect((await respond.identities.exposuresOf(KEY)).map(({ source }) => source).sort()).toEqual(['aws-health', 'jira'])
    const { AccessKeys, ...now } = iam.picture()
    const { AccessKeys: before, ...then } = WORLD
    expect(now).toEqual(then)
    expect(AccessKeys.filter(({ UserName }) => UserName !== 'rotated')).toEqual(before.filter(({ UserName }) => UserName !== 'rotated'))
    expect(AccessKeys.filter(({ UserName }) => UserName === 'rotated')).toMatchObject([{ Status: 'Active' }])

    // An incident that nobody answers: its tier decides, and the tier hangs on tags, of a user and of a role.
    await run([exposed(KEY, 'y1', NOW + 70 * HOUR), { ...call('cloudtrail:DeleteTrail', { id: 'z1', time: NOW + 70 * HOUR }), ...SESSION }])
    await settle()
    // The person on call is paged, and the incident ends when nobody has answered that either.
    for (const hours of [80, 300]) {
      world.setNow(NOW + hours * HOUR)
      await sweep(sweepPorts)
    }
    expect((await world.checkSelf()).length).toBeGreaterThan(5)
    expect((await world.checkTrails()).kind).toBe('missing')

    // A seal, and another that finds what was deleted in between.
    expect(await seal(world.seals)).toMatchObject({ entry: { number: 1 }, discrepancies: [] })
    await world.deleteEntry('POLICY', 1)
    expect(await seal(world.seals)).toMatchObject({ entry: { number: 2 }, discrepancies: [{ subject: 'POLICY', discrepancy: 'vanished' }] })

    // Half a year later the released incidents are archived, the rotated one, of which nothing is in place, and the expired one. What is confirmed stays contained.
    world.setNow(NOW + 180 * DAY)
    await seal(world.seals)
    expect(await archiveClosed(world.archiving)).toMatchObject({ archived: 7, failed: 0 })
    expect((await every()).map(({ identity, state, archived }) => `${identity.name} ${state} ${archived !== undefined}`).sort()).toEqual([
      'AKIANOBODYOWNSTHIS01 expired true',
      'ci-build confirmed false',
      'ci-build released true',
      'deploy expired true',
      'deploy released true',
      'full released true',
      'fuller released true',
      'rotated confirmed true',
    ])
    const stolen = await world.hideArchive()
    expect(await archiveClosed(world.archiving)).toMatchObject({ archived: 7, failed: 0 })
    expect(stolen).toBe(7)
    expect((await seal(world.seals)).discrepancies).toMatchObject([{ subject: 'POLICY' }])

    // The released incident of `full` keeps nobody from asking about it.
    expect(await inventory(world.inventory, world.inventory.clock.now() + 12 * 60_000)).toMatchObject({ taken: 1, failed: 0, left: 0 })
    expect(await inventoryReach(world.reachPorts)).toMatchObject({ accounts: 1 })

    expect(as.respond.used()).toEqual(allowedTo('Respond'))
    expect(as.contain.used()).toEqual(allowedTo('Contain'))
    // CreateSecret sets tags by a right of its own. What rotate failed at is put into a queue by Lambda, with the function's rights.
    expect([...as.rotate.used(), 'secretsmanager:TagResource', 'sqs:SendMessage'].sort()).toEqual(allowedTo('Rotate'))
    expect(as.sweep.used().filter((action) => !POLLED.includes(action))).toEqual(allowedTo('Sweep'))
    // What seal failed at is put into a queue by Lambda, with the function's rights.
    expect([...as.seal.used(), 'sqs:SendMessage'].sort()).toEqual(allowedTo('Seal'))
    expect([...as.archive.used(), 'sqs:SendMessage'].sort()).toEqual(allowedTo('Archive'))
    expect([...as.inventory.used(), 'sqs:SendMessage'].sort()).toEqual(allowedTo('Inventory'))
    expect(as.seed.used()).toEqual(allowedTo('Seed'))
  }, 120_000)
})
