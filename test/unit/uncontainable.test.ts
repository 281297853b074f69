import { describe, expect, it } from 'vitest'
import { asTyped } from '../../local/command-name.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { pendingOf } from '../../shared/contain/pending.ts'
import { manualSteps } from '../../shared/domain/manual-steps.ts'
import type { IdentityKind } from '../../shared/domain/signal.ts'
import { unclaimedIdentity } from '../../shared/domain/unclaimed.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { incidentOf } from '../contract/samples.ts'
import { ACCOUNT, arnOf, call, embedded, NOW, oneUser } from '../embedded.ts'

/** Callers that no call of IAM takes out of use, as CloudTrail names them. */
const CALLERS: readonly (readonly [name: string, kind: IdentityKind, userIdentity: object | null])[] = [
  ['root', 'root', { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: 'AKIAROOTROOTROOTROOT' }],
  [
    'a federated user',
    'federated-user',
    { type: 'FederatedUser', arn: `arn:aws:sts::${ACCOUNT}:federated-user/anna`, accountId: ACCOUNT, accessKeyId: 'ASIAFEDERATED0000001' },
  ],
  ['a caller without identity', 'unknown', null],
]

const backdoor = {
  UserName: 'backdoor',
  Arn: arnOf('backdoor'),
  Path: '/',
  UserPolicyList: [],
  AttachedManagedPolicies: [],
  GroupList: [],
  Tags: [],
}

/** It looks around by force, makes a user with a key and full rights, and stops the trail. */
function intrusion(userIdentity: object | null): object[] {
  const by = (record: object) => ({ ...record, userIdentity, recipientAccountId: ACCOUNT })
  return [
    call('iam:CreateUser', { id: 'u1', request: { userName: 'backdoor' } }),
    call('iam:AttachUserPolicy', {
      id: 'u2',
      time: NOW + 1000,
      request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    call('iam:CreateAccessKey', {
      id: 'u3',
      time: NOW + 2000,
      request: { userName: 'backdoor' },
      response: { accessKey: { accessKeyId: 'AKIABACKDOOR00000001', userName: 'backdoor' } },
    }),
    call('cloudtrail:StopLogging', { id: 'u4', time: NOW + 3000 }),
  ].map(by)
}

async function intruded(userIdentity: object | null, parts: Parameters<typeof embedded>[0] = {}) {
  const account = {
    ...oneUser(),
    UserDetailList: [...(oneUser().UserDetailList ?? []), backdoor],
    AccessKeys: [...(oneUser().AccessKeys ?? []), { UserName: 'backdoor', AccessKeyId: 'AKIABACKDOOR00000001', Status: 'Active' as const }],
  }
  const world = await embedded({ account, ...parts })
  for (const record of intrusion(userIdentity)) await world.respond([record])
  const [incident] = (await world.incidents()).sort((a, b) => b.priority - a.priority)
  if (incident === undefined) throw new Error('no incident')
  return { world, incident }
}

describe.each(CALLERS)('%s that makes a user', (_, kind, userIdentity) => {
  it('stays a question, while what it made is contained', async () => {
    const { world, incident } = await intruded(userIdentity)
    expect(incident).toMatchObject({ identity: { kind }, state: 'asking', decision: { action: 'ask', would: 'contain' } })
    expect(incident.containedAt).toBeUndefined()
    expect(incident.decision.why.join()).toContain('itself is still in use')
    expect(world.account.isRefused('backdoor', 'AKIABACKDOOR00000001')).toBe(true)
    expect(world.notices.map(({ kind: told }) => told)).not.toContain('contained')
  })

  it('has the steps for a person in the notice, in Slack, on the command line and in what waits', async () => {
    const { world, incident } = await intruded(userIdentity)
    const [first = ''] = manualSteps(incident)
    expect(first).not.toBe('')
    expect(pendingOf(incident)[0]).toBe(first)
    expect(noticeOf(incident, 'ask').body).toContain(`Do: ${first.slice(0, 40)}`)
    const { policy } = await readPolicy(world.ports.record)
    expect(JSON.stringify(messageOf({ incident, changes: [], policy }).blocks)).toContain(first.slice(0, 30))
    expect(renderIncident(incident, (_, text) => text)).toContain(asTyped(first, { options: '' }).slice(0, 60))
  })

  it('has nothing contained in mode ask', async () => {
    const { world, incident } = await intruded(userIdentity, { policy: { mode: 'ask' } })
    expect(incident.state).toBe('asking')
    expect(world.account.isRefused('backdoor', 'AKIABACKDOOR00000001')).toBe(false)
  })
})

describe('steps for a person', () => {
  it('are there for every identity that cannot be contained, and for no other', () => {
    const kinds: Record<IdentityKind, boolean> = {
      'iam-user': false,
      role: false,
      root: true,
      'federated-user': true,
      'web-identity': true,
      saml: true,
      'identity-center': true,
      'aws-account': true,
      'aws-service': true,
      unknown: true,
    }
    const base = incidentOf('inc-0123456789ab', { state: 'asking' })
    for (const [kind, hasSteps] of Object.entries(kinds)) {
      const steps = manualSteps({ ...base, identity: { ...base.identity, kind: kind as IdentityKind } })
      expect(steps.length > 0, kind).toBe(hasSteps)
    }
  })

  it.each([
    ['access-key:AKIAIOSFODNN7EXAMPLE', 'aws sts get-access-key-info --access-key-id AKIAIOSFODNN7EXAMPLE', 'root'],
    ['session:ASIAIOSFODNN7EXAMPLE', 'AttributeKey=AccessKeyId,AttributeValue=ASIAIOSFODNN7EXAMPLE', 'role'],
    [`workload:${ACCOUNT}:pod api of cluster prod`, 'the workload and its role', 'report'],
    ['entity:unknown/unknown', 'the workload and its role', 'report'],
    [unclaimedIdentity(ACCOUNT, 'logs', 490_000).id, 'who writes them', 'root'],
    [`unknown:${ACCOUNT}:hidden name`, 'address and user agent', 'CloudTrail'],
  ])('say of %s where to look, and are whole in a notice', (id, ...words) => {
    const incident = {
      ...incidentOf('inc-0123456789ab'),
      state: 'asking' as const,
      identity: { id, kind: 'unknown' as const, name: 'x', account: ACCOUNT },
    }
    const steps = manualSteps(incident)
    for (const word of words) expect(steps.join(' ')).toContain(word)
    for (const step of steps) expect(noticeOf(incident, 'ask').body).toContain(`Do: ${step}`)
  })

  it('are there for a role of IAM Identity Center, which IAM refuses to change', () => {
    const id = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef`
    const identity = { id, kind: 'role' as const, name: 'AWSReservedSSO_Admin_0123456789abcdef', account: ACCOUNT }
    expect(manualSteps({ ...incidentOf('inc-0123456789ab'), state: 'asking', identity })[0]).toContain('Disable user access')
    const imitated = { ...identity, id: id.replace(':role/', ':role/x:role/') }
    expect(manualSteps({ ...incidentOf('inc-0123456789ab'), state: 'asking', identity: imitated })).toEqual([])
  })

  it('are not shown while an incident is only watched, and not after a release', () => {
    const root = { ...incidentOf('inc-0123456789ab').identity, kind: 'root' as const }
    for (const state of ['watching', 'releasing', 'released', 'expired'] as const)
      expect(manualSteps({ ...incidentOf('inc-0123456789ab'), identity: root, state })).toEqual([])
  })
})
