import type { Incident } from './incident.ts'
import { minuteText } from './time.ts'

/** What a verdict accepted, one sentence for each pattern, and the words of the command that revokes it; empty where it accepted nothing. */
export function acceptedLines({ verdict }: Pick<Incident, 'verdict'>): { readonly says: string; readonly revoke: string }[] {
  return (verdict?.accepted ?? []).map(({ id, until, says }) => ({
    says: `Not asked about until ${minuteText(until)}, unless revoked: ${says} (${id})`,
    revoke: `patterns revoke ${id}`,
  }))
}
