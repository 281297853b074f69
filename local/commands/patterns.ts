import type { AcceptedPattern } from '../../shared/domain/accepted-pattern.ts'
import { printable } from '../../shared/domain/printable.ts'
import { requireReason } from '../../shared/domain/reason.ts'
import { minuteText } from '../../shared/domain/time.ts'
import { listPatterns, revokePattern, unknownPattern } from '../../shared/record/patterns.ts'
import { commandOn } from '../command-name.ts'
import { jsonText } from '../render/json-text.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'

/** What people accepted, the newest first; as NDJSON with `isJson`. Those that ended are listed until they are revoked or dropped. */
export async function showPatterns(target: Target, { isJson }: { isJson: boolean }): Promise<string> {
  const patterns = await listPatterns(target.record, tellUnreadable)
  if (isJson) return patterns.map((pattern) => jsonText(pattern)).join('\n')
  if (patterns.length === 0)
    return 'Nothing is accepted. A release accepts what it was asked about, but nothing that AWS confirmed or that came through Tor, a VPN or a listed address.'
  return patterns
    .flatMap((pattern) => [...linesOf(pattern, target), ''])
    .slice(0, -1)
    .join('\n')
}

function linesOf(pattern: AcceptedPattern, target: Target): string[] {
  const { id, identityId, keys = [], sessions = [], places, tools, kinds, incidentId, by, at, until } = pattern
  const end = until <= target.clock.now() ? 'ended' : 'until'
  const objects = (names: readonly string[]) => {
    const named = names.filter((name) => name !== '')
    return named.length === 0 ? '' : ` (${named.map((name) => printable(name, 40)).join('; ')})`
  }
  return [
    `${id}  ${end} ${minuteText(until)}`,
    `  who    ${printable(identityId, 200)}${keys.length === 0 ? '' : `, with ${printable(keys.join(', '), 300)}`}${sessions.length === 0 ? '' : `, in sessions named ${printable(sessions.join(', '), 300)} alone`}`,
    `  from   ${places.map((place) => printable(place, 40)).join(', ')}`,
    `  by     ${tools.map((tool) => printable(tool, 40)).join(', ')}`,
    `  what   ${kinds.map((kind) => `${printable(kind.detector, 60)}${objects(kind.objects)}`).join(', ')}`,
    `  why    released by ${printable(by, 200)} at ${minuteText(Date.parse(at))}, incident ${printable(incidentId, 64)}`,
    `  revoke ${commandOn(target, `patterns revoke ${id}`, '--reason "…"')}`,
  ]
}

/** What revoking a pattern changes. Throws `pattern.unknown`. */
export async function whatRevokeChanges(target: Target, id: string): Promise<string> {
  const pattern = await patternNamed(target, id)
  return `${linesOf(pattern, target).slice(0, -1).join('\n')}\nPeople are asked about it again from the next call on.`
}

/** Revokes a pattern. Who and why go into the record. Throws `pattern.unknown` and, without a reason, `usage`. */
export async function revoke(target: Target, id: string, reason: string): Promise<string> {
  requireReason({ reason })
  const pattern = await patternNamed(target, id)
  await revokePattern(
    pattern,
    { at: new Date(target.clock.now()).toISOString(), by: target.caller, why: reason.slice(0, 500) },
    target.record,
  )
  return `Revoked ${id}: people are asked again about ${printable(pattern.identityId, 200)}.`
}

async function patternNamed(target: Target, id: string): Promise<AcceptedPattern> {
  const pattern = (await listPatterns(target.record, tellUnreadable)).find((one) => one.id === id)
  if (pattern === undefined) throw unknownPattern(printable(id, 40))
  return pattern
}
