import type { IdentityWindow } from '../domain/identity-window.ts'
import type { Signal } from '../domain/signal.ts'
import { HOUR_MS } from '../domain/time.ts'
import { hashId, mark, type TimedSet } from '../domain/timed-set.ts'

/** One kind of resource of a service: how the calls that create it name it, and the fields in which calls say which one, all in lower case. */
interface ResourceKind {
  readonly noun: string
  readonly fields: readonly string[]
}

/**
 * The resources whose creation is remembered: those that detectors of weakening and of destruction are about, and those that tools read back. Not those whose
 * creation succeeds where they are there already: buckets in us-east-1, queues and topics.
 */
const KINDS: Readonly<Record<string, readonly ResourceKind[]>> = {
  ec2: [
    { noun: 'instance', fields: ['instanceid'] },
    { noun: 'volume', fields: ['volumeid'] },
    { noun: 'snapshot', fields: ['snapshotid'] },
    { noun: 'image', fields: ['imageid'] },
    { noun: 'flowlog', fields: ['flowlogid'] },
    { noun: 'vpc', fields: ['vpcid'] },
    { noun: 'subnet', fields: ['subnetid'] },
    { noun: 'securitygroup', fields: ['groupid'] },
  ],
  rds: [
    { noun: 'dbinstance', fields: ['dbinstanceidentifier'] },
    { noun: 'dbclustersnapshot', fields: ['dbclustersnapshotidentifier', 'targetdbclustersnapshotidentifier'] },
    { noun: 'dbcluster', fields: ['dbclusteridentifier'] },
    { noun: 'dbsnapshot', fields: ['dbsnapshotidentifier', 'targetdbsnapshotidentifier'] },
  ],
  dynamodb: [{ noun: 'table', fields: ['tablename'] }],
  lambda: [{ noun: 'function', fields: ['functionname'] }],
  logs: [{ noun: 'loggroup', fields: ['loggroupname'] }],
  kms: [{ noun: 'key', fields: ['keyid'] }],
  secretsmanager: [{ noun: 'secret', fields: ['secretid', 'name', 'arn'] }],
  eks: [{ noun: 'cluster', fields: ['name', 'clustername'] }],
  iam: [
    { noun: 'role', fields: ['rolename'] },
    { noun: 'policy', fields: ['policyarn', 'arn'] },
    { noun: 'instanceprofile', fields: ['instanceprofilename'] },
  ],
  cloudtrail: [{ noun: 'trail', fields: ['name', 'trailname'] }],
  cloudformation: [{ noun: 'stack', fields: ['stackname', 'stackid'] }],
  ecr: [{ noun: 'repository', fields: ['repositoryname'] }],
  elasticfilesystem: [{ noun: 'filesystem', fields: ['filesystemid'] }],
}

/**
 * The verbs of calls that fail where the resource is there already. `Put` overwrites: whoever puts somebody's rule again must not own it by that. Restoring
 * makes a new resource only from another one: RestoreSecret and RestoreSnapshotFromRecycleBin are about one that was there before.
 */
const CREATES = /^(?:Create|Run|Copy|Restore(?=.*(?:From|To)[A-Z])(?!.*FromRecycleBin))/

/** What follows the noun and says from what it is made, as in RestoreDBInstanceFromDBSnapshot. */
const SOURCE = /(?:From|To)(?=[A-Z]).*$/

/** The most resources that are remembered. Infrastructure tools read back and set what they created at once, so the newest are enough. */
export const WORKS_LIMIT = 24

/** How long what an identity created counts as its own work. The owner's day; milliseconds. */
const OWN_FOR_MS = 24 * HOUR_MS

/** Remembers the resources that a call created. */
export function noteWorks({ works }: IdentityWindow, signal: Signal): void {
  const { service, action, outcome, isReadOnly, isAuthenticated, time: at } = signal
  const operation = action.slice(action.indexOf(':') + 1)
  if (isReadOnly || outcome !== 'success' || !isAuthenticated || !CREATES.test(operation)) return
  // The whole noun: CreateFunctionUrlConfig and CreatePolicyVersion are about a function and a policy that were there before.
  const noun = operation.replace(CREATES, '').replace(SOURCE, '').toLowerCase()
  const kind = KINDS[service]?.find((one) => noun === one.noun || noun === `${one.noun}s`)
  if (kind === undefined) return
  for (const value of [...valuesAt(signal.request, kind.fields), ...valuesAt(signal.response, kind.fields)])
    mark(works, keyOf(signal, kind, value), { at, limit: WORKS_LIMIT })
  if (service === 'eks') mark(works, ANY_CLUSTER, { at, limit: WORKS_LIMIT })
}

