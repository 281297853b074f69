import type { Baseline } from '../domain/baseline.ts'
import { objectsOf, objectsOutsideHabit, type UsedObject } from '../domain/object-habit.ts'
import type { Signal } from '../domain/signal.ts'

/** Calls that take out what is in a secret, a parameter, a bucket or a function, or that use a key. */
export const OBJECT_READS = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:BatchGetSecretValue',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'ssm:GetParameterHistory',
  's3:GetObject',
  's3:ListObjects',
  'lambda:GetFunction',
  'lambda:Invoke',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:Sign',
] as const

const READS: ReadonlySet<string> = new Set(OBJECT_READS)

/** The objects that a successful call reads although others of their kind, and not these, are the identity's habit. */
export function unusualObjects(signal: Signal, baseline: Baseline): readonly UsedObject[] {
  if (!READS.has(signal.action) || signal.outcome !== 'success' || !signal.isAuthenticated) return NONE
  return objectsOutsideHabit(baseline, signal)
}

const NONE: readonly UsedObject[] = []

/** The objects that a call writes, in the words in which those that are read are counted: a job that rotates secrets reads each of them and writes it. */
export function writtenObjects(signal: Signal): readonly string[] {
  return objectsOf(signal).map(textOf)
}

/** One object as text, such as `secret prod/payments`. */
export function textOf({ kind, name }: UsedObject): string {
  return `${kind} ${name}`
}
