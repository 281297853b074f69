import { describe, expect, it } from 'vitest'
import { ACCOUNT, arnOf, call, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const ROLE = `arn:aws:iam::${ACCOUNT}:role/web`

/** Callers whose calls CloudTrail puts under one name with those of others, and two that are one principal each. */
const SHARED: readonly (readonly [string, object | null])[] = [
  ['a caller without identity', null],
  ['a service of AWS', { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }],
  ['an account', { type: 'AWSAccount', accountId: ACCOUNT, principalId: 'AIDAEXAMPLE' }],
]
const OWN: readonly (readonly [string, object])[] = [
  ['root', { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT }],
  ['a web identity', { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:anna' }],
]

/** Two customers sign in to a role, and meanwhile somebody of the same name makes a user with a key and full rights, and stops the trail. */
async function play(userIdentity: object | null) {
  const backdoor = { UserName: 'backdoor', Arn: arnOf('backdoor'), CreateDate: new Date(NOW + 500).toISOString() }
  const world = await deployed({
    account: {
      ...oneUser(),
      RoleDetailList: [{ RoleName: 'web', Arn: ROLE }],
      UserDetailList: [...(oneUser().UserDetailList ?? []), backdoor],
      AccessKeys: [...(oneUser().AccessKeys ?? []), { UserName: 'backdoor', AccessKeyId: 'AKIABACKDOOR00000001', Status: 'Active' }],
    },
  })
  const by = (record: object) => delivered({ ...record, userIdentity, recipientAccountId: ACCOUNT })
  const signsIn = (id: string, sessionName: string, ms: number) =>
    call('sts:AssumeRoleWithWebIdentity', {
      id,
      time: NOW + ms,
      request: { roleArn: ROLE, roleSessionName: sessionName },
      response: {
        credentials: { accessKeyId: `ASIA${sessionName.toUpperCase().padEnd(16, '0')}` },
        assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/web/${sessionName}` },
      },
    })
  const attack = [
    call('iam:CreateUser', { id: 'u1', time: NOW + 500, request: { userName: 'backdoor' } }),
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
  ]
  const all = [signsIn('s1', 'customera', 0), signsIn('s2', 'customerb', 1), ...attack, signsIn('s3', 'customerc', 4000)]
  for (const record of all) await world.respond([by(record)])
  const incidents = await world.incidents()
  const { RoleDetailList } = world.account.authorizationDetails()
  return {
    states: incidents.map(({ state }) => state),
    lineage: incidents.flatMap(({ lineage }) => lineage.map(({ kind, owner }) => `${kind} ${owner.split('/').pop()}`)),
    ended: RoleDetailList.flatMap(({ RolePolicyList }) => JSON.stringify(RolePolicyList).match(/customer./g) ?? []),
    isKeyOff: world.account.isRefused('backdoor', 'AKIABACKDOOR00000001'),
  }
}

describe('an intruder whose calls have the same name in the log as those of other callers', () => {
  it.each(SHARED)(
    '%s: the sessions of the others go on, what its suspicious calls made is contained, and people are asked',
    async (_, who) => {
      const { states, lineage, ended, isKeyOff } = await play(who)
      expect([ended, isKeyOff]).toEqual([[], true])
      expect(states).toEqual(['asking'])
      expect(lineage.filter((edge) => edge.includes('customer'))).toEqual([])
    },
  )

  it.each(OWN)('%s is one principal: the sessions are its own, and are ended', async (_, who) => {
    const { states, ended, isKeyOff } = await play(who)
    expect([...new Set(ended)].sort()).toEqual(['customera', 'customerb', 'customerc'])
    expect([isKeyOff, states]).toEqual([true, ['asking']])
  })
})
