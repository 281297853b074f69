import type { Policy } from '../../shared/domain/policy.ts'

/** Which identities come first, one rule a line, the one that raises most first, and by which tags their owners are named. */
export function criticalityLines({ criticality, owners }: Pick<Policy, 'criticality' | 'owners'>): string[] {
  const rules = criticality
    .toSorted((a, b) => b.raise - a.raise)
    .map(({ name, match, raise }) => {
      const tags = Object.entries(match.tags).map(([key, values]) => `tag ${key}=${[values].flat().join(' or ')}`)
      return `Critical as ${name} (adds ${Math.round(raise * 100)} % of the most that criticality adds to a priority): ${[...match.arns, ...tags].join(', ')}.`
    })
  return [
    ...(rules.length === 0 ? ['Nobody is critical by the policy: priorities go by evidence, reach and exposure.'] : rules),
    owners.tags.length === 0 ? 'No owner is named.' : `The owner of an identity is named by its tag ${owners.tags.join(', else ')}.`,
  ]
}