/** True for a call about resources of one kind that the identity created itself within a day, and about no others of that kind. */
export function isOwnWork({ works }: IdentityWindow, signal: Signal): boolean {
  if (works.ids.length === 0) return false
  for (const kind of KINDS[signal.service] ?? []) {
    const values = valuesAt(signal.request, kind.fields)
    // Of a longer list only the first are read, and somebody else's may stand behind them.
    if (values.length > VALUES_LIMIT) return false
    if (values.length > 0) return values.every((value) => isKnown(works, keyOf(signal, kind, value), signal.time))
  }
  return false
}

/** True where the identity created an EKS cluster within a day of a time (epoch ms). */
export function hasCreatedCluster(works: TimedSet, at: number): boolean {
  return isKnown(works, ANY_CLUSTER, at)
}

/** Stands for all clusters: the issuer of a cluster says its region, and the call that makes it a provider of IAM has another. */
const ANY_CLUSTER = 'any cluster of eks'

function isKnown({ ids, times }: TimedSet, key: string, at: number): boolean {
  const row = ids.indexOf(hashId(key))
  return row >= 0 && at - (times[row] as number) <= OWN_FOR_MS
}

/** The same name in another region, or of another service, is another resource. */
function keyOf(signal: Signal, { noun }: ResourceKind, value: string): string {
  return `${signal.service} ${signal.region} ${noun} ${nameIn(signal, value)}`
}

/** An ARN: its region, its account and what it names there. */
const ARN = /^arn:[^:]*:[^:]*:([^:]*):([^:]*):(.+)$/s

/**
 * The name that an ARN gives, so that both spellings name one resource; any other value as it is. All after the type counts: the end of
 * `function:orders:prod` is a name that another function may have. An ARN of another region or account is no name, nor is that of a secret: AWS puts
 * letters of its own after the secret's name, and another secret may be named just so.
 */
function nameIn({ service, region, account }: Signal, value: string): string {
  const [, place = '', owner = '', resource] = ARN.exec(value) ?? []
  const isHere = (place === '' || place === region) && (owner === '' || owner === account)
  if (resource === undefined || !isHere || service === 'secretsmanager') return value.slice(0, 512)
  return resource.replace(/^[a-z-]+[:/]/, '').slice(0, 512)
}

/** How deep a resource is named: `{ instancesSet: { items: [{ instanceId }] } }` has four levels. */
const LEVELS = 5

/** The most names that are read of one call, and one more that says that there are others. */
const VALUES_LIMIT = 24

/** Maps of which the caller chooses the fields: what a tag called `functionName` says is no name of a function. */
const CHOSEN_FIELDS: ReadonlySet<string> = new Set(['tags', 'environment', 'variables', 'labels', 'parameters', 'encryptioncontext'])

/** The texts at fields of these names, at any level but those of maps whose fields the caller chooses. */
function valuesAt(value: unknown, fields: readonly string[], levels = LEVELS): readonly string[] {
  if (typeof value !== 'object' || value === null || levels === 0) return []
  const found: string[] = []
  for (const [field, member] of Object.entries(value).slice(0, 60)) {
    const name = field.toLowerCase()
    if (CHOSEN_FIELDS.has(name)) continue
    const isNamed = fields.includes(name)
    if (isNamed && typeof member === 'string') found.push(member)
    else if (isNamed && Array.isArray(member))
      for (const one of member.slice(0, VALUES_LIMIT + 1)) if (typeof one === 'string') found.push(one)
    if (typeof member === 'object') found.push(...valuesAt(member, fields, levels - 1))
    if (found.length > VALUES_LIMIT) break
  }
  return found.slice(0, VALUES_LIMIT + 1)
}
