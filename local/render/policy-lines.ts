import { isStronger } from '../../shared/domain/action.ts'
import { CEILINGS } from '../../shared/domain/ceilings.ts'
import { Mode, type Policy, type Thresholds } from '../../shared/domain/policy.ts'
import { ReportingSource } from '../../shared/domain/report.ts'
import { endedExceptions, exceptionWarnings } from '../detector-warnings.ts'
import { namesOf, unreachedTiers } from '../policy-protections.ts'
import { everybodyBy, widePatterns } from '../wide-patterns.ts'
import { canaryLines, canaryWarnings } from './canary-lines.ts'
import { criticalityLines } from './criticality-rules.ts'
import { exceptionLine, tuningText } from './detector-tuning.ts'
import { evidenceRows } from './evidence-table.ts'

/** What a policy does, in sentences, and what it may not mean. `now` (epoch ms) says which exceptions have ended. */
export function policyLines(policy: Policy, now: number): string[] {
  return [...heldLines(policy), ...tableLines(policy), ...restOf(policy, now)]
}

/** The lines of a policy without its table of evidence. */
export function policySentences(policy: Policy, now: number): string[] {
  return [...heldLines(policy), ...restOf(policy, now)]
}

function restOf(policy: Policy, now: number): string[] {
  return [
    ...restrictLines(policy),
    ...approverLines(policy),
    ...tierLines(policy),
    ...accountLines(policy),
    ...signalLines(policy),
    ...detectorLines(policy, now),
    protectedLine(policy),
    ...canaryLines(policy),
    ...criticalityLines(policy),
    breakerLine(policy),
    organizationLine(policy),
    claimsLine(policy),
    ...warningsOf(policy, now).map((line) => `Warning: ${line}.`),
  ]
}

/** What a policy says and may not mean, one a line. */
export function warningsOf(policy: Policy, now: number): string[] {
  return [
    ...unreachedTiers(policy),
    ...widePatterns(policy),
    ...canaryWarnings(policy),
    ...endedExceptions(policy, now),
    ...exceptionWarnings(policy, now),
  ]
}

/** How the policy tunes detectors, and what it excepts of them. */
function detectorLines({ detectors }: Policy, now: number): string[] {
  return Object.entries(detectors).flatMap(([id, tuning]) => [
    `Detector ${id}: ${tuningText(tuning, now) || 'as it is'}.`,
    ...tuning.except.map((exception) => `  not counted: ${exceptionLine(exception, now)}.`),
  ])
}

/** Which evidence gives which action, as a table. */
function tableLines({ evidence, thresholds }: Policy): string[] {
  const rows = evidenceRows(evidence, thresholds)
  const width = Math.max(...rows.map(([kind]) => kind.length))
  return ['Which evidence leads to what:', ...rows.map(([kind, action]) => `  ${kind.padEnd(width)}  ${action}`)]
}

function heldLines(policy: Policy): string[] {
  return modesIn(policy).includes('restrict') ? ['In mode restrict what would be contained is restricted.'] : []
}

/** Where an action between ask and contain is never taken, although a mode allows it. */
function restrictLines({ mode, thresholds, tiers }: Policy): string[] {
  const isAllowed = (one: Mode) => one === 'restrict' || one === 'contain'
  const none = ({ restrict, contain }: Thresholds) => restrict === contain
  const tier = tiers.filter((one) => isAllowed(one.mode ?? mode) && none(one.thresholds ?? thresholds)).map(({ name }) => name)
  const all = [...(isAllowed(mode) && none(thresholds) ? ['default'] : []), ...tier]
  return all.length === 0
    ? []
    : [
        `Nothing is restricted where restrict is contain, unless the mode is restrict: tiers ${all.join(', ')}. A lower restrict lets rights be reduced before it.`,
      ]
}

/** A pattern that names every user: `*`, `arn:*:iam::123456789012:*`, `…:user/*`. */
const EVERY_USER = /(?:^|:|:user\/)\*$/

/** Whoever may answer is never restricted, so a pattern of everybody restricts nobody. */
function approverLines({ approvers, ...modes }: Policy): string[] {
  const everybody = approvers.filter((pattern) => EVERY_USER.test(pattern))
  const isActing = modesIn(modes).some((one) => one === 'restrict' || one === 'contain')
  if (approvers.length === 0 && isActing)
    return ['Nobody is exempt from restrictions: name in approvers whoever answers, so that they are not restricted themselves.']
  return everybody.length === 0 ? [] : [`Warning: no user is ever restricted, because approvers names every one: ${everybody.join(', ')}.`]
}

