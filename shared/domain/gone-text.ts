import type { Change } from './change.ts'
import { listing } from './listing.ts'
import { goneSteps } from './progress.ts'

/** The most things that a sentence names. */
const NAMED = 3

/** Why a step is closed whose user, role or credential was removed, and what a person does about it. `what`: the thing, as `user ci-build`. */
export function goneReason(what: string): string {
  return `${what} is no longer there; see in CloudTrail who removed it`
}

/** The reason as the record has it, of a step or behind the cause of a release. Names are as IAM takes them: respond may write that record. */
const REASON = /(?:^|: )([a-z][a-z ]{3,40} [\w+=,.@-]{1,128}(?: of [\w+=,.@-]{1,64})?(?: in account \d{12})?) is no longer there/

/**
 * What had been set and is gone, by name and as a whole clause: `user ci-build is no longer there, removed by somebody else`. Records of 0.1.0 to 0.2.0 do not
 * name it. Undefined where nothing is gone.
 */
export function goneText(changes: readonly Change[]): string | undefined {
  const gone = goneSteps(changes)
  if (gone.size === 0) return undefined
  const names = new Set<string>()
  for (const { kind, target, why } of changes) {
    const [, name] = kind === 'step-gone' && gone.has(target) ? (REASON.exec(why) ?? []) : []
    if (name !== undefined) names.add(name)
  }
  if (names.size === 0) return 'the user, the role or the credential is no longer there, removed by somebody else'
  return `${listing([...names], NAMED)} ${names.size === 1 ? 'is' : 'are'} no longer there, removed by somebody else`
}
