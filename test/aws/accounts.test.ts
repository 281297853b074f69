import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateRoleCommand,
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListRolePoliciesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awsAccounts } from '../../shared/aws/accounts.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import type { Accounts } from '../../shared/ports/accounts.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { review } from '../../shared/review/review.ts'
import { ATTACK, call, embedded, KEY, NOW } from '../embedded.ts'
import { reviewer } from '../restricted.ts'
import { allow, emptyAccounts, newKey } from './account.ts'
import { makeMemberRoles, memberStack } from './member-roles.ts'
import { ACCOUNT, type Keys, REGION, startIamFront } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const MEMBER = '210987654321'
const USER = 'ci-build'
const options = (credentials: Keys | (() => Promise<Keys>)) => ({ endpoint: MOTO, region: REGION, credentials })

const folder = mkdtempSync(join(tmpdir(), 'countersign-member-'))
let home: IAMClient
let there: IAMClient
let accounts: Accounts
let own: Iam
let front: Awaited<ReturnType<typeof startIamFront>>
let stolen: Keys

beforeAll(async () => {
  const { home: atHome, others } = await emptyAccounts(MOTO, [MEMBER])
  home = new IAMClient(options(atHome))
  there = new IAMClient(options(others[0] as Keys))
  for (const client of [home, there]) {
    await client.send(new CreateUserCommand({ UserName: USER }))
    await client.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }))
  }
  stolen = await newKey(home, USER)
  await newKey(there, USER)
  await makeMemberRoles(there, memberStack(folder, MEMBER))
  await home.send(new CreateUserCommand({ UserName: 'contain' }))
  await home.send(new PutUserPolicyCommand({ UserName: 'contain', PolicyName: 'rights', PolicyDocument: allow('sts:AssumeRole') }))
  const sts = new STSClient(options(await newKey(home, 'contain')))
  front = await startIamFront(MOTO)
  own = awsIam(new IAMClient({ ...options(await newKey(home, 'admin')), endpoint: front.url }), ACCOUNT)
  const about = {
    own: { account: ACCOUNT, iam: own },
    members: [MEMBER],
    partition: 'aws',
    stackName: 'Countersign',
    role: 'contain',
    entry: 'contain',
    sts,
    now: Date.now,
  } as const
  accounts = awsAccounts(about, (credentials) => new IAMClient(options(credentials as () => Promise<Keys>)))
})

afterAll(() => {
  front.server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Users and roles of an account, but for the responder's, of which moto says when they were used. */
async function stateOf(client: IAMClient): Promise<string> {
  const { UserDetailList, RoleDetailList } = await client.send(new GetAccountAuthorizationDetailsCommand({}))
  const keys = await client.send(new ListAccessKeysCommand({ UserName: USER }))
  const roles = RoleDetailList?.filter(({ RoleName }) => RoleName?.startsWith('Countersign') === false)
  return JSON.stringify({ UserDetailList, roles, statuses: keys.AccessKeyMetadata?.map(({ Status }) => Status) })
}

const statusIn = async (client: IAMClient) =>
  (await client.send(new ListAccessKeysCommand({ UserName: USER }))).AccessKeyMetadata?.map(({ Status }) => Status)

describe('two accounts on moto, each with its own rights', () => {
  it('have the key switched off in the one and the session ended in the other, by the role there, and both are given back', async () => {
    const before = [await stateOf(home), await stateOf(there)]
    const world = await embedded({ iam: () => own, callsContain: false })
    const ports = { ...world.ports, accounts, quarantinePolicyArn: undefined }
    const arn = `arn:aws:sts::${MEMBER}:assumed-role/deploy/build-7`
    const story = [
      ATTACK[0],
      call('sts:AssumeRole', {
        id: 'as1',
        time: NOW + 500,
        request: { roleArn: `arn:aws:iam::${MEMBER}:role/deploy`, roleSessionName: 'build-7' },
        response: { credentials: { accessKeyId: 'ASIAMEMBERSESSION001' }, assumedRoleUser: { arn } },
      }),
      ...ATTACK.slice(1),
    ].map((record) => JSON.parse(JSON.stringify(record).replaceAll(KEY, stolen.accessKeyId).replaceAll('backdoor', 'nobody')))
    await world.respond(story)
    const [opened] = await world.incidents()
    const id = opened?.id ?? ''
    await enforce(id, ports)
    expect((await world.incidents())[0]?.state).toBe('contained')
    expect([await statusIn(home), await statusIn(there)]).toEqual([['Inactive'], ['Active']])
    const { PolicyNames } = await there.send(new ListRolePoliciesCommand({ RoleName: 'deploy' }))
    expect(PolicyNames).toEqual([`CountersignRevoke-${id}`])
    const set = await there.send(new GetRolePolicyCommand({ RoleName: 'deploy', PolicyName: PolicyNames?.[0] }))
    expect(decodeURIComponent(set.PolicyDocument ?? '')).toContain('*:build-7')
    expect((await home.send(new ListRolePoliciesCommand({ RoleName: 'deploy' }))).PolicyNames).toEqual([])

    await review(id, { kind: 'legitimate', ...reviewer }, { ...world.ports, containInvoker: { contain: (one) => enforce(one, ports) } })
    expect((await world.incidents())[0]?.state).toBe('released')
    expect([await stateOf(home), await stateOf(there)]).toEqual(before)
  })

  it('let the role in the other account do nothing but what contain does', async () => {
    await expect(accounts.iam(MEMBER).createAccessKey(USER)).rejects.toMatchObject({ name: 'AccessDeniedInAccount', account: MEMBER })
    expect(await accounts.iam(MEMBER).getTrust('deploy')).toContain('Statement')
  })
})
