type Fields = Readonly<Record<string, unknown>>

/** What is compared of a resource policy: whatever it allows, and what its denials deny under which conditions. */
export function policyFacts(statements: readonly Fields[]): { readonly Allowed: readonly Fields[]; readonly Denied: readonly Fields[] } {
  const partsOf = ({ Sid, Action, Condition }: Fields) => ({ Sid, Action, Condition })
  const by = (effect: string) => statements.filter(({ Effect }) => Effect === effect).map(partsOf)
  return { Allowed: by('Allow'), Denied: by('Deny') }
}
