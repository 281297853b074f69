type Fields = Readonly<Record<string, unknown>>

/** What is compared of a resource policy: whatever it allows, and what its denials deny under which conditions. */
export function policyFacts(statements: readonly Fields[]): { readonly Allowed: readonly Fields[]; readonly Denied: readonly Fields[] } {
  const partsOf = ({ Sid, Action, Condition }: Fields) => ({ Sid, Action, Condition })
  const by = (effect: string) => statements.filter(({ Effect }) => Effect === effect).map(partsOf)
  return { Allowed: by('Allow'), Denied: by('Deny') }
}

/**
 * What is compared of the policy of an event bus: who is allowed and denied what, and by which condition. A statement that EventBridge gave other marks than the
 * template has is the same one: accounts as ids or as ARNs of their roots, one as a text or a list of one.
 */
export function busFacts(statements: readonly Fields[]): { readonly Statements: readonly Fields[] } {
  const partsOf = ({ Effect, Action, Principal, Condition }: Fields) => ({
    Effect,
    Action: listed(Action),
    Principal: principalsIn(Principal),
    Condition: Condition ?? null,
  })
  return { Statements: statements.map(partsOf).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }
}

function principalsIn(principal: unknown): string[] {
  const named = typeof principal === 'object' && principal !== null ? Object.values(principal).flatMap(listed) : listed(principal)
  return named.map((one) => one.match(/^arn:[^:]+:iam::(\d{12}):root$/)?.[1] ?? one).sort()
}

const listed = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String)
