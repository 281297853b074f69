import { acceptedLines } from '../domain/accepted-lines.ts'
import { accountText } from '../domain/account-name.ts'
import type { Contribution } from '../domain/assessment.ts'
import { assigneeText } from '../domain/assignment.ts'
import type { Change } from '../domain/change.ts'
import { isDismissal } from '../domain/dismissal.ts'
import { exceptedLines } from '../domain/excepted-lines.ts'
import type { Incident, IncidentSignal, NoticeKind } from '../domain/incident.ts'
import { lookupLines } from '../domain/lookup-lines.ts'
import { manualSteps } from '../domain/manual-steps.ts'
import { printable, withoutLinks, withoutWebAddresses } from '../domain/printable.ts'
import { measureOf, reasonsOf, strongestSince } from '../domain/reasons.ts'
import { reportLines } from '../domain/report-lines.ts'
import { nothingDoneLine, restrictionLines, stopsLittle } from '../domain/restriction-lines.ts'
import { runbookLine } from '../domain/runbook.ts'
import { isAboutSeveral } from '../domain/same-finding.ts'
import { standingText } from '../domain/standing.ts'
import { answersOf } from '../domain/story/answers.ts'
import { plainText } from '../domain/story/said.ts'
import { type StoryInput, storyOf } from '../domain/story/story.ts'
import type { Notice, NoticeStack, Notifier } from '../ports/notices.ts'
import type { ChangeRecord, IncidentStore, Versioned } from '../ports/stores.ts'
import { incidentSubject } from './append.ts'
import { updateIncident } from './update-incident.ts'

