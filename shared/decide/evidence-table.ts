import { type Assessment, type Familiarity, ofActs } from '../domain/assessment.ts'
import type { Bounds } from '../domain/bounds.ts'
import { type Action, isStronger, weaker } from '../domain/decision.ts'
import type { EvidenceTable } from '../domain/policy.ts'

/**
 * What the evidence calls for. What only was attempted, with credentials that were not accepted, asks at most.
 *
 * The opinion moves both numbers. It can bring about notify, ask and restrict, and hold a containment back to a restriction; it never brings a containment
 * about, and never takes a question or a restriction back. Where the policy restricts nothing, it asks in place of a restriction.
 */
export function calledFor(assessment: Assessment, bounds: Bounds): Called {
  if (assessment.isConfirmed) return { action: 'contain', why: 'confirmed by AWS' }
  const acts = calledByActs(assessment, bounds)
  const all = byTable(assessment, assessment.familiarity, bounds)
  const attempted = { ...all, action: weaker(all.action, 'ask') }
  return isStronger(attempted.action, acts.action) ? attempted : acts
}

function calledByActs(assessment: Assessment, bounds: Bounds): Called {
  const { familiarity, opinion } = assessment
  const base = byTable(ofActs(assessment), familiarity, bounds)
  const shift = opinion?.kind === 'answered' ? opinion.shift : 0
  if (shift === 0) return base
  const advised = byTable(shifted(ofActs(assessment), shift), familiarity, bounds)
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
function shifted(numbers: Points, shift: number): Points {
  const moved = (points: number) => (points === 0 ? 0 : Math.max(0, Math.min(100, points + shift)))
  const { baseRisk, compromise, harm, unchosen, lasting } = numbers
  return { baseRisk: moved(baseRisk), compromise: moved(compromise), harm: moved(harm), unchosen: moved(unchosen), lasting: moved(lasting) }
}

type Points = ReturnType<typeof ofActs>

/** An action and the reason for it, in words for the reviewer. */
interface Called {
  readonly action: Action
  readonly why: string
}

/** The strongest action whose row of the policy's table the numbers reach. Monotone in each number. */
function byTable(points: Points, familiarity: Familiarity, table: Table): Called {
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
export function isFenced({ compromise, harm, unchosen }: Assessment, { evidence }: Pick<Bounds, 'evidence'>): boolean {
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
  { compromise, harm, unchosen, lasting }: Points,
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
