import { type Found, foundReaches } from '../decide/reach/found-reaches.ts'
import { type FoundReach, reachAfter, type StoredReach } from '../domain/stored-reach.ts'
import { DAY_MS } from '../domain/time.ts'
import { errorName } from '../errors.ts'
import type { ReachPorts } from '../ports/reach.ts'

/** So many items are written at the same time. */
const WRITERS = 8

/** From so many points more on, a gain is told in the log by name; smaller ones are counted. */
const GAIN = 10

/** The most gains that are told by name in one run. */
const GAINS_TOLD = 20

/** The most identities that are told by name whose policies could not be worked out. */
const CUT_TOLD = 10

/** What of the time for an account may be spent on working out its policies. The rest is for storing what was found. */
const COMPUTING_SHARE = 0.6

/** What a run did. `gained`, `lost`: identities whose reach is larger or smaller than in the night before. */
export interface ReachDone {
  readonly accounts: number
  readonly identities: number
  readonly gained: number
  readonly lost: number
}

/**
 * Computes the reach of every user and role from the policies of their accounts and stores it, so that a decision reads it in one request. What nobody has any more
 * expires. One account that fails keeps no other from being read; the first failure is thrown at the end, and the run is tried again.
 *
 * `until` (epoch ms): each account has an equal part of the time until then that those before it left. What is not worked out in it counts as possible, and what is not
 * stored in it stays as it was.
 */
export async function inventoryReach(ports: ReachPorts, until = Number.POSITIVE_INFINITY): Promise<ReachDone> {
  const { account, accounts, clock, log } = ports
  const done = { accounts: 0, identities: 0, gained: 0, lost: 0 }
  const faults: unknown[] = []
  const queue = inTurn([...(accounts?.ids ?? [account])], clock.now())
  for (const [at, one] of queue.entries()) {
    try {
      const now = clock.now()
      if (now >= until) {
        log.warn('reach.left', { account: one })
        continue
      }
      const found = await takeAccount(one, ports, now + (until - now) / (queue.length - at))
      done.accounts += 1
      done.identities += found.identities
      done.gained += found.gained
      done.lost += found.lost
    } catch (cause) {
      faults.push(cause)
      log.warn('reach.failed', { account: one, why: errorName(cause) })
    }
  }
  log.info('reach.done', { ...done })
  if (faults.length > 0) throw faults[0]
  return done
}

/** Another account is the first every night: what ends a run in the middle keeps none from being read for long. */
function inTurn(accounts: readonly string[], now: number): readonly string[] {
  const first = Math.floor(now / DAY_MS) % accounts.length
  return [...accounts.slice(first), ...accounts.slice(0, first)]
}

async function takeAccount(account: string, ports: ReachPorts, until: number): Promise<Omit<ReachDone, 'accounts'>> {
  const { reach, policies, clock, log } = ports
  const known = new Map<string, StoredReach>()
  const unread = (key: string) => log.warn('reach.unreadable', { key })
  for await (const one of reach.list(account, unread)) known.set(one.id, one)
  const [read, access] = [await policies.read(account), await accessIn(account, ports)]
  const computingUntil = clock.now() + (until - clock.now()) * COMPUTING_SHARE
  const found = foundReaches(read, () => clock.now() >= computingUntil)
  tellCut(account, found, log)
  // The gravest are written first, because the time may not be enough for all.
  const queue = withAccess(found, access).sort((a, b) => b.reach - a.reach)
  const at = clock.now()
  const count = { identities: 0, gained: 0, lost: 0 }
  const gains: StoredReach[] = []
  const write = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      if (clock.now() >= until) {
        queue.unshift(one)
        return
      }
      const before = known.get(one.id)
      const next = reachAfter(one, before, at)
      // Where one write fails, the run does, and no writer goes on beside the next account.
      await reach.save(account, next).catch((cause: unknown) => {
        queue.length = 0
        throw cause
      })
      count.identities += 1
      if (before === undefined) continue
      if (next.score > before.score) count.gained += 1
      if (next.score < before.score) count.lost += 1
      if (next.score - before.score >= GAIN) gains.push(next)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  for (const { id, score, before, gained } of gains.slice(0, GAINS_TOLD)) log.info('reach.gained', { identity: id, score, before, gained })
  if (queue.length > 0) log.warn('reach.left', { account, identities: queue.length })
  return count
}

/** Whose policies could not all be worked out: whoever writes policies that take so long may mean them to. */
function tellCut(account: string, found: readonly Found[], log: ReachPorts['log']): void {
  const cut = found.filter(({ isCut }) => isCut)
  if (cut.length > 0) log.warn('reach.cut', { account, identities: cut.length, some: cut.slice(0, CUT_TOLD).map(({ id }) => id) })
}

/** What AWS's own analysis found. It is a fact beside reach and changes no number, so reach is taken without it where it cannot be read, and that is told. */
async function accessIn(account: string, { access, log }: ReachPorts): ReturnType<ReachPorts['access']['read']> {
  try {
    return await access.read(account)
  } catch (cause) {
    log.warn('reach.access-unread', { account, why: errorName(cause) })
    return undefined
  }
}

function withAccess(found: readonly FoundReach[], access: Awaited<ReturnType<ReachPorts['access']['read']>>): FoundReach[] {
  return found.map((one) => (access === undefined ? one : { ...one, access: access.get(one.id) ?? [] }))
}
