import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { iamAccountSource } from '../../shared/aws/account-policies.ts'
import { iamClient } from '../../shared/aws/clients.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import type { ReachStore } from '../../shared/ports/reach.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { type IamWire, iamWire } from './iam-wire.ts'

let embedded: EmbeddedTable
const wires: IamWire[] = []
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => Promise.all([embedded.close(), ...wires.map((wire) => wire.close())]))

let made = 0
/** An account that no other test has met: they share the table. */
const someAccount = () => String(100_000_000_000 + ++made)
const AT = Date.UTC(2026, 1, 1, 2, 41)
const reachOf = (account: string, name: string, parts: Partial<StoredReach> = {}): StoredReach => ({
  id: `arn:aws:iam::${account}:user/${name}`,
  score: 97,
  reasons: ['can grant itself more rights (iam-001)'],
  paths: ['iam-001'],
  at: AT,
  since: AT,
  ...parts,
})

describe.each([
  { name: 'in memory', make: (): ReachStore => memoryReachStore() },
  { name: 'on DynamoDB', make: () => dynamoReachStore(embedded.paged(2)) },
])('the store of reach $name', ({ make }) => {
  it('knows nothing of whom no inventory found', async () => {
    const account = someAccount()
    expect(await make().read({ id: reachOf(account, 'a').id, account })).toBeUndefined()
  })

  it('gives back what was saved last, of an account all of it and nothing of others', async () => {
    const store = make()
    const [account, other] = [someAccount(), someAccount()]
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => reachOf(account, name))
    for (const one of all) await store.save(account, one)
    await store.save(other, reachOf(other, 'a'))
    const changed = reachOf(account, 'c', { score: 5, before: 97, gained: [], since: AT + 1, at: AT + 1 })
    await store.save(account, changed)
    expect(await store.read({ id: changed.id, account })).toEqual(changed)
    const listed = []
    for await (const one of store.list(account)) listed.push(one)
    expect(listed.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(all.map((one) => (one.id === changed.id ? changed : one)))
  })
})

describe('reach on DynamoDB', () => {
  it.each([
    ['of another identity', (account: string) => JSON.stringify({ v: 1, ...reachOf(account, 'somebody-else') })],
    ['with more points than there are', (account: string) => JSON.stringify({ v: 1, ...reachOf(account, 'a', { score: 101 }) })],
    ['that is no text', () => 7],
  ])('is told where it cannot be read, and keeps no other from being listed: %s', async (_, textOf) => {
    const account = someAccount()
    const store = dynamoReachStore(embedded.table)
    const { id } = reachOf(account, 'a')
    await embedded.table.client.send(
      new PutCommand({ TableName: embedded.table.name, Item: { ...keys.reach(account, id), reach: textOf(account) } }),
    )
    await store.save(account, reachOf(account, 'b'))
    await expect(store.read({ id, account })).rejects.toThrow(UnreadableItem)
    const [listed, unread] = [[] as string[], [] as string[]]
    for await (const one of store.list(account, (key) => void unread.push(key))) listed.push(one.id)
    expect([listed, unread]).toEqual([[reachOf(account, 'b').id], [`REACH#${account}/${id}`]])
    const strict = async () => {
      for await (const one of store.list(account)) expect(one).toBeDefined()
    }
    await expect(strict()).rejects.toThrow(UnreadableItem)
  })
})

const allow = (Action: string | string[]) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const PICTURE = AuthorizationDetails.parse({
  UserDetailList: [
    {
      UserName: 'ci',
      Arn: 'arn:aws:iam::123456789012:user/ci',
      UserPolicyList: [{ PolicyName: 'own', PolicyDocument: allow('s3:GetObject') }],
      GroupList: ['builders'],
      Tags: [{ Key: 'team', Value: 'build' }],
    },
    {
      UserName: 'bounded',
      Arn: 'arn:aws:iam::123456789012:user/bounded',
      AttachedManagedPolicies: [{ PolicyName: 'Everything', PolicyArn: 'arn:aws:iam::123456789012:policy/Everything' }],
      PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/Reads' },
    },
  ],
  GroupDetailList: [
    {
      GroupName: 'builders',
      Arn: 'arn:aws:iam::123456789012:group/builders',
      GroupPolicyList: [{ PolicyName: 'assume', PolicyDocument: allow('sts:AssumeRole') }],
    },
  ],
  RoleDetailList: [
    {
      RoleName: 'admin',
      Arn: 'arn:aws:iam::123456789012:role/admin',
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' }],
      },
      AttachedManagedPolicies: [{ PolicyName: 'Everything', PolicyArn: 'arn:aws:iam::123456789012:policy/Everything' }],
    },
  ],
  Policies: [
    {
      PolicyName: 'Everything',
      Arn: 'arn:aws:iam::123456789012:policy/Everything',
      PolicyVersionList: [
        { VersionId: 'v1', IsDefaultVersion: false, Document: allow('s3:ListBucket') },
        { VersionId: 'v2', IsDefaultVersion: true, Document: allow('*') },
      ],
    },
    {
      PolicyName: 'Reads',
      Arn: 'arn:aws:iam::123456789012:policy/Reads',
      PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: allow(['s3:Get*', 's3:List*']) }],
    },
  ],
})

describe('the policies of an account, by the API of IAM', () => {
  async function onTheWire() {
    const wire = await iamWire(PICTURE)
    wires.push(wire)
    const client = iamClient({ region: 'us-east-1', endpoint: wire.url, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
    return { wire, source: iamAccountSource(() => client) }
  }

  it('are those of a file of the same account, over all pages', async () => {
    const { wire, source } = await onTheWire()
    const byApi = reachIn(await source.read('123456789012'))
    const byFile = reachIn(accountPoliciesOf(PICTURE))
    const shown = (all: typeof byApi) => [...all.values()].map(({ id, reach, reasons }) => ({ id, reach, reasons }))
    expect(shown(byApi)).toEqual(shown(byFile))
    expect(new Set([...byApi.values()].map(({ reach }) => reach)).size).toBeGreaterThan(1)
    expect(wire.calls('GetAccountAuthorizationDetails')).toBe(6)
  })

  it('are none where a page fails: half an account would give everybody less than they may do', async () => {
    const { wire, source } = await onTheWire()
    wire.fail('GetAccountAuthorizationDetails', { code: 'AccessDenied', status: 403 })
    await expect(source.read('123456789012')).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
