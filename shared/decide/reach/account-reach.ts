import { type AccountPolicies, isServiceLinked, type NamedPolicy, type PolicyHolder } from '../../domain/account-policies.ts'
import { Meter } from '../../domain/meter.ts'
import { becomesOf, type Hop, type ReachNode } from './become.ts'
import type { FoundPath } from './found-paths.ts'
import { type OwnReach, ownReachOf } from './own-reach.ts'
import { POLICY_STEPS, readPolicy } from './read-policies.ts'
import { type ReachPart, scoreOf } from './score.ts'
import { trustOf } from './trust.ts'
import { IDENTITY_STEPS } from './work.ts'

/** What an identity could break, 0 to 100, and why. */
export interface Reach {
  readonly id: string
  readonly kind: PolicyHolder['kind']
  readonly name: string
  readonly reach: number
  /** Gravest first. */
  readonly reasons: readonly string[]
  readonly paths: readonly FoundPath[]
  /** The users and roles by which it comes to the most, the next first; empty where its own policies give the most. */
  readonly hops: readonly Hop[]
  /** True where it may be less, because not all could be worked out. */
  readonly isCut: boolean
}

/**
 * What may be spent on an account, in steps of matching: on reading its policies, on what each identity may do, on whom each role trusts, and on the roles that patterns name,
 * so much each. That is a minute of one core each at worst: a step takes 5 to 30 ns. All policies, identities, roles and patterns have equal shares, and what is left of those goes in equal shares to
 * whoever needs more, so that nobody's takes that of another, in whatever order they are looked at.
 */
export const ACCOUNT_STEPS = 2_000_000_000

/** The most that may be spent on whom one role trusts: some thousand times the conditions of a trust policy that people wrote. */
export const TRUST_STEPS = 2_000_000

/** What may be spent on a policy that is read when the time is over: enough for one that people wrote. What it gives counts as possible then. */
const HASTY_STEPS = 200_000

const NEVER = () => false

const KNOWN = new WeakMap<AccountPolicies, ReadonlyMap<string, Reach>>()

/** The reach of each user and role of an account, by ARN. It is computed once for each account as it is given, unless `isOver` limits the time for it. */
export function reachIn(account: AccountPolicies, isOver?: () => boolean): ReadonlyMap<string, Reach> {
  if (isOver !== undefined) return computedReach(account, isOver)
  const known = KNOWN.get(account)
  if (known !== undefined) return known
  const reached = computedReach(account, NEVER)
  KNOWN.set(account, reached)
  return reached
}

function computedReach(account: AccountPolicies, isOver: () => boolean): ReadonlyMap<string, Reach> {
  const { holders } = account
  const hasRoles = holders.some(({ id, kind }) => kind === 'role' && !isServiceLinked(id))
  const owns = ownReachesOf(account, hasRoles, isOver)
  const roles = holders.filter(({ kind }) => kind === 'role').length
  const nodes = holders.map((holder): ReachNode => {
    const own = owns.get(holder) as OwnReach
    const isRole = holder.kind === 'role'
    const meter = new Meter(isRole && !isOver() ? Math.min(TRUST_STEPS, ACCOUNT_STEPS / roles) : 0)
    return { holder, own, score: scoreOf(own.parts), trust: isRole ? trustOf(holder, meter) : undefined, meter }
  })
  const becomes = becomesOf(nodes, { steps: ACCOUNT_STEPS, isOver })
  return new Map(
    nodes.map(({ holder, own, score, trust }): [string, Reach] => {
      const hops = becomes.get(holder.id) ?? []
      const [next] = hops
      const parts: readonly ReachPart[] = next === undefined ? own.parts : [{ points: next.points, reason: next.reason }, ...own.parts]
      const others = trust?.others.map((other) => `can be assumed by ${other}`) ?? []
      const { id, kind, name } = holder
      const reach = Math.max(score, next?.points ?? 0)
      const reasons = [...parts.map(({ reason }) => reason), ...others]
      return [id, { id, kind, name, reach, reasons, paths: own.listed, hops, isCut: own.isCut || own.asker.policies.work.isSpent }]
    }),
  )
}

/** What each may do by its own policies: with equal shares first, then with equal shares of what is left for those to whom theirs was too little. */
function ownReachesOf(
  { holders, controls }: AccountPolicies,
  hasRoles: boolean,
  isOver: () => boolean,
): ReadonlyMap<PolicyHolder, OwnReach> {
  const ofPolicy = policyShareIn(policiesIn({ holders, controls }), isOver)
  const owns = new Map<PolicyHolder, OwnReach>()
  let used = 0
  let share = 0
  const look = (those: readonly PolicyHolder[], more: number) => {
    share = more
    for (const holder of those) {
      const shares = isOver() ? { ofPolicy: Math.min(ofPolicy, HASTY_STEPS), ofIdentity: 0 } : { ofPolicy, ofIdentity: share }
      const own = ownReachOf(holder, controls, hasRoles, shares)
      used += shares.ofIdentity - own.asker.policies.work.left
      owns.set(holder, own)
    }
  }
  look(holders, Math.min(IDENTITY_STEPS, ACCOUNT_STEPS / holders.length))
  const unfinished = holders.filter((holder) => owns.get(holder)?.asker.policies.work.isSpent === true)
  const rest = Math.min(IDENTITY_STEPS, (ACCOUNT_STEPS - used) / unfinished.length)
  if (rest > share && !isOver()) look(unfinished, rest)
  return owns
}

/** Policies that are read between two looks at the clock. */
const READ_AT_ONCE = 100

/** What may be spent on each policy. All are read with equal shares first; those to which theirs is too little have equal shares of what the others left. */
function policyShareIn(policies: ReadonlySet<NamedPolicy>, isOver: () => boolean): number {
  const share = Math.min(POLICY_STEPS, ACCOUNT_STEPS / Math.max(1, policies.size))
  let [used, unfinished] = [0, 0]
  for (const [at, policy] of [...policies].entries()) {
    if (at % READ_AT_ONCE === 0 && isOver()) return share
    const { steps, isCut } = readPolicy(policy, share)
    used += steps
    if (isCut === true) unfinished += 1
  }
  return unfinished === 0 ? share : Math.max(share, Math.min(POLICY_STEPS, (ACCOUNT_STEPS - used) / unfinished))
}

function policiesIn({ holders, controls }: AccountPolicies): ReadonlySet<NamedPolicy> {
  const policies = new Set<NamedPolicy>(controls.flat())
  for (const { policies: own } of holders) {
    for (const policy of own.identity) policies.add(policy)
    if (own.boundary !== undefined) policies.add(own.boundary)
  }
  return policies
}
