import type { Incident, IncidentSignal } from '../incident.ts'
import { callsIn } from '../timeline.ts'
import { byGravity } from './by-gravity.ts'
import { listed, named, type Part, say } from './said.ts'

/** The most kinds of calls, and the most objects of them, that a sentence names. */
const KINDS = 5
const OBJECTS = 3

/** The calls of a timeline, apart by what came of them. Those that were refused since something was done are apart by where they came from. */
export interface Calls {
  /** With findings. */
  readonly succeeded: readonly IncidentSignal[]
  readonly refusedBefore: readonly IncidentSignal[]
  readonly refusedSince: readonly IncidentSignal[]
  /** Of `refusedSince` those from where the identity usually calls from: its owner's, as far as anybody can tell. */
  readonly refusedAtHome: readonly IncidentSignal[]
  /** Those that AWS answered with another error than a refusal, such as of a quota or of a name that it does not know. */
  readonly failed: readonly IncidentSignal[]
}

/** Sorts the calls of a timeline. Reports are none. */
export function callsOf(
  { restrictedAt, containedAt }: { readonly [When in 'restrictedAt' | 'containedAt']?: Incident[When] | undefined },
  signals: readonly IncidentSignal[],
): Calls {
  const calls = signals.filter(({ reportedBy }) => reportedBy === undefined)
  const since = restrictedAt ?? containedAt ?? Number.POSITIVE_INFINITY
  const refused = calls.filter(({ outcome }) => outcome === 'denied')
  const refusedSince = refused.filter(({ time }) => time > since)
  return {
    succeeded: calls.filter(({ outcome, detectors }) => outcome === 'success' && detectors.length > 0),
    refusedBefore: refused.filter(({ time }) => time <= since),
    refusedSince,
    refusedAtHome: refusedSince.filter(({ isUsualPlace }) => isUsualPlace === true),
    failed: calls.filter(({ outcome }) => outcome === 'failed'),
  }
}

/** Calls by their kind, the gravest first, with the names of what they used. */
export function kindsText(calls: readonly IncidentSignal[]): Part[] {
  const kinds = byGravity(calls)
  const shown = kinds.slice(0, KINDS).map(([action, all]) => kindText(action, all))
  const more = kinds.length - shown.length
  return listed([...shown, ...(more === 0 ? [] : [say`${more} other ${more === 1 ? 'kind' : 'kinds'}`])])
}

function kindText(action: string, calls: readonly IncidentSignal[]): Part[] {
  const count = callsIn(calls)
  const objects = [...new Set(calls.flatMap((call) => call.objects ?? []))]
  const names = objects.slice(0, OBJECTS).map((name) => [named(name)])
  const more = objects.length > names.length ? [say`${objects.length - names.length} more`] : []
  const of = names.length === 0 ? [] : say` of ${listed([...names, ...more])}`
  return say`${actionText(action)}${count > 1 ? ` (${count})` : ''}${of}`
}

/** An action as AWS names them stands as it is; what is none is text of somebody. */
function actionText(action: string): Part {
  return /^[a-z][a-z0-9-]{0,39}:[A-Za-z][A-Za-z0-9]{0,63}$/.test(action) ? action : named(action)
}
