import type { Folded } from '../detect/fold.ts'
import { type Assessment, assessmentOf } from '../domain/assessment.ts'
import { isHearsay } from '../domain/ceilings.ts'
import { isAbout } from '../domain/created-principal.ts'
import type { Incident } from '../domain/incident.ts'
import { incidentSignal } from '../domain/incident-signal.ts'
import type { Moves } from '../domain/moves.ts'
import type { KeptReport } from '../domain/report.ts'
import { ResponderError } from '../errors.ts'
import type { Versioned } from '../ports/stores.ts'
import { acceptedBy } from './accepted-by.ts'
import { assess } from './advise/assess.ts'
import { namesOf, readBounds, renameTo } from './bounds.ts'
import { type Apart, candidateIncident, incidentApart } from './candidate-incident.ts'
import { containOrNotify } from './contain-or-notify.ts'
import { type Correlation, correlate, countedAt, mergeFindings } from './correlate.ts'
import { countedBy, exceptedBefore } from './counted-by.ts'
import { currentBlastRadius } from './current-blast-radius.ts'
import { decide } from './decide.ts'
import type { Evaluation, EvaluationContext } from './evaluation.ts'
import { isFenced } from './evidence-table.ts'
import { withExposures } from './exposures.ts'
import { familiarityIn } from './familiarity.ts'
import { comparedOf, countedWith, releaseBefore } from './hearsay.ts'
import { isOfMany, issuedBy } from './issued-by.ts'
import { askedOfMove, noteHarm, noteMove } from './moved-together.ts'
import { noteExcepted } from './note-excepted.ts'
import { readStanding } from './read-standing.ts'
import { restrictionFor } from './restriction-for.ts'
import { toldIn } from './told-in.ts'
import { unansweredTags } from './unanswered-tags.ts'
import { type Upserted, upsertIncident } from './upsert-incident.ts'
import { usualUse } from './usual-use.ts'

/** Closed incidents of one identity that are skipped in search of an open or new one. The limit guards against an endless loop. */
const CLOSED_LIMIT = 50

/**
 * Evaluates one folded signal: assess → correlate → decide → record → contain or notify.
 *
 * Throws `incident.conflict` when `CLOSED_LIMIT` incidents in a row are closed.
 */
export async function evaluate(folded: Folded, context: EvaluationContext): Promise<Evaluation> {
  const counted = countedBy(folded, context.policy)
  const { excepted } = counted
  const evaluation = await evaluateCounted(counted, context)
  if (excepted === undefined) return evaluation
  const { identity } = folded.signal
  context.ports.log.info('respond.excepted', { identity: identity.id, detectors: excepted.map(({ detector }) => detector) })
  return { ...evaluation, excepted }
}

async function evaluateCounted(found: Folded, context: EvaluationContext): Promise<Evaluation> {
  // It is needed at the end, and read beside what comes before.
  if (found.findings.length > 0) void context.unitOfWork.reachOf(found.signal.identity)
  const { folded, reports } = await withExposures(found, context.unitOfWork)
  const { signal, findings, evidence } = folded
  const own = assessmentOf(evidence, { detectors: context.policy.detectors, familiarity: familiarityIn(context.unitOfWork, signal) })
  const withoutIncident = { signal, findings, assessment: own, incidentId: undefined, decision: undefined }
  const moves = await noteMove(folded, context.unitOfWork.stateOf(signal).draft.baseline, context.ports)
  // What we refused is no evidence. People are told how much it was, the owner's calls among it.
  if (signal.refusedBy !== undefined && findings.length === 0) {
    const refusing = await context.unitOfWork.incident(signal.refusedBy)
    const risk = Math.max(own.risk, refusing?.value.assessment.baseRisk ?? 0)
    await context.ports.incidents.addSignal(
      signal.refusedBy,
      incidentSignal(signal, [], { risk, baseline: context.unitOfWork.stateOf(signal).draft.baseline }),
    )
    return withoutIncident
  }
  // A credential that a suspect creates belongs to its incident, even when the creating call has no finding.
  if (findings.length === 0 && (signal.created === undefined || isOfMany(signal))) {
    await noteExcepted(folded, context)
    return withoutIncident
  }
  const last = await candidateIncident(folded, context.unitOfWork)
  // A pointer to an incident that was never written, because a run broke off, is none of somebody else.
  const others = last === undefined ? (await context.unitOfWork.lastIncident(signal.identity.id))?.value.id : undefined
  const joined = await evaluateAfter(folded, { last, others, own, moves, reports }, context)
  const incident = joined.incidentId === undefined ? undefined : await context.unitOfWork.incident(joined.incidentId)
  const apart = incident && (await incidentApart(folded, incident.value, context))
  if (apart === undefined) return joined
  return evaluateAfter(
    { ...folded, evidence: apart.evidence },
    { last: apart.last, others: apart.from, own, moves, reports, apart },
    context,
  )
}

/** What a signal is evaluated with: the incident that it may belong to, what speaks against its credential alone, and who moved to the place of its call. */
interface About {
  readonly last: Versioned<Incident> | undefined
  readonly own: Assessment
  readonly moves: Moves | undefined
  /** What parties reported of its credential. */
  readonly reports: readonly KeptReport[]
  /** Where the incident is one of its creator as well. */
  readonly apart?: Apart
}

