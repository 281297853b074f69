import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import { workloadIn } from '../../shared/domain/workload-sessions.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, embedded, NOW } from '../embedded.ts'
import { event, guardDuty } from '../findings.ts'

const TASK = '0123456789abcdef0123456789abcdef'
const INSTANCE = 'i-0123456789abcdef0'
const UUID = '01234567-89ab-cdef-0123-456789abcdef'

const call = (role: string, sessionName: string, n = 0) => ({
  eventVersion: '1.11',
  eventID: `call-${role}-${sessionName}-${n}`,
  eventTime: new Date(NOW - 60_000 + n).toISOString(),
  eventSource: 'dynamodb.amazonaws.com',
  eventName: 'DescribeTable',
  awsRegion: 'us-east-1',
  sourceIPAddress: '10.0.0.7',
  userAgent: 'aws-sdk',
  readOnly: true,
  recipientAccountId: ACCOUNT,
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${sessionName}`,
    accountId: ACCOUNT,
    accessKeyId: `ASIA${role.toUpperCase().padEnd(16, 'X').slice(0, 16)}`,
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/app/${role}`, userName: role } },
  },
})

/** A call of an instance: of its session AWS says that the metadata service delivered it. */
const ofInstance = (role: string) => {
  const { userIdentity, ...record } = call(role, INSTANCE)
  return { ...record, userIdentity: { ...userIdentity, sessionContext: { ...userIdentity.sessionContext, ec2RoleDelivery: '2.0' } } }
}

const runtimeFinding = (resource: object) =>
  guardDuty(resource, { runtimeDetails: { process: {} } }, { type: 'CredentialAccess:Runtime/SuspiciousProcess', severity: 8 })

const OF_TASK = runtimeFinding({
  resourceType: 'ECSCluster',
  ecsClusterDetails: { taskDetails: { arn: `arn:aws:ecs:us-east-1:${ACCOUNT}:task/web/${TASK}` } },
})
const OF_POD = runtimeFinding({
  resourceType: 'EKSCluster',
  eksClusterDetails: { name: 'prod' },
  kubernetesDetails: { kubernetesWorkloadDetails: { name: 'api-7d9', namespace: 'web' } },
})
const FALCO = event('countersign.reports', 'Runtime Alert', {
  version: 1,
  id: 'falco:1',
  source: 'falco',
  rule: 'Contact EC2 Instance Metadata Service From Container',
  priority: 'Critical',
  workload: INSTANCE,
  seenAt: NOW,
})

async function incidentAfter(...inputs: object[]): Promise<Incident> {
  const world = await embedded({ policy: { mode: 'contain' } })
  const run = pipeline(world.ports)
  for (const input of inputs) expect([...(await run([input])).failed.values()]).toEqual([])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  return incident
}

describe('a finding about a workload', () => {
  it.each([
    ['a task of ECS', OF_TASK, TASK, call('web', TASK)],
    ['a pod of EKS', OF_POD, `eks-prod-api-7d9-${UUID}`, call('web', `eks-prod-api-7d9-${UUID}`)],
    ['an instance that Falco names', FALCO, INSTANCE, ofInstance('web')],
  ])('is one about the role of its sessions: %s', async (_, finding, sessionName, seen) => {
    const { identity, credentials, findings } = await incidentAfter(seen, finding)
    expect(identity).toMatchObject({ id: `arn:aws:iam::${ACCOUNT}:role/app/web`, kind: 'role' })
    expect(credentials[0]?.id).toBe(`session:${identity.id}/${workloadIn(sessionName)}`)
    expect(findings.map(({ detector }) => detector)).toEqual(['compromise-reported'])
  })

  it.each([
    ['a task of ECS', OF_TASK],
    ['a pod of EKS', OF_POD],
    ['an instance that Falco names', FALCO],
  ])('is an incident of its own that asks where none of its sessions was seen: %s', async (_, finding) => {
    const { identity, decision, findings } = await incidentAfter(finding)
    expect([identity.kind, decision.action]).toEqual(['unknown', 'ask'])
    expect(findings[0]?.reason).toContain('no call of it was seen lately')
  })

  it('asks where several roles had sessions of its name, because whoever assumes a role chooses the name', async () => {
    const { identity, decision, findings } = await incidentAfter(call('web', TASK), call('forged', TASK), OF_TASK)
    expect([identity.kind, decision.action]).toEqual(['unknown', 'ask'])
    expect(findings[0]?.reason).toContain('several roles')
  })

  it.each([
    ['before', [call('forged', INSTANCE), ofInstance('web')]],
    ['after', [ofInstance('web'), call('forged', INSTANCE)]],
  ])('goes by no session that somebody named like an instance, %s the instance called', async (_, calls) => {
    const { identity } = await incidentAfter(...calls, FALCO)
    expect(identity.id).toBe(`arn:aws:iam::${ACCOUNT}:role/app/web`)
    const { identity: unseen, decision } = await incidentAfter(call('forged', INSTANCE), FALCO)
    expect([unseen.kind, decision.action]).toEqual(['unknown', 'ask'])
  })
})

describe('the name of a workload', () => {
  it.each([
    ['i-0123456789abcdef0', 'i-0123456789abcdef0'],
    [TASK, TASK],
    [`eks-prod-api-7d9-${UUID}`, 'eks-prod-api-7d9'],
    ['build-7', undefined],
    ['i-nothex', undefined],
    ['eks-prod-api', undefined],
  ])('is that of its sessions: %s', (sessionName, workload) => {
    expect(workloadIn(sessionName)).toBe(workload)
  })
})
