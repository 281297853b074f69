import { isServiceLinked, type PolicyHolder, type PolicySet, type ServiceControlPolicies } from '../../domain/account-policies.ts'
import { parseArn } from '../../domain/arn.ts'
import { UNKNOWN_REACH } from '../../domain/blast-radius.ts'
import { allowsEveryService } from '../../domain/iam-permissions.ts'
import type { Statement } from '../../domain/iam-policy.ts'
import { known } from './answer.ts'
import { type Asker, rightOfAsker } from './asker.ts'
import type { EscalationCategory } from './escalation-paths.ts'
import { type ConditionContext, UNFINISHED } from './evaluate-condition.ts'
import { type FoundPath, isCertain, pathsOf, unknownOf } from './found-paths.ts'
import { asksWhoCalls, contextOfHolder, contextsOfHolder } from './holder-context.ts'
import { type LiftingCall, withLiftableLimits } from './liftable-limits.ts'
import { POWERS } from './powers.ts'
import type { ReadPolicy } from './read-policies.ts'
import { resourceFormOf } from './resource-form.ts'
import { type Right, readPolicies, rightOf, type Shares } from './right.ts'
import type { ReachPart } from './score.ts'
import { IDENTITY_STEPS, Work } from './work.ts'

/** What an identity's own policies let it do, before what it may become is looked at. */
export interface OwnReach {
  readonly asker: Asker
  readonly paths: readonly FoundPath[]
  /** Those that are listed: none of which a permission is denied, also where the identity could take the denial off. What it could do then counts, and is no path of its own. */
  readonly listed: readonly FoundPath[]
  /** Gravest first. */
  readonly parts: readonly ReachPart[]
  /** True where not all of its policies could be worked out: it may do less than is said, and not more. */
  readonly isCut: boolean
}

/** What is left of the points of what depends on something that is not known. */
const POSSIBLE = 0.9

/** Points of a path by its category, and of one that needs a role where the roles of the account are known: those count by their own reach then. */
const PATH_POINTS: Readonly<Record<EscalationCategory, { readonly points: number; readonly withRoles: number; readonly reason: string }>> =
  {
    'self-escalation': { points: 97, withRoles: 97, reason: 'can grant itself more rights' },
    'principal-access': { points: 92, withRoles: 92, reason: 'can act as another user or role' },
    'new-passrole': { points: 90, withRoles: 60, reason: 'can run code with a role that it passes on' },
    'existing-passrole': { points: 85, withRoles: 60, reason: 'can run code where a role is in use' },
  }

/** The path that AssumeRole alone is: what it gives depends on the roles, so its points are those of the power. */
const ASSUME_ROLE = 'sts-001'

/** What an identity's own policies let it do. `hasRoles`: the roles of its account are known. `shares`: what may be spent on finding out. */
export function ownReachOf(holder: PolicyHolder, controls: ServiceControlPolicies, hasRoles: boolean, shares: Shares = {}): OwnReach {
  const { asker, denied } = askersOf(holder, controls, shares)
  const { policies } = asker
  // Asked first, so that nothing else that takes long hides an administrator.
  const every = everyServiceOf(asker)
  const paths = isServiceLinked(holder.id) ? [] : pathsOf(asker)
  const powers = powersOf(asker)
  const listed = denied === undefined || paths.length === 0 ? paths : pathsOf(denied)
  const isCut = policies.work.isSpent || [policies.identity, ...policies.limits].flat().some((one) => one.isCut === true)
  const parts = [
    ...everythingOf(every, paths),
    ...pathParts(paths, hasRoles),
    ...powers,
    ...policies.identity.filter(({ statements }) => statements === undefined).map(unknownPolicy),
    ...(isCut ? [{ points: UNKNOWN_REACH, reason: UNFINISHED }] : []),
  ]
  return { asker, paths, listed, parts: parts.toSorted((a, b) => b.points - a.points || (a.reason < b.reason ? -1 : 1)), isCut }
}

/** What of the share of an identity goes, beside it, into how it may call and what it can take off itself: few questions, which leave the share to the rights. */
const ASKING_SHARE = 0.25

/** Who asks, with what it can take off itself taken off. `denied`: with its denials as they are, where it could take some off; of what one may spend both have the same. */
function askersOf(
  holder: PolicyHolder,
  controls: ServiceControlPolicies,
  shares: Shares,
): { readonly asker: Asker; readonly denied: Asker | undefined } {
  const asking = new Work<Right | undefined>(ASKING_SHARE * (shares.ofIdentity ?? IDENTITY_STEPS))
  const context = contextOfHolder(holder)
  const askerBy = (set: PolicySet): Asker => {
    const policies = readPolicies(set, controls, shares)
    const asked = { ...policies, work: asking }
    const contexts = contextsOfHolder(holder, (action, form) => rightOf(asked, { action, form, context }) !== undefined)
    const isToldApart = contexts.length > 1 && [policies.identity, ...policies.limits].flat().some(asksWhoCalls)
    return { id: holder.id, policies, contexts, ownContexts: isToldApart ? contexts : contexts.slice(0, 1) }
  }
  const isAllowed = (set: PolicySet, { action, resource: form }: LiftingCall) => {
    const { policies, ...asker } = askerBy(set)
    return rightOfAsker({ ...asker, policies: { ...policies, work: asking } }, { action, form }) !== undefined
  }
  const { policies, denying } = withLiftableLimits(holder, isAllowed)
  const asker = askerBy(policies)
  if (denying === policies) return { asker, denied: undefined }
  const denied = askerBy(denying)
  return { asker, denied: { ...denied, policies: { ...denied.policies, work: asker.policies.work } } }
}

