import { type Action, isStronger, weaker } from '../domain/action.ts'
import { type Assessment, type Familiarity, type Numbers, numbersOf } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { CANARY_USED, confirmedBy } from '../domain/canary.ts'
import { ceilingOf, SECRET_DISCLOSED } from '../domain/ceilings.ts'
import type { Finding } from '../domain/finding.ts'
import { listing } from '../domain/listing.ts'
import type { EvidenceTable } from '../domain/policy.ts'
import { UNCOUNTED } from '../domain/reasons.ts'

/** The ceilings of findings, strongest first. */
const LEVELS = ['contain', 'restrict', 'ask', 'notify'] as const satisfies readonly Action[]

/**
 * What the evidence calls for. A finding counts for an action only where it may bring that about (`ceilingOf`): what only was attempted, with credentials that were
 * not accepted, asks at most, and what a party reports does what the policy says of that party. So the action is the strongest that the findings which may bring
 * it about call for by themselves.
 *
 * The opinion moves both numbers. It can bring about notify, ask and restrict, and hold a containment back to a restriction; it never brings a containment
 * about, and never takes a question or a restriction back. Where the policy restricts nothing, it asks in place of a restriction.
 */
export function calledFor(assessment: Assessment, bounds: Bounds): Called {
  let called = withUncounted(byFullyBelieved(assessment, bounds), 'contain', { assessment, bounds })
  let counted = countAt('contain', assessment, bounds)
  for (const level of LEVELS) {
    const count = countAt(level, assessment, bounds)
    if (count === counted) continue
    counted = count
    const more = byLevel(level, assessment, bounds)
    if (isStronger(more.action, called.action)) called = withUncounted(more, level, { assessment, bounds })
  }
  const disclosed = byDisclosure(assessment, bounds)
  return disclosed !== undefined && isStronger(disclosed.action, called.action) ? disclosed : called
}

/** True for the findings that may bring an action about. */
function mayBring(action: Action, { believed }: Bounds): (finding: Finding) => boolean {
  return (finding) => !isStronger(action, ceilingOf(finding, believed))
}

function countAt(level: Action, { contributions }: Assessment, bounds: Bounds): number {
  const isCounted = mayBring(level, bounds)
  return contributions.filter(({ finding }) => isCounted(finding)).length
}

/** The most detectors that a reason names. */
const NAMED = 3

/**
 * What is called for, with the findings that do not count for it where the risk that it names is another one than that of all findings. For a question it is not said: people
 * are asked about all that is known.
 */
function withUncounted(called: Called, level: Action, { assessment, bounds }: { assessment: Assessment; bounds: Bounds }): Called {
  if (!isStronger(called.action, 'ask')) return called
  const isCounted = mayBring(level, bounds)
  const { baseRisk } = assessment
  if (numbersOf(assessment, isCounted).baseRisk === baseRisk) return called
  const detectors = new Set(assessment.contributions.flatMap(({ finding }) => (isCounted(finding) ? [] : [finding.detector])))
  return { ...called, uncounted: `${UNCOUNTED}${listing([...detectors], NAMED)}, with which the risk is ${baseRisk}` }
}

/** What the findings call for that may bring this action about, and no more than that. */
function byLevel(level: (typeof LEVELS)[number], assessment: Assessment, bounds: Bounds): Called {
  const most = level === 'restrict' && !restricts(bounds) ? 'ask' : level
  const called =
    byConfirmation(level, assessment, bounds) ?? byTable(numbersOf(assessment, mayBring(level, bounds)), assessment.familiarity, bounds)
  if (!isStronger(called.action, most)) return called
  return { action: most, why: `${called.why}; what says so brings about ${most} at most` }
}