/** Evaluates a signal in the identity's open incident, or in the first that follows it. */
async function evaluateAfter(
  folded: Folded,
  { last: first, others, ...about }: About & { readonly others: string | undefined },
  context: EvaluationContext,
): Promise<Evaluation> {
  const { signal, findings } = folded
  let last = first
  for (let attempt = 0; attempt < CLOSED_LIMIT; attempt++) {
    const counted = await countedWith(folded, last?.value, context)
    const correlation = correlate(comparedOf(counted, folded), last?.value, others)
    if (correlation.kind === 'suppressed')
      return { signal, findings, assessment: about.own, incidentId: correlation.id, decision: undefined }
    const accepted = correlation.kind === 'new' ? await acceptedBy(counted, about.own, context) : undefined
    if (accepted !== undefined) return accepted
    const own = counted === folded ? about.own : assessmentOf(counted.evidence, { detectors: context.policy.detectors })
    const upserted = await evaluateIn(counted, { correlation, last, ...about, own }, context)
    if (!('kind' in upserted)) return upserted
    // The incident was closed meanwhile: the signal belongs to the one that follows it.
    last = upserted.stored
  }
  throw new ResponderError(
    'incident.conflict',
    `${signal.identity.id} has ${CLOSED_LIMIT} closed incidents in a row, no open one was found; deliver the event again`,
  )
}

/** Evaluates a signal as part of one incident, known or new. Returns the `closed` upsert when the incident was closed meanwhile. */
async function evaluateIn(
  folded: Folded,
  { correlation, last, own, moves, reports, apart }: About & { readonly correlation: Correlation },
  context: EvaluationContext,
): Promise<Evaluation | Upserted> {
  const { signal } = folded
  const { unitOfWork, policy, ports } = context
  const { id } = correlation
  const [findings, evidence] = [toldIn(id, folded.findings), toldIn(id, folded.evidence)]
  const known = correlation.kind === 'existing' ? last : undefined
  const tags = known === undefined ? [...unansweredTags(last?.value), ...(apart?.tags ?? [])] : []
  const before = known?.value.findings ?? []
  const merged = mergeFindings(before, evidence)
  const { draft } = unitOfWork.stateOf(signal)
  const identity = known?.value.identity ?? signal.identity
  const blastRadius = await currentBlastRadius(known?.value, identity, { baseline: draft.baseline, signal, unitOfWork, ports })
  const subject = {
    incidentId: id,
    signal,
    baseline: draft.baseline,
    familiarity: familiarityIn(unitOfWork, signal),
    blastRadius,
    evidence: countedAt([...merged, ...evidence], signal.time),
    known: known?.value.assessment,
  }
  const assessment = await assess(subject, policy, ports)
  const issued = issuedBy(draft, signal)
  const created = [...(known?.value.lineage ?? tags), ...issued, ...(signal.created === undefined ? [] : [signal.created])]
  const names = await namesOf(identity, context, known?.value.names)
  const bounds = await readBounds(identity, context, { lineage: created, names })
  const isOwn = known === undefined || isAbout(known.value, signal.identity)
  const decision = askedOfMove(decide(assessment, identity, bounds, ports), assessment, {
    signal,
    moves: isOwn ? moves : undefined,
  })
  await noteHarm(signal, { assessment, decision, table: bounds.evidence }, ports)
  if (decision.would === 'observe' && known === undefined) return { signal, findings, assessment, incidentId: undefined, decision }
  const alone = decide(own, identity, bounds).would
  const isPrimary = alone === 'contain'
  // Nothing more is asked of IAM about somebody of whom no incident is made.
  const fence = isFenced(assessment, bounds)
  const habit = {
    decision,
    alone,
    identity,
    known: known?.value,
    found: findings,
    merged,
    baseline: draft.baseline,
    isFenced: fence,
    ports,
  }
  const [standing, restriction] = await Promise.all([
    readStanding(identity, context, { incident: known?.value, lineage: created, names }),
    restrictionFor(signal, habit),
  ])
  const previous = unitOfWork.lastIncidentIdOf(signal.identity.id)
  const evaluated = {
    incidentId: id,
    previous,
    signal,
    findings,
    evidence,
    excepted: [...(folded.excepted ?? []), ...exceptedBefore(draft, signal, policy)],
    merged,
    known: before,
    assessment,
    blastRadius,
    standing,
    decision,
    isPrimary,
    restriction,
    issued,
    names,
    rename: renameTo(signal.identity, identity, { names, time: signal.time }),
    tags,
    reports,
    releasedBefore: known === undefined && evidence.every(isHearsay) ? releaseBefore(last?.value, signal.time) : undefined,
    apartFrom: apart?.from,
    policy,
    baseline: draft.baseline,
    usual: isOwn && known?.value.usual === undefined ? usualUse(draft.baseline, signal, ports.geoIp) : undefined,
  }
  const upserted = await upsertIncident(evaluated, known, ports)
  if (upserted.kind === 'closed') return upserted
  unitOfWork.keepIncident(upserted.stored)
  const left = await containOrNotify(upserted.stored, context, known)
  unitOfWork.keepIncident(left)
  return { signal, findings, assessment, incidentId: id, decision: upserted.stored.value.decision, incident: left.value }
}
