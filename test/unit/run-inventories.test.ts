import { describe, expect, it } from 'vitest'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import { runInventories } from '../../shared/learn/run-inventories.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryLastUsedStore } from '../../shared/memory/last-used.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import { user } from '../contract/samples.ts'
import { snapshotAt } from '../last-used.ts'

const ACCOUNT = '123456789012'
const QUARTER = 15 * 60_000

/** A night in which reading the policies, and each question about last use, take so long. */
async function night({ reading, asking, fails }: { reading: number; asking: number; fails?: 'reach' | 'last use' }) {
  let now = Date.UTC(2026, 1, 1, 2, 41)
  const start = now
  const [identities, reach] = [memoryIdentityStore(), memoryReachStore()]
  for (let at = 0; at < 200; at += 1) {
    const { id } = user(`u${at}`)
    await identities.saveState(emptyState({ ...user('x'), id }), 0)
  }
  const order: string[] = []
  const stores = { account: ACCOUNT, clock: { now: () => now }, log: { info: () => {}, warn: () => {} } }
  const lastUsed = {
    ...stores,
    identities,
    incidents: memoryIncidentStore(),
    lastUsed: memoryLastUsedStore(identities),
    ownRoles: new Set<string>(),
    source: {
      async take() {
        order.push('last use')
        now += asking
        if (fails === 'last use') throw new Error('no last use')
        return { kind: 'taken', snapshot: snapshotAt(6, { s3: 30 }) } as const
      },
    },
  }
  const details = AuthorizationDetails.parse({ UserDetailList: [{ UserName: 'u0', Arn: user('u0').id }] })
  const reachPorts = {
    ...stores,
    reach,
    policies: {
      async read() {
        order.push('reach')
        now += reading
        if (fails === 'reach') throw new Error('no reach')
        return accountPoliciesOf(details)
      },
    },
    access: { read: async () => undefined },
  }
  const run = runInventories({ lastUsed, reach: reachPorts } as never, QUARTER)
  const failed = await run.then(
    () => undefined,
    (cause: Error) => cause.message,
  )
  return { order, failed, took: now - start, reach: await reach.read({ id: user('u0').id, account: ACCOUNT }) }
}

describe('a night', () => {
  it('takes reach first, and last-used data until the time is nearly over', async () => {
    const { order, took, reach, failed } = await night({ reading: 1_000, asking: 10_000 })
    expect([order[0], failed]).toEqual(['reach', undefined])
    expect(reach).toBeDefined()
    expect(order.length).toBeGreaterThan(20)
    expect(took).toBeLessThan(QUARTER)
  })

  it('asks about last use also where reading policies takes all of its own time', async () => {
    const { order } = await night({ reading: 0.5 * QUARTER, asking: 10_000 })
    expect(order).toContain('last use')
  })

  it.each([
    ['reach', 'no reach'],
    ['last use', 'no last use'],
  ] as const)('takes the other where %s fails, and fails at the end', async (fails, message) => {
    const { order, failed } = await night({ reading: 1_000, asking: 1_000, fails })
    expect(new Set(order)).toEqual(new Set(['reach', 'last use']))
    expect(failed).toBe(message)
  })
})
