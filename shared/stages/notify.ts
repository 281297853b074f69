import type { Incident } from '../domain/incident.ts'
import type { Notice, Notifier } from '../ports.ts'

/** The most findings and lines of "why" that a notice holds: it is read at night, on a phone. */
const LINES = 3

/** Tells people what was decided or done about an incident. */
export async function notify(incident: Incident, kind: Notice['kind'], notifier: Notifier): Promise<void> {
  await notifier.notify({
    incidentId: incident.id,
    kind,
    priority: incident.priority,
    title: titleOf(incident, kind),
    body: bodyOf(incident, kind),
  })
}

function titleOf({ identity, assessment }: Incident, kind: Notice['kind']): string {
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
    case 'notify':
      return `Watching ${who}: risk ${Math.round(assessment.risk)}`
  }
}

function bodyOf(incident: Incident, kind: Notice['kind']): string {
  const { contributions } = incident.assessment
  const lines = [
    `Incident ${incident.id}, priority ${incident.priority} (risk ${incident.assessment.risk}, blast radius ${incident.blastRadius.score})`,
    `Who: ${printable(incident.identity.id, 200)}`,
    ...contributions
      .slice(0, LINES)
      .map(({ finding, share }) => `Why: ${finding.title} (+${Math.round(share)}): ${printable(finding.reason, 120)}`),
    `Decision: ${incident.decision.action}; ${incident.decision.why.map((line) => printable(line, 160)).join('; ')}`,
  ]
  if (kind === 'contained') lines.push(`Undo: npx countersign release ${incident.id} --reason "…"`)
  if (kind === 'reversed') lines.push('Whoever did it has rights over IAM: find them in CloudTrail, and contain them too')
  if (kind === 'ask' || kind === 'reversed') lines.push(`Look: npx countersign incidents show ${incident.id}`)
  return lines.join('\n')
}

/** Text that an attacker may have written: clipped, without control, bidirectional and zero-width characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}
