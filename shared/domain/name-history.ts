import * as z from 'zod'
import { type Shape, Time } from './stored.ts'
import { DAY_MS } from './time.ts'

/**
 * A name that a user had, as its ARN with the path, and since when (epoch ms). `isDisregarded`: the user renamed or moved itself to it, or somebody
 * did so during an incident of it. What the policy says of the user goes by the name before. `from` is the name before, where the call that renamed it
 * is known: CloudTrail's times are whole seconds, so several renames may have one.
 */
const Name = z.strictObject({ arn: z.string(), since: Time, isDisregarded: z.boolean(), from: z.string().exactOptional() }).readonly()
export type Name = z.infer<typeof Name>

/** The names of one user, oldest first. IAM's unique id tells that they are one user: it stays when the name or the path changes. */
export const NameHistory = z.array(Name).readonly()
export type NameHistory = z.infer<typeof NameHistory>

/** How the names of a user are stored. */
export const NAMES_SHAPE: Shape<{ readonly names: NameHistory }> = {
  version: 1,
  schema: z.strictObject({ names: NameHistory }).readonly(),
  migrations: new Map(),
}

/** The most names that are remembered. Whoever renames more often loses the ones in between, and never the first. */
const NAMES_LIMIT = 8

/**
 * For so long an earlier name counts. Leaked keys are repaired after 27 days on average, so whoever would wait for the end of this time has mostly
 * lost the key by then; and a user that was renamed by its owner is not asked about for ever. Milliseconds.
 */
const COUNTS_MS = 30 * DAY_MS

/** The history with a name that the user had at a time, or the same history where that is known. Names may come in any order. */
export function withName(history: NameHistory, name: Name): NameHistory {
  const isSame = ({ arn, since }: Name) => arn === name.arn && since === name.since
  const known = history.find(isSame)
  const one = known === undefined ? name : { ...known, ...name, isDisregarded: known.isDisregarded || name.isDisregarded }
  const all = [...history.filter((other) => !isSame(other)), one].sort((a, b) => a.since - b.since)
  const merged = linked(all).reduce(joined, [])
  const kept = merged.length > NAMES_LIMIT ? withoutSecond(merged) : merged
  return isSameHistory(kept, history) ? history : kept
}

/** The names of one moment in the order in which each call renamed the name that the one before had given. */
function linked(names: readonly Name[]): readonly Name[] {
  const ordered: Name[] = []
  const left = [...names]
  while (left.length > 0) {
    const moment = left.filter(({ since }) => since === left[0]?.since)
    const before = ordered.at(-1)?.arn
    // The name that a call renamed is said once more by that call.
    const again = moment.find(({ arn, from }) => from === undefined && arn === before)
    const next = again ?? moment.find(({ from }) => from !== undefined && from === before)
    // Without a call that leads on, the one that no other of the moment leads to was first.
    const first = next ?? moment.find(({ from }) => moment.every(({ arn }) => arn !== from)) ?? moment[0]
    if (first === undefined) break
    ordered.push(first)
    left.splice(left.indexOf(first), 1)
  }
  return ordered
}

/** Both histories in one. */
export function withNames(history: NameHistory, more: NameHistory): NameHistory {
  return more.reduce(withName, history)
}

/** A name that is said twice in a row is one, from the first time on: what came later did not give it. */
function joined(names: readonly Name[], name: Name): readonly Name[] {
  return names.at(-1)?.arn === name.arn ? names : [...names, name]
}

/** What the one after the dropped name says of how the user came by it has to hold for both. */
function withoutSecond([first, second, third, ...rest]: readonly Name[]): NameHistory {
  return [first, { ...third, isDisregarded: second?.isDisregarded === true && third?.isDisregarded === true }, ...rest] as Name[]
}

/** True where two histories say the same. */
export function isSameHistory(a: NameHistory = [], b: NameHistory = []): boolean {
  if (a === b) return true
  const isEqual = (one: Name, other: Name | undefined) =>
    one.arn === other?.arn && one.since === other.since && one.isDisregarded === other.isDisregarded && one.from === other.from
  return a.length === b.length && a.every((one, at) => isEqual(one, b[at]))
}

/** The names that the policy goes by. `earlier`: those that somebody else changed, or nobody knows who, lately; where they make a difference a person is asked. */
export interface PolicyNames {
  readonly arn: string
  readonly earlier: readonly string[]
}

/** The names that the policy goes by at a time (epoch ms), of a user that is called `current` now. */
export function policyNames(history: NameHistory, current: string, now: number): PolicyNames {
  const names = history.at(-1)?.arn === current ? history : withName(history, { arn: current, since: now, isDisregarded: false })
  const isRecent = ({ since }: Name) => now - since <= COUNTS_MS
  let at = names.length - 1
  for (let name = names[at]; at > 0 && name?.isDisregarded === true && isRecent(name); name = names[at]) at -= 1
  const { arn } = names[at] as Name
  const earlier = names.slice(0, at).filter((_, place) => isRecent(names[place + 1] as Name))
  return { arn, earlier: [...new Set(earlier.map((name) => name.arn))].filter((one) => one !== arn) }
}
