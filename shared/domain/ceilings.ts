import * as z from 'zod'
import { Action, isStronger, weaker } from './action.ts'
import { isAboutAct } from './attempt.ts'
import type { Finding } from './finding.ts'
import { ReportingSource } from './report.ts'
import { isOfRule } from './rule-match.ts'

/**
 * The most that a source can bring about by what it says, where the policy says nothing else, and why.
 *
 * Whoever can write into a ticket, a log or a finding must not be able to stop production by that: only a party that tried the credential itself, or that
 * nobody else can speak for, may contain.
 */
export const CEILINGS: Readonly<Record<ReportingSource, { readonly most: Action; readonly why: string }>> = {
  'aws-health': { most: 'contain', why: 'AWS itself says it, and nobody else can put such an event' },
  'trusted-advisor': { most: 'contain', why: 'AWS itself found the key in public' },
  guardduty: { most: 'contain', why: 'AWS itself saw the calls; who and what have to be there for it all the same' },
  'security-hub': { most: 'ask', why: 'whoever has securityhub:BatchImportFindings writes findings of products of the account' },
  macie: { most: 'notify', why: 'it names an object that holds credentials, and no credential' },
  inspector: { most: 'notify', why: 'it names code that holds credentials, and no credential' },
  github: { most: 'contain', why: 'GitHub tried the key, and signs what it says' },
  gitlab: { most: 'ask', why: 'GitLab does not try the key' },
  gitguardian: { most: 'contain', why: 'GitGuardian signs what it says; which key it tried it does not say, so nothing of it is verified' },
  jira: { most: 'ask', why: 'whoever may write a ticket says it' },
  linear: { most: 'ask', why: 'whoever may write a ticket says it' },
  webhook: { most: 'ask', why: 'the sender is one of yours, and what it checks is not known' },
  logs: { most: 'ask', why: 'whoever may write a line of a log says it' },
  trufflehog: { most: 'contain', why: 'TruffleHog tried the key, and a person of yours handed its report in' },
  gitleaks: { most: 'ask', why: 'Gitleaks goes by form, and does not try the key' },
  falco: { most: 'ask', why: 'Falco signs nothing' },
}

/** The most that sources may bring about, as a policy says it. */
export const Ceilings = z.partialRecord(ReportingSource, z.strictObject({ most: Action }))
export type Ceilings = z.infer<typeof Ceilings>

/** What of a policy says how far a finding is believed. */
export interface Believed {
  readonly signals: Ceilings
  readonly disclosedSecret: Action
}

/** The detector of an id and a secret that were seen together: what follows from it is the policy's `disclosedSecret`, no less and no more. */
export const SECRET_DISCLOSED = 'secret-disclosed'

/** The detector of an id alone: whoever can write can write one. */
export const KEY_ID_DISCLOSED = 'key-id-disclosed'

/** How far sources are believed where a policy says nothing. */
const BY_DEFAULT: Believed = { signals: {}, disclosedSecret: 'ask' }

/**
 * True for what somebody may have written who is neither the caller nor AWS: whoever writes tickets, logs or findings of products of their own. It reaches people, and
 * changes nothing of how calls are assessed: what a baseline learns, what evidence is kept, what a model is asked.
 */
export function isHearsay(finding: Pick<Finding, 'detector' | 'axis' | 'credentialId' | 'reportedBy'>): boolean {
  return finding.reportedBy !== undefined && isStronger('restrict', ceilingOf(finding, BY_DEFAULT))
}

/** True for an incident of which nothing speaks but hearsay: it asks about that, and makes nobody a suspect. */
export function isHeardOnly({ findings }: { readonly findings: readonly Finding[] }): boolean {
  return findings.length > 0 && findings.every(isHearsay)
}

/** Findings with at most `limit` that are hearsay: the first of them. */
export function withinHearsayLimit(findings: readonly Finding[], limit: number): readonly Finding[] {
  let heard = 0
  return findings.filter((finding) => !isHearsay(finding) || ++heard <= limit)
}

/**
 * The most that a finding may bring about, whatever others there are. What was only attempted, with credentials that were not accepted, asks. That the caller is not the
 * owner is not believed of a rule so far that it contains: so no rules contain, however many match and whatever weight they give themselves.
 */
export function ceilingOf(
  finding: Pick<Finding, 'detector' | 'axis' | 'credentialId' | 'reportedBy'>,
  { signals, disclosedSecret }: Believed,
): Action {
  if (!isAboutAct(finding)) return 'ask'
  const { reportedBy, detector, axis } = finding
  if (axis === 'who' && isOfRule(finding)) return 'restrict'
  if (reportedBy === undefined) return 'contain'
  const most = signals[reportedBy]?.most ?? CEILINGS[reportedBy].most
  if (detector === SECRET_DISCLOSED) return weaker(most, disclosedSecret)
  return detector === KEY_ID_DISCLOSED ? weaker(most, 'notify') : most
}
