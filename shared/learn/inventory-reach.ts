import { foundReaches } from '../decide/reach/found-reaches.ts'
import { type FoundReach, reachAfter, type StoredReach } from '../domain/stored-reach.ts'
import { errorName } from '../errors.ts'
import type { ReachPorts } from '../ports/reach.ts'

/** So many items are written at the same time. */
const WRITERS = 8

/** From so many points more on, a gain is told in the log by name; smaller ones are counted. */
const GAIN = 10

/** The most gains that are told by name in one run. */
const GAINS_TOLD = 20

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
 */
export async function inventoryReach(ports: ReachPorts): Promise<ReachDone> {
  const { account, accounts, log } = ports
  const done = { accounts: 0, identities: 0, gained: 0, lost: 0 }
  const faults: unknown[] = []
  for (const one of accounts?.ids ?? [account]) {
    try {
      const found = await takeAccount(one, ports)
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

async function takeAccount(account: string, ports: ReachPorts): Promise<Omit<ReachDone, 'accounts'>> {
  const { reach, policies, clock, log } = ports
  const known = new Map<string, StoredReach>()
  const unread = (key: string) => log.warn('reach.unreadable', { key })
  for await (const one of reach.list(account, unread)) known.set(one.id, one)
  const queue = withAccess(foundReaches(await policies.read(account)), await accessIn(account, ports))
  const at = clock.now()
  const count = { identities: 0, gained: 0, lost: 0 }
  const gains: StoredReach[] = []
  const write = async () => {
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
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
  return count
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
