import { iamGlobs } from '../../domain/glob.ts'

/** True where the parts of two ARNs match one by one; the sixth is the rest. */
export function arnMatches(pattern: string, arn: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)]
  return wanted.length === given.length && wanted.every((part, at) => iamGlobs(part, given[at] as string))
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
