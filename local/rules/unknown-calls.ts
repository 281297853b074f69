import type { Calls } from '../../shared/detect/rules/calls-of.ts'
import { actionsOfCalls } from '../../shared/detect/rules/rule-actions.ts'
import { hint } from '../../shared/domain/schema-issues.ts'
import table from './known-calls.json' with { type: 'json' }

/** A call that a rule names and its service is not known to have; `advice` is `; did you mean …?` where one of the service is spelled like it, else empty. */
export interface UnknownCall {
  readonly call: string
  readonly advice: string
}

/** What these record comes from web pages, of which no model is public. */
const OF_PAGES: ReadonlySet<string> = new Set(['signin', 'sso-directory'])

const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = byService()

/**
 * The calls that are named exactly and that no model of AWS has for their service. Of a service whose calls are not in the list nothing is said. Names are
 * compared without regard to case, as rules compare them.
 */
export function unknownCalls(calls: readonly Calls[]): readonly UnknownCall[] {
  return (actionsOfCalls(calls) ?? []).flatMap((call) => {
    const service = call.slice(0, call.indexOf(':'))
    const known = KNOWN.get(service)
    if (known === undefined || OF_PAGES.has(service)) return []
    const small = call.toLowerCase()
    const names = [...known]
    return names.some((name) => name.toLowerCase() === small) ? [] : [{ call, advice: hint(call, names) }]
  })
}

function byService(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [service, lines] of Object.entries(table.operations))
    found.set(service, new Set(lines.flatMap((line) => line.split(' ')).map((name) => `${service}:${name}`)))
  for (const event of table.events) found.get(event.slice(0, event.indexOf(':')))?.add(event)
  return found
}
