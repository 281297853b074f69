import { documentAlone } from '../../shared/contain/restriction-plan.ts'
import { countedAt } from '../../shared/decide/correlate.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { restrictionOf } from '../../shared/decide/restriction-of.ts'
import { isMature } from '../../shared/domain/baseline.ts'
import { isContainableIdentity } from '../../shared/domain/containable.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { offlineAdvisor } from '../../shared/memory/advisor.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { emptyPorts } from '../memory-ports.ts'
import { type LabelledCase, timeOf } from './labelled.ts'

/** What a restriction would have cost an owner: its own calls of the last days, and those of them that it refuses. */
export interface OwnerCost {
  readonly source: string
  readonly case: string
  readonly identity: string
  readonly isCovered: boolean
  readonly calls: number
  readonly refused: readonly string[]
}

/** How long before the end of a history its owners are restricted. */
const CUT_MS = 2 * DAY_MS

/**
 * Restricts every user and role of a case two days before the end of its history, by what is known of it then and with the fence, and says which of its calls after that
 * would have been refused. The history ends before the first malicious record. Only those with a mature baseline at the cut; of a role all sessions count as restricted.
 */
export async function ownerCosts(
  { name, source, records }: LabelledCase,
  { policy, geoIp }: { policy: Policy; geoIp: GeoIp },
): Promise<OwnerCost[]> {
  const intrusion = records.findIndex(({ label }) => label === 'malicious')
  const owned = intrusion < 0 ? records : records.slice(0, intrusion)
  const cut = (timeOf(owned.at(-1)?.event ?? {}) ?? 0) - CUT_MS
  const ports = emptyPorts({ advisor: offlineAdvisor(), geoIp })
  await applyPolicy(ports.record, { policy, by: 'local:eval', why: 'evaluated', at: new Date(0).toISOString() })
  const run = pipeline(ports)
  await run(owned.filter(({ event }) => (timeOf(event) ?? 0) < cut).map(({ event }, at) => ({ ...event, eventID: `${at}` })))
  const later = owned.filter(({ event }) => (timeOf(event) ?? 0) >= cut).flatMap(({ event }) => callsIn(event))
  const identities = new Map(later.map(({ identity }) => [identity.id, identity]))
  const stored = await ports.identities.load([...identities.keys()])
  return [...identities.values()].flatMap((identity) => {
    const state = stored.get(identity.id)?.state?.value
    if (state === undefined || !isContainableIdentity(identity) || !isMature(state.baseline)) return []
    const { baseline, evidence } = state
    const restriction = restrictionOf({
      baseline,
      evidence: countedAt(evidence, cut),
      at: cut,
      sessions: [],
      isFenced: true,
      isWholeSeen: true,
    })
    const document = documentAlone(identity, restriction)?.document
    const denied = document === undefined ? undefined : JSON.parse(document)
    const calls = later.filter((call) => call.identity.id === identity.id && call.outcome === 'success')
    const refused = denied === undefined ? [] : calls.filter((call) => isRefusedBy(denied, call)).map(({ action }) => action)
    return [{ source, case: name, identity: identity.id, isCovered: restriction.isCovered, calls: calls.length, refused }]
  })
}

function callsIn(event: Readonly<Record<string, unknown>>) {
  const normalised = normalise(event)
  return normalised.kind === 'signals' ? normalised.signals.filter(({ kind }) => kind === 'api-call') : []
}