/** Where a party that knows says that the credential is exposed: contain, as far as the party may. A canary by a name that does not count confirms nothing. */
function byConfirmation(level: Action, { contributions }: Assessment, bounds: Bounds): Called | undefined {
  const isCounted = mayBring(level, bounds)
  const isBelieved = ({ detector }: Finding) => detector !== CANARY_USED || bounds.isCanary
  const confirmed = contributions.find(({ finding }) => finding.isConfirmed && isBelieved(finding) && isCounted(finding))
  return confirmed && { action: 'contain', why: `confirmed by ${confirmedBy(confirmed.finding)}` }
}

/** Where an id and its secret were seen together, the policy alone says what follows. */
function byDisclosure({ contributions }: Assessment, { believed }: Bounds): Called | undefined {
  const actions = contributions.flatMap(({ finding }) => (finding.detector === SECRET_DISCLOSED ? [ceilingOf(finding, believed)] : []))
  const [action] = actions.sort((a, b) => (isStronger(a, b) ? -1 : 1))
  return action && { action, why: `an id and its secret were seen together: disclosedSecret of the policy says ${action}` }
}

/** What those findings call for that may bring anything about, with the opinion. */
function byFullyBelieved(assessment: Assessment, bounds: Bounds): Called {
  const confirmed = byConfirmation('contain', assessment, bounds)
  if (confirmed !== undefined) return confirmed
  const { familiarity, opinion } = assessment
  const numbers = numbersOf(assessment, mayBring('contain', bounds))
  const base = byTable(numbers, familiarity, bounds)
  const shift = opinion?.kind === 'answered' ? opinion.shift : 0
  if (shift === 0) return base
  const advised = byTable(shifted(numbers, shift), familiarity, bounds)
  const most = restricts(bounds) ? 'restrict' : 'ask'
  if (base.action === 'contain')
    return advised.action === 'contain' ? base : { action: most, why: `${base.why}; the advisor holds it back to ${most}` }
  const action = weaker(advised.action, most)
  return isStronger(action, base.action) ? { action, why: `${advised.why}, with the advisor's ${shift} points` } : base
}

/** False for a policy in which restrict and contain are one: it is of a version before there were restrictions, and restricts nothing. */
function restricts({ thresholds }: Pick<Bounds, 'thresholds'>): boolean {
  return thresholds.restrict < thresholds.contain
}

/** Points after an opinion, on each axis that has any: an opinion makes no evidence where there is none. */
function shifted(numbers: Numbers, shift: number): Numbers {
  const moved = (points: number) => (points === 0 ? 0 : Math.max(0, Math.min(100, points + shift)))
  const { baseRisk, compromise, harm, unchosen, lasting } = numbers
  return { baseRisk: moved(baseRisk), compromise: moved(compromise), harm: moved(harm), unchosen: moved(unchosen), lasting: moved(lasting) }
}

/** An action and the reason for it, in words for the reviewer. `uncounted` names findings that do not count for it; absent where all do. */
interface Called {
  readonly action: Action
  readonly why: string
  readonly uncounted?: string
}

/** The strongest action whose row of the policy's table the numbers reach. Monotone in each number. */
function byTable(points: Numbers, familiarity: Familiarity, table: Table): Called {
  const { evidence, thresholds } = table
  const { compromise, harm, baseRisk: risk } = points
  const numbers = `compromise ${compromise}, harm ${harm}`
  const suspicion = suspicionOf(points, familiarity, evidence)
  const isContainable = suspicion?.why === SUSPECT && harm >= evidence.containSuspectFrom
  if (isContainable && risk >= thresholds.contain)
    return { action: 'contain', why: `${reaches(risk, 'contain', thresholds)}; ${suspicion.row}: ${SUSPECT}, and does harm` }
  if (suspicion !== undefined && restricts(table) && risk >= thresholds.restrict) {
    const below = isContainable ? ` below contain ${thresholds.contain}` : ''
    return { action: 'restrict', why: `risk ${risk}${below}; ${suspicion.row}: ${suspicion.why}` }
  }
  const isUnusual = compromise >= evidence.unusualFrom
  const askFrom = isUnusual || suspicion !== undefined ? thresholds.ask : askedFrom(familiarity, { evidence, thresholds })
  if (askFrom !== undefined && risk >= askFrom)
    return { action: 'ask', why: `risk ${risk} reaches ask ${askFrom} ${OF[familiarity]}; ${numbers}` }
  if (risk >= thresholds.notify) return { action: 'notify', why: `${reaches(risk, 'notify', thresholds)} ${OF[familiarity]}; ${numbers}` }
  return { action: 'observe', why: `risk ${risk} is below notify ${thresholds.notify}` }
}

