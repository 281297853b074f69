import { acceptedLines } from '../domain/accepted-lines.ts'
import { exceptedLines } from '../domain/excepted-lines.ts'
import type { Incident, NoticeKind } from '../domain/incident.ts'
import { lookupLines } from '../domain/lookup-lines.ts'
import { manualSteps } from '../domain/manual-steps.ts'
import { reasonsOf } from '../domain/reasons.ts'
import { reportLines } from '../domain/report-lines.ts'
import { nothingDoneLine, restrictionLines, stopsLittle } from '../domain/restriction-lines.ts'
import { runbookLine } from '../domain/runbook.ts'
import { isAboutSeveral } from '../domain/same-finding.ts'
import { standingText } from '../domain/standing.ts'
import type { Notice, NoticeStack, Notifier } from '../ports/notices.ts'
import type { IncidentStore, Versioned } from '../ports/stores.ts'
import { updateIncident } from './update-incident.ts'

/** The notices after which a person looks at the incident itself. */
const LOOKED_AT: ReadonlySet<NoticeKind> = new Set([
  'ask',
  'restricted',
  'reversed',
  'in-use',
  'step-gone',
  'escalated',
  'paged',
  'unknown-event',
])

/** What is said of a report that is about several identities. A notice is made on the way to a containment, so the others are not looked up for it. */
export const SEVERAL = 'An attack sequence is about several identities, and each has an incident of its own'

/** Findings in a notice, which is read at night, on a phone. */
const LINES = 3

/**
 * Sends the notice that an incident owes, if any, and clears the debt afterwards.
 *
 * A notice that an interrupted run left unsent is sent by the next function that handles the incident, so delivery is at least once.
 */
export async function sendOwedNotice(
  stored: Versioned<Incident>,
  { incidents, notifier }: { incidents: IncidentStore; notifier: Notifier },
): Promise<Versioned<Incident>> {
  const { owedNotice } = stored.value
  if (owedNotice === undefined) return stored
  await notifier.notify(noticeOf(stored.value, owedNotice, notifier.stack))
  const clearOwedNotice = (incident: Incident) => (incident.owedNotice === owedNotice ? { ...incident, owedNotice: undefined } : undefined)
  return updateIncident(stored, clearOwedNotice, incidents)
}

/** Builds the notice about a decision or a change of an incident. The commands in it name `stack`. */
export function noticeOf(incident: Incident, kind: NoticeKind, stack?: NoticeStack): Notice {
  return {
    incidentId: incident.id,
    kind,
    // Whoever can forge events can have anybody contained: nothing is looked at before that.
    priority: kind === 'unknown-event' ? 100 : incident.priority,
    title: titleOf(incident, kind, stack),
    body: bodyOf(incident, kind, stack),
  }
}

function titleOf(incident: Incident, kind: NoticeKind, stack: NoticeStack | undefined): string {
  const { identity, assessment } = incident
  // Two accounts may have somebody of one name.
  const isElsewhere = stack?.account !== undefined && identity.account !== stack.account
  const who = `${printable(identity.name, 64)}${isElsewhere ? ` of account ${printable(identity.account, 32)}` : ''}`
  switch (kind) {
    case 'restricted':
      return `Restricted ${who}${stopsLittle(incident) ? ' from grave actions alone,' : ''} until somebody decides: risk ${Math.round(assessment.risk)}`
    case 'contained':
      return `Contained ${who}: risk ${Math.round(assessment.risk)}, please countersign`
    case 'reversed':
      return `Somebody reversed the ${measureOf(incident)} of ${who}; it is being applied again`
    case 'step-gone':
      return `A part of the ${measureOf(incident)} of ${who} is no longer there`
    case 'in-use':
      return `A contained credential of ${who} still works; the containment is verified again`
    case 'ask':
      return `Decide about ${who}: risk ${Math.round(assessment.risk)}`
    case 'released':
      return `Released ${who}`
    case 'rotated':
      return incident.state === 'confirmed' ? `Rotated the keys of ${who}: incident closed` : `A new key of ${who} is in its secret`
    case 'confirmed':
      if (incident.containedAt === undefined && incident.restrictedAt !== undefined)
        return `Confirmed: ${who} was compromised; it stays restricted, and was not contained`
      return incident.containedAt === undefined
        ? `Confirmed: ${who} was compromised, and nothing stops it: it was not contained`
        : `Confirmed: ${who} was compromised, the containment stays`
    case 'expired':
      return `Closed: nobody answered about ${who}`
    case 'extended':
      return `Extended: the incident of ${who} stays open`
    case 'paged':
      return `On call: nobody has answered about ${who}, risk ${Math.round(assessment.risk)}`
    case 'escalated':
      return `Nobody has answered: ${incident.state === 'contained' ? 'countersign' : 'decide about'} ${who}`
    case 'unknown-event':
      return `CloudTrail does not know the event that decided about ${who}: it may be forged`
    case 'override':
      return 'The policy is overridden'
    case 'notify':
      return `Watching ${who}: risk ${Math.round(assessment.risk)}`
  }
}

