import { objectsOf } from './object-habit.ts'
import type { Signal } from './signal.ts'
import { DAY_MS, HOUR_MS } from './time.ts'

/** The kinds of calls of which the usual number in an hour is kept: what destroys data, what gives others access, and what reads secrets. */
export const RATE_KINDS = ['deletion', 'sharing', 'secret'] as const
export type RateKind = (typeof RATE_KINDS)[number]

/**
 * How many calls of a kind an identity makes in an hour. `hour`: hours since 1970 of the hour that `count` counts; `dayMost`: the most of an earlier hour of that
 * day; `usual`: the most of an hour of earlier days, which fades; `days`: how many earlier days had any.
 */
export interface CallRate {
  readonly hour: number
  readonly count: number
  readonly dayMost: number
  readonly usual: number
  readonly days: number
}

export type CallRates = Map<RateKind, CallRate>

/** Calls after which data, or all that could restore it, is gone. Instances without their volumes are not among them. */
export const DATA_DESTRUCTION: ReadonlySet<string> = new Set([
  'ec2:DeleteSnapshot',
  'ec2:DeleteVolume',
  'rds:DeleteDBInstance',
  'rds:DeleteDBCluster',
  'rds:DeleteDBSnapshot',
  'rds:DeleteDBClusterSnapshot',
  'rds:DeleteDBInstanceAutomatedBackup',
  'redshift:DeleteCluster',
  's3:DeleteBucket',
  'dynamodb:DeleteTable',
  'dynamodb:DeleteBackup',
  'elasticfilesystem:DeleteFileSystem',
  'secretsmanager:DeleteSecret',
  'kms:ScheduleKeyDeletion',
  'backup:DeleteRecoveryPoint',
  'backup:DeleteBackupVault',
  'cognito-idp:DeleteUserPool',
])

/** Calls that give somebody else access to data or code. */
export const SHARES: ReadonlySet<string> = new Set([
  'ec2:ModifyImageAttribute',
  'ec2:ModifySnapshotAttribute',
  'ecr:SetRepositoryPolicy',
  'kms:PutKeyPolicy',
  'lambda:AddPermission',
  'ram:AssociateResourceShare',
  'ram:CreateResourceShare',
  'rds:ModifyDBClusterSnapshotAttribute',
  'rds:ModifyDBSnapshotAttribute',
  's3:PutBucketAcl',
  's3:PutBucketPolicy',
  'secretsmanager:PutResourcePolicy',
])

/** Calls that read the values of secrets. */
export const SECRET_READS: ReadonlySet<string> = new Set([
  'secretsmanager:GetSecretValue',
  'secretsmanager:BatchGetSecretValue',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
])

/** The kind of a call of which the rate is kept, or undefined. */
export function rateKindOf(action: string): RateKind | undefined {
  if (DATA_DESTRUCTION.has(action)) return 'deletion'
  if (SHARES.has(action)) return 'sharing'
  return SECRET_READS.has(action) ? 'secret' : undefined
}

/** Counts a successful call. One that comes after the next hour has begun is late, and is left out. */
export function countRate(rates: CallRates, signal: Signal): void {
  const kind = rateKindOf(signal.action)
  if (kind === undefined || signal.outcome !== 'success') return
  const calls = kind === 'secret' ? Math.max(1, objectsOf(signal).length) : 1
  const hour = Math.floor(signal.time / HOUR_MS)
  const known = rates.get(kind)
  if (known === undefined) rates.set(kind, { hour, count: calls, dayMost: 0, usual: 0, days: 0 })
  else if (hour === known.hour) rates.set(kind, { ...known, count: Math.min(known.count + calls, COUNT_LIMIT) })
  else if (hour > known.hour) rates.set(kind, { ...afterHour(known, hour), count: calls })
}

/** More says nothing more. */
const COUNT_LIMIT = 9999

/** The usual number fades to a half in two weeks, as the frequencies of a baseline do. */
const HALF_LIFE_DAYS = 14

const HOURS_OF_DAY = DAY_MS / HOUR_MS

/** A day's most becomes usual on the next day. Once the usual number is known, a day raises it by a quarter at most: to reach five times as many takes a week of rising floods. */
function afterHour({ hour: before, count, dayMost, usual, days }: CallRate, hour: number): CallRate {
  const most = Math.max(dayMost, count)
  const passed = Math.floor(hour / HOURS_OF_DAY) - Math.floor(before / HOURS_OF_DAY)
  if (passed === 0) return { hour, count: 0, dayMost: most, usual, days }
  const bounded = days < MIN_DAYS ? most : Math.min(most, Math.max(usual * (1 + RISE_A_DAY), MIN_ABOVE))
  const faded = Math.max(bounded, usual) * 0.5 ** (passed / HALF_LIFE_DAYS)
  return { hour, count: 0, dayMost: 0, usual: Math.round(faded * 100) / 100, days: Math.min(days + 1, 99) }
}

/** The share by which a day raises what is usual. */
const RISE_A_DAY = 0.25

/** Fewer in an hour are a person's work, whatever is usual. */
const MIN_ABOVE = 10

/** A job that had a busy day before has had a factor of two or three; five times the busiest hour is no day of it. */
const TIMES_USUAL = 5

/** The usual number of an hour is known after as many days with such calls. */
const MIN_DAYS = 5

/** How many calls there are in the hour of a call where that is far above what is usual, and the usual number; undefined where it is not, or is not known. */
export function farAboveUsual(rates: CallRates, { action, time }: Signal): { readonly count: number; readonly usual: number } | undefined {
  const kind = rateKindOf(action)
  const rate = kind === undefined ? undefined : rates.get(kind)
  if (rate === undefined || rate.days < MIN_DAYS || rate.hour !== Math.floor(time / HOUR_MS)) return undefined
  const { count, usual } = rate
  return count >= Math.max(MIN_ABOVE, TIMES_USUAL * usual) ? { count, usual } : undefined
}