function tierLines({ tiers, mode: own }: Policy): string[] {
  const of = tiers.length === 1 ? '' : ` of ${tiers.length}, the first that matches applies`
  const lines = tiers.map(({ name, match, mode }, at) => {
    const everybody = [...new Set(match.arns.flatMap((pattern) => everybodyBy(pattern) ?? []))]
    const wide =
      everybody.length === 0 ? '' : ` That is ${everybody.join(', and ')}${at === 0 ? '' : ', but for whom a tier before it matches'}.`
    return `Tier ${name} (${at + 1}${of}): mode ${mode ?? own}, for ${namesOf(match).join(', ')}.${wide}`
  })
  return tiers.length === 0 ? [] : [...lines, `Whoever no tier matches: mode ${own}.`]
}

/** How far reports are believed where that is not the default, and a warning of each party that may now do more than its word is worth. */
function signalLines({ signals, disclosedSecret }: Policy): string[] {
  const set = ReportingSource.options.flatMap((source) => {
    const most = signals[source]?.most
    const usual = CEILINGS[source]
    if (most === undefined || most === usual.most) return []
    const line = `What ${source} reports brings about ${most} at most, by default ${usual.most}`
    return isStronger(most, usual.most) ? `Warning: ${line}: ${usual.why}.` : `${line}.`
  })
  return [
    ...set,
    `An id and its secret seen together, which nobody tried: ${disclosedSecret}, and never more than the party may bring about.`,
  ]
}

/** Every mode that may be in force for somebody. */
function modesIn({ mode, tiers, accounts }: Pick<Policy, 'mode' | 'tiers' | 'accounts'>): Mode[] {
  return [...new Set([mode, ...tiers.map((tier) => tier.mode ?? mode), ...Object.values(accounts).map((one) => one.mode ?? mode)])]
}

/** What each account allows, and the tiers that would do more there. */
function accountLines({ accounts, tiers }: Policy): string[] {
  return Object.entries(accounts).map(([account, { mode, name }]) => {
    const called = name === undefined ? account : `${account} (${name})`
    if (mode === undefined) return `Account ${called}: the modes of the policy.`
    const more = tiers.filter((tier) => tier.mode !== undefined && Mode.options.indexOf(tier.mode) > Mode.options.indexOf(mode))
    const held = more.length === 0 ? '' : `, and no more than that by tier ${more.map(({ name }) => name).join(', ')}`
    return `Account ${called}: mode ${mode} in the place of the policy's own${held}.`
  })
}

function protectedLine({ protected: guarded }: Policy): string {
  const names = namesOf(guarded)
  return names.length === 0
    ? 'Nobody is protected by the policy.'
    : `Never contained or restricted, because protected: ${names.join(', ')}.`
}

function organizationLine({ organization }: Policy): string {
  return organization === undefined
    ? 'No organization is set: what a policy of a resource or role opens to an organisation counts as opened to a likely outsider.'
    : `What a policy of a resource or role opens to organisation ${organization} counts as inside; every other organisation is an outsider.`
}

function claimsLine({ trustedClaims }: Policy): string {
  const own = trustedClaims.map(({ provider, claim, values }) => `${claim} ${values.join(', ')} of ${provider}`)
  return own.length === 0
    ? 'No trustedClaims are set: what a role opens to tokens of a shared identity provider, such as GitHub, counts as opened to a likely outsider.'
    : `What a role opens to these tokens of shared identity providers counts as inside: ${own.join('; ')}. Other values of these claims are outsiders.`
}

function breakerLine({ breaker }: Policy): string {
  const { containmentsPerHour, maxUserFraction, urgentPerHour, urgentPriority } = breaker
  if (containmentsPerHour === 0) return 'The breaker lets nothing be contained or restricted: breaker.containmentsPerHour is 0.'
  const urgent = Math.min(urgentPerHour, containmentsPerHour)
  return (
    `In an hour ${containmentsPerHour} incidents may be contained and as many restricted, and no more than ${Math.round(maxUserFraction * 100)} % of the users (three are always allowed); ` +
    (urgent === 0
      ? 'none beyond that.'
      : `beyond that ${urgent} each of those of priority ${urgentPriority} or more, those that AWS confirmed and those that a person ordered.`)
  )
}
