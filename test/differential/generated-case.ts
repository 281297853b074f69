import { type Random, randomOf } from '../../local/synthetic/random.ts'
import { ASKED_ACTIONS } from '../../shared/decide/reach/read-policies.ts'
import { listOf } from '../../shared/domain/iam-policy.ts'
import { ACCOUNT, roleArn, userArn } from '../reach.ts'
import { generatedCondition, generatedContext } from './generated-condition.ts'
import { wildcarded } from './wildcarded.ts'

type Listed = string | readonly string[]

export interface WrittenStatement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: Listed
  readonly NotAction?: Listed
  readonly Resource?: Listed
  readonly NotResource?: Listed
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface WrittenDocument {
  readonly Version: '2012-10-17'
  readonly Statement: WrittenStatement | readonly WrittenStatement[]
}

/** A call, of which everything is known. A key of the context that is `null` is missing from the call. */
export interface WrittenRequest {
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string | readonly string[] | null>>
}

/** The policies of an identity, and calls that they are asked about. */
export interface PolicyCase {
  readonly identity: readonly WrittenDocument[]
  readonly boundary?: WrittenDocument
  readonly requests: readonly WrittenRequest[]
}

const ACTIONS = ASKED_ACTIONS.filter((action) => /^(s3|iam|ec2|lambda|sts|kms|secretsmanager|dynamodb):/.test(action))

const RESOURCES = [
  '*',
  'arn:aws:s3:::reports',
  'arn:aws:s3:::reports/2026/january.csv',
  'arn:aws:s3:::reports.archive/2026',
  'arn:aws:s3:::logs/AWSLogs/a?b',
  userArn('ann'),
  userArn('Ann'),
  userArn('team/bob'),
  roleArn('admin'),
  roleArn('service-role/deploy'),
  `arn:aws:iam::${ACCOUNT}:policy/work`,
  `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0abc`,
  `arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/i-0abd`,
  `arn:aws:lambda:us-east-1:${ACCOUNT}:function:pay`,
  `arn:aws:lambda:us-east-1:${ACCOUNT}:function:pay:live`,
  `arn:aws-cn:kms:cn-north-1:${ACCOUNT}:key/1234`,
  `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:db-AbCdEf`,
  `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders/index/by-day`,
]

/** What a case is about, so that its policies and its calls meet. */
interface Theme {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** Cases of random policies, the same for a seed on every machine. */
export function* generatedCases(seed: number, count: number, requestsEach: number): Iterable<PolicyCase> {
  const random = randomOf(seed)
  for (let made = 0; made < count; made += 1) {
    const theme = { actions: several(random, ACTIONS, 3), resources: several(random, RESOURCES, 3) }
    const identity = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => document(random, theme, 4))
    const boundary = random.chance(0.35) ? { boundary: document(random, theme, 3) } : {}
    yield { identity, ...boundary, requests: Array.from({ length: requestsEach }, () => request(random, theme)) }
  }
}

/** Cases without conditions, which ask about every resource, or about those of the kind of a resource. */
export function anyResourceCases(cases: readonly PolicyCase[]): readonly PolicyCase[] {
  const bare = ({ Version, Statement }: WrittenDocument): WrittenDocument => ({
    Version,
    Statement: (listOf(Statement) as WrittenStatement[]).map(({ Condition, ...statement }) => statement),
  })
  return cases.map(({ identity, boundary, requests }, at) => ({
    identity: identity.map(bare),
    ...(boundary === undefined ? {} : { boundary: bare(boundary) }),
    requests: requests.slice(0, 2).map((one) => ({ ...one, resource: at % 3 === 0 ? '*' : kindOf(one.resource) })),
  }))
}

/** The pattern of the ARNs of the kind of a resource: everything behind the account is open. */
function kindOf(resource: string): string {
  return resource === '*' ? resource : `${resource.split(':').slice(0, 5).join(':')}:*`
}

function document(random: Random, theme: Theme, atMost: number): WrittenDocument {
  const wide: readonly WrittenStatement[] = random.chance(0.25) ? [{ Effect: 'Allow', Action: '*', Resource: '*' }] : []
  const statements = [...wide, ...Array.from({ length: random.whole(1, atMost) }, () => statement(random, theme))]
  return {
    Version: '2012-10-17',
    Statement: statements.length === 1 && random.chance(0.5) ? (statements[0] as WrittenStatement) : statements,
  }
}

function statement(random: Random, { actions, resources }: Theme): WrittenStatement {
  const isAllow = random.chance(0.72)
  const action = listed(random, () =>
    wildcarded(random, random.chance(0.85) ? random.pick(actions) : random.pick(ACTIONS), { isCaseFree: true }),
  )
  const resource = listed(random, () => wildcarded(random, random.chance(0.85) ? random.pick(resources) : random.pick(RESOURCES), {}))
  return {
    Effect: isAllow ? 'Allow' : 'Deny',
    ...(random.chance(0.2) ? { NotAction: action } : { Action: action }),
    ...(random.chance(0.2) ? { NotResource: resource } : { Resource: resource }),
    ...(random.chance(0.35) ? { Condition: generatedCondition(random) } : {}),
  }
}

function request(random: Random, { actions, resources }: Theme): WrittenRequest {
  const action = random.chance(0.85) ? random.pick(actions) : random.pick(ACTIONS)
  return { action, resource: random.chance(0.85) ? random.pick(resources) : random.pick(RESOURCES), context: generatedContext(random) }
}

function listed(random: Random, make: () => string): Listed {
  if (random.chance(0.4)) return make()
  return Array.from({ length: random.whole(1, 3) }, make)
}

function several<T>(random: Random, values: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, () => random.pick(values))
}
