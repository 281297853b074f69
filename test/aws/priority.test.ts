import { CreateUserCommand, IAMClient, ListAccessKeysCommand, ListUserPoliciesCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsIam } from '../../shared/aws/iam.ts'
import { byPriority } from '../../shared/domain/priority.ts'
import { call, embedded, NOW } from '../embedded.ts'
import { RESTRICTS } from '../restricted.ts'
import { allow, emptyAccount, newKey } from './account.ts'
import { ACCOUNT, REGION, startIamFront } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''

/** In the order in which they are abused: the production key comes last, when no ordinary place is left. */
const USERS = ['ci-test', 'ci-docs', 'prod-payments'] as const
type User = (typeof USERS)[number]

/** One place an hour for everybody, and one more for who matters most. */
const BREAKER = { containmentsPerHour: 1, urgentPerHour: 1, maxUserFraction: 1 }
const CRITICALITY = [{ name: 'production', match: { arns: ['*:user/prod-*'] }, raise: 1 }]

let iam: IAMClient
/** IAM as contain sees it: moto lacks some lists of credentials. */
let front: Awaited<ReturnType<typeof startIamFront>>
const keyOf = new Map<User, string>()

beforeEach(async () => {
  front = await startIamFront(MOTO)
  iam = new IAMClient({ endpoint: front.url, region: REGION, credentials: await emptyAccount(MOTO) })
  for (const UserName of USERS) {
    await iam.send(new CreateUserCommand({ UserName }))
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'work', PolicyDocument: allow('iam:*') }))
    keyOf.set(UserName, (await newKey(iam, UserName)).accessKeyId)
  }
})

afterEach(() => void front.server.close())

const attackBy = (user: User) =>
  ['iam:CreateUser', 'cloudtrail:StopLogging', 'iam:AttachUserPolicy'].map((action, at) =>
    call(action, {
      id: `${user}-${at}`,
      time: NOW + at * 1000,
      user,
      key: keyOf.get(user) ?? '',
      request: { userName: `backdoor-${user}`, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
  )

describe('the order of work on moto', () => {
  it.each([
    ['contained', { version: 3, mode: 'contain', thresholds: { notify: 10, ask: 20, restrict: 30, contain: 40 } }],
    ['restricted', RESTRICTS],
  ] as const)(
    'lets a production user be %s after the places of the hour are used up, and asks about a lesser one',
    async (state, policy) => {
      const world = await embedded({
        iam: () => awsIam(iam, ACCOUNT),
        policy: { ...policy, criticality: CRITICALITY, breaker: { ...BREAKER, urgentPriority: 98 } },
      })
      for (const user of USERS) await world.respond(attackBy(user))
      const incidents = await world.incidents()
      expect(Object.fromEntries(incidents.map((incident) => [incident.identity.name, incident.state]))).toEqual({
        'ci-test': state,
        'ci-docs': 'asking',
        'prod-payments': state,
      })
      // The list that people read goes by priority, not by age.
      expect(incidents.toSorted(byPriority)[0]?.identity.name).toBe('prod-payments')
      for (const user of USERS) {
        const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: user }))
        const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName: user }))
        const isStopped = user !== 'ci-docs'
        expect([user, AccessKeyMetadata[0]?.Status]).toEqual([user, isStopped && state === 'contained' ? 'Inactive' : 'Active'])
        expect([user, PolicyNames.length]).toEqual([user, isStopped ? 2 : 1])
      }
    },
  )
})
