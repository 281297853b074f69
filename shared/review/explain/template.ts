import { hasOwnDeny, isOwnRestricted } from '../../contain/narrow-deny.ts'
import { isRestrictedOnly } from '../../contain/restriction-plan.ts'
import type { Change } from '../../domain/change.ts'
import { counted } from '../../domain/counted.ts'
import { isDismissal, stateText } from '../../domain/dismissal.ts'
import { goneText } from '../../domain/gone-text.ts'
import type { IncidentState } from '../../domain/incident.ts'
import { standingSteps } from '../../domain/progress.ts'
import { riskText, strongestSince } from '../../domain/reasons.ts'
import { plainText } from '../../domain/story/said.ts'
import { storyOf } from '../../domain/story/story.ts'
import type { ExplanationText, ResponseStep, Sentence } from './explanation.ts'
import { collectFacts, type ExplanationInput, type Fact, factEntries } from './facts.ts'

/** How many findings the summary names: of the decision, and of what came after it. */
const STRONGEST = 3

/** Writes an explanation from fixed sentences and the same facts that a model would get. */
export function templateOf(known: ExplanationInput): ExplanationText {
  const facts = collectFacts(known)
  const strongest = facts.filter(({ id }) => /^F\d/.test(id)).slice(0, STRONGEST)
  // A report stands on the timeline too, and is no call.
  const reported = new Set(known.signals.flatMap(({ reportedBy }, at) => (reportedBy === undefined ? [] : [`S${at + 1}`])))
  const calls = facts.filter(({ id }) => /^S\d/.test(id) && !reported.has(id))
  const pending = facts.filter(({ id }) => /^P\d/.test(id))
  const appliedSteps = appliedStepIds(known)
  return {
    summary: summaryOf(known, { facts, strongest }),
    why: whyOf(facts, strongest, appliedSteps),
    response: responseOf(known, { calls, appliedSteps, pending }),
    rotation: rotationOf(known, appliedSteps),
  }
}

function summaryOf(known: ExplanationInput, { facts, strongest }: { facts: readonly Fact[]; strongest: readonly Fact[] }): Sentence[] {
  const sentences: Sentence[] = storyOf(known).sentences.map(({ parts, facts: cited }) => ({
    text: whole(plainText(parts)),
    evidence: cited.filter((id) => facts.some((fact) => fact.id === id)),
  }))
  sentences.push(riskSentence(known, strongest))
  const reports = facts.filter(({ id }) => /^E\d/.test(id))
  if (reports.length > 0) sentences.push({ text: whole(reportedText(reports)), evidence: ids(reports) })
  const use = textOf(facts, 'U')
  if (use !== '') sentences.push({ text: whole(`Its use: ${use}.`), evidence: ['U'] })
  if (facts.some(({ id }) => id === 'V')) sentences.push({ text: whole(`The verdict: ${textOf(facts, 'V')}.`), evidence: ['V'] })
  return sentences
}

/** The risk with its strongest findings. Those that came after the decision are told apart: the decision did not rest on them. */
function riskSentence({ incident }: ExplanationInput, strongest: readonly Fact[]): Sentence {
  const later = strongestSince(incident, STRONGEST).map(({ finding }) => finding.title)
  const named = strongest.map(titleOf).join('; ')
  const found =
    later.length === 0 ? `the strongest findings: ${named}` : `the strongest at the decision: ${named}; since then: ${later.join('; ')}`
  return {
    text: whole(`Risk ${riskText(incident)}${strongest.length === 0 ? '' : `; ${found}`}.`),
    evidence: ['R', ...ids(strongest), ...(later.length === 0 ? [] : ['A'])],
  }
}

/** A sentence within its limit. One that is too long ends at its last whole part, and says that there is more. */
function whole(text: string): string {
  if (text.length <= SENTENCE) return text
  const room = text.slice(0, SENTENCE - 2)
  const end = Math.max(room.lastIndexOf('; '), room.lastIndexOf(', '))
  return end < SENTENCE / 2 ? `${room.slice(0, SENTENCE - 1)}…` : `${room.slice(0, end)}; …`
}

/** The most characters of a sentence. */
const SENTENCE = 500

/** Who reported it: of more than three the first and the last, since a party that came late may be the one that tried the key. */
function reportedText(reports: readonly Fact[]): string {
  const texts = reports.map(({ text }) => text)
  if (texts.length <= 3) return `Reported: ${texts.join('; ')}.`
  // The end of each has its time.
  const ends = [texts[0], texts.at(-1)].map((text = '') => (text.length > 120 ? `${text.slice(0, 88)}…${text.slice(-30)}` : text))
  return `Reported: ${ends[0]}; then others; last by ${ends[1]}.`
}

function whyOf(facts: readonly Fact[], strongest: readonly Fact[], appliedSteps: readonly string[]): Sentence[] {
  const sentences: Sentence[] = [
    { text: whole(`The decision: ${textOf(facts, 'D')}.`), evidence: ['D', 'R'] },
    ...strongest.map((fact) => ({ text: whole(fact.text), evidence: [fact.id] })),
  ]
  if (facts.some(({ id }) => id === 'A'))
    sentences.push({ text: whole(`What came later is no reason for it: ${textOf(facts, 'A')}.`), evidence: ['A'] })
  if (appliedSteps.length > 0)
    sentences.push({
      text: `${counted(appliedSteps.length, 'step was', 'steps were')} taken, each with its undo record.`,
      evidence: appliedSteps.slice(0, 8),
    })
  return sentences
}

