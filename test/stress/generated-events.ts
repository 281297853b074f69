import { ACCOUNT, arnOf, NOW } from '../embedded.ts'
import type { Shapes } from './service-models.ts'

/** A number from 0 to 1, the next of a seed. */
export type Random = () => number

/** Mulberry32: small, and the same on every machine. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const of = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

/** The keys of the account, whose owners IAM names. */
export const KEYS = Array.from({ length: 20 }, (_, n) => `AKIAGENERATED${String(n).padStart(7, '0')}`)
export const userOf = (key: string) => `user-${KEYS.indexOf(key)}`

const TYPES = [
  'UnauthorizedAccess:IAMUser/TorIPCaller',
  'Stealth:IAMUser/CloudTrailLoggingDisabled',
  'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
  'AttackSequence:IAM/CompromisedCredentials',
  'CredentialAccess:Runtime/SuspiciousCommand',
  'Exfiltration:S3/AnomalousBehavior',
  'Backdoor:EC2/C&CActivity.B!DNS',
  'NewPurpose:NewResource/NotYetKnown',
]
const time = (random: Random) => new Date(NOW - Math.floor(random() * 86_400_000)).toISOString()
const hex = (random: Random, length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
const roleId = (random: Random) => `AROA${hex(random, 17).toUpperCase()}`

/** What stands in a text, by the end of its member's name: what AWS would write there, or some text. */
const TEXTS: readonly (readonly [RegExp, (random: Random) => string])[] = [
  [/^(awsAccountId|accountId|affectedAccount)$/i, () => ACCOUNT],
  [
    /accessKeyId$|credentialUid$/i,
    (random) => of(random, [...KEYS, `AKIA${hex(random, 16).toUpperCase()}`, `ASIA${hex(random, 16).toUpperCase()}`]),
  ],
  [/principalId$/i, (random) => of(random, [`${roleId(random)}:session-1`, `AIDA${hex(random, 17).toUpperCase()}`, ACCOUNT])],
  [
    /^userType$|principalType$/i,
    (random) => of(random, ['IAMUser', 'AssumedRole', 'Role', 'Root', 'FederatedUser', 'AWSService', 'AWSAccount']),
  ],
  [
    /userName$|principalName$/i,
    (random) => of(random, ['user-1', 'deploy', 'AWSReservedSSO_Admin_0123456789abcdef', 'GeneratedFindingUserName']),
  ],
  [/issuer$|^role$/i, () => `arn:aws:iam::${ACCOUNT}:role/app/deploy`],
  [/instanceId$/i, (random) => `i-${hex(random, 17)}`],
  [/(At|dateTime|Time|FirstSeen|LastSeen)$/, time],
  [/ipAddressV4$/i, () => '198.51.100.7'],
  [/region$/i, (random) => of(random, ['us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1'])],
  [
    /arn$/i,
    (random) => of(random, [arnOf('user-1'), `arn:aws:iam::${ACCOUNT}:instance-profile/web`, `arn:aws:s3:::bucket-${hex(random, 6)}`]),
  ],
]

/** A value of a shape: what it requires, and each other member with some probability, down to some depth. */
export function madeOf(shapes: Shapes, name: string, random: Random, member = name, depth = 0): unknown {
  const shape = shapes[name]
  switch (shape?.type) {
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members ?? {}).flatMap(([key, { shape: of, locationName = key }]) => {
          const isThere = shape.required?.includes(key) === true || random() < (depth < 3 ? 0.6 : 0.3)
          return isThere && depth < 9 ? [[locationName, madeOf(shapes, of, random, locationName, depth + 1)]] : []
        }),
      )
    case 'list':
      return Array.from({ length: Math.floor(random() * 4) }, () => madeOf(shapes, shape.member?.shape ?? '', random, member, depth + 1))
    case 'map':
      return Object.fromEntries(
        Array.from({ length: Math.floor(random() * 3) }, (_, n) => [
          `key-${n}`,
          madeOf(shapes, shape.value?.shape ?? '', random, member, depth + 1),
        ]),
      )
    case 'integer':
    case 'long':
      return Math.floor(random() * 1000)
    case 'double':
    case 'float':
      return Math.round(random() * 100) / 10
    case 'boolean':
      return random() < 0.2
    case 'timestamp':
      return time(random)
    default: {
      if (shape?.enum !== undefined) return of(random, shape.enum)
      return TEXTS.find(([end]) => end.test(member))?.[1](random) ?? `${member}-${hex(random, 8)}`
    }
  }
}

