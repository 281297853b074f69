import { principalIn } from '../domain/arn.ts'
import type { Incident } from '../domain/incident.ts'

/**
 * Names of sessions of a role, those with the strongest evidence of their own first, then the newest. Where not all of them can be named in a policy, whoever
 * assumed them must not choose which are left out by the order of its calls.
 */
export function rankSessions(
  { role, account }: { readonly role: string; readonly account: string | undefined },
  names: Iterable<string>,
  { lineage, findings, identity }: Pick<Incident, 'lineage' | 'findings' | 'identity'>,
): string[] {
  const weights = new Map<string, number>()
  for (const { credentialId, weight } of findings) weights.set(credentialId, Math.max(weight, weights.get(credentialId) ?? 0))
  const ranks = new Map<string, { readonly weight: number; readonly time: number }>()
  for (const { kind, owner, id, time = 0 } of lineage) {
    const session = kind === 'session' ? principalIn(owner) : undefined
    if (session?.name !== role || session.account !== (account ?? identity.account) || session.sessionName === undefined) continue
    const before = ranks.get(session.sessionName) ?? { weight: 0, time: 0 }
    ranks.set(session.sessionName, { weight: Math.max(before.weight, weights.get(id) ?? 0), time: Math.max(before.time, time) })
  }
  const rankOf = (name: string) => ranks.get(name) ?? { weight: 0, time: 0 }
  return [...names].sort((a, b) => rankOf(b).weight - rankOf(a).weight || rankOf(b).time - rankOf(a).time)
}