/** What was done to an incident, in one word. */
export function measureOf({ containedAt, restrictedAt }: Pick<Incident, 'containedAt' | 'restrictedAt'>): string {
  return containedAt === undefined && restrictedAt !== undefined ? 'restriction' : 'containment'
}

function bodyOf(incident: Incident, kind: NoticeKind, stack: NoticeStack | undefined): string {
  const { contributions } = reasonsOf(incident)
  const lines = [
    `Incident ${incident.id}, priority ${incident.priority} (risk ${incident.assessment.risk}, blast radius ${incident.blastRadius.score})`,
    `Who: ${printable(incident.identity.id, 200)}`,
    ...standingLines(incident),
    ...lookupLines(incident).map((line) => `Note: ${printable(line, 240)}`),
    ...manualSteps(incident).map((step) => `Do: ${printable(step, 200)}`),
    ...reportedLines(incident, stack),
    ...contributions
      .slice(0, LINES)
      .flatMap(({ finding, share }) => [
        `Why: ${finding.title} (+${Math.round(share)}): ${printable(finding.reason, 120)}`,
        ...runbookLine(finding.detector),
      ]),
    ...exceptedLines(incident)
      .slice(0, LINES)
      .map((line) => `Not counted: ${printable(line, 300)}`),
    `Decision: ${incident.decision.action}; ${incident.decision.why.map((line) => printable(line, 160)).join('; ')}`,
  ]
  const restriction = restrictionLines(incident)
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) lines.push(nothingDone)
  if (restriction !== undefined) lines.push(restriction.refused, restriction.goesOn, `Answers: ${restriction.answers}`)
  if (kind === 'restricted')
    for (const word of ['release', 'contain']) lines.push(`${word}: ${commandFor(stack, `${word} ${incident.id}`)} --reason "…"`)
  if (kind === 'contained') lines.push(`Undo: ${commandFor(stack, `release ${incident.id}`)} --reason "…"`)
  if (kind === 'released')
    for (const { says, revoke } of acceptedLines(incident))
      lines.push(printable(says, 400), `Revoke: ${commandFor(stack, revoke)} --reason "…"`)
  if (kind === 'reversed') lines.push('Whoever reversed it can change IAM: find that identity in CloudTrail and contain it too')
  if (LOOKED_AT.has(kind)) lines.push(`Look: ${commandFor(stack, `incidents show ${incident.id}`)}`)
  return lines.join('\n')
}

function standingLines(incident: Incident): string[] {
  const criticality = standingText(incident)
  return [
    ...(incident.owner === undefined ? [] : [`Owner: ${printable(incident.owner, 120)}`]),
    ...(criticality === undefined ? [] : [`Critical: ${criticality}`]),
  ]
}

function reportedLines(incident: Incident, stack: NoticeStack | undefined): string[] {
  const lines = reportLines(incident, undefined)
  if (lines === undefined) return []
  const { reported, used } = lines
  const more = reported.length > LINES ? [`Reported: ${reported.length - LINES} times more`] : []
  return [
    ...reported.slice(0, LINES).map((line) => `Reported: ${printable(line, 300)}`),
    ...more,
    ...(isAboutSeveral(incident) ? [`${SEVERAL}: ${commandFor(stack, `incidents show ${incident.id}`)} names the open ones`] : []),
    ...used.map((line) => `Use: ${printable(line, 200)}`),
  ]
}

/** A command as a person types it who has the command line installed, with the stack that it works on. */
export function commandFor(stack: NoticeStack | undefined, words: string): string {
  return stack === undefined ? `countersign ${words}` : `countersign ${words} --stack ${stack.name} --region ${stack.region}`
}

/** Makes text that an attacker may have written safe to print: clipped, and without control, bidirectional and zero-width characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}
