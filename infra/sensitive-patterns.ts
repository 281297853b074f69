import { sensitiveCalls } from '../shared/detect/delivered-calls.ts'
import { namedGroups } from './named-groups.ts'

/** What delivers the calls that some detector names, as parts of `detail`. */
export function sensitivePatterns(): object[] {
  return namedGroups(
    sensitiveCalls().map(({ eventSources, operations, isPrefix }) => ({
      eventSource: eventSources,
      eventName: isPrefix ? operations.map((prefix) => ({ prefix })) : operations,
    })),
  )
}
