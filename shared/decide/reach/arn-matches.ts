import { iamGlobs } from '../../domain/glob.ts'
import { type Meter, UNLIMITED } from '../../domain/meter.ts'

/** True where the parts of two ARNs match one by one; the sixth is the rest. What that takes is taken from `meter`; where that has none left, the answer says nothing. */
export function arnMatches(pattern: string, arn: string, meter: Meter = UNLIMITED): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)]
  return wanted.length === given.length && wanted.every((part, at) => iamGlobs(part, given[at] as string, meter))
}

/**
 * What an ARN operator of a condition says. Undefined of a pattern of fewer than six parts that ends with `*`, such as `*` and `arn:aws:iam::*`, where that would match all that
 * follows: AWS compares six parts, and does not say what those are that a pattern lacks.
 */
export function arnHolds(pattern: string, arn: string, meter: Meter): boolean | undefined {
  const wanted = partsOf(pattern)
  if (wanted.length === 6 || !pattern.endsWith('*')) return arnMatches(pattern, arn, meter)
  const given = arn.split(':')
  const first = [...given.slice(0, wanted.length - 1), given.slice(wanted.length - 1).join(':')]
  return wanted.length === first.length && wanted.every((part, at) => iamGlobs(part, first[at] as string, meter)) ? undefined : false
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
