import type { Incident } from '../domain/incident.ts'
import { manualSteps } from '../domain/manual-steps.ts'
import type { Notice, Notifier } from '../ports/notices.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'
import { updateIncident } from './update-incident.ts'

/** The most findings and lines of "why" that a notice holds: it is read at night, on a phone. */
const LINES = 3

/** Pays the notice that an incident owes, if it does; whoever touches the incident next pays what was left unpaid. */
export async function sendOwedNotice(
  stored: Versioned<Incident>,
  { incidents, notifier }: { incidents: IncidentStore; notifier: Notifier },
): Promise<Versioned<Incident>> {
  const { owedNotice } = stored.value
  if (owedNotice === undefined) return stored
  await notifier.notify(noticeOf(stored.value, owedNotice))
  const clearOwedNotice = (incident: Incident) => (incident.owedNotice === owedNotice ? { ...incident, owedNotice: undefined } : undefined)
  return updateIncident(stored, clearOwedNotice, incidents)
}

/** What people are told of what was decided or done about an incident. */
export function noticeOf(incident: Incident, kind: Notice['kind']): Notice {
  return {
    incidentId: incident.id,
    kind,
    priority: incident.priority,
    title: titleOf(incident, kind),
    body: bodyOf(incident, kind),
  }
}

function titleOf(incident: Incident, kind: Notice['kind']): string {
  const { identity, assessment } = incident
  const who = printable(identity.name, 64)
  switch (kind) {
    case 'contained':
      return `Contained ${who}: risk ${Math.round(assessment.risk)}, please countersign`
    case 'reversed':
      return `Containment of ${who} was reversed and is set again: somebody is at work`
    case 'ask':
      return `Decide about ${who}: risk ${Math.round(assessment.risk)}`
    case 'released':
      return `Released ${who}`
    case 'rotated':
      return incident.state === 'confirmed' ? `The keys of ${who} are made anew: closed` : `A new key of ${who} is in its secret`
    case 'confirmed':
      return `Confirmed: ${who} was compromised, what was contained stays so`
    case 'expired':
      return `Nobody answered about ${who}: ended`
    case 'extended':
      return `Put off: ${who} is looked at further`
    case 'paged':
      return `On call: nobody has answered about ${who}, risk ${Math.round(assessment.risk)}`
    case 'escalated':
      return `Nobody has answered: ${incident.state === 'contained' ? 'countersign' : 'decide about'} ${who}`
    case 'override':
      return 'The policy is overridden'
    case 'notify':
      return `Watching ${who}: risk ${Math.round(assessment.risk)}`
  }
}

function bodyOf(incident: Incident, kind: Notice['kind']): string {
  const { contributions } = incident.assessment
  const lines = [
    `Incident ${incident.id}, priority ${incident.priority} (risk ${incident.assessment.risk}, blast radius ${incident.blastRadius.score})`,
    `Who: ${printable(incident.identity.id, 200)}`,
    ...manualSteps(incident).map((step) => `Do: ${printable(step, 200)}`),
    ...contributions
      .slice(0, LINES)
      .map(({ finding, share }) => `Why: ${finding.title} (+${Math.round(share)}): ${printable(finding.reason, 120)}`),
    `Decision: ${incident.decision.action}; ${incident.decision.why.map((line) => printable(line, 160)).join('; ')}`,
  ]
  if (kind === 'contained') lines.push(`Undo: npx countersign release ${incident.id} --reason "…"`)
  if (kind === 'reversed') lines.push('Whoever did it has rights over IAM: find them in CloudTrail, and contain them too')
  if (kind === 'ask' || kind === 'reversed' || kind === 'escalated' || kind === 'paged')
    lines.push(`Look: npx countersign incidents show ${incident.id}`)
  return lines.join('\n')
}

/** Text that an attacker may have written: clipped, without control, bidirectional and zero-width characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}
