import { iamGlobs } from '../../domain/glob.ts'
import { type Meter, UNLIMITED } from '../../domain/meter.ts'

/** True where the parts of two ARNs match one by one; the sixth is the rest. What that takes is taken from `meter`; where that has none left, the answer says nothing. */
export function arnMatches(pattern: string, arn: string, meter: Meter = UNLIMITED): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)]
  return wanted.length === given.length && wanted.every((part, at) => iamGlobs(part, given[at] as string, meter))
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