const event = (source: string, detailType: string, detail: unknown, random: Random) => ({
  version: '0',
  id: hex(random, 32),
  source,
  'detail-type': detailType,
  account: ACCOUNT,
  time: new Date(NOW).toISOString(),
  region: 'us-east-1',
  resources: [],
  detail,
})

/** A finding of GuardDuty as EventBridge delivers it: the model's, with the names of its members in lower camel case. */
export function guardDutyEvent(shapes: Shapes, random: Random): object {
  const id = hex(random, 32)
  const finding = madeOf(shapes, 'Finding', random) as Record<string, unknown>
  const arn = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/${hex(random, 8)}/finding/${id}`
  return event(
    'aws.guardduty',
    'GuardDuty Finding',
    { ...finding, id, arn, type: of(random, TYPES), severity: Math.round(random() * 100) / 10 },
    random,
  )
}

/** A finding of Security Hub in ASFF, of GuardDuty or of another product. */
export function securityHubEvent(shapes: Shapes, random: Random): object {
  const finding = madeOf(shapes, 'AwsSecurityFinding', random) as Record<string, unknown>
  const isOfGuardDuty = random() < 0.5
  const id = isOfGuardDuty ? `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/1/finding/${hex(random, 32)}` : hex(random, 32)
  const product = isOfGuardDuty ? ':product/aws/guardduty' : `${ACCOUNT}:product/${ACCOUNT}/default`
  const types = [of(random, TYPES).replace(/^(\w+):(\w+)\//, 'TTPs/$1/$1:$2-')]
  const key = of(random, KEYS)
  const named = [
    {
      Type: 'AwsIamAccessKey',
      Id: `AWS::IAM::AccessKey:${key}`,
      Details: { AwsIamAccessKey: madeOf(shapes, 'AwsIamAccessKeyDetails', random) },
    },
    { Type: 'AwsIamUser', Id: arnOf(userOf(key)) },
    { Type: 'AwsIamRole', Id: `arn:aws:iam::${ACCOUNT}:role/app/deploy` },
    {
      Type: 'AwsEc2Instance',
      Id: `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-${hex(random, 17)}`,
      Details: { AwsEc2Instance: madeOf(shapes, 'AwsEc2InstanceDetails', random) },
    },
  ]
  const { Compliance: _, ...rest } = finding
  const made = {
    ...rest,
    Id: id,
    ProductArn: `arn:aws:securityhub:us-east-1:${product}`,
    Types: types,
    Resources: [of(random, named), ...((finding.Resources as unknown[]) ?? [])],
  }
  return event('aws.securityhub', 'Security Hub Findings - Imported', { findings: [made] }, random)
}

const CODES = [
  'AWS_RISK_CREDENTIALS_EXPOSED',
  'AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED',
  'AWS_RISK_IAM_QUARANTINE',
  'AWS_RISK_NOT_YET_KNOWN',
  'AWS_EC2_MAINTENANCE',
]

/** An event of AWS Health: the model's event and affected entities, in the form of EventBridge. */
export function healthEvent(shapes: Shapes, random: Random): object {
  const { arn: _, ...about } = madeOf(shapes, 'Event', random) as Record<string, unknown>
  const entities = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
    ...(madeOf(shapes, 'AffectedEntity', random) as object),
    entityValue: of(random, [...KEYS, arnOf('user-1'), `ASIA${hex(random, 16).toUpperCase()}`, ACCOUNT, 'user-3', 'something else']),
  }))
  const eventArn = `arn:aws:health:us-east-1::event/RISK/AWS_RISK/${hex(random, 16)}`
  return event(
    'aws.health',
    'AWS Health Event',
    { ...about, service: 'RISK', eventTypeCode: of(random, CODES), eventArn, affectedEntities: entities },
    random,
  )
}
