import { assessmentOf } from '../../shared/domain/assessment.ts'
import { type Change, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { count } from '../../shared/domain/frequency.ts'
import { emptyState, type IdentityState, keepEvidence, windowOf } from '../../shared/domain/identity-state.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { remember } from '../../shared/domain/seen.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import { mark } from '../../shared/domain/timed-set.ts'

export const KEY = 'AKIAIOSFODNN7EXAMPLE'
export const AT = Date.parse('2026-01-31T12:00:00Z')

export function user(name: string): Identity {
  return { id: `arn:aws:iam::123456789012:user/${name}`, kind: 'iam-user', name, account: '123456789012' }
}

export const FINDING: Finding = {
  detector: 'new-country',
  title: 'Called from a country it never called from',
  weight: 0.45,
  axis: 'who',
  group: 'origin',
  fact: 'new-country',
  technique: 'T1078.004',
  isConfirmed: false,
  reason: 'first call from NL',
  signalId: 'e-1',
  credentialId: KEY,
  time: AT,
}

/** A state with something in every part. */
export function stateOf(identity: Identity): IdentityState {
  const state = emptyState(identity)
  remember(state.seen, 4_503_599_627_370_497, AT)
  count(state.baseline.features.action, 'iam:ListUsers', { at: AT, limit: 9 })
  Object.assign(state.baseline, { firstSeen: AT - 1000, lastSeen: AT, calls: 2 })
  mark(windowOf(state, KEY, AT).denied, 'iam:ListUsers', { at: AT, limit: 9 })
  keepEvidence(state, [FINDING])
  return state
}

export function incidentOf(id: string, parts: Partial<Incident> = {}): Incident {
  const assessment = assessmentOf([FINDING])
  return {
    id,
    identity: user('ci-deploy'),
    state: 'asking',
    openedAt: AT,
    updatedAt: AT,
    credentials: [{ id: KEY, kind: 'access-key', isPrimary: true }],
    lineage: [],
    findings: [FINDING],
    assessment,
    blastRadius: { score: 60, basis: 'observed', reasons: ['can start machines'] },
    priority: 27,
    decision: { action: 'ask', would: 'ask', tier: 'default', mode: 'ask', why: ['risk 45 of 40'] },
    decidedBy: { signalId: 'e-1', time: AT, origin: undefined },
    containedAt: undefined,
    verdict: undefined,
    suppression: undefined,
    lookups: undefined,
    approved: [],
    escalatedAt: undefined,
    pagedAt: undefined,
    extendedUntil: undefined,
    owedNotice: undefined,
    head: EMPTY_CHAIN,
    ...parts,
  }
}

export function signalOf(id: string, time: number): IncidentSignal {
  return {
    id,
    time,
    identityId: user('ci-deploy').id,
    credentialId: KEY,
    action: 'sts:GetCallerIdentity',
    outcome: 'success',
    errorCode: undefined,
    address: '192.0.2.1',
    country: 'NL',
    agentFamily: 'aws-cli',
    region: 'us-east-1',
    detectors: ['new-country'],
    risk: 45,
  }
}

/** A chain of changes with unchanged text that a store might reword: numbers, order of keys, null, nesting. */
export function chainOf(subject: string, length: number): Change[] {
  const changes: Change[] = []
  for (let at = 0; at < length; at++) {
    changes.push(
      chain(subject, changes.at(-1) ?? EMPTY_CHAIN, {
        at: new Date(AT + at * 1000).toISOString(),
        actor: 'countersign:respond',
        kind: 'decision',
        target: `incident:${subject}`,
        from: at === 0 ? null : { z: 1.5, a: [1, 1e21, { deep: 'é\u2028"' }] },
        to: at,
        why: `entry ${at}`,
      }),
    )
  }
  return changes
}
