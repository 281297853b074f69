import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { enforce } from '../../shared/contain/enforce.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, arnOf, call, KEY, NOW } from '../embedded.ts'
import { at, delivered, deployed } from './stack.ts'

const ADMIN = 'AKIAOFADMIN000000001'
const MADE = 'AKIAOFMADE0000000001'
const SECOND = 'AKIAOFSECOND00000001'

/** The administrator is only observed; what it creates under these names is contained by strong evidence. */
const POLICY = {
  mode: 'observe',
  tiers: [{ name: 'made', match: { arns: [arnOf('made'), arnOf('second'), `arn:aws:iam::${ACCOUNT}:role/made`] }, mode: 'contain' }],
}

const user = (UserName: string, ms: number) => ({ UserName, Arn: arnOf(UserName), CreateDate: at(ms) })
const ACCOUNT_OF = {
  UserDetailList: [user('admin', -9e9), user('made', 0), user('second', 6000)],
  RoleDetailList: [{ RoleName: 'made', Arn: `arn:aws:iam::${ACCOUNT}:role/made`, CreateDate: at(0) }],
  AccessKeys: [
    { UserName: 'admin', AccessKeyId: ADMIN, Status: 'Active' },
    { UserName: 'made', AccessKeyId: MADE, Status: 'Active' },
    { UserName: 'second', AccessKeyId: SECOND, Status: 'Active' },
  ],
}

const by =
  (name: string, key: string) =>
  (action: string, ms: number, request: object, response: object = {}) =>
    delivered(call(action, { id: `${name}-${ms}`, time: NOW + ms, user: name, key, from: '198.51.100.7', request, response }))
const admin = by('admin', ADMIN)
const made = by('made', MADE)

