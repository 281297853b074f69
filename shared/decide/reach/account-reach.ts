import { type AccountPolicies, isServiceLinked, type PolicyHolder } from '../../domain/account-policies.ts'
import { becomesOf, type Hop } from './become.ts'
import type { FoundPath } from './found-paths.ts'
import { ownReachOf } from './own-reach.ts'
import { type ReachPart, scoreOf } from './score.ts'
import { trustOf } from './trust.ts'

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
}

const KNOWN = new WeakMap<AccountPolicies, ReadonlyMap<string, Reach>>()

/** The reach of each user and role of an account, by ARN. It is computed once for each account as it is given. */
export function reachIn(account: AccountPolicies): ReadonlyMap<string, Reach> {
  const known = KNOWN.get(account)
  if (known !== undefined) return known
  const hasRoles = account.holders.some(({ id, kind }) => kind === 'role' && !isServiceLinked(id))
  const nodes = account.holders.map((holder) => {
    const own = ownReachOf(holder, account.controls, hasRoles)
    return { holder, own, score: scoreOf(own.parts), trust: holder.kind === 'role' ? trustOf(holder) : undefined }
  })
  const becomes = becomesOf(nodes)
  const reached = new Map(
    nodes.map(({ holder, own, score, trust }): [string, Reach] => {
      const hops = becomes.get(holder.id) ?? []
      const [next] = hops
      const parts: readonly ReachPart[] = next === undefined ? own.parts : [{ points: next.points, reason: next.reason }, ...own.parts]
      const others = trust?.others.map((other) => `can be assumed by ${other}`) ?? []
      const { id, kind, name } = holder
      const reach = Math.max(score, next?.points ?? 0)
      return [id, { id, kind, name, reach, reasons: [...parts.map(({ reason }) => reason), ...others], paths: own.paths, hops }]
    }),
  )
  KNOWN.set(account, reached)
  return reached
}