function unknownPolicy({ policy }: ReadPolicy): ReachPart {
  return { points: UNKNOWN_REACH, reason: `what the policy ${policy.name} allows is not known` }
}

/** Whether policies allow nearly every action of nearly every service: for sure, and perhaps. What takes too long to find out is not sure, and may be so. */
function everyServiceOf({ id, policies, ownContexts }: Asker): { readonly isSure: boolean; readonly isPossible: boolean } {
  const place = { ...(parseArn(id) ?? { account: '', partition: 'aws' }) }
  const { work } = policies
  const isEvery = (isSure: boolean) => ownContexts.some((context) => isEveryIn(context, isSure))
  const isEveryIn = (context: ConditionContext, isSure: boolean) =>
    [policies.identity, ...policies.limits].every((level) => {
      const isUnread = level.some(({ statements }) => statements === undefined)
      const statements = level.flatMap((policy) => (policy.statements ?? []).map(({ statement }) => statement))
      // What cannot be read of a limit may allow everything. What cannot be read of the identity's own counts apart.
      if (isUnread && level !== policies.identity && !isSure) return true
      return allowsEveryService(countedOf(statements, context, work, isSure), place, work) ?? !isSure
    })
  const isPossible = isEvery(false)
  return { isPossible, isSure: isPossible && isEvery(true) }
}

/** Full administrators, and who may do nearly everything but change rights. */
function everythingOf(every: ReturnType<typeof everyServiceOf>, paths: readonly FoundPath[]): readonly ReachPart[] {
  const changesRights = (isSure: boolean) => paths.some((found) => isOfIam(found) && (!isSure || isCertain(found)))
  if (!every.isPossible) return []
  if (changesRights(true) && every.isSure) return [{ points: 100, reason: 'may do everything' }]
  if (changesRights(false)) return [{ points: 99, reason: 'may do everything, where its conditions hold' }]
  return [{ points: 90, reason: 'may do nearly everything but change rights' }]
}

/** True for a path by which an identity changes rights in IAM itself. */
function isOfIam({ path: { category, permissions } }: FoundPath): boolean {
  return category === 'self-escalation' && permissions.every((permission) => permission.startsWith('iam:'))
}

/** The statements that count: of an allowance what holds, or may; of a denial what holds for sure, or may where only what is sure counts. */
function countedOf(statements: readonly Statement[], context: ConditionContext, work: Work, isSure: boolean): readonly Statement[] {
  return statements.filter((statement) => {
    const { value } = statement.condition === undefined ? known(true) : work.holds(statement, context)
    return value === 'yes' || (value === 'unknown' && isSure === (statement.effect === 'Deny'))
  })
}

function pathParts(paths: readonly FoundPath[], hasRoles: boolean): readonly ReachPart[] {
  return (Object.keys(PATH_POINTS) as EscalationCategory[]).flatMap((category) => {
    const found = paths.filter(({ path }) => path.category === category && path.name !== ASSUME_ROLE)
    const [first] = found
    if (first === undefined) return []
    const { points, withRoles, reason } = PATH_POINTS[category]
    const full = hasRoles ? withRoles : points
    const names = found.map(({ path }) => path.name)
    const listed = names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more ways` : names.join(', ')
    if (found.some(isCertain)) return [{ points: full, reason: `${reason} (${listed})` }]
    return [{ points: Math.round(full * POSSIBLE), reason: `${reason} (${listed})${where(unknownOf(first))}` }]
  })
}

function powersOf(asker: Asker): readonly ReachPart[] {
  return POWERS.flatMap(({ points, reason, actions }) => {
    const rights = actions.flatMap((action) => rightOfAsker(asker, { action, form: resourceFormOf(action, asker.id) }) ?? [])
    if (rights.length === 0) return []
    const strength = Math.max(...rights.map((right) => right.strength))
    const isSure = rights.some(({ outcome }) => outcome === 'allowed')
    return [{ points: Math.round(points * strength), reason: `${reason}${isSure ? '' : where(rights[0]?.unknown ?? [])}` }]
  })
}

function where(unknown: readonly string[]): string {
  return unknown.length === 0 ? '' : `, where it is so by ${unknown.toSorted().join(', ')}`
}
