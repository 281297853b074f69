import { type Action, isStronger } from '../../shared/domain/action.ts'
import { isContainableIdentity } from '../../shared/domain/containable.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { type Evaluation, pipeline } from '../../shared/pipeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import type { Rules } from '../../shared/ports/rules.ts'
import type { IncidentStore } from '../../shared/ports/stores.ts'
import { applyPolicy } from '../../shared/record/policy-in-force.ts'
import { emptyPorts, QUARANTINE_POLICY } from '../memory-ports.ts'
import { type IsRefused, refusedBySteps, refusesCalls } from '../refused-by-steps.ts'
import { simulatedClock } from '../simulated-clock.ts'
import { answeredPolicy, type LegitimateAnswers, legitimateAnswers, releaseInvoker } from './answer-legitimate.ts'
import { type Labelled, type LabelledCase, timeOf } from './labelled.ts'
import { type CallEffect, type StandingActions, standingActions } from './standing-actions.ts'

/** What the responder decided for one labelled record. */
export interface CaseResult {
  readonly record: Pick<Labelled, 'id' | 'label' | 'technique' | 'irreversible'>
  readonly time: number
  readonly credential: string
  readonly identity: { readonly id: string; readonly isContainable: boolean }
  readonly risk: number
  /** What the evidence calls for at this record, whatever the mode; undefined where nothing new was found. */
  readonly would: Action | undefined
  readonly detectors: readonly string[]
  /** Incidents that came at this record to an action that people notice, or to a stronger one of them: each is a question or a containment. */
  readonly interventions: number
  /** What the actions before this record mean for it; undefined where it is no call. */
  readonly effect: CallEffect | undefined
}

/** What a case is replayed with. */
export interface CaseSettings {
  readonly policy: Policy
  readonly advisor: Advisor
  readonly geoIp: GeoIp
  /** The rules of people; absent where there are none. */
  readonly rules?: Rules | undefined
  /** Minutes after which a simulated person answers "legitimate" to what was asked; undefined where nobody answers. */
  readonly answerAfterMinutes?: number | undefined
  /** What a restriction or containment would have refused. */
  readonly isRefused?: IsRefused
}

const UNREADABLE = { id: 'unreadable', isContainable: false }

/** Replays a case with fresh state. A record that cannot be read counts as risk 0 without findings. */
export async function runCase({ records }: LabelledCase, settings: CaseSettings): Promise<CaseResult[]> {
  const { run, incidents, clock, answers } = await freshAccount(settings)
  const actions = standingActions(settings.isRefused ?? refusedBySteps())
  const reached = new Map<string, Action>()
  const results: CaseResult[] = []
  for (const [at, record] of records.entries()) {
    const due = timeOf(record.event) ?? 0
    for (const incident of (await answers?.answerUntil(due)) ?? []) actions.note(incident, due)
    clock?.moveTo(due)
    // Each record gets an event id of its own, because records of public files may share one.
    const { signals, outcomes } = await run([{ ...record.event, eventID: `${at}` }])
    const [signal] = signals
    // One record can be two signals, such as a quarantine policy that is attached. The one with the stronger decision counts.
    const [strongest] = [...outcomes].sort(byDecision)
    const call = signals.find(({ kind }) => kind === 'api-call')
    const effect = call && actions.effectOn(call)
    const interventions = countRises(outcomes, reached, { record, answers })
    await noteActions(outcomes, { incidents, actions })
    const { id, label, technique, irreversible } = record
    results.push({
      record: { id, label, technique, irreversible },
      time: signal?.time ?? 0,
      credential: signal?.credential.id ?? 'unreadable',
      identity: signal === undefined ? UNREADABLE : { id: signal.identity.id, isContainable: isContainableIdentity(signal.identity) },
      risk: strongest?.assessment.risk ?? 0,
      would: strongest?.decision?.would,
      detectors: strongest?.findings.map(({ detector }) => detector) ?? [],
      interventions,
      effect,
    })
  }
  return results
}

/** The responder over an empty account. Its clock stands still where nobody answers. */
async function freshAccount({ policy, advisor, geoIp, rules, answerAfterMinutes }: CaseSettings) {
  // The advisor is measured without a budget, so that every question is asked.
  const ports = { ...emptyPorts({ advisor, geoIp }), rules, budget: { reserve: async () => true } }
  const isAnswered = answerAfterMinutes !== undefined
  const inForce = isAnswered ? answeredPolicy(policy) : policy
  await applyPolicy(ports.record, { policy: inForce, by: 'local:eval', why: 'evaluated', at: new Date(0).toISOString() })
  if (!isAnswered) return { run: pipeline(ports), incidents: ports.incidents }
  const clock = simulatedClock()
  const timed = { ...ports, clock }
  const containInvoker = releaseInvoker({
    ...timed,
    pager: ports.notifier,
    reverifyQueue: { verifyLater: async () => {} },
    quarantinePolicyArn: QUARANTINE_POLICY,
  })
  const answers = legitimateAnswers(answerAfterMinutes, { ...timed, containInvoker })
  return { run: pipeline({ ...timed, containInvoker }), incidents: ports.incidents, clock, answers }
}

/** The stronger decision first, and of the same the higher risk. */
function byDecision(a: Evaluation, b: Evaluation): number {
  const [ofA, ofB] = [a.decision?.would ?? 'observe', b.decision?.would ?? 'observe']
  if (ofA !== ofB) return isStronger(ofA, ofB) ? -1 : 1
  return b.assessment.risk - a.assessment.risk
}

/** Counts the incidents that came to a stronger action than before, and puts them to the simulated person. */
function countRises(
  outcomes: readonly Evaluation[],
  reached: Map<string, Action>,
  { record, answers }: { record: Labelled; answers: LegitimateAnswers | undefined },
): number {
  let rises = 0
  for (const { incidentId, decision, signal } of outcomes) {
    if (incidentId === undefined) continue
    if (record.label === 'malicious') answers?.withheld(incidentId)
    const before = reached.get(incidentId) ?? 'notify'
    if (decision === undefined || !isStronger(decision.would, before)) continue
    reached.set(incidentId, decision.would)
    rises += 1
    answers?.asked(incidentId, signal.time)
  }
  return rises
}

/** Notes the incidents of a record as they stand after it. */
async function noteActions(
  outcomes: readonly Evaluation[],
  { incidents, actions }: { incidents: IncidentStore; actions: StandingActions },
): Promise<void> {
  for (const { incidentId, decision, signal } of outcomes) {
    if (incidentId === undefined || decision === undefined || !refusesCalls({ decision })) continue
    const incident = (await incidents.get(incidentId))?.value
    if (incident !== undefined) actions.note(incident, signal.time)
  }
}
