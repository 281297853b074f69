import { emptyPorts } from '../../local/memory-ports.ts'
import { neutralised } from '../../shared/decide/advise/pack.ts'
import { decide } from '../../shared/decide/decide.ts'
import type { Action } from '../../shared/domain/action.ts'
import { type Assessment, type Opinion, withOpinion } from '../../shared/domain/assessment.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { type Evaluation, pipeline } from '../../shared/pipeline.ts'
import type { Advisor, EvidencePack } from '../../shared/ports/advisor.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'

/** A record of a replay. `isOfCase` where the case is about it: not the work of the owner around an intrusion. */
export interface ReplayedRecord {
  readonly event: Readonly<Record<string, unknown>>
  readonly isOfCase: boolean
}

/** A question that the responder asks the advisor, and what it decides by the answer. */
export interface Situation {
  readonly pack: EvidencePack
  /** The action that is taken with an opinion, or without one. */
  actionWith(opinion: Opinion | undefined): Action
}

/**
 * Replays records with fresh state and a model that does not answer, and returns the last question about the case: of those that show the text, where some do.
 * Undefined where none was asked.
 */
export async function lastSituation(
  records: readonly ReplayedRecord[],
  { policy, geoIp, text = '' }: { policy: Policy; geoIp: GeoIp; text?: string },
): Promise<Situation | undefined> {
  const packs: EvidencePack[] = []
  const advisor: Advisor = {
    async advise(pack) {
      packs.push(pack)
      return { kind: 'fallback', cause: 'failed' }
    },
  }
  const ports = { ...emptyPorts({ advisor, geoIp }), budget: { reserve: async () => true } }
  await applyPolicy(ports.record, { policy, by: 'test:model', why: 'measured', at: new Date(0).toISOString() })
  const run = pipeline(ports)
  const written = neutralised(text)
  const isShown = ({ untrusted }: EvidencePack) => Object.values(untrusted).some((value) => value.includes(written))
  let last: Situation | undefined
  for (const [at, { event, isOfCase }] of records.entries()) {
    packs.length = 0
    const { outcomes } = await run([{ ...event, eventID: `${at}` }])
    if (!isOfCase) continue
    for (const pack of packs) {
      const outcome = outcomes.find(({ incidentId }) => incidentId === pack.incidentId)
      const incident = await ports.incidents.get(pack.incidentId)
      if (outcome === undefined || incident === undefined || (last !== undefined && isShown(last.pack) && !isShown(pack))) continue
      last = situationOf(pack, { outcome, policy, identity: incident.value.identity })
    }
  }
  return last
}

function situationOf(
  pack: EvidencePack,
  { outcome, policy, identity }: { outcome: Evaluation; policy: Policy; identity: Evaluation['signal']['identity'] },
): Situation {
  const assessment: Assessment = { ...outcome.assessment, opinion: undefined }
  const bounds = boundsFor(policy, identity.id, {}, outcome.signal.time)
  return {
    pack,
    actionWith: (opinion) =>
      decide(opinion === undefined ? assessment : withOpinion(assessment, opinion, policy.advisor.maxShift), identity, bounds).action,
  }
}
