import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, it } from 'vitest'
import { awsIam } from '../../shared/aws/iam.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { review } from '../../shared/review/review.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ATTACK, call, embedded, KEY } from '../embedded.ts'
import { RESTRICTS, reviewer } from '../restricted.ts'
import { emptyAccount, newKey } from './account.ts'
import { ACCOUNT, type Keys, REGION } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const USER = 'ci-build'
const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

/** Two policies of the user's own, one of them spaced as a person wrote it. */
const WORK = '{ "Version":"2012-10-17",  "Statement": [ {"Resource":"*", "Action":["iam:*", "s3:*"],"Effect":"Allow"} ]}'

let iam: IAMClient
let own: Keys
let before: string

beforeAll(async () => {
  const admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  await iam.send(new CreateUserCommand({ UserName: USER }))
  await iam.send(new PutUserPolicyCommand({ UserName: USER, PolicyName: 'work', PolicyDocument: WORK }))
  own = await newKey(iam, USER)
  before = await stateOfIam()
})

async function stateOfIam(): Promise<string> {
  const { UserDetailList, RoleDetailList, Policies } = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  return JSON.stringify({ UserDetailList, RoleDetailList, Policies })
}

const refusal = (error: unknown) => (error as { name?: string }).name
const outcome = (sent: Promise<unknown>) => sent.then(() => 'passed', refusal)

describe('a restriction on moto, which enforces identity policies and no conditions', () => {
  it('lets the usual calls of the user pass and refuses others, as the evaluator says, and release gives IAM back as it was', async () => {
    const world = await embedded({ iam: () => awsIam(iam, ACCOUNT), policy: RESTRICTS, callsContain: false })
    await world.respond([...ATTACK])
    const [opened] = await world.incidents()
    expect(opened?.state).toBe('restricting')
    const id = opened?.id ?? ''

    // The habit of a user of IAM alone, without a place: moto knows no conditions.
    const habit = { services: ['iam', 'sts'], actions: ['iam:ListUsers', 'iam:GetUserPolicy'], addresses: [], endpoints: [], sessions: [] }
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const restriction = { ...habit, isCovered: true, isFenced: false }
    await world.ports.incidents.save({ ...stored.value, restriction }, stored.version)
    await enforce(id, world.ports)
    expect((await world.incidents())[0]?.state).toBe('restricted')

    const [name] = (await iam.send(new ListUserPoliciesCommand({ UserName: USER }))).PolicyNames?.filter((one) => one !== 'work') ?? []
    const set = await iam.send(new GetUserPolicyCommand({ UserName: USER, PolicyName: name }))
    const document = JSON.parse(decodeURIComponent(set.PolicyDocument ?? ''))

    const user = new IAMClient(options(own))
    const storage = new S3Client({ ...options(own), forcePathStyle: true })
    const calls = [
      ['iam:ListUsers', () => user.send(new ListUsersCommand({}))],
      ['iam:CreateUser', () => user.send(new CreateUserCommand({ UserName: 'support-ops' }))],
      ['s3:ListBuckets', () => storage.send(new ListBucketsCommand({}))],
    ] as const
    for (const [action, send] of calls) {
      const read = normalise(call(action, { id: action, key: KEY }))
      const signal = read.kind === 'signals' ? read.signals[0] : undefined
      if (signal === undefined) throw new Error('no signal')
      expect([action, await outcome(send())]).toEqual([action, isRefusedBy(document, signal) ? 'AccessDenied' : 'passed'])
    }
    expect(await outcome(user.send(new ListUsersCommand({})))).toBe('passed')
    expect(await outcome(storage.send(new ListBucketsCommand({})))).toBe('AccessDenied')

    await review(id, { kind: 'legitimate', ...reviewer }, world.ports)
    await enforce(id, world.ports)
    expect((await world.incidents())[0]?.state).toBe('released')
    expect(await stateOfIam()).toBe(before)
    expect((await iam.send(new GetUserPolicyCommand({ UserName: USER, PolicyName: 'work' }))).PolicyDocument).toBeDefined()
  })
})
