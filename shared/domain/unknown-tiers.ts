/** Where the rules of a policy name a tier that it has not. Takes a policy of any shape, so that one fault does not hide the others. */
export function unknownTiers(policy: Readonly<Record<string, unknown>>): { path: readonly PropertyKey[]; message: string }[] {
  const known = ['default', ...listIn(policy.tiers).map((tier) => fieldOf(tier, 'name'))]
  const message = `must be one of the tiers ${known.join(', ')}`
  const among = (rules: unknown, path: readonly PropertyKey[]) =>
    listIn(rules).flatMap((rule, at) =>
      listIn(fieldOf(rule, 'tiers')).flatMap((name, place) =>
        known.includes(name) ? [] : [{ path: [...path, at, 'tiers', place], message }],
      ),
    )
  return [...among(fieldOf(policy.slack, 'approvers'), ['slack', 'approvers']), ...among(policy.fourEyes, ['fourEyes'])]
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
