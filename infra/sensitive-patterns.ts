import { sensitiveCalls } from '../shared/detect/delivered-calls.ts'
import { namedGroups } from './named-groups.ts'

/** What delivers the calls that some detector or rule of people names, as parts of `detail`. */
export function sensitivePatterns(ruleActions: readonly string[]): object[] {
  return namedGroups(
    sensitiveCalls(ruleActions).map(({ eventSources, operations, isPrefix }) => ({
      eventSource: eventSources,
      eventName: isPrefix ? operations.map((prefix) => ({ prefix })) : operations,
    })),
  )
}
