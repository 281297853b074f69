import type * as z from 'zod'
import { Policy } from '../domain/policy.ts'
import { doublyNamedWeights, POLICY_VERSION, RENAMED_KEYS } from '../domain/policy-migration.ts'
import { hint, issueText, keysAt, kindOf, shown, valueAt } from '../domain/schema-issues.ts'
import { unknownTiers } from '../domain/unknown-tiers.ts'

/** Every fault of a policy, one a line: the key, what is allowed, the value that was seen, and the likely fix. `error` is undefined where it fits. */
export function policyIssues(error: z.ZodError | undefined, input: unknown): string[] {
  if (input === undefined || input === null) return [`the policy is empty; begin it with \`version: ${POLICY_VERSION}\``]
  if (typeof input !== 'object' || Array.isArray(input))
    return [`a policy is keys with values, such as \`version: ${POLICY_VERSION}\`; got ${kindOf(input)}`]
  const issues = error?.issues ?? []
  // The schema compares the names of tiers only where everything else fits.
  const tiers = issues.some(isAboutTier) ? [] : unknownTiers(input as Readonly<Record<string, unknown>>)
  return [
    ...doublyNamedWeights(input).map(
      ([before, now]) => `weights: ${before} and ${now} are the same detector, which is called ${now} now; keep one of them`,
    ),
    ...issues.flatMap((issue) => described(issue, input)),
    ...tiers.map(
      ({ path, message }) =>
        `${path.join('.')}: ${message}, got ${shown(valueAt(input, path))}${hint(valueAt(input, path), tierNames(input))}`,
    ),
  ]
}

function described(issue: z.core.$ZodIssue, input: unknown): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownKey(issue.path, name))
  const key = issue.path.join('.') || 'policy'
  if (key === 'version') return [versionFault(valueAt(input, issue.path))]
  return [`${key}: ${issueText(issue, Policy, input)}${isAboutTier(issue) ? hint(valueAt(input, issue.path), tierNames(input)) : ''}`]
}

function versionFault(value: unknown): string {
  return value === undefined
    ? `version: missing; begin the policy with \`version: ${POLICY_VERSION}\``
    : `version: must be ${POLICY_VERSION} (1 and 2 are read too), got ${shown(value)}`
}

/** A key that is in no policy of this version, with its new name where it had one, or the most similar key. */
function unknownKey(at: readonly PropertyKey[], name: string): string {
  if (at.length === 0 && name === 'weights')
    return 'unknown weights; a weight stands in detectors now, such as `detectors: { new-country: { weight: 0.5 } }`: keep it there alone'
  const key = at.length === 0 ? '' : `${at.join('.')}: `
  const renamed = RENAMED_KEYS.find(
    ({ path }) =>
      path.length === at.length + 1 && path.at(-1) === name && at.every((part, place) => path[place] === '*' || path[place] === part),
  )
  if (renamed !== undefined) return `${key}unknown ${name}; it is called ${renamed.to} since version 2`
  const similar = hint(name, keysAt(Policy, at))
  return `${key}unknown ${keyText(name)}${similar === '' ? '; remove it or check the spelling' : similar} (the default policy.yaml has every key)`
}

/** A key as it is written; of one that no key of a policy is like, the length alone: a line of another file may hold a secret before its colon. */
function keyText(name: string): string {
  return /^[\w-]{1,39}$/.test(name) ? name : `key of ${name.length} characters`
}

function tierNames(input: unknown): string[] {
  const tiers = valueAt(input, ['tiers'])
  const names = Array.isArray(tiers) ? tiers.map((tier) => valueAt(tier, ['name'])) : []
  return ['default', ...names.filter((name) => typeof name === 'string')]
}

function isAboutTier({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'custom' && path.at(-2) === 'tiers'
}
