import type { Random } from '../../local/synthetic/random.ts'
import { roleArn, userArn } from '../reach.ts'
import { wildcarded } from './wildcarded.ts'

const TEXT = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike']
const ARN = ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike']
const after = (name: string, orders: readonly string[]) => orders.map((order) => `${name}${order}`)
const ORDERED = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals']

interface Key {
  readonly operators: readonly string[]
  readonly values: readonly string[]
  /** True where the values of a policy are patterns. */
  readonly isPattern?: boolean
  /** Values of policies beside those of calls. */
  readonly wanted?: readonly unknown[]
  readonly isList?: boolean
  /** True for a key that every call has. */
  readonly isAlways?: boolean
}

const KEYS: Readonly<Record<string, Key>> = {
  'aws:RequestedRegion': { operators: TEXT, values: ['us-east-1', 'eu-west-1', 'eu-central-1'], isPattern: true },
  's3:prefix': { operators: TEXT, values: ['reports/2026', 'Reports/2026', 'home/ann', 'home*'], isPattern: true },
  'aws:PrincipalArn': { operators: [...ARN, ...TEXT], values: [userArn('ann'), userArn('team/bob'), roleArn('admin')], isPattern: true },
  'aws:SourceArn': {
    operators: ARN,
    values: ['arn:aws:sns:us-east-1:123456789012:topic', 'arn:aws:sns:us-east-1:123456789012:topic:sub', 'arn:aws:s3:::reports'],
    isPattern: true,
  },
  'aws:SecureTransport': { operators: ['Bool'], values: ['true', 'false'], wanted: [true, false, 'True', 'FALSE'], isAlways: true },
  'aws:MultiFactorAuthPresent': { operators: ['Bool'], values: ['true', 'false'], wanted: [true, false] },
  'aws:MultiFactorAuthAge': { operators: after('Numeric', ORDERED), values: ['0', '300', '3600'], wanted: [300, 3600, '299.5', '3.6e3'] },
  's3:max-keys': { operators: after('Numeric', ORDERED), values: ['1', '10', '1000'], wanted: [10, '10.0', '-1'] },
  'aws:TokenIssueTime': {
    operators: after('Date', ORDERED),
    values: ['2026-01-01T00:00:00Z', '2026-06-30T12:00:00Z', '2026-06-30T12:00:00.500Z'],
    wanted: ['1767225600', '2026-06-30', '2026-06-30T14:00:00+02:00', '2025-12-31T23:59:59Z'],
  },
  'aws:SourceIp': {
    operators: ['IpAddress', 'NotIpAddress'],
    values: ['192.0.2.1', '192.0.2.200', '198.51.100.7', '2001:db8::1', '2001:db8:0:1::1'],
    wanted: ['192.0.2.0/24', '192.0.2.128/25', '198.51.100.0/29', '0.0.0.0/0', '2001:db8::/64', '2001:db8::/32', '::/0'],
  },
  'aws:TagKeys': {
    operators: TEXT.flatMap((name) => [`ForAllValues:${name}`, `ForAnyValue:${name}`]),
    values: ['owner', 'Owner', 'cost-centre', 'team'],
    isPattern: true,
    isList: true,
  },
}
const NAMES = Object.keys(KEYS)

/** A condition of one or two operators, each with one or two keys. */
export function generatedCondition(random: Random): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const condition: Record<string, Record<string, unknown>> = {}
  for (let left = random.chance(0.25) ? 2 : 1; left > 0; left -= 1) {
    const name = random.pick(NAMES)
    const key = KEYS[name] as Key
    const [operator, values] = random.chance(0.06)
      ? ['Null', random.pick(['true', 'false', true, 'True'])]
      : [`${random.pick(key.operators)}${random.chance(0.15) ? 'IfExists' : ''}`, valuesOf(random, key)]
    condition[operator] = { ...condition[operator], [random.chance(0.2) ? name.toUpperCase() : name]: values }
  }
  return condition
}

function valuesOf(random: Random, { values, isPattern = false, wanted = [] }: Key): unknown {
  const make = () => {
    const value = random.pick([...values, ...wanted])
    return isPattern && random.chance(0.5) ? wildcarded(random, String(value), {}) : value
  }
  return random.chance(0.5) ? make() : Array.from({ length: random.whole(1, 3) }, make)
}

/** What a call says of itself: each key with a value of those that policies name, or `null` where it is missing. */
export function generatedContext(random: Random): Readonly<Record<string, string | readonly string[] | null>> {
  return Object.fromEntries(
    Object.entries(KEYS).map(([name, { values, isList = false, isAlways = false }]) => {
      if (!isAlways && random.chance(0.12)) return [name, null]
      return [name, isList ? Array.from({ length: random.whole(1, 3) }, () => random.pick(values)) : random.pick(values)]
    }),
  )
}