/** The risk at the decision, in the words that a reader of the decision looks for. */
function reaches(risk: number, action: keyof Table['thresholds'], thresholds: Table['thresholds']): string {
  return `risk ${risk} reaches ${action} ${thresholds[action]}`
}

/**
 * True where a restriction also denies calls from outside the usual places: the evidence is about the place, and enough of it. It stops an owner who moved,
 * until a person has answered.
 */
export function isFenced(assessment: Assessment, bounds: Bounds): boolean {
  const { evidence } = bounds
  const { compromise, harm, unchosen } = numbersOf(assessment, mayBring('restrict', bounds))
  if (unchosen < evidence.unusualFrom) return false
  return compromise >= evidence.fenceFrom || harm >= evidence.restrictUnusualFrom
}

type Table = Pick<Bounds, 'evidence' | 'thresholds'>

const SUSPECT = 'this is likely not the owner'

/** The row of the table that calls for a restriction or more, with the numbers that reach it, and why; both in words for the reviewer. */
interface Suspicion {
  readonly row: string
  readonly why: string
}

/** Why a restriction is called for, or undefined where it is not. What the caller chooses, its tool, counts only beside harm or another sign. */
function suspicionOf(
  { compromise, harm, unchosen, lasting }: Numbers,
  familiarity: Familiarity,
  evidence: EvidenceTable,
): Suspicion | undefined {
  const { unusualFrom, suspectFrom, containSuspectFrom, restrictUnusualFrom, restrictKnownFrom } = evidence
  const isElsewhere = unchosen >= unusualFrom
  const who = `compromise ${compromise} reaches`
  const what = `harm ${harm} reaches`
  if (isElsewhere && compromise >= suspectFrom) {
    const isHarmful = harm >= containSuspectFrom
    const row = isHarmful ? `who and what: ${who} ${suspectFrom}, ${what} ${containSuspectFrom}` : `who alone: ${who} ${suspectFrom}`
    return { row, why: SUSPECT }
  }
  if (compromise >= unusualFrom && harm >= restrictUnusualFrom)
    return { row: `both: ${who} ${unusualFrom}, ${what} ${restrictUnusualFrom}`, why: 'this is unlike the owner, and does harm' }
  if (familiarity !== 'known') return undefined
  if (isElsewhere) {
    const untold = unchosen === compromise ? '' : ' without its tool'
    return { row: `who alone: compromise ${unchosen}${untold} reaches ${unusualFrom}`, why: 'this is unlike the known habit of the owner' }
  }
  return lasting >= restrictKnownFrom
    ? {
        row: `what alone: one act of ${lasting} reaches ${restrictKnownFrom}`,
        why: 'nobody can take this back, and the owner does not do it',
      }
    : undefined
}

/** The risk from which people are asked where nothing speaks against the owner; undefined where they are not. */
function askedFrom(familiarity: Familiarity, { evidence, thresholds }: Table): number | undefined {
  switch (familiarity) {
    case 'known':
      return undefined
    case 'vouched':
      return Math.max(evidence.askVouchedFrom, thresholds.ask)
    case 'unknown':
      return thresholds.ask
  }
}

const OF: Readonly<Record<Familiarity, string>> = {
  known: 'by an owner whose habits are known',
  vouched: 'by a session of a workload inside AWS, whose habits are not known yet',
  unknown: 'by an owner of whom little is known',
}
