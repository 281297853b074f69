import type { Change } from './change.ts'
import type { Incident } from './incident.ts'

/** What an incident says by itself about what was done. */
interface Measured {
  readonly state: Incident['state']
  readonly containedAt?: number | undefined
  readonly restrictedAt?: number | undefined
}

/**
 * True where the verdict `legitimate` restores nothing, because nothing was contained or restricted for the incident at any time: people dismiss it, and do
 * not release it. The state of both is `released`. Without `changes`, its chain, by what the incident alone says: a step may have been taken besides.
 */
export function isDismissal({ state, containedAt, restrictedAt }: Measured, changes: readonly Change[] | undefined): boolean {
  const isUnderWay = state === 'containing' || state === 'restricting'
  const isTouched = changes?.some(({ kind }) => kind.startsWith('step-')) ?? false
  return !isUnderWay && containedAt === undefined && restrictedAt === undefined && !isTouched
}

/** The state of an incident in the word that people read. */
export function stateText(incident: Measured, changes: readonly Change[] | undefined): string {
  const { state } = incident
  if (!isDismissal(incident, changes)) return state
  return state === 'released' ? 'dismissed' : state === 'releasing' ? 'dismissing' : state
}
