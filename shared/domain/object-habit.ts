import { type Baseline, FEATURE_LIMITS, isMature, PROBATION_MS, VALUE_LIMIT } from './baseline.ts'
import { count, lastOf, weightOf } from './frequency.ts'
import { texts } from './parameters.ts'
import { type Signal, text } from './signal.ts'

/** The kinds of objects of which a habit is kept. Roles have one of their own, the feature `peer`. */
type ObjectKind = 'secret' | 'parameter' | 'bucket' | 'function' | 'key'

/** One object that a call uses: its name, and the part of it by which the habit is kept, such as `dev/` or the whole name of a bucket. */
export interface UsedObject {
  readonly kind: ObjectKind
  readonly name: string
  readonly prefix: string
}

/** The most objects that are read of one call: GetParameters takes ten names. */
const OBJECTS_LIMIT = 10

/** Calls that use what is in an object, by its kind. Calls that look at its settings are discovery, and scanners make them of every object. */
const USES: Readonly<Record<string, ObjectKind>> = {
  'secretsmanager:GetSecretValue': 'secret',
  'secretsmanager:BatchGetSecretValue': 'secret',
  'secretsmanager:PutSecretValue': 'secret',
  'secretsmanager:UpdateSecret': 'secret',
  'ssm:GetParameter': 'parameter',
  'ssm:GetParameters': 'parameter',
  'ssm:GetParametersByPath': 'parameter',
  'ssm:GetParameterHistory': 'parameter',
  'ssm:PutParameter': 'parameter',
  's3:GetObject': 'bucket',
  's3:PutObject': 'bucket',
  's3:ListObjects': 'bucket',
  'lambda:GetFunction': 'function',
  'lambda:Invoke': 'function',
  'kms:Decrypt': 'key',
  'kms:Encrypt': 'key',
  'kms:GenerateDataKey': 'key',
  'kms:Sign': 'key',
}

/** True for a call that uses what is in an object, such as the value of a secret. */
export function usesObjects(action: string): boolean {
  return Object.hasOwn(USES, action)
}

/** The objects that a call uses, as its parameters name them; none where they name none, and of keys none where a service of AWS calls. */
export function objectsOf({ action, request, origin }: Pick<Signal, 'action' | 'request' | 'origin'>): readonly UsedObject[] {
  const kind = USES[action]
  if (kind === undefined || (kind === 'key' && origin.via !== undefined)) return NO_OBJECTS
  return namesIn(kind, request).map((name) => ({ kind, name, prefix: isPath(kind) ? prefixOf(name) : name }))
}

const NO_OBJECTS: readonly UsedObject[] = []

const isPath = (kind: ObjectKind) => kind === 'secret' || kind === 'parameter'

function namesIn(kind: ObjectKind, request: Signal['request']): readonly string[] {
  switch (kind) {
    case 'secret':
      return [...listOf(request, 'secretIdList'), ...one(request, 'secretId')].map(secretName)
    case 'parameter':
      return [...listOf(request, 'names'), ...one(request, 'name'), ...one(request, 'path').map((path) => `${path}/`)].map(parameterName)
    case 'bucket':
      return one(request, 'bucketName').map(lastPart)
    case 'function':
      // `my-function`, its ARN, either with `:version` behind it.
      return one(request, 'functionName').map((name) => name.replace(/^.*:function:/, '').replace(/:[^:]*$/, ''))
    case 'key':
      return one(request, 'keyId').map(lastPart)
  }
}

function one(request: Signal['request'], parameter: string): readonly string[] {
  const value = text(request, parameter)
  return value === undefined || value === '' ? [] : [value]
}

function listOf(request: Signal['request'], parameter: string): readonly string[] {
  return texts(request, parameter).slice(0, OBJECTS_LIMIT)
}

/** The name in the ARN of a secret, without the six signs that Secrets Manager puts behind it. */
function secretName(id: string): string {
  const at = id.indexOf(':secret:')
  return at < 0 ? id : id.slice(at + ':secret:'.length).replace(/-[A-Za-z0-9]{6}$/, '')
}

function parameterName(id: string): string {
  const at = id.indexOf(':parameter/')
  return at < 0 ? id : id.slice(at + ':parameter'.length)
}

function lastPart(arn: string): string {
  return arn.startsWith('arn:') ? arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1) : arn
}

/** The first segment of a path: `dev/` of `dev/orders-db`, `/orders/` of `/orders/flags`; else what is before the last separator, or the whole name. */
export function prefixOf(name: string): string {
  const path = /^\/*[^/]*\//.exec(name)?.[0]
  return path ?? /^.*[-_.]/.exec(name)?.[0] ?? name
}

function rowOf({ kind, prefix }: UsedObject): string {
  return `${kind} ${prefix}`.slice(0, VALUE_LIMIT)
}

/**
 * Learns the objects that a successful call uses. A prefix is known once it was used again 20 hours later, so that a burst cannot make itself a habit; those
 * that are not known yet displace none that is.
 */
export function learnObjects({ features }: Baseline, signal: Signal): void {
  if (signal.outcome !== 'success') return
  const { time: at } = signal
  for (const value of new Set(objectsOf(signal).map(rowOf))) {
    const since = lastOf(features.newObject, value)
    if (features.object.values.includes(value)) count(features.object, value, { at, limit: FEATURE_LIMITS.object })
    else if (since === undefined) count(features.newObject, value, { at, limit: FEATURE_LIMITS.newObject })
    else if (at - since >= PROBATION_MS) {
      forget(features.newObject, value)
      count(features.object, value, { at, limit: FEATURE_LIMITS.object })
    }
  }
}

function forget({ values, weights, lasts }: Baseline['features']['newObject'], value: string): void {
  const row = values.indexOf(value)
  for (const column of [values, weights, lasts]) column.splice(row, 1)
}

/** A habit of a kind of objects is stable from this decayed count of uses on: fewer in two weeks say nothing of what else is used. */
const STABLE_MIN_USES = 5

/** The objects of a call that are outside a stable habit: the identity is mature, and uses others of their kind all the time. */
export function objectsOutsideHabit(baseline: Baseline, signal: Signal): readonly UsedObject[] {
  const { object } = baseline.features
  // A table that is full has forgotten prefixes, and whoever uses that many has no habit of a few.
  if (object.values.length === 0 || object.values.length >= FEATURE_LIMITS.object || !isMature(baseline)) return NO_OBJECTS
  return objectsOf(signal).filter((used) => {
    if (object.values.includes(rowOf(used)) || baseline.expected.has(`object=${rowOf(used)}`)) return false
    const ofKind = object.values.filter((value) => value.startsWith(`${used.kind} `))
    return ofKind.reduce((uses, value) => uses + weightOf(object, value, signal.time), 0) >= STABLE_MIN_USES
  })
}
