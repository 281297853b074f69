import { isServiceLinked, type PolicyHolder } from '../../domain/account-policies.ts'
import type { Meter } from '../../domain/meter.ts'
import { rightOfAsker } from './asker.ts'
import type { OwnReach } from './own-reach.ts'
import { PatternIndex } from './pattern-index.ts'
import { readPolicy } from './read-policies.ts'
import type { Right } from './right.ts'
import type { Trust } from './trust.ts'
import { trusts } from './trusts.ts'

/** One user or role, with its own reach. */
export interface ReachNode {
  readonly holder: PolicyHolder
  readonly own: OwnReach
  readonly score: number
  /** Undefined of a user. */
  readonly trust: Trust | undefined
  /** What may be spent on whom its trust policy lets in. */
  readonly meter: Meter
}

/** A step to another role: its ARN, the points of reach that are had by it, and how, for people. */
export interface Hop {
  readonly to: string
  readonly points: number
  readonly reason: string
}

/** The most that a role gives whoever may assume it, or pass it to what it runs. */
const ASSUME_LIMIT = 99
const PASS_LIMIT = 97

const POSSIBLE = 0.9

/** The most that may be spent on one pattern of roles: twice what it takes to compare one that people wrote with all roles that an account may have. */
export const PATTERN_STEPS = 500_000

/** Allows what nothing denies, so that only denials decide. */
const ALLOW_ALL = readPolicy({ name: 'everything', document: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } })

interface Passer {
  readonly node: ReachNode
  readonly isNew: boolean
}

interface Label {
  readonly value: number
  readonly hop: Hop | undefined
}

/** What may be spent on an account: steps of matching on all patterns of roles together, and the time, which is over at some point. */
export interface Limits {
  readonly steps: number
  readonly isOver: () => boolean
}

/**
 * The steps by which each identity comes to more than its own reach, over roles that it may assume or run something with; the greatest reach first, so that
 * each identity is settled once.
 */
export function becomesOf(nodes: readonly ReachNode[], { steps, isOver }: Limits): ReadonlyMap<string, readonly Hop[]> {
  const labels = new Map<ReachNode, Label>(nodes.map((node) => [node, { value: node.score, hop: undefined }]))
  const byId = new Map(nodes.map((node) => [node.holder.id, node]))
  const rolesByName = Map.groupBy(nodes.filter(isTarget), ({ holder }) => holder.name)
  const [assumers, passers] = [assumersOf(nodes), passersOf(nodes)]
  const indexes = [assumers, ...passers.values()]
  const patterns = indexes.reduce((sum, { patterns: of }) => sum + of, 0)
  for (const index of indexes) index.limit(Math.min(PATTERN_STEPS, steps / Math.max(1, patterns)))
  const stop = () => {
    for (const { own, meter } of nodes) for (const one of [own.asker.policies.work, meter]) one.spend()
    for (const index of indexes) index.limit(0)
  }
  const buckets: ReachNode[][] = Array.from({ length: 101 }, () => [])
  for (const node of nodes) if (isTarget(node)) buckets[node.score]?.push(node)
  const relax = (node: ReachNode, value: number, hop: Omit<Hop, 'points'>) => {
    if (value <= (labels.get(node)?.value ?? 0)) return
    labels.set(node, { value, hop: { ...hop, points: value } })
    if (isTarget(node)) buckets[value]?.push(node)
  }
  const settled = new Set<ReachNode>()
  for (let value = 100; value > 0; value -= 1)
    for (const role of buckets[value] ?? []) {
      if (settled.has(role)) continue
      settled.add(role)
      if (isOver()) stop()
      const hasMore = (limit: number, isSure: boolean) => (node: ReachNode) => {
        const { value: reached = 0, hop } = labels.get(node) ?? {}
        // Of whom nothing more can be worked out every further step is only possible, to a role that is worth less than the one before.
        return reached >= reduced(value, limit, isSure) || (hop !== undefined && node.own.asker.policies.work.isSpent)
      }
      const to = role.holder.id
      const done = { isDone: hasMore(ASSUME_LIMIT, true), isDoneForPossible: hasMore(ASSUME_LIMIT, false) }
      for (const [node, isSure] of mayAssume(role, { assumers, nodes, byId, rolesByName, ...done }))
        relax(node, reduced(value, ASSUME_LIMIT, isSure), { to, reason: `can assume the role ${role.holder.name}${ifPossible(isSure)}` })
      for (const [node, isSure] of mayPass(role, passers, hasMore(PASS_LIMIT, true)))
        relax(node, reduced(value, PASS_LIMIT, isSure), {
          to,
          reason: `can run code with the role ${role.holder.name}${ifPossible(isSure)}`,
        })
    }
  return new Map(nodes.map((node) => [node.holder.id, hopsOf(node, { labels, byId })]))
}

/** Roles that somebody can assume or pass on. */
function isTarget({ holder, trust }: ReachNode): boolean {
  return trust !== undefined && !isServiceLinked(holder.id)
}

function reduced(value: number, limit: number, isSure: boolean): number {
  return Math.min(limit, isSure ? value : Math.round(value * POSSIBLE))
}

function ifPossible(isSure: boolean): string {
  return isSure ? '' : ', possibly'
}

/** Those who may assume a role, and for whom it is done: by what is sure, and by what is only possible. */
interface Found {
  readonly assumers: PatternIndex<ReachNode>
  readonly nodes: readonly ReachNode[]
  readonly byId: ReadonlyMap<string, ReachNode>
  readonly rolesByName: ReadonlyMap<string, readonly ReachNode[]>
  readonly isDone: (node: ReachNode) => boolean
  readonly isDoneForPossible: (node: ReachNode) => boolean
}