/** The notices after which a person looks at the incident itself. */
const LOOKED_AT: ReadonlySet<NoticeKind> = new Set([
  'ask',
  'restricted',
  'contained',
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

/** What is read for a notice beside the incident. */
export interface NoticePorts {
  readonly incidents: IncidentStore
  readonly record: Pick<ChangeRecord, 'list'>
  readonly notifier: Notifier
}

/**
 * Sends the notice that an incident owes, if any, and clears the debt afterwards.
 *
 * A notice that an interrupted run left unsent is sent by the next function that handles the incident, so delivery is at least once.
 */
export async function sendOwedNotice(
  stored: Versioned<Incident>,
  { incidents, record, notifier }: NoticePorts,
): Promise<Versioned<Incident>> {
  const { owedNotice } = stored.value
  if (owedNotice === undefined) return stored
  const known = await knownOrUnread(stored.value, { incidents, record })
  await notifier.notify(noticeOf(stored.value, owedNotice, notifier.stack, known))
  const clearOwedNotice = (incident: Incident) => (incident.owedNotice === owedNotice ? { ...incident, owedNotice: undefined } : undefined)
  return updateIncident(stored, clearOwedNotice, incidents)
}

/** The timeline and the chain of an incident, of which its story is told. Calls that cannot be read are left out: who handles the incident says so. */
export async function readKnown(
  { id }: Pick<Incident, 'id'>,
  { incidents, record }: ReadPorts,
): Promise<{ readonly signals: readonly IncidentSignal[]; readonly changes: readonly Change[] }> {
  const [signals, changes] = await Promise.all([incidents.signals(id, () => {}), record.list(incidentSubject(id))])
  return { signals, changes }
}

/**
 * The same for a notice. What cannot be read only makes it fuller, so it is sent without that and says so: whoever may write the timeline or the chain of an incident must
 * not be able to keep people from being told of it.
 */
export async function knownOrUnread(incident: Pick<Incident, 'id'>, ports: ReadPorts): Promise<Known> {
  try {
    return await readKnown(incident, ports)
  } catch {
    return { isUnread: true }
  }
}

/** What a story is read from. */
export interface ReadPorts {
  readonly incidents: Pick<IncidentStore, 'signals'>
  readonly record: Pick<ChangeRecord, 'list'>
}

/** What is known beside an incident; absent where it was not read. */
type Known = Omit<StoryInput, 'incident'> & { readonly isUnread?: true }

/** Builds the notice about a decision or a change of an incident: its story first, then the answers. The commands in it name `stack`. */
export function noticeOf(incident: Incident, kind: NoticeKind, stack?: NoticeStack, known: Known = {}): Notice {
  return {
    incidentId: incident.id,
    kind,
    // Whoever can forge events can have anybody contained: nothing is looked at before that.
    priority: kind === 'unknown-event' ? 100 : incident.priority,
    title: titleOf(incident, kind, { stack, known }),
    body: [...storyLines(incident, known, stack), ...answerLines(incident, kind, { stack, known }), bodyOf(incident, kind, stack)].join(
      '\n',
    ),
  }
}

function titleOf(incident: Incident, kind: NoticeKind, { stack, known }: { stack: NoticeStack | undefined; known: Known }): string {
  const { identity, assessment } = incident
  // Two accounts may have somebody of one name.
  const isElsewhere = stack?.account !== undefined && identity.account !== stack.account
  const who = `${printable(identity.name, 64)}${isElsewhere ? ` of account ${accountText(incident)}` : ''}`
  switch (kind) {
    case 'restricted':
      return `Restricted ${who}${stopsLittle(incident) ? ' from grave actions alone,' : ''} until somebody decides: risk ${Math.round(assessment.risk)}`
    case 'contained':
      return `Contained ${who}: risk ${Math.round(assessment.risk)}, please release or confirm it`
    case 'reversed':
      return `Somebody reversed the ${measureOf(incident)} of ${who}; it is being applied again`
    case 'step-gone':
      return `A part of the ${measureOf(incident)} of ${who} is no longer there`
    case 'in-use':
      return `A contained credential of ${who} still works; the containment is verified again`
    case 'ask':
      return `Decide about ${who}: risk ${Math.round(assessment.risk)}`
    case 'released':
      return `${isDismissal(incident, known.changes) ? 'Dismissed' : 'Released'} ${who}`
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
      return `Nobody has answered: ${incident.state === 'contained' ? 'release or confirm' : 'decide about'} ${who}`
    case 'unknown-event':
      return `CloudTrail does not know the event that decided about ${who}: it may be forged`
    case 'override':
      return 'The policy is overridden'
    case 'notify':
      return `Watching ${who}: risk ${Math.round(assessment.risk)}`
  }
}

const UNREAD =
  'What it did and what was done could not be read for this notice: look at the incident itself, and run `countersign changes verify`.'

/** The story of an incident, a sentence a line. */
function storyLines(incident: Incident, known: Known, stack: NoticeStack | undefined): string[] {
  const unread = known.isUnread === true ? [onStack(UNREAD, stack)] : []
  return [...storyOf({ incident, ...known }).sentences.map(({ parts }) => withoutWebAddresses(plainText(parts))), ...unread, '']
}

/** The notices in which people are asked for an answer, or may change their mind. */
const ANSWERED: ReadonlySet<NoticeKind> = new Set(['ask', 'restricted', 'contained', 'escalated', 'paged', 'extended'])

/** What a person can answer, what each answer does, and the command that gives it. */
function answerLines(incident: Incident, kind: NoticeKind, { stack, known }: { stack: NoticeStack | undefined; known: Known }): string[] {
  const answers = ANSWERED.has(kind) ? answersOf(incident, known.changes) : []
  if (answers.length === 0) return []
  const lines = answers.flatMap(({ kind: answer, label, does, command }) => [
    `- ${label}: ${does}`,
    `  ${commandFor(stack, `${command} ${incident.id}`)}${answer === 'extend' ? ' --hours 8' : ''} --reason "…"`,
  ])
  return ['You can answer:', ...lines, '']
}

function bodyOf(incident: Incident, kind: NoticeKind, stack: NoticeStack | undefined): string {
  const { contributions } = reasonsOf(incident)
  const findingLines =
    (name: string) =>
    ({ finding, share }: Contribution) => [
      `${name}: ${finding.title} (+${Math.round(share)}): ${withoutWebAddresses(printable(finding.reason, 120))}`,
      ...runbookLine(finding.detector),
    ]
  const lines = [
    `Incident ${incident.id}, priority ${incident.priority} (risk ${incident.assessment.risk}, blast radius ${incident.blastRadius.score})`,
    `Who: ${printable(incident.identity.id, 200)}`,
    ...standingLines(incident),
    ...lookupLines(incident).map((line) => `Note: ${printable(onStack(line, stack), 300)}`),
    ...manualSteps(incident).map((step) => `Do: ${printable(onStack(step, stack), 300)}`),
    ...reportedLines(incident, stack),
    ...contributions.slice(0, LINES).flatMap(findingLines('Why')),
    ...strongestSince(incident, LINES).flatMap(findingLines('Since then')),
    ...exceptedLines(incident)
      .slice(0, LINES)
      .map((line) => `Not counted: ${printable(line, 300)}`),
    `Decision: ${incident.decision.action}; ${incident.decision.why.map((line) => printable(line, 160)).join('; ')}`,
  ]
  const restriction = restrictionLines(incident)
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) lines.push(nothingDone)
  if (restriction !== undefined) lines.push(restriction.refused, restriction.goesOn)
  if (kind === 'released')
    for (const { says, revoke } of acceptedLines(incident))
      lines.push(printable(says, 400), `Revoke: ${commandFor(stack, revoke)} --reason "…"`)
  if (kind === 'reversed') lines.push('Whoever reversed it can change IAM: find that identity in CloudTrail and contain it too')
  if (LOOKED_AT.has(kind)) lines.push(`Look: ${commandFor(stack, `incidents show ${incident.id}`)}`)
  return lines.join('\n')
}

function standingLines(incident: Incident): string[] {
  const criticality = standingText(incident)
  const { assignment } = incident
  return [
    ...(incident.owner === undefined ? [] : [`Owner: ${withoutLinks(printable(incident.owner, 120))}`]),
    ...(criticality === undefined ? [] : [`Critical: ${criticality}`]),
    ...(typeof assignment?.to === 'string' ? [`Assigned to: ${withoutWebAddresses(assigneeText(assignment, 120))}`] : []),
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
    ...(isAboutSeveral(incident) ? [`${SEVERAL}: \`${commandFor(stack, `incidents show ${incident.id}`)}\` names the open ones`] : []),
    ...used.map((line) => `Use: ${printable(line, 200)}`),
  ]
}

/** A command as a person types it who has the command line installed, with the stack that it works on. */
export function commandFor(stack: NoticeStack | undefined, words: string): string {
  return stack === undefined ? `countersign ${words}` : `countersign ${words} --stack ${stack.name} --region ${stack.region}`
}

/** A message with each `countersign …` in backticks as a person types it, on the stack: the stages write commands by the bare name. */
export function onStack(message: string, stack: NoticeStack | undefined): string {
  if (stack === undefined) return message
  return message.replace(/`countersign ([a-z][^`]*)`/g, (typed, words: string) =>
    words.includes('--stack ') ? typed : `\`${commandFor(stack, words)}\``,
  )
}