function responseOf(
  known: ExplanationInput,
  { calls, appliedSteps, pending }: { calls: Fact[]; appliedSteps: string[]; pending: Fact[] },
): ResponseStep[] {
  const isAnswered = known.incident.verdict !== undefined
  return [
    {
      outcome: 'DE.AE-02',
      text: 'Compare the calls with what the owner says the credential is for.',
      evidence: calls.length === 0 ? ['I'] : ids(calls.slice(0, 3)),
    },
    mitigationOf(known, appliedSteps),
    ...pending
      .slice(0, 3)
      .map((fact): ResponseStep => ({ outcome: 'RS.MI-02', text: `Resolve: ${fact.text}`.slice(0, 300), evidence: [fact.id] })),
    ...(isAnswered ? [] : [{ outcome: 'RS.MA-02' as const, text: 'Give a verdict: legitimate or compromised.', evidence: ['D'] }]),
    { outcome: 'RC.RP-05', text: recoveryOf(known), evidence: ['I'] },
  ]
}

/** The states in which an incident that was contained stays so. */
const STAYS_CONTAINED: readonly IncidentState[] = ['contained', 'rotating', 'confirmed']

/** What is in place now: steps may be undone by now, and of an identity that cannot be contained they are about what it issued. */
function mitigationOf({ incident, changes }: ExplanationInput, appliedSteps: readonly string[]): ResponseStep {
  const { state, containedAt } = incident
  const evidence = appliedSteps.length === 0 ? ['D'] : appliedSteps.slice(0, 8)
  const step = (text: string): ResponseStep => ({ outcome: 'RS.MI-01', text, evidence })
  if (containedAt !== undefined && STAYS_CONTAINED.includes(state))
    return step('The identity is contained: check whether legitimate work is blocked.')
  if (state === 'released' || state === 'releasing')
    return step(`The incident is ${stateText(incident, changes)}: check that legitimate work goes on.`)
  const standing = standingSteps(changes)
  if (isRestrictedOnly(standing.map(({ contained }) => contained)))
    return step('The identity is restricted and not contained: check what it goes on doing, and decide whether it must be stopped.')
  if (standing.length > 0) return step('Steps of the containment are in place, and the identity is not contained: decide about the rest.')
  return step('The identity is not contained: decide whether it must be.')
}

/** What has to work again, by what was done: a user that stays denied everything has no use for a new key. */
function recoveryOf({ incident, changes }: ExplanationInput): string {
  const { state, containedAt } = incident
  if (state === 'released' || state === 'releasing' || state === 'expired') {
    const isRestored = changes.some(({ kind }) => kind === 'step-undone')
    const gone = goneText(changes)
    if (isRestored) return 'Check that what was restored works as before.'
    return gone === undefined ? 'Nothing was contained, so there is nothing to restore.' : `There is nothing to restore: ${gone}.`
  }
  if (state === 'rotating' || (state === 'confirmed' && isRotated(changes))) return 'Check that the workloads work with the new keys.'
  if (state === 'confirmed') {
    if (isOwnRestricted(incident, changes)) return 'Check that the workloads do without what is refused: the restriction stays.'
    if (hasOwnDeny(incident, changes)) return 'Check that the workloads work with another user or role: this one stays denied everything.'
    return containedAt === undefined
      ? 'Nothing was contained: stop what is still usable, then check that the workloads go on.'
      : 'Check that the workloads work with other credentials.'
  }
  return containedAt === undefined
    ? 'After the verdict, check that legitimate work goes on.'
    : 'After the verdict, check that the work of the owner goes on: as before after a release, and with another user or role after a confirmation.'
}

function isRotated(changes: readonly Change[]): boolean {
  return changes.some(({ kind }) => kind === 'rotation-delivered')
}

function rotationOf({ incident, changes }: ExplanationInput, appliedSteps: readonly string[]): Sentence[] {
  const keys = incident.credentials.filter(({ kind }) => kind === 'access-key')
  if (incident.identity.kind !== 'iam-user' || keys.length === 0) return []
  const key = keys.length === 1 ? 'the key' : 'each key'
  const evidence = ['R', ...appliedSteps.slice(0, 2)]
  switch (incident.state) {
    case 'released':
    case 'releasing':
      return [
        {
          text: `${isDismissal(incident, changes) ? `Dismissed: ${key} was not changed` : `Released: ${key} is as before`}. Rotate it where somebody else may have a copy.`,
          evidence,
        },
      ]
    case 'rotating':
      return [{ text: `${keys.length === 1 ? 'The key is' : 'The keys are'} being rotated: whoever copied one keeps the copy.`, evidence }]
    case 'confirmed':
      if (isRotated(changes)) return []
      return [{ text: `The compromise is confirmed: delete ${key}, since whoever copied it keeps the copy.`, evidence }]
    default:
      return [{ text: `Rotate ${key} once the compromise is confirmed: whoever copied it keeps the copy.`, evidence }]
  }
}

/** Fact ids of the record entries for completed steps, of the entries that are facts. */
function appliedStepIds({ changes }: ExplanationInput): string[] {
  return factEntries(changes).flatMap(({ kind, number }) => (kind === 'step-done' ? [`C${number}`] : []))
}

function titleOf({ text }: Fact): string {
  return text.slice(0, text.indexOf(' ('))
}

function textOf(facts: readonly Fact[], id: string): string {
  return facts.find((fact) => fact.id === id)?.text ?? ''
}

function ids(facts: readonly Fact[]): string[] {
  return facts.map(({ id }) => id)
}