/** An administrator creates a user and gives it a key. */
const CREATED = [
  admin('iam:CreateUser', 0, { userName: 'made' }, { user: { userName: 'made', arn: arnOf('made') } }),
  admin('iam:CreateAccessKey', 1000, { userName: 'made' }, { accessKey: { userName: 'made', accessKeyId: MADE } }),
]
/** What that user does then: another user with all rights, and no logging. */
const ACTED = [
  made('iam:CreateUser', 6000, { userName: 'second' }, { user: { userName: 'second', arn: arnOf('second') } }),
  made('iam:AttachUserPolicy', 7000, { userName: 'second', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
  made('cloudtrail:StopLogging', 8000, { name: 'trail' }),
]
const LATER = made('iam:CreateAccessKey', 9000, { userName: 'second' }, { accessKey: { userName: 'second', accessKeyId: SECOND } })

async function play(batches: readonly (readonly object[])[], policy: object = POLICY, account: object = ACCOUNT_OF) {
  const world = await deployed({ account, policy })
  for (const batch of batches) await world.respond(batch)
  const all = await world.incidents()
  return { world, of: (name: string) => all.filter(({ identity }) => identity.name === name), all }
}

describe('an intruder acts by a user that it created', () => {
  it.each([
    ['created by nobody that was seen', []],
    ['created by an administrator who is only observed', CREATED],
  ])('a little by each of six tokens, %s: people are asked about the user', async (_, created) => {
    const acts = Array.from({ length: 6 }, (_, at) => {
      const token = `ASIAOFMADE000000010${at}`
      const grant = { userName: 'second', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
      return [
        made('sts:GetSessionToken', 20_000 + at * 5000, {}, { credentials: { accessKeyId: token } }),
        by('made', token)('iam:AttachUserPolicy', 21_000 + at * 5000, grant),
      ]
    })
    const { world, of } = await play([...created, ...acts.flat()].map((one) => [one]))
    expect(of('made').map(({ state }) => state)).toEqual(['asking'])
    expect(world.notices.some(({ title }) => title.includes('made'))).toBe(true)
  })

  it.each([
    ['in one batch', [[...CREATED, ...ACTED, LATER]]],
    ['one by one', [...CREATED, ...ACTED, LATER].map((one) => [one])],
    ['each delivered twice', [...CREATED, ...ACTED, LATER].flatMap((one) => [[one], [one]])],
  ])('is contained by the evidence against that user, though its creator is only watched: %s', async (_, batches) => {
    const { world, of, all } = await play(batches)
    expect(all.map(({ identity, state }) => [identity.name, state]).sort()).toEqual([
      ['admin', 'watching'],
      ['made', 'contained'],
    ])
    expect(of('made')[0]?.lineage.map(({ id }) => id)).toEqual(expect.arrayContaining([arnOf('second'), SECOND]))
    expect([MADE, SECOND].map((key) => world.account.isRefused(key === MADE ? 'made' : 'second', key))).toEqual([true, true])
    expect(world.account.isRefused('admin', ADMIN)).toBe(false)
    // All of it counts against the creator as well.
    expect(of('admin')[0]?.findings.map(({ credentialId }) => credentialId)).toContain(MADE)
  })

  it('takes no incident of its own where the creator is contained, and is contained with it', async () => {
    const { world, all } = await play([[...CREATED, ...ACTED, LATER]], {
      mode: 'contain',
      thresholds: { notify: 10, ask: 20, contain: 30 },
    })
    expect(all.map(({ identity, state }) => [identity.name, state])).toEqual([['admin', 'contained']])
    expect(world.account.isRefused('made', MADE)).toBe(true)
  })

  it('stays with its creator where its own bounds allow no containment', async () => {
    const { world, all } = await play([[...CREATED, ...ACTED]], { mode: 'ask' })
    expect(all.map(({ identity, state }) => [identity.name, state])).toEqual([['admin', 'asking']])
    expect(world.account.isRefused('made', MADE)).toBe(false)
  })

  it('where evidence of its own calls for nothing, is only in the incident of its creator', async () => {
    const { all } = await play([[...CREATED, made('s3:ListBuckets', 6000, {}), made('sts:GetCallerIdentity', 7000, {})]])
    expect(all.map(({ identity }) => identity.name)).toEqual(['admin'])
  })

  it('gains nothing by a tag that protects it, which the creator set', async () => {
    const tag = admin('iam:TagUser', 2000, { userName: 'made', tags: [{ key: 'team', value: 'core' }] })
    const tagged = { ...user('made', 0), Tags: [{ Key: 'team', Value: 'core' }] }
    const account = { ...ACCOUNT_OF, UserDetailList: [user('admin', -9e9), tagged, user('second', 6000)] }
    const policy = { ...POLICY, protected: { tags: { team: 'core' } } }
    const { world } = await play([[...CREATED, tag, ...ACTED]], policy, account)
    expect(world.account.isRefused('made', MADE)).toBe(true)
    // The same tag, set by somebody else, protects.
    expect((await play([[...CREATED, ...ACTED]], policy, account)).world.account.isRefused('made', MADE)).toBe(false)
  })

  it('after a release of that user: what was seen contains nothing again', async () => {
    const { world, of } = await play([[...CREATED, ...ACTED]])
    const id = of('made')[0]?.id as string
    await review(id, { kind: 'legitimate', by: 'local:test', groups: [], reason: 'a drill' }, world.ports)
    await enforce(id, world.ports)
    expect(world.account.isRefused('made', MADE)).toBe(false)
    await world.respond([made('cloudtrail:StopLogging', 10_000, { name: 'trail' })])
    expect((await world.incidents()).map(({ identity, state }) => [identity.name, state]).sort()).toEqual([
      ['admin', 'watching'],
      ['made', 'released'],
    ])
  })
})

/** The drill of docs/proof.md: its tier, and its calls of AWS in their order. */
function drillOfThePage() {
  const page = readFileSync(new URL('../../docs/proof.md', import.meta.url), 'utf8')
  const drill = page.slice(page.indexOf('### Keys, sessions'), page.indexOf('What to see, seconds to minutes later'))
  const tier = /^ {4}tiers:\n(?: {6}.*\n)+/m.exec(drill)?.[0] ?? ''
  const calls = [...drill.matchAll(/(as "\$KEY" "\$SECRET" ''|[ (]aws) (iam|sts|s3api) ([a-z-]+)((?:\s+\\?\s*--[a-z-]+ [^\s)]+)*)/g)]
  return {
    policy: parse(tier) as object,
    calls: calls.map(([, who, service, operation, options]) => ({
      isOfKey: who?.startsWith('as') === true,
      action: `${service === 's3api' ? 's3' : service}:${pascal(operation ?? '')}`,
      options: Object.fromEntries(
        [...(options ?? '').matchAll(/--([a-z-]+) ([^\s)]+)/g)].map(([, name, value]) => [camel(name ?? ''), value]),
      ),
    })),
  }
}

const pascal = (name: string) => name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

const DRILL = 'countersign-drill'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/${DRILL}`
const KEYS: Readonly<Record<string, string>> = { [DRILL]: KEY, [`${DRILL}-made`]: MADE }
const ALL = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
const WORK = ALL.replace('"Action":"*"', '"Action":"s3:ListAllMyBuckets"')

/** The records that CloudTrail writes of the page's calls, three seconds apart, all from one place and by one tool, as those of a person are. */
function recordsOf({ calls }: ReturnType<typeof drillOfThePage>): Record<string, unknown>[] {
  return calls.map(({ isOfKey, action, options }, index) => {
    const { userName, roleName, roleSessionName, policyName } = options
    const session = isOfKey ? 'ASIAOFKEY00000000001' : 'ASIAOFOWNER000000001'
    const name = roleSessionName === undefined ? undefined : `arn:aws:sts::${ACCOUNT}:assumed-role/${DRILL}/${roleSessionName}`
    const answers: Readonly<Record<string, object>> = {
      'iam:CreateUser': { user: { userName, arn: arnOf(userName ?? ''), userId: `AIDA${userName}` } },
      'iam:CreateRole': { role: { roleName, arn: ROLE } },
      'iam:CreateAccessKey': { accessKey: { userName, accessKeyId: KEYS[userName ?? ''] } },
      'sts:GetSessionToken': { credentials: { accessKeyId: 'ASIAOFTOKEN000000001' } },
      'sts:AssumeRole': {
        credentials: { accessKeyId: session },
        assumedRoleUser: { arn: name, assumedRoleId: `AROAEXAMPLE:${roleSessionName}` },
      },
    }
    const request = {
      ...(userName === undefined ? {} : { userName }),
      ...(roleName === undefined ? {} : { roleName }),
      ...(policyName === undefined ? {} : { policyName, policyDocument: policyName === 'all' ? ALL : WORK }),
      ...(roleSessionName === undefined ? {} : { roleArn: ROLE, roleSessionName }),
    }
    const parts = { id: `d${index}`, time: NOW + index * 3000, user: DRILL, request, response: answers[action] ?? {} }
    const record = call(action, parts)
    return delivered(isOfKey ? record : { ...record, userIdentity: PERSON })
  })
}

const PERSON = {
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/me`,
  accountId: ACCOUNT,
  accessKeyId: 'ASIAOFADMIN000000001',
  sessionContext: {
    sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/Admin`, accountId: ACCOUNT, userName: 'Admin' },
  },
}

describe('the drill of docs/proof.md', () => {
  const page = drillOfThePage()

  it('is read whole from the page', () => {
    expect(page.calls.map(({ isOfKey, action }) => `${isOfKey ? 'key' : 'admin'} ${action}`)).toEqual([
      'admin iam:CreateUser',
      'admin iam:PutUserPolicy',
      'admin iam:CreateRole',
      'admin iam:PutRolePolicy',
      'admin iam:CreateAccessKey',
      'key sts:GetSessionToken',
      'key sts:AssumeRole',
      'admin sts:AssumeRole',
      'key s3:ListBuckets',
      'admin iam:GetAccountAuthorizationDetails',
      'key iam:CreateUser',
      'key iam:PutUserPolicy',
      'key iam:CreateAccessKey',
    ])
  })

  it.each(['observe', 'ask', 'contain'])(
    'in policy mode %s gives what the page promises: the drill’s user is contained, the owner’s session of the role goes on',
    async (mode) => {
      const created = (ms: number) => ({ CreateDate: at(ms) })
      const world = await deployed({
        policy: { mode, ...page.policy },
        account: {
          UserDetailList: [
            { UserName: DRILL, Arn: arnOf(DRILL), ...created(0) },
            { UserName: `${DRILL}-made`, Arn: arnOf(`${DRILL}-made`), ...created(30_000) },
          ],
          RoleDetailList: [
            { RoleName: DRILL, Arn: ROLE, ...created(6000) },
            { RoleName: 'Admin', Arn: `arn:aws:iam::${ACCOUNT}:role/Admin`, ...created(-9e9) },
          ],
          AccessKeys: Object.entries(KEYS).map(([UserName, AccessKeyId]) => ({ UserName, AccessKeyId, Status: 'Active' })),
        },
      })
      const before = structuredClone(world.account.authorizationDetails())
      for (const one of recordsOf(page)) await world.respond([one])
      const all = await world.incidents()
      const own = all.filter(({ identity }) => identity.name === DRILL)
      expect(own.map(({ identity, state }) => [identity.kind, state])).toEqual([['iam-user', 'contained']])
      expect(all.filter(({ state }) => state === 'contained')).toEqual(own)
      expect(all.filter((one) => !own.includes(one)).map(({ identity }) => identity.name)).toEqual(['Admin'])
      const now = world.account.authorizationDetails()
      expect(now.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === KEY)?.Status).toBe('Inactive')
      expect(Object.entries(KEYS).map(([name, key]) => world.account.isRefused(name, key))).toEqual([true, true])
      const [denied, admins] = now.RoleDetailList.map(({ RolePolicyList }) => JSON.stringify(RolePolicyList))
      expect(denied).toContain(':intruder')
      expect(denied).not.toContain(':owner')
      expect(admins).toBe('[]')
      const id = own[0]?.id as string
      await review(id, { kind: 'legitimate', by: 'local:test', groups: [], reason: 'a drill' }, world.ports)
      await enforce(id, world.ports)
      expect((await world.ports.incidents.get(id))?.value.state).toBe('released')
      expect(world.account.authorizationDetails()).toEqual(before)
    },
  )
})