/**
 * Who of the account may assume a role, and whether that is sure. Whoever its trust policy names needs no policy of its own; whoever it trusts as one of the account
 * does; an explicit denial counts for both.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
 */
function* mayAssume({ holder, trust, meter }: ReachNode, found: Found): Iterable<readonly [ReachNode, boolean]> {
  if (trust === undefined) return
  const namedBySession = [...trust.sessions.keys()].flatMap((name) => found.rolesByName.get(name) ?? [])
  const named = [...[...trust.named.keys()].flatMap((id) => found.byId.get(id) ?? []), ...namedBySession]
  for (const node of named) {
    if (node.holder.id === holder.id || found.isDone(node)) continue
    const { asNamed } = trusts(trust, node.holder, { contexts: node.own.asker.contexts, meter })
    const denial = deniedOf(node, holder.id)
    if (asNamed !== 'no' && denial !== 'yes') yield [node, asNamed === 'yes' && denial === 'no']
  }
  if (trust.ofAccount.length > 0 || trust.ofAnyone.length > 0 || trust.isUnread)
    for (const node of found.assumers.of(holder.id, found.isDone)) {
      if (node.holder.id === holder.id) continue
      const { asOfAccount } = trusts(trust, node.holder, { contexts: node.own.asker.contexts, meter })
      const right = asOfAccount === 'no' ? undefined : assumeRight(node, holder.id)
      if (right !== undefined) yield [node, asOfAccount === 'yes' && right.outcome === 'allowed']
    }
  if (trust.ofAnyone.length === 0) return
  for (const node of found.nodes) {
    if (node.holder.id === holder.id || found.isDoneForPossible(node)) continue
    const { asAnyone } = trusts(trust, node.holder, { contexts: node.own.asker.contexts, meter })
    if (asAnyone !== 'no' && deniedOf(node, holder.id) !== 'yes') yield [node, false]
  }
}

function assumeRight({ own: { asker } }: ReachNode, role: string): Right | undefined {
  return rightOfAsker(asker, { action: 'sts:AssumeRole', form: role })
}

/** Whether an identity's policies deny it a role explicitly: asked as if everything were allowed besides. */
function deniedOf({ own: { asker } }: ReachNode, role: string): 'yes' | 'no' | 'unknown' {
  const { identity, limits, work } = asker.policies
  const denied = [ALLOW_ALL, ...identity]
  const policies = { identity: denied, limits: limits.map((level) => [ALLOW_ALL, ...level]), work }
  const right = rightOfAsker({ ...asker, policies }, { action: 'sts:AssumeRole', form: role })
  return right === undefined ? 'yes' : right.outcome === 'allowed' ? 'no' : 'unknown'
}

function* mayPass(
  { holder, trust }: ReachNode,
  passers: ReadonlyMap<string, PatternIndex<Passer>>,
  isDone: (node: ReachNode) => boolean,
): Iterable<readonly [ReachNode, boolean]> {
  const services = trust?.isUnread ? passers.keys() : (trust?.services ?? [])
  for (const service of services)
    for (const { node, isNew } of passers.get(service)?.of(holder.id, (one) => isDone(one.node)) ?? []) {
      if (node.holder.id === holder.id) continue
      if (!isNew) yield [node, false]
      else {
        const right = rightOfAsker(node.own.asker, { action: 'iam:PassRole', form: holder.id }, service)
        if (right !== undefined) yield [node, right.outcome === 'allowed' && trust?.isUnread === false]
      }
    }
}

function assumersOf(nodes: readonly ReachNode[]): PatternIndex<ReachNode> {
  const index = new PatternIndex<ReachNode>()
  for (const node of nodes) index.add(patternsOf(node, 'sts:AssumeRole'), node)
  return index
}

/** Who has a path by a service: one that passes a role by the roles that it may pass, one that uses what is there by any. */
function passersOf(nodes: readonly ReachNode[]): ReadonlyMap<string, PatternIndex<Passer>> {
  const passers = new Map<string, PatternIndex<Passer>>()
  for (const node of nodes) {
    const [passing, using] = [new Set<string>(), new Set<string>()]
    for (const { path } of node.own.paths)
      for (const service of path.services ?? []) (path.permissions.includes('iam:PassRole') ? passing : using).add(service)
    for (const [services, isNew] of [
      [passing, true],
      [using, false],
    ] as const)
      for (const service of services) {
        const index = passers.get(service) ?? new PatternIndex<Passer>()
        passers.set(service, index)
        index.add(isNew ? patternsOf(node, 'iam:PassRole') : ['*'], { node, isNew })
      }
  }
  return passers
}

/** The resources that an identity's allowances of an action name. */
function patternsOf({ own: { asker } }: ReachNode, action: string): readonly string[] {
  const statements = asker.policies.identity.flatMap((policy) => policy.about(action)?.statements ?? [])
  return statements.flatMap(({ statement: { effect, resources, notResources } }) =>
    effect === 'Deny' ? [] : notResources === undefined ? resources : ['*'],
  )
}

function hopsOf(
  node: ReachNode,
  { labels, byId }: { labels: ReadonlyMap<ReachNode, Label>; byId: ReadonlyMap<string, ReachNode> },
): readonly Hop[] {
  const hops: Hop[] = []
  for (let at: ReachNode | undefined = node; at !== undefined; ) {
    const hop: Hop | undefined = labels.get(at)?.hop
    if (hop === undefined || hops.length > labels.size) break
    hops.push(hop)
    at = byId.get(hop.to)
  }
  return hops
}
