import { detectConfirmed } from '../detect/detect.ts'
import { accountNameOf } from '../domain/account-name.ts'
import { assessmentOf } from '../domain/assessment.ts'
import { emptyBaseline } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { incidentId } from '../domain/incident.ts'
import { keptReport } from '../domain/kept-reports.ts'
import type { Signal } from '../domain/signal.ts'
import { namesOf, readBounds } from './bounds.ts'
import { containOrNotify } from './contain-or-notify.ts'
import { decide } from './decide.ts'
import type { EvaluationContext } from './evaluation.ts'
import { observedBlastRadius } from './reach/blast-radius.ts'
import { createIncident } from './upsert-incident.ts'

/**
 * The fast path: AWS has confirmed that the credential is exposed, so nothing but the policy is read and nobody is asked. It handles only an
 * identity without an earlier incident; `evaluate` handles the signal again in every case.
 */
export async function fastPath(signal: Signal, context: Omit<EvaluationContext, 'unitOfWork'>): Promise<void> {
  const findings = detectConfirmed(signal)
  if (findings.length === 0) return
  try {
    await openConfirmed(signal, findings, context)
  } catch (cause) {
    // `evaluate` processes the same signal afterwards. If that fails too, the event is delivered again.
    context.ports.log.warn('respond.fast-path.failed', {
      identity: signal.identity.id,
      error: cause instanceof Error ? cause.name : 'unknown',
    })
  }
}

async function openConfirmed(signal: Signal, findings: readonly Finding[], context: Omit<EvaluationContext, 'unitOfWork'>): Promise<void> {
  const assessment = assessmentOf(findings)
  const names = await namesOf(signal.identity, context)
  const bounds = await readBounds(signal.identity, context, { lineage: [], names })
  // What protects by its tags may have got them from the intruder. `evaluate` knows that, and comes next.
  if (bounds.protection !== undefined && !bounds.isReserved) return
  const decision = decide(assessment, signal.identity, bounds, context.ports)
  // A restriction rests on the habit, which is not read here. `evaluate` knows it, and comes next.
  if (decision.action === 'restrict') return
  const blastRadius = observedBlastRadius(emptyBaseline())
  const id = incidentId(signal.identity.id, undefined)
  const evaluated = {
    incidentId: id,
    previous: undefined,
    signal,
    findings,
    evidence: findings,
    excepted: [],
    merged: findings,
    known: [],
    assessment,
    blastRadius,
    standing: accountNameOf(context.policy, signal.identity),
    decision,
    isPrimary: decision.would === 'contain',
    restriction: undefined,
    issued: [],
    names,
    rename: undefined,
    tags: [],
    reports: [keptReport(signal) ?? []].flat(),
    releasedBefore: undefined,
    apartFrom: undefined,
    policy: context.policy,
    baseline: undefined,
    usual: undefined,
  }
  const created = await createIncident(evaluated, context.ports)
  if (created !== undefined) await containOrNotify(created.stored, context)
}
